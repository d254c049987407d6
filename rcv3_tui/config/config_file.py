"""`config.toml`: its profiles and tables, checked from the first to the last key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from rcv3_tui import credentials
from rcv3_tui.config import values
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.key_lines import lines_of_keys
from rcv3_tui.config.sources import Entry, Source, entries
from rcv3_tui.config.user_files import short
from rcv3_tui.credentials import Offer
from rcv3_tui.settings import Secret
from rcv3_tui.spelling import did_you_mean, shown

T = TypeVar("T")

PROFILE_KEYS = (
    "api_key",
    "api_key_command",
    "api_key_file",
    "ascii",
    "ca_bundle",
    "cloud",
    "color",
    "colour",
    "identity",
    "keyring",
    "mouse",
    "password_command",
    "password_file",
    "protected",
    "read_only",
    "regions",
    "theme",
    "timeout",
    "username",
)
"""What may stand in `[profiles.NAME]`."""

SECRET_KEYS = (
    "api_key",
    "api_key_file",
    "api_key_command",
    "keyring",
    "password_file",
    "password_command",
)
"""The keys of a profile that say where its secret is; one of them at most."""


class ConfigFile:
    """A `config.toml` that has been read and checked from its first to its last key.

    Args:
        path: Where it is.
        text: What stands in it.

    Raises:
        ConfigError: It is not TOML, or a key or value in it is wrong.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.shown = short(path)
        try:
            self._data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(error, text) from None
        self._lines = dict(lines_of_keys(text))
        self._check_keys((), ("default_profile", "profiles", "refresh", "keys"))
        self._check_keys(("refresh",), ("interval",))
        self.profiles = {name: self._profile(name) for name in self._table(("profiles",))}
        self.rest = Source(
            interval=self._entry(("refresh", "interval"), values.interval),
            keys=tuple(
                (name, entry)
                for name in self._table(("keys",))
                if (entry := self._entry(("keys", name), values.key_names)) is not None
            ),
        )
        self._check_values((*self.profiles.values(), self.rest))
        default = self._entry(("default_profile",), values.text)
        self.default_profile = default.value() if default else None
        if default is not None and self.default_profile not in self.profiles:
            raise ConfigError(
                self.shown, default.line, "default_profile " + self._no_profile(default.value())
            )

    @classmethod
    def read(cls, path: Path, asked_for_by: str | None = None) -> ConfigFile | None:
        """Read the file; None if there is none and nobody asked for it by name.

        Args:
            path: Where it is.
            asked_for_by: The flag or variable that names it; then it has to exist.

        Raises:
            ConfigError: It is missing, cannot be read, or is wrong.
        """
        why = f" (named by {asked_for_by})" if asked_for_by else ""
        try:
            with path.open("rb") as file:
                content = file.read()
                shared = credentials.why_shared(path, file.fileno())
            text = content.decode()
        except (FileNotFoundError, NotADirectoryError):
            if asked_for_by is None:
                return None
            raise ConfigError(short(path), None, f"there is no such file{why}") from None
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise ConfigError(short(path), line, "this is not UTF-8 text") from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigError(short(path), None, f"cannot be read: {reason}{why}") from None
        config = cls(path, text)
        key_line = next(
            (line for key, line in config._lines.items() if key[0::2] == ("profiles", "api_key")),
            None,
        )
        if shared and key_line is not None:
            raise ConfigError(config.shown, key_line, shared)
        return config

    def profile(self, name: str, asked_for_by: str) -> Source:
        """The profile of that name.

        Raises:
            ConfigError: There is none.
        """
        if name not in self.profiles:
            raise ConfigError(self.shown, None, f"{asked_for_by} {self._no_profile(name)}")
        return self.profiles[name]

    def cloud(self, name: str) -> Entry[str] | None:
        """The entry of `clouds.yaml` that a profile stands for, if it does."""
        return self._entry(("profiles", name, "cloud"), values.text)

    def _profile(self, name: str) -> Source:
        table = ("profiles", name)
        if not isinstance(self._table(("profiles",))[name], dict):
            raise ConfigError(
                self.shown, self._line(table), f'"{name}" must be a table: [profiles.{name}]'
            )
        self._check_keys(table, PROFILE_KEYS)
        if (cloud := self.cloud(name)) is not None:
            cloud.value()
        base = self.path.parent
        colour = self._entry((*table, "colour"), values.colour)
        color = self._entry((*table, "color"), values.colour)
        if colour and color:
            raise ConfigError(self.shown, color.line, '"color" and "colour" are the same; use one')
        return Source(
            offer=self._offer(name),
            regions=self._entry((*table, "regions"), values.regions),
            identity=self._entry((*table, "identity"), values.identity),
            ca_bundle=self._entry((*table, "ca_bundle"), values.existing_file(base)),
            timeout=self._entry((*table, "timeout"), values.timeout),
            read_only=self._entry((*table, "read_only"), values.flag),
            protected=self._entry((*table, "protected"), values.flag),
            ascii=self._entry((*table, "ascii"), values.flag),
            mouse=self._entry((*table, "mouse"), values.flag),
            theme=self._entry((*table, "theme"), values.text),
            colour=colour or color,
        )

    def _offer(self, name: str) -> Offer:
        """The credentials of a profile; its secret is not read yet."""
        table = ("profiles", name)
        username = self._entry((*table, "username"), values.text)
        keyring = self._entry((*table, "keyring"), values.flag)
        held = [key for key in SECRET_KEYS if key in self._table(table)]
        if keyring and not keyring.value():
            held.remove("keyring")
        if len(held) > 1:
            line = self._line((*table, held[1]))
            raise ConfigError(
                self.shown, line, f'[profiles.{name}] has both "{held[0]}" and "{held[1]}"; use one'
            )
        if held and username is None:
            line = self._line((*table, held[0]))
            raise ConfigError(
                self.shown, line, f'[profiles.{name}] has "{held[0]}" but no "username"'
            )
        return Offer(
            username=username.value() if username else None,
            secret=self._secret(table, held[0], username.value()) if held and username else None,
            is_password=bool(held) and held[0].startswith("password"),
            username_origin=username.origin if username else "",
            secret_origin=f"{self.shown}:{self._line((*table, held[0]))}" if held else "",
            settles=True,
            missing=f'[profiles.{name}] has no secret; add "api_key_file" or "api_key_command"',
        )

    def _secret(self, table: tuple[str, ...], key: str, username: str) -> credentials.SecretSource:
        where = (*table, key)
        if key == "keyring":
            return credentials.KeyringSecret(username)
        if key.endswith("_file"):
            path = self._entry(where, values.file(self.path.parent))
            return credentials.FileSecret(path.value() if path else self.path)
        if key.endswith("_command"):
            command = self._entry(where, values.command)
            return credentials.CommandSecret(command.value() if command else "")
        written = self._entry(where, values.secret_text)
        return credentials.WrittenSecret(written.value() if written else Secret(""))

    def _entry(self, where: tuple[str, ...], check: Callable[[object], T]) -> Entry[T] | None:
        table = self._table(where[:-1])
        if where[-1] not in table:
            return None
        name = f'"{where[-1]}"' + (f" in [{'.'.join(where[:-1])}]" if where[:-1] else "")
        return Entry(table[where[-1]], check, name, self.shown, self._line(where))

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
            if key == "password":
                hint = '; a password cannot stand here, use "password_file" or "password_command"'
            raise ConfigError(
                self.shown, self._line((*where, key)), f"unknown key {shown(key)}{table}{hint}"
            )

    def _check_values(self, sources: Iterable[Source]) -> None:
        for source in sources:
            for entry in entries(source):
                entry.value()

    def _line(self, where: tuple[str, ...]) -> int | None:
        return self._lines.get(where)

    def _no_profile(self, name: str) -> str:
        known = ", ".join(sorted(self.profiles)) or "none"
        hint = did_you_mean(name, self.profiles) or f"; known are: {known}"
        return f"names profile {shown(name)}, which is not there{hint}"

    def _syntax_error(self, error: tomllib.TOMLDecodeError, text: str) -> ConfigError:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        if place is None:
            return ConfigError(self.shown, None, f"not valid TOML: {error}")
        line = int(place[1]) if place[1] else max(1, len(text.splitlines()))
        return ConfigError(self.shown, line, f"not valid TOML: {str(error)[: place.start()]}")
