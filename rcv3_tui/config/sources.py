"""What one source of settings knows, each setting with the place it stands at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.config.errors import ConfigError
from rcv3_tui.credentials import Offer

T = TypeVar("T")


class Entry(Struct, Generic[T], frozen=True):
    """One setting as a source has it; it is checked when its value is asked for."""

    raw: object
    check: Callable[[object], T]
    name: str
    """What to call it in an error: `--timeout`, `RCV3_REGION`, `"theme" in [profiles.acme]`."""
    file: str | None = None
    line: int | None = None

    @property
    def origin(self) -> str:
        """Where it comes from, in the short form kept in `Settings.origins`."""
        return self.name if self.file is None else f"{self.file}:{self.line}"

    def value(self) -> T:
        """What the setting means.

        Raises:
            ConfigError: It means nothing.
        """
        try:
            return self.check(self.raw)
        except ValueError as error:
            raise ConfigError(self.file, self.line, f"{self.name} {error}") from None


class Source(Struct, frozen=True):
    """What one source of settings knows; a new source is one more function that makes this."""

    offer: Offer | None = None
    regions: Entry[tuple[str, ...]] | None = None
    identity: Entry[str] | None = None
    identity_is_bound: bool = False
    """The identity URL counts only together with this source's own user."""
    ca_bundle: Entry[Path] | None = None
    timeout: Entry[float] | None = None
    interval: Entry[float] | None = None
    read_only: Entry[bool] | None = None
    protected: Entry[bool] | None = None
    ascii: Entry[bool] | None = None
    mouse: Entry[bool] | None = None
    theme: Entry[str] | None = None
    colour: Entry[str] | None = None
    keys: tuple[tuple[str, Entry[str]], ...] = ()


def entries(source: Source) -> Iterator[Entry[object] | Entry[str]]:
    """Go through everything a source has, its credentials apart."""
    for name in source.__struct_fields__:
        value: object = getattr(source, name)
        if isinstance(value, Entry):
            yield value
    yield from (entry for _, entry in source.keys)
