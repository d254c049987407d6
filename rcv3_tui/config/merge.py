"""Merges sources: each setting comes from the first source that has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct

from rcv3_tui.config.credentials import ResolvedCredentials
from rcv3_tui.config.identity_rule import RACKSPACE
from rcv3_tui.config.source import ConfigSource, SettingValue
from rcv3_tui.display_time import DisplayZone
from rcv3_tui.settings import (
    DEFAULT_INTERVAL,
    DEFAULT_TIMEOUT,
    US_IDENTITY,
    NotifyMethod,
    Settings,
)

T = TypeVar("T")


class AccountChoice(Struct, frozen=True):
    """The account that the settings are for."""

    resolved: ResolvedCredentials
    source: ConfigSource | None = None
    """The source of the credentials, or of the user name without a secret."""
    identity: SettingValue[str] = RACKSPACE
    """The Identity that they are sent to."""


def merge(
    sources: Sequence[ConfigSource], chosen: AccountChoice
) -> tuple[Settings, Mapping[str, tuple[str, ...]]]:
    """Take each setting from the first source that has it, and record its origin.

    The account settings of another tool apply only to its own credentials.

    Args:
        sources: The sources, in order of preference.
        chosen: The account.

    Returns:
        The settings, and for each setting with several origins the overridden ones.
    """
    origins: dict[str, str] = {}
    overridden: dict[str, tuple[str, ...]] = {}
    choice = chosen.resolved

    def found(name: str, entries: Iterator[SettingValue[T] | None]) -> T | None:
        there = [entry for entry in entries if entry is not None]
        origins[name] = there[0].origin if there else "default"
        if there[1:]:
            overridden[name] = tuple(entry.origin for entry in there[1:])
        return there[0].value() if there else None

    def first(name: str, entries: Iterator[SettingValue[T] | None], otherwise: T) -> T:
        value = found(name, entries)
        return otherwise if value is None else value

    counting = [each for each in sources if _counts(each, chosen)]
    by_region = [each for each in sources if each in counting or each.is_shared]
    borrowed = next((not each.is_own for each in by_region if each.regions is not None), False)
    keys = {name: entry for source in sources for name, entry in source.keys}
    origins.update({f"keys.{name}": entry.origin for name, entry in keys.items()})
    commands = tuple(each for source in sources for each in source.commands)
    for each in commands:
        own = f"commands.{each.command.name}"
        origins.update({f"{own}.{key}": origin for key, origin in each.origins.items()})
    if choice.username_origin:
        origins["username"] = choice.username_origin
    if choice.candidate is not None:
        origins["credentials"] = choice.candidate.secret_origin
        others = (
            source.candidate
            for source in sources
            if source.candidate and source.candidate.secret and source is not chosen.source
        )
        if places := tuple(each.secret_origin for each in others):
            overridden["credentials"] = places
    settings = Settings(
        regions=first("regions", (source.regions for source in by_region), ()),
        regions_are_borrowed=borrowed,
        tenant=found("tenant", (each.tenant for each in _of_tenant(sources, chosen))),
        identity_url=first(
            "identity_url",
            chain([chosen.identity], _other_identities(counting, chosen)),
            US_IDENTITY,
        ),
        ca_bundle=found("ca_bundle", (source.ca_bundle for source in counting)),
        timeout=first("timeout", (source.timeout for source in sources), DEFAULT_TIMEOUT),
        refresh_interval=first(
            "refresh_interval", (source.interval for source in sources), DEFAULT_INTERVAL
        ),
        read_only=first("read_only", (source.read_only for source in sources), False),
        protected=first("protected", (source.protected for source in sources), False),
        ascii=first("ascii", (source.ascii for source in sources), False),
        mouse=first("mouse", (source.mouse for source in sources), False),
        title=first("title", (source.title for source in sources), True),
        notify=first("notify", (source.notify for source in sources), NotifyMethod.BELL),
        cache=first("cache", (source.cache for source in sources), True),
        time_zone=first("time_zone", (source.time_zone for source in sources), DisplayZone.UTC),
        theme=found("theme", (source.theme for source in sources)),
        color=found("color", (source.color for source in sources)),
        keys=MappingProxyType({name: entry.value() for name, entry in keys.items()}),
        commands=tuple(each.command for each in commands),
        origins=MappingProxyType(origins),
    )
    return settings, MappingProxyType(overridden)


def _other_identities(
    sources: Sequence[ConfigSource], chosen: AccountChoice
) -> Iterator[SettingValue[str]]:
    for source in sources:
        if source.identity is not None and source.identity is not chosen.identity:
            yield source.identity


def _counts(source: ConfigSource, chosen: AccountChoice) -> bool:
    return source.is_own or source.is_linked or source is chosen.source


def _of_tenant(sources: Sequence[ConfigSource], chosen: AccountChoice) -> Iterator[ConfigSource]:
    """Yield the sources whose tenant applies: a tenant belongs to the user of its source.

    After the source of the user, a tenant applies only if a profile without a user names it:
    `RCV3_TENANT` is not for the user of a profile that precedes it.
    """
    is_after = False
    for source in sources:
        names_a_user = source.candidate is not None and source.candidate.names_account
        is_account = source.is_profile or source.is_linked
        if source is chosen.source:
            is_after = True
            yield source
        elif is_after:
            if is_account and not names_a_user:
                yield source
        elif source.is_own or source.is_linked:
            yield source
