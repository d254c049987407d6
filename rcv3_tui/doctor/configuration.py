"""Each setting, where it came from, and what else has it."""

from __future__ import annotations

from collections.abc import Iterator

from rcv3_tui.config import ConfigError, Plan
from rcv3_tui.config.user_files import short
from rcv3_tui.doctor.finding import Finding, note, ok, warn
from rcv3_tui.settings import Settings, identity_name

_ALWAYS = ("regions", "identity_url")
"""Settings that are told even where nobody has chosen them."""

_NAMES = {"identity_url": "identity", "refresh_interval": "refresh", "ca_bundle": "ca bundle"}


def look(plan: Plan) -> Iterator[Finding]:
    """Tell where the settings of a run come from.

    Args:
        plan: What was gathered; its secret need not have been read.
    """
    settings = plan.without_credentials
    if plan.config_file is not None:
        yield ok("config", f"{short(plan.config_file)}, profile {settings.profile}")
    else:
        yield note("config", "no config.toml yet", "rcv3-tui login writes one")
    yield from _who(plan)
    for name in settings.origins:
        if name in ("username", "credentials") or name.startswith("keys."):
            continue
        if settings.origins[name] != "default" or name in _ALWAYS:
            yield _setting(plan, name)
    keys = [name for name in settings.origins if name.startswith("keys.")]
    if keys:
        yield ok("keys", f"{len(keys)} on other keys, from {settings.origins[keys[0]]} on")
    yield from _unread(plan)


def _who(plan: Plan) -> Iterator[Finding]:
    """Tell whose credentials are used and which others there are."""
    settings, offer = plan.without_credentials, plan.choice.offer
    others = _also(plan.overruled.get("credentials", ()))
    if offer is not None:
        kind = "password" if offer.is_password else "API key"
        yield ok(
            "user",
            f"{offer.username} from {offer.username_origin}, {kind} from {offer.secret_origin}"
            f"{others}",
        )
    elif plan.choice.username_hint is not None:
        yield warn(
            "user",
            f"{plan.choice.username_hint} from {plan.choice.username_origin}, and no secret",
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


def _setting(plan: Plan, name: str) -> Finding:
    settings = plan.without_credentials
    origin = settings.origins[name]
    where = "" if origin == "default" else f" from {origin}"
    others = _also(plan.overruled.get(name, ()))
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
            return identity_name(value)
    return str(value)


def _also(places: tuple[str, ...]) -> str:
    return f" (not used: {', '.join(places)})" if places else ""


def _unread(plan: Plan) -> Iterator[Finding]:
    """Tell of the sources that nobody needs, since what comes before them is enough."""
    used = plan.without_credentials.origins.get("credentials", "")
    for read in plan.unread:
        try:
            offer = read().offer
        except ConfigError as error:
            yield note("unused", f"{error}; it does not matter as long as {used} comes first")
            continue
        if offer is not None and offer.username is not None:
            yield note(
                "unused",
                f"{offer.username} from {offer.username_origin} is not used: {used} comes first",
            )
