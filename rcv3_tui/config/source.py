"""The settings of one source, each with its location for error messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.config.credentials import CredentialCandidate
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.display_time import DisplayZone
from rcv3_tui.settings import NotifyMethod, OwnCommand

T = TypeVar("T")


class SettingValue(Struct, Generic[T], frozen=True):
    """One setting of a source; it is validated when its value is read."""

    raw: object
    check: Callable[[object], T]
    name: str
    """Its name in an error: `--timeout`, `RCV3_REGION`, `"theme" in [profiles.acme]`."""
    file: str | None = None
    line: int | None = None

    @property
    def origin(self) -> str:
        """Its location, in the short form of `Settings.origins`."""
        return self.name if self.file is None else f"{self.file}:{self.line}"

    def value(self) -> T:
        """Return the validated value.

        Raises:
            ConfigError: It is invalid.
        """
        try:
            return self.check(self.raw)
        except ValueError as error:
            raise ConfigError(self.file, self.line, f"{self.name} {error}") from None


class SourcedCommand(Struct, frozen=True):
    """A command of the operator with the location of each of its keys."""

    command: OwnCommand
    origins: Mapping[str, str]
    """Key to location; `name` is that of the table."""


class ConfigSource(Struct, frozen=True):
    """The settings of one source; a new source is one more function that returns this."""

    candidate: CredentialCandidate | None = None
    is_own: bool = False
    """It belongs to this program: options, `RCV3_*`, a profile. Its account settings also apply to
    the credentials of later sources, as far as `identity_rule` allows."""
    is_flags: bool = False
    """It is the command line."""
    is_profile: bool = False
    """It is a profile of `config.toml`."""
    is_linked: bool = False
    """The preceding profile names it, so both describe one account."""
    is_shared: bool = False
    """Another tool's variables whose region applies even without their credentials."""
    regions: SettingValue[tuple[str, ...]] | None = None
    tenant: SettingValue[str] | None = None
    identity: SettingValue[str] | None = None
    """The address of Identity, if it names one."""
    implied_identity: SettingValue[str] | None = None
    """The Identity of Rackspace that its credentials belong to if it names no address; None: they
    may belong to any cloud."""
    ca_bundle: SettingValue[Path] | None = None
    timeout: SettingValue[float] | None = None
    interval: SettingValue[float] | None = None
    read_only: SettingValue[bool] | None = None
    protected: SettingValue[bool] | None = None
    ascii: SettingValue[bool] | None = None
    mouse: SettingValue[bool] | None = None
    title: SettingValue[bool] | None = None
    notify: SettingValue[NotifyMethod] | None = None
    cache: SettingValue[bool] | None = None
    theme: SettingValue[str] | None = None
    time_zone: SettingValue[DisplayZone] | None = None
    color: SettingValue[str] | None = None
    keys: tuple[tuple[str, SettingValue[str]], ...] = ()
    commands: tuple[SourcedCommand, ...] = ()
    """The operator's own commands."""
    unhonored: tuple[str, ...] = ()
    """Its settings without effect here, one line each, with the setting to use instead."""


def settings_in(source: ConfigSource) -> Iterator[SettingValue[object] | SettingValue[str]]:
    """Yield all settings of a source except its credentials."""
    for name in source.__struct_fields__:
        value: object = getattr(source, name)
        if isinstance(value, SettingValue):
            yield value
    yield from (entry for _, entry in source.keys)
