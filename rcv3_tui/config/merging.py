"""From many sources one value: every setting from the first source that has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from rcv3_tui import credentials
from rcv3_tui.config.sources import Entry, Source
from rcv3_tui.settings import DEFAULT_INTERVAL, DEFAULT_TIMEOUT, US_IDENTITY, Settings

T = TypeVar("T")


def merge(
    sources: list[Source], choice: credentials.Choice
) -> tuple[Settings, Mapping[str, tuple[str, ...]]]:
    """Take every setting from the first source that has it, and remember which that was.

    Returns:
        The settings, and for each that stands in several places the places that did not win.
    """
    origins: dict[str, str] = {}
    overruled: dict[str, tuple[str, ...]] = {}

    def found(name: str, entries: Iterator[Entry[T] | None]) -> T | None:
        there = [entry for entry in entries if entry is not None]
        origins[name] = there[0].origin if there else "default"
        if there[1:]:
            overruled[name] = tuple(entry.origin for entry in there[1:])
        return there[0].value() if there else None

    def first(name: str, entries: Iterator[Entry[T] | None], otherwise: T) -> T:
        value = found(name, entries)
        return otherwise if value is None else value

    def counts(source: Source) -> bool:
        return not source.identity_is_bound or (
            source.offer is not None and source.offer.username_origin == choice.username_origin
        )

    keys = {name: entry for source in sources for name, entry in source.keys}
    origins.update({f"keys.{name}": entry.origin for name, entry in keys.items()})
    if choice.username_origin:
        origins["username"] = choice.username_origin
    if choice.offer is not None:
        origins["credentials"] = choice.offer.secret_origin
        others = (
            source.offer
            for source in sources
            if source.offer and source.offer.secret and source.offer is not choice.offer
        )
        if places := tuple(each.secret_origin for each in others):
            overruled["credentials"] = places
    settings = Settings(
        regions=first("regions", (source.regions for source in sources), ()),
        identity_url=first(
            "identity_url", (each.identity for each in sources if counts(each)), US_IDENTITY
        ),
        ca_bundle=found("ca_bundle", (source.ca_bundle for source in sources)),
        timeout=first("timeout", (source.timeout for source in sources), DEFAULT_TIMEOUT),
        refresh_interval=first(
            "refresh_interval", (source.interval for source in sources), DEFAULT_INTERVAL
        ),
        read_only=first("read_only", (source.read_only for source in sources), False),
        protected=first("protected", (source.protected for source in sources), False),
        ascii=first("ascii", (source.ascii for source in sources), False),
        mouse=first("mouse", (source.mouse for source in sources), False),
        theme=found("theme", (source.theme for source in sources)),
        colour=found("colour", (source.colour for source in sources)),
        keys=MappingProxyType({name: entry.value() for name, entry in keys.items()}),
        origins=MappingProxyType(origins),
    )
    return settings, MappingProxyType(overruled)
