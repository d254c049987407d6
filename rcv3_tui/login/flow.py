"""The flow of `rcv3-tui login`: asks for what is missing, signs in once, saves a profile."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.api.errors import NoRackConnect, SecondFactorNeeded
from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.config.profile_store import ProfileStore, SaveError, SecretStorage
from rcv3_tui.config.validators import parse_tenant
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.login.prompts import PromptAborted, Prompter
from rcv3_tui.login.sign_in import SignInRejected, sign_in
from rcv3_tui.settings import (
    ALL_REGIONS,
    Credentials,
    Secret,
    SecretKind,
    Settings,
    identity_label,
    normalize_identity_url,
)

SECRET_KINDS = {
    "key": SecretKind.API_KEY,
    "password": SecretKind.PASSWORD,
    "token": SecretKind.TOKEN,
}
"""What can be answered to the question for the kind of secret."""

_YES, _NO = "yes", "no"


class LoginOptions(Struct, frozen=True):
    """The answers that the command line and the profile already give."""

    settings: Settings
    profile: str | None = None
    username: str | None = None
    kind: SecretKind | None = None
    storage: SecretStorage | None = None
    replace: bool = False
    default: bool = False
    identity_is_known: bool = False
    interactive: bool = False
    """Questions with a default are asked; without it, their defaults apply."""


def run_login(options: LoginOptions, store: ProfileStore, prompter: Prompter) -> str:
    """Ask for credentials, sign in once and save a profile.

    Args:
        options: The known answers.
        store: Saves the profile.
        prompter: Asks the questions.

    Returns:
        One line that says what was saved.

    Raises:
        SignInRejected: The sign-in failed; nothing was saved.
        PromptAborted: A question was not answered; nothing was saved.
        SaveError: The profile cannot be saved.
    """
    # Checked first: an invalid name should not cost the whole dialog.
    if options.profile is not None and not options.interactive:
        _require_name(store, options.profile, options.replace)
    prompter.say("Sign in to Rackspace. It is tried once; Ctrl+C cancels without changes.")
    settings = _ask_identity(options, prompter)
    kind = options.kind or _ask_kind(prompter)
    if kind is SecretKind.TOKEN:
        settings = replace(settings, tenant=_ask_tenant(options, prompter))
        who, username = f"with a token for tenant {settings.tenant}", ""
    else:
        username = _ask_username(options, prompter)
        who = f"as {username}"
    credentials = Credentials.of(kind, username, prompter.ask_secret(kind))
    prompter.say(f"signing in {who} at {identity_label(settings.identity_url)} ...")
    access, used_passcode = _sign_in(settings, credentials, prompter)
    regions = _ask_regions(settings, access, prompter)
    name, may_replace = _ask_name(options, store, prompter)
    storage = _ask_storage(options, store, prompter, credentials, used_passcode=used_passcode)
    return store.save(
        name,
        credentials,
        regions,
        settings.identity_url,
        settings.tenant,
        storage=storage,
        replace=may_replace,
        default=options.default or _ask_default(options, store, prompter, name),
    )


def _require_name(store: ProfileStore, name: str, may_replace: bool) -> None:
    if problem := store.problem_with(name, replace=may_replace):
        exists = "already" in problem
        raise SaveError(f"{problem}; --replace replaces it" if exists else problem)


def _ask_identity(options: LoginOptions, prompter: Prompter) -> Settings:
    settings = options.settings
    if options.identity_is_known or not options.interactive:
        return settings
    while True:
        answer = prompter.ask("Identity: us, uk or a URL", identity_label(settings.identity_url))
        try:
            return replace(settings, identity_url=normalize_identity_url(answer))
        except ValueError as error:
            prompter.say(f"it {error}")


def _ask_kind(prompter: Prompter) -> SecretKind:
    words = tuple(SECRET_KINDS)
    return SECRET_KINDS[prompter.ask("with", words[0], choices=words)]


def _ask_tenant(options: LoginOptions, prompter: Prompter) -> str:
    while True:
        tenant = prompter.ask("tenant: the account's number", options.settings.tenant or "")
        try:
            return parse_tenant(tenant)
        except ValueError as error:
            if not options.interactive:
                raise PromptAborted(f"the tenant {error}; nothing was saved") from None
            prompter.say(f"it {error}")


def _ask_username(options: LoginOptions, prompter: Prompter) -> str:
    username = options.username or ""
    if options.interactive or not username:
        username = prompter.ask("user name", username)
    return username.strip()


def _sign_in(
    settings: Settings, credentials: Credentials, prompter: Prompter
) -> tuple[TokenGrant, bool]:
    """Sign in once; return the grant, and whether a passcode was needed."""
    try:
        return asyncio.run(sign_in(settings, credentials)), False
    except SecondFactorNeeded as needed:
        session_id = needed.session_id
    # Prompted outside of the event loop, where Ctrl+C takes effect immediately.
    prompter.say("this account also requires a passcode")
    passcode = Secret(prompter.ask_secret("passcode").reveal().strip())
    attempt = sign_in(settings, credentials, passcode=passcode, session_id=session_id)
    try:
        return asyncio.run(attempt), True
    except SecondFactorNeeded:
        raise SignInRejected(
            f"Identity asks {credentials.who} for another passcode; it was tried once",
            ExitCode.CREDENTIALS_REFUSED,
        ) from None


def _ask_regions(settings: Settings, access: TokenGrant, prompter: Prompter) -> tuple[str, ...]:
    """Choose among the regions in which the account has RackConnect."""
    available = access.catalog.rackconnect_regions()
    if not available:
        error = NoRackConnect(
            access.default_region or "DFW",
            access.tenant_id,
            roles=access.rackconnect_roles,
            elsewhere=access.rackconnect_elsewhere,
        )
        advice = "; choose one with --tenant" if error.elsewhere else ""
        raise SignInRejected(
            f"{access.user_name or 'the user'} is signed in, but {error.message}{advice}; nothing "
            "was saved",
            ExitCode.USAGE,
        )
    prompter.say(
        f"signed in: tenant {access.tenant_id or '?'}, RackConnect v3.0 in {', '.join(available)}"
    )
    default = (access.default_region or "").upper()
    suggested = settings.regions or ((default,) if default in available else available[:1])
    while True:
        answer = prompter.ask("regions to show, or all", ",".join(suggested))
        names = tuple(dict.fromkeys(answer.upper().replace(",", " ").split()))
        missing = [name for name in names if name not in (*available, ALL_REGIONS)]
        if names and not missing:
            return (ALL_REGIONS,) if ALL_REGIONS in names else names
        if names == settings.regions:
            # They come from an option or a variable, so asking again would not help.
            raise SignInRejected(
                f"the account has no RackConnect v3.0 in {', '.join(missing)}; regions that have "
                f"it: {', '.join(available)}; nothing was saved",
                ExitCode.USAGE,
            )
        prompter.say(f"not available: {', '.join(missing)}; choose from {', '.join(available)}")


def _ask_name(options: LoginOptions, store: ProfileStore, prompter: Prompter) -> tuple[str, bool]:
    """Ask for the profile's name; return it, and whether it may replace a profile."""
    suggested = options.profile or "default"
    while True:
        name = prompter.ask("save as profile", suggested)
        if options.replace or not (problem := store.problem_with(name)):
            if problem := store.problem_with(name, replace=options.replace):
                raise SaveError(problem)
            return name, options.replace
        if not options.interactive:
            _require_name(store, name, may_replace=False)
        prompter.say(problem)
        if not store.problem_with(name, replace=True):
            answer = prompter.ask("replace its user and secret", _NO, choices=(_YES, _NO))
            if answer == _YES:
                return name, True


def _ask_storage(
    options: LoginOptions,
    store: ProfileStore,
    prompter: Prompter,
    credentials: Credentials,
    *,
    used_passcode: bool,
) -> SecretStorage:
    storages = store.storages(credentials)
    if used_passcode:
        prompter.say("each sign-in with a password asks for a passcode; with an API key, none does")
    if credentials.kind is SecretKind.TOKEN:
        prompter.say(
            "a token expires, usually within a day; token_command in the profile gets a new one"
        )
    if options.storage is not None:
        if options.storage not in storages:
            raise SaveError(
                f"the {credentials.kind} cannot be saved in the {options.storage} on this system; "
                f"choose from {', '.join(storages)}"
            )
        return options.storage
    answer = prompter.ask(f"save the {credentials.kind} in", storages[0], choices=storages)
    return SecretStorage(answer)


def _ask_default(options: LoginOptions, store: ProfileStore, prompter: Prompter, name: str) -> bool:
    """Ask whether to make it the default, if there are other profiles and no default."""
    if not options.interactive or not store.needs_default(name):
        return False
    return prompter.ask("make it the default profile", _YES, choices=(_YES, _NO)) == _YES
