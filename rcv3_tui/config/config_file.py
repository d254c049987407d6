"""Reads `config.toml` and validates every key of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from rcv3_tui.config import secrets, validators
from rcv3_tui.config.credentials import CredentialCandidate
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.identity_rule import RACKSPACE
from rcv3_tui.config.own_commands import COMMAND_KEYS, read_own_command
from rcv3_tui.config.paths import display_path
from rcv3_tui.config.source import ConfigSource, SettingValue, SourcedCommand, settings_in
from rcv3_tui.config.source_file import is_out_of_reach
from rcv3_tui.config.toml_positions import key_lines
from rcv3_tui.settings import Secret
from rcv3_tui.suggest import did_you_mean, quote_value

T = TypeVar("T")

PROFILE_KEYS = (
    "api_key",
    "api_key_command",
    "api_key_file",
    "ascii",
    "ca_bundle",
    "cache",
    "cloud",
    "color",
    "identity",
    "keyring",
    "mouse",
    "notify",
    "password_command",
    "password_file",
    "protected",
    "read_only",
    "regions",
    "tenant",
    "theme",
    "time_zone",
    "timeout",
    "title",
    "token_command",
    "token_file",
    "username",
)
"""The keys of `[profiles.NAME]`."""

SECRET_KEYS = (
    "api_key",
    "api_key_file",
    "api_key_command",
    "keyring",
    "password_file",
    "password_command",
    "token_file",
    "token_command",
)
"""The keys of a profile that locate its secret; a profile has at most one."""


class ConfigFile:
    """A validated `config.toml`.

    Args:
        path: Its path.
        text: Its content.

    Raises:
        ConfigError: It is not TOML, or a key or value is wrong.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.shown = display_path(path)
        try:
            self._data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(error, text) from None
        self._lines = dict(key_lines(text))
        self._check_keys((), ("default_profile", "profiles", "refresh", "keys", "commands"))
        self._check_keys(("refresh",), ("interval",))
        self.profiles = {name: self._profile(name) for name in self._table(("profiles",))}
        self.rest = ConfigSource(
            is_own=True,
            interval=self._entry(("refresh", "interval"), validators.parse_interval),
            keys=tuple(
                (name, entry)
                for name in self._table(("keys",))
                if (entry := self._entry(("keys", name), validators.parse_key_names)) is not None
            ),
            commands=tuple(self._command(name) for name in self._table(("commands",))),
        )
        self._check_values((*self.profiles.values(), self.rest))
        default = self._entry(("default_profile",), validators.parse_text)
        self.default_profile = default.value() if default else None
        if default is not None and self.default_profile not in self.profiles:
            raise ConfigError(
                self.shown, default.line, "default_profile " + self._no_profile(default.value())
            )

    @classmethod
    def read(cls, path: Path, asked_for_by: str | None = None) -> ConfigFile | None:
        """Read the file; return None if it does not exist or is out of reach, and is not named.

        Args:
            path: Its path.
            asked_for_by: The option or variable that names it; it must exist then.

        Raises:
            ConfigError: It is missing, cannot be read, or is wrong.
        """
        why = f" (named by {asked_for_by})" if asked_for_by else ""
        try:
            with path.open("rb") as file:
                content = file.read()
                shared = secrets.shared_file_reason(path, file.fileno())
            text = content.decode()
        except (FileNotFoundError, NotADirectoryError):
            if asked_for_by is None:
                return None
            raise ConfigError(display_path(path), None, f"there is no such file{why}") from None
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise ConfigError(display_path(path), line, "this is not UTF-8 text") from None
        except OSError as error:
            if asked_for_by is None and is_out_of_reach(path):
                return None
            reason = error.strerror or type(error).__name__
            raise ConfigError(display_path(path), None, f"cannot be read: {reason}{why}") from None
        config = cls(path, text)
        key_line = next(
            (line for key, line in config._lines.items() if key[0::2] == ("profiles", "api_key")),
            None,
        )
        if shared and key_line is not None:
            raise ConfigError(config.shown, key_line, shared)
        return config

    def profile(self, name: str, asked_for_by: str) -> ConfigSource:
        """Return the profile of a name.

        Args:
            name: The name.
            asked_for_by: The option, variable or key that selects it, for the message.

        Raises:
            ConfigError: There is none.
        """
        if name not in self.profiles:
            raise ConfigError(self.shown, None, f"{asked_for_by} {self._no_profile(name)}")
        return self.profiles[name]

    def cloud(self, name: str) -> SettingValue[str] | None:
        """Return the name of the entry of `clouds.yaml` that a profile refers to; None if none."""
        return self._entry(("profiles", name, "cloud"), validators.parse_text)

    def _command(self, name: str) -> SourcedCommand:
        table = ("commands", name)
        line = self._line(table)
        if not isinstance(self._table(("commands",))[name], dict):
            raise ConfigError(self.shown, line, f'"{name}" must be a table: [commands.{name}]')
        self._check_keys(table, COMMAND_KEYS)
        try:
            return read_own_command(
                name,
                f"{self.shown}:{line}",
                lambda key, check: self._entry((*table, key), check),
            )
        except ValueError as error:
            shown = quote_value(name) if not name.isidentifier() else name
            raise ConfigError(self.shown, line, f"[commands.{shown}] {error}") from None

    def _profile(self, name: str) -> ConfigSource:
        table = ("profiles", name)
        if not isinstance(self._table(("profiles",))[name], dict):
            raise ConfigError(
                self.shown, self._line(table), f'"{name}" must be a table: [profiles.{name}]'
            )
        self._check_keys(table, PROFILE_KEYS)
        if (cloud := self.cloud(name)) is not None:
            cloud.value()
        base = self.path.parent
        return ConfigSource(
            candidate=self._candidate(name),
            is_own=True,
            is_profile=True,
            implied_identity=RACKSPACE,
            regions=self._entry((*table, "regions"), validators.parse_regions),
            tenant=self._entry((*table, "tenant"), validators.parse_tenant),
            identity=self._entry((*table, "identity"), validators.parse_identity),
            ca_bundle=self._entry((*table, "ca_bundle"), validators.existing_path_below(base)),
            timeout=self._entry((*table, "timeout"), validators.parse_timeout),
            read_only=self._entry((*table, "read_only"), validators.parse_bool),
            protected=self._entry((*table, "protected"), validators.parse_bool),
            ascii=self._entry((*table, "ascii"), validators.parse_bool),
            mouse=self._entry((*table, "mouse"), validators.parse_bool),
            title=self._entry((*table, "title"), validators.parse_bool),
            notify=self._entry((*table, "notify"), validators.parse_notify),
            cache=self._entry((*table, "cache"), validators.parse_bool),
            theme=self._entry((*table, "theme"), validators.parse_text),
            time_zone=self._entry((*table, "time_zone"), validators.parse_time_zone),
            color=self._entry((*table, "color"), validators.parse_color),
        )

    def _candidate(self, name: str) -> CredentialCandidate:
        """Return the credentials of a profile; the secret is not read yet."""
        table = ("profiles", name)
        username = self._entry((*table, "username"), validators.parse_text)
        keyring = self._entry((*table, "keyring"), validators.parse_bool)
        held = [key for key in SECRET_KEYS if key in self._table(table)]
        if keyring and not keyring.value():
            held.remove("keyring")
        if len(held) > 1:
            line = self._line((*table, held[1]))
            raise ConfigError(
                self.shown, line, f'[profiles.{name}] has both "{held[0]}" and "{held[1]}"; use one'
            )
        is_token = bool(held) and held[0].startswith("token")
        if held and username is None and not is_token:
            line = self._line((*table, held[0]))
            raise ConfigError(
                self.shown, line, f'[profiles.{name}] has "{held[0]}" but no "username"'
            )
        return CredentialCandidate(
            username=username.value() if username else None,
            secret=(
                self._secret(table, held[0], username.value() if username else "") if held else None
            ),
            is_password=bool(held) and held[0].startswith("password"),
            is_token=is_token,
            username_origin=username.origin if username else "",
            secret_origin=f"{self.shown}:{self._line((*table, held[0]))}" if held else "",
            pins_user=True,
            missing=f'[profiles.{name}] has no secret; add "api_key_file" or "api_key_command"',
        )

    def _secret(self, table: tuple[str, ...], key: str, username: str) -> secrets.SecretSource:
        where = (*table, key)
        if key == "keyring":
            return secrets.KeyringSecret(username)
        if key.endswith("_file"):
            path = self._entry(where, validators.path_below(self.path.parent))
            return secrets.FileSecret(path.value() if path else self.path)
        if key.endswith("_command"):
            command = self._entry(where, validators.parse_command)
            return secrets.CommandSecret(command.value() if command else "")
        written = self._entry(where, validators.parse_secret)
        return secrets.InlineSecret(written.value() if written else Secret(""))

    def _entry(
        self, where: tuple[str, ...], check: Callable[[object], T]
    ) -> SettingValue[T] | None:
        table = self._table(where[:-1])
        if where[-1] not in table:
            return None
        name = f'"{where[-1]}"' + (f" in [{'.'.join(where[:-1])}]" if where[:-1] else "")
        return SettingValue(table[where[-1]], check, name, self.shown, self._line(where))

    def _table(self, where: tuple[str, ...]) -> Mapping[str, object]:
        found: object = self._data
        for part in where:
            if isinstance(found, dict):
                found = found.get(part, {})
        if not isinstance(found, dict):
            name = ".".join(where)
            raise ConfigError(self.shown, self._line(where), f"{name} must be a table: [{name}]")
        return found

    def _check_keys(self, where: tuple[str, ...], known: tuple[str, ...]) -> None:
        for key in self._table(where):
            if key in known:
                continue
            table = f" in [{'.'.join(where)}]" if where else ""
            hint = did_you_mean(key, known) or f"; known are {', '.join(sorted(known))}"
            if key in ("password", "token"):
                hint = f'; a {key} cannot stand here, use "{key}_file" or "{key}_command"'
            raise ConfigError(
                self.shown,
                self._line((*where, key)),
                f"unknown key {quote_value(key)}{table}{hint}",
            )

    def _check_values(self, sources: Iterable[ConfigSource]) -> None:
        for source in sources:
            for entry in settings_in(source):
                entry.value()

    def _line(self, where: tuple[str, ...]) -> int | None:
        return self._lines.get(where)

    def _no_profile(self, name: str) -> str:
        known = ", ".join(sorted(self.profiles)) or "none"
        hint = did_you_mean(name, self.profiles) or f"; known are: {known}"
        return f"names profile {quote_value(name)}, which is not there{hint}"

    def _syntax_error(self, error: tomllib.TOMLDecodeError, text: str) -> ConfigError:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        if place is None:
            return ConfigError(self.shown, None, f"not valid TOML: {error}")
        line = int(place[1]) if place[1] else max(1, len(text.splitlines()))
        return ConfigError(self.shown, line, f"not valid TOML: {str(error)[: place.start()]}")
