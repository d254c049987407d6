"""Reports each setting with its origin and the origins that it overrides."""

from __future__ import annotations

from collections.abc import Iterator

from rcv3_tui.config import ConfigError, PendingConfig
from rcv3_tui.config.paths import display_path
from rcv3_tui.doctor.check_result import CheckResult, fail, note, ok, warn
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Settings, identity_label

_ALWAYS = ("regions", "identity_url")
"""Settings that are reported even with their default."""

_NAMES = {"identity_url": "identity", "refresh_interval": "refresh", "ca_bundle": "ca bundle"}


def check(pending: PendingConfig, problem: str = "") -> Iterator[CheckResult]:
    """Report where the settings of a run come from.

    Args:
        pending: The settings; the secret is not read.
        problem: Why the console rejects these settings; empty if it does not.

    Yields:
        The results.
    """
    settings = pending.without_credentials
    if problem:
        yield fail("config", problem, "the console does not start with this", ExitCode.USAGE)
    elif pending.config_file is not None:
        yield ok("config", f"{display_path(pending.config_file)}, profile {settings.profile}")
    else:
        yield note("config", "no config.toml yet", "rcv3-tui login writes one")
    yield from _who(pending)
    for name in settings.origins:
        if name in ("username", "credentials") or name.startswith("keys."):
            continue
        if settings.origins[name] != "default" or name in _ALWAYS:
            yield _setting(pending, name)
    keys = [name for name in settings.origins if name.startswith("keys.")]
    if keys:
        yield ok("keys", f"{len(keys)} on other keys, from {settings.origins[keys[0]]} on")
    for line in pending.unhonored:
        yield note("not used", line)
    yield from _unused(pending)


def _who(pending: PendingConfig) -> Iterator[CheckResult]:
    """Report the user, and the credentials that are not used."""
    settings, candidate = pending.without_credentials, pending.resolved.candidate
    others = _also(pending.overridden.get("credentials", ()))
    if candidate is not None:
        who = ""
        if candidate.username is not None:
            who = f"{candidate.username} from {candidate.username_origin}, "
        yield ok("user", f"{who}{candidate.kind} from {candidate.secret_origin}{others}")
    elif pending.resolved.username_hint is not None:
        yield warn(
            "user",
            f"{pending.resolved.username_hint} from {pending.resolved.username_origin}, no secret",
            "rcv3-tui login, or set RCV3_API_KEY",
        )
    else:
        yield warn(
            "user",
            "no credentials found",
            "rcv3-tui login, or set RCV3_USERNAME and RCV3_API_KEY",
        )
    if settings.credentials_note:
        yield note("user", settings.credentials_note)
    if settings.sources_searched:
        yield note("user", f"searched: {settings.sources_searched}")


def _setting(pending: PendingConfig, name: str) -> CheckResult:
    settings = pending.without_credentials
    origin = settings.origins[name]
    where = "" if origin == "default" else f" from {origin}"
    others = _also(pending.overridden.get(name, ()))
    return ok(_NAMES.get(name, name.replace("_", "-")), f"{_value(settings, name)}{where}{others}")


def _value(settings: Settings, name: str) -> str:
    value: object = getattr(settings, name)
    match value:
        case ():
            return "the account's default region"
        case tuple():
            return ", ".join(str(each) for each in value)
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g} s"
        case str() if name == "identity_url":
            return identity_label(value)
    return str(value)


def _also(places: tuple[str, ...]) -> str:
    return f" (not used: {', '.join(places)})" if places else ""


def _unused(pending: PendingConfig) -> Iterator[CheckResult]:
    """Report the sources that are not read because earlier ones are complete."""
    used = pending.without_credentials.origins.get("credentials", "")
    for read in pending.unused:
        try:
            source = read()
        except ConfigError as error:
            yield note("unused", f"{error}; it does not matter as long as {used} comes first")
            continue
        candidate = source.candidate
        if candidate is not None and candidate.unusable:
            yield note("unused", f"{candidate.username_origin}: {candidate.unusable}")
        elif candidate is not None and candidate.names_account:
            what = (
                f"the token from {candidate.secret_origin}"
                if candidate.username is None
                else f"{candidate.username} from {candidate.username_origin}"
            )
            yield note("unused", f"{what} is not used: {used} comes first")
