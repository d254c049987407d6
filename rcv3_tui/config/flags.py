"""The flags of the command line as a source of settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from rcv3_tui.config import values
from rcv3_tui.config.sources import Entry, Source

T = TypeVar("T")


class Flags(Struct, frozen=True):
    """The flags of the command line, as typed; None and False: not given."""

    profile: str | None = None
    region: str | None = None
    config: str | None = None
    identity_url: str | None = None
    ca_bundle: str | None = None
    timeout: str | None = None
    refresh: str | None = None
    read_only: bool = False
    ascii: bool = False
    mouse: bool = False
    theme: str | None = None
    log_level: str = "info"


def from_flags(flags: Flags) -> Source:
    """Give what the flags say."""

    def given(name: str, raw: object, check: Callable[[object], T]) -> Entry[T] | None:
        return None if raw is None or raw is False else Entry(raw, check, name)

    return Source(
        regions=given("--region", flags.region, values.regions),
        identity=given("--identity-url", flags.identity_url, values.identity),
        ca_bundle=given("--ca-bundle", flags.ca_bundle, values.existing_file(Path())),
        timeout=given("--timeout", flags.timeout, values.typed(values.timeout)),
        interval=given("--refresh", flags.refresh, values.typed(values.interval)),
        read_only=given("--read-only", flags.read_only, values.flag),
        ascii=given("--ascii", flags.ascii, values.flag),
        mouse=given("--mouse", flags.mouse, values.flag),
        theme=given("--theme", flags.theme, values.text),
    )
