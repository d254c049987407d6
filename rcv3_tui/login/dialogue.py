"""The questions of `rcv3-tui login`, in their order."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.api.access import Access
from rcv3_tui.config.keeping import Keeper, KeepError, Login, Place
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.login.asking import Asker
from rcv3_tui.login.trying import NotSignedIn, PasscodeNeeded, sign_in
from rcv3_tui.settings import (
    ALL_REGIONS,
    Credentials,
    Secret,
    Settings,
    identity_address,
    identity_name,
)

_KEY, _PASSWORD = "key", "password"
_YES, _NO = "yes", "no"


class Wishes(Struct, frozen=True):
    """What the command line and the profile say already; what they do not is asked."""

    settings: Settings
    profile: str | None = None
    username: str | None = None
    by_password: bool | None = None
    place: Place | None = None
    replace: bool = False
    default: bool = False
    identity_is_known: bool = False
    interactive: bool = False
    """Somebody is there to be asked whether a profile may be replaced."""


def log_in(wishes: Wishes, keeper: Keeper, asker: Asker) -> str:
    """Ask, try once, and keep.

    Args:
        wishes: What is known already.
        keeper: What writes the profile.
        asker: What puts the questions.

    Returns:
        One line that says what was kept.

    Raises:
        NotSignedIn: The credentials do not work; nothing was kept.
        NoAnswer: A question was not answered; nothing was kept.
        KeepError: The profile could not be written.
    """
    # Before anything is typed: a name that cannot be had should not cost the whole dialogue.
    if wishes.profile is not None and not wishes.interactive:
        _refuse_name(keeper, wishes.profile, wishes.replace)
    asker.say("Sign in to Rackspace. It is tried once; Ctrl+C leaves everything as it is.")
    settings = _where(wishes, asker)
    credentials = _who(wishes, asker)
    asker.say(f"signing in as {credentials.username} at {identity_name(settings.identity_url)} ...")
    access, by_passcode = _try(settings, credentials, asker)
    regions = _regions(settings, access, asker)
    name, may_replace = _name(wishes, keeper, asker)
    place = _place(wishes, keeper, asker, credentials, by_passcode=by_passcode)
    return keeper.save(
        name,
        Login(credentials, regions, settings.identity_url),
        place=place,
        replace=may_replace,
        default=wishes.default or _is_to_be_default(wishes, keeper, asker, name),
    )


def _refuse_name(keeper: Keeper, name: str, may_replace: bool) -> None:
    if problem := keeper.problem_with(name, replace=may_replace):
        there = "already" in problem
        raise KeepError(f"{problem}; --replace replaces it" if there else problem)


def _where(wishes: Wishes, asker: Asker) -> Settings:
    settings = wishes.settings
    if wishes.identity_is_known or not wishes.interactive:
        return settings
    while True:
        answer = asker.ask("Identity: us, uk or a URL", identity_name(settings.identity_url))
        try:
            return replace(settings, identity_url=identity_address(answer))
        except ValueError as error:
            asker.say(f"it {error}")


def _who(wishes: Wishes, asker: Asker) -> Credentials:
    username = wishes.username or ""
    if wishes.interactive or not username:
        username = asker.ask("user name", username)
    by_password = wishes.by_password
    if by_password is None:
        by_password = asker.ask("with", _KEY, choices=(_KEY, _PASSWORD)) == _PASSWORD
    if by_password:
        return Credentials(username.strip(), password=asker.ask_secret("password"))
    # What is pasted often brings blanks along; a key holds none.
    key = Secret(asker.ask_secret("API key").reveal().strip())
    return Credentials(username.strip(), api_key=key)


def _try(settings: Settings, credentials: Credentials, asker: Asker) -> tuple[Access, bool]:
    """Sign in once; tell whether a passcode was needed."""
    try:
        return asyncio.run(sign_in(settings, credentials)), False
    except PasscodeNeeded as needed:
        session_id = needed.session_id
    # Asked for outside of any event loop, where Ctrl+C ends it at once.
    asker.say("this account asks for a passcode as well")
    passcode = Secret(asker.ask_secret("passcode").reveal().strip())
    steps = sign_in(settings, credentials, passcode=passcode, session_id=session_id)
    try:
        return asyncio.run(steps), True
    except PasscodeNeeded:
        raise NotSignedIn(
            f"Identity asks user {credentials.username} for another passcode; it was tried once",
            ExitCode.CREDENTIALS_REFUSED,
        ) from None


def _regions(settings: Settings, access: Access, asker: Asker) -> tuple[str, ...]:
    """Choose among the regions that the account really has RackConnect in."""
    has = access.catalogue.rackconnect_regions()
    if not has:
        raise NotSignedIn(
            f"{access.user_name or 'the user'} is signed in, but the account has no RackConnect "
            "v3.0 in any region; nothing was kept",
            ExitCode.USAGE,
        )
    asker.say(f"signed in: tenant {access.tenant_id or '?'}, RackConnect v3.0 in {', '.join(has)}")
    default = (access.default_region or "").upper()
    suggested = settings.regions or ((default,) if default in has else has[:1])
    while True:
        answer = asker.ask("regions to look at, or all", ",".join(suggested))
        names = tuple(dict.fromkeys(answer.upper().replace(",", " ").split()))
        missing = [name for name in names if name not in (*has, ALL_REGIONS)]
        if names and not missing:
            return (ALL_REGIONS,) if ALL_REGIONS in names else names
        if names == settings.regions:
            # As the flag or the variable says: there is nobody to ask for others.
            raise NotSignedIn(
                f"the account has no RackConnect v3.0 in {', '.join(missing)}; regions that have "
                f"it: {', '.join(has)}; nothing was kept",
                ExitCode.USAGE,
            )
        asker.say(f"not there: {', '.join(missing)}; there are {', '.join(has)}")


def _name(wishes: Wishes, keeper: Keeper, asker: Asker) -> tuple[str, bool]:
    """Choose the profile's name; one that is there is replaced only when that was said."""
    suggested = wishes.profile or "default"
    while True:
        name = asker.ask("save as profile", suggested)
        if wishes.replace or not (problem := keeper.problem_with(name)):
            if problem := keeper.problem_with(name, replace=wishes.replace):
                raise KeepError(problem)
            return name, wishes.replace
        if not wishes.interactive:
            _refuse_name(keeper, name, may_replace=False)
        asker.say(problem)
        if not keeper.problem_with(name, replace=True):
            answer = asker.ask("replace its user and secret", _NO, choices=(_YES, _NO))
            if answer == _YES:
                return name, True


def _place(
    wishes: Wishes, keeper: Keeper, asker: Asker, credentials: Credentials, *, by_passcode: bool
) -> Place:
    places = keeper.places(credentials)
    if by_passcode:
        asker.say("with a password each sign-in asks for a passcode again; an API key needs none")
    if wishes.place is not None:
        if wishes.place not in places:
            raise KeepError(
                f"the {credentials.kind} cannot be kept in the {wishes.place} here; "
                f"there are: {', '.join(places)}"
            )
        return wishes.place
    answer = asker.ask(f"keep the {credentials.kind} in", places[0], choices=places)
    return Place(answer)


def _is_to_be_default(wishes: Wishes, keeper: Keeper, asker: Asker, name: str) -> bool:
    """Ask where there are others, and none of them is the default."""
    if not wishes.interactive or not keeper.needs_default(name):
        return False
    return asker.ask("make it the default profile", _YES, choices=(_YES, _NO)) == _YES
