"""Profiles, files, environment and flags become one frozen `Settings` value.

Every setting comes from the first source that has it: flags, environment, the profile in
`config.toml`, pyrax's credentials file. A wrong key or value is a `ConfigError` that says where it
stands and what was meant; nothing is silently ignored. Secrets are never part of an error.
"""

from __future__ import annotations

import configparser
import difflib
import ipaddress
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from rcv3_tui import credentials
from rcv3_tui.credentials import CredentialError, Offer
from rcv3_tui.settings import (
    ALL_REGIONS,
    DEFAULT_INTERVAL,
    DEFAULT_TIMEOUT,
    UK_IDENTITY,
    US_IDENTITY,
    Credentials,
    Secret,
    Settings,
)

T = TypeVar("T")

APP_NAME = "rcv3-tui"
"""The name of the per-user directories."""

DEMO_IDENTITY = "http://127.0.0.1/v2.0"
"""Identity of the simulated account; nothing listens there, it is reached within the process."""

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

YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")


class ConfigError(Exception):
    """The configuration is wrong; the text is one line that says where and what was meant.

    Args:
        file: The file as the operator knows it, or None for a flag or a variable.
        line: The line in it, counted from 1, where one is known.
        message: What is wrong and what would be right; never a secret.
    """

    def __init__(self, file: str | None, line: int | None, message: str) -> None:
        self.file = file
        self.line = line
        self.message = " ".join(message.split())
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(f"{place}: {self.message}" if place else self.message)


# What is handed in ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flags:
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


@dataclass(frozen=True, slots=True)
class Paths:
    """Where this user's files are; none of them has to exist."""

    config_file: Path
    state_dir: Path
    cache_dir: Path
    pyrax_file: Path


def paths() -> Paths:
    """Find this user's files, as the system wants them placed."""
    import platformdirs

    return Paths(
        config_file=platformdirs.user_config_path(APP_NAME, appauthor=False) / "config.toml",
        state_dir=platformdirs.user_state_path(APP_NAME, appauthor=False),
        cache_dir=platformdirs.user_cache_path(APP_NAME, appauthor=False),
        pyrax_file=Path.home() / ".rackspace_cloud_credentials",
    )


# What values look like -----------------------------------------------------------------------
# A check takes what was read and gives what it means, or raises ValueError("must be ...").


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error about a wrong word: the nearest right spelling, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _shown(value: object) -> str:
    """A value for a message: short, on one line, and without control characters."""
    if not isinstance(value, str | int | float | bool):
        return "a table or a list"
    text = json.dumps(value)
    return text if len(text) <= 60 else f'{text[:56]}..."'


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("must be a text in quotes, on one line and not empty")
    return value.strip()


def _secret_text(value: object) -> Secret:
    # Like `_text`, and no message ever shows what was given.
    return Secret(_text(value))


def _command(value: object) -> str:
    command = _text(value)
    try:
        credentials.split_command(command)
    except CredentialError as error:
        raise ValueError(f"cannot be run: {error}") from None
    return command


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, without quotes, not {_shown(value)}")
    return value


def _yes_or_no(value: object) -> bool:
    word = str(value).casefold()
    if word not in YES + NO:
        raise ValueError(
            f"must be one of {', '.join(YES)} or {', '.join(NO)}, not {_shown(value)}"
            + did_you_mean(word, YES + NO)
        )
    return word in YES


def _number(low: float, high: float) -> Callable[[object], float]:
    """A check for a number of seconds within two bounds."""

    def check(value: object) -> float:
        problem = ValueError(
            f"must be a number of seconds from {low:g} to {high:g}, not {_shown(value)}"
        )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise problem
        if not math.isfinite(value) or not low <= value <= high:
            raise problem
        return float(value)

    return check


_interval = _number(1, 3600)
_timeout = _number(1, 600)


def _typed(check: Callable[[object], float]) -> Callable[[object], float]:
    """The same check for a number that comes as text, from a flag."""

    def typed_check(value: object) -> float:
        try:
            number = float(str(value))
        except ValueError:
            return check(value)
        return check(number)

    return typed_check


def _regions(value: object) -> tuple[str, ...]:
    problem = 'must be region names such as "DFW", or "all"'
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        raise ValueError(f"{problem}, not {_shown(value)}")
    names: dict[str, None] = {}
    for word in words:
        if not isinstance(word, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,31}", word):
            raise ValueError(f"{problem}, not {_shown(word)}")
        names[word.upper()] = None
    if ALL_REGIONS in names and len(names) > 1:
        raise ValueError('must be region names or "all", not both')
    return tuple(names)


def _identity(value: object) -> str:
    text = _text(value)
    named = {"us": US_IDENTITY, "uk": UK_IDENTITY}.get(text.casefold())
    if named is not None:
        return named
    if "://" not in text:
        raise ValueError(
            f'must be "us", "uk" or a URL that starts with https://, not {_shown(text)}'
            + did_you_mean(text.casefold(), ("us", "uk"))
        )
    return _url(text)


def _url(text: str) -> str:
    """Check and normalise the URL of an Identity service."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("must be a URL with a host and, if any, a port number") from None
    if parts.username is not None or parts.password is not None:
        # Not shown: a password may stand in it.
        raise ValueError("must be a URL without user name and password")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"must be an https:// URL with a host, not {_shown(text)}")
    if parts.query or parts.fragment:
        raise ValueError("must be a URL without anything from ? or # on")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            "must start with https://: plain http would send your secret readable to anybody "
            "on the way (http is for a test server on this machine)"
        )
    path = parts.path.rstrip("/").removesuffix("/tokens").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path or '/v2.0'}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _file(base: Path) -> Callable[[object], Path]:
    """A check for the path of a file, relative to where it is written down."""

    def check(value: object) -> Path:
        try:
            return base / Path(_text(value)).expanduser()
        except RuntimeError:
            raise ValueError("must be a path; there is no such user's home directory") from None

    return check


def _existing_file(base: Path) -> Callable[[object], Path]:
    as_path = _file(base)

    def check(value: object) -> Path:
        path = as_path(value)
        if not path.is_file():
            raise ValueError(f"must be a file that exists; there is none at {path}")
        return path

    return check


def _colour(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}|[A-Za-z][A-Za-z0-9_]*", text):
        raise ValueError(f'must be a colour name or "#rrggbb", not {_shown(text)}')
    return text


def _key_names(value: object) -> str:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError('must be a key such as "ctrl+d", or a list of keys')
    return ",".join(str(name).strip() for name in names)


# What a source knows -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
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


@dataclass(frozen=True, slots=True)
class Source:
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


def _from_flags(flags: Flags) -> Source:
    def given(name: str, raw: object, check: Callable[[object], T]) -> Entry[T] | None:
        return None if raw is None or raw is False else Entry(raw, check, name)

    return Source(
        regions=given("--region", flags.region, _regions),
        identity=given("--identity-url", flags.identity_url, _identity),
        ca_bundle=given("--ca-bundle", flags.ca_bundle, _existing_file(Path())),
        timeout=given("--timeout", flags.timeout, _typed(_timeout)),
        interval=given("--refresh", flags.refresh, _typed(_interval)),
        read_only=given("--read-only", flags.read_only, _flag),
        ascii=given("--ascii", flags.ascii, _flag),
        mouse=given("--mouse", flags.mouse, _flag),
        theme=given("--theme", flags.theme, _text),
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """The environment variables of one program or ecosystem."""

    username: str
    region: str
    api_key: str | None = None
    password: str | None = None
    identity: str | None = None
    read_only: str | None = None
    settles: bool = False
    identity_is_bound: bool = False


FAMILIES = (
    _Family(
        "RCV3_USERNAME",
        "RCV3_REGION",
        api_key="RCV3_API_KEY",
        password="RCV3_PASSWORD",  # noqa: S106 - the variable's name
        identity="RCV3_IDENTITY_URL",
        read_only="RCV3_READ_ONLY",
        settles=True,
    ),
    _Family("RS_USERNAME", "RS_REGION_NAME", api_key="RS_API_KEY", identity="RS_AUTH_URL"),
    _Family("RAX_USERNAME", "RAX_REGION", api_key="RAX_API_KEY"),
    _Family(
        "OS_USERNAME",
        "OS_REGION_NAME",
        password="OS_PASSWORD",  # noqa: S106 - the variable's name
        identity="OS_AUTH_URL",
        # A shell set up for another OpenStack cloud must not draw a Rackspace key to that cloud.
        identity_is_bound=True,
    ),
)
"""The environment variables that are read, the ones that win first."""


def _from_environment(family: _Family, environ: Mapping[str, str]) -> Source:
    def given(name: str | None, check: Callable[[object], T]) -> Entry[T] | None:
        raw = environ.get(name, "").strip() if name else ""
        return Entry(raw, check, name) if raw and name else None

    username = given(family.username, _text)
    api_key = given(family.api_key, _secret_text)
    password = given(family.password, _secret_text)
    secret = api_key or password
    names = [name for name in (family.api_key, family.password) if name]
    lacks = f"neither {' nor '.join(names)}" if len(names) > 1 else f"not {names[0]}"
    return Source(
        offer=Offer(
            username=username.value() if username else None,
            secret=credentials.WrittenSecret(secret.value()) if secret else None,
            is_password=api_key is None,
            username_origin=family.username,
            secret_origin=secret.name if secret else "",
            settles=family.settles,
            missing=lacks if username else f"{family.username} is not set",
        ),
        regions=given(family.region, _regions),
        identity=given(family.identity, _identity),
        identity_is_bound=family.identity_is_bound,
        read_only=given(family.read_only, _yes_or_no),
    )


# config.toml ---------------------------------------------------------------------------------


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
        self.shown = _short(path)
        try:
            self._data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(error, text) from None
        self._lines = dict(_lines_of_keys(text))
        self._check_keys((), ("default_profile", "profiles", "refresh", "keys"))
        self._check_keys(("refresh",), ("interval",))
        self.profiles = {name: self._profile(name) for name in self._table(("profiles",))}
        self.rest = Source(
            interval=self._entry(("refresh", "interval"), _interval),
            keys=tuple(
                (name, entry)
                for name in self._table(("keys",))
                if (entry := self._entry(("keys", name), _key_names)) is not None
            ),
        )
        self._check_values((*self.profiles.values(), self.rest))
        default = self._entry(("default_profile",), _text)
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
                shared = _shared(path, file.fileno())
            text = content.decode()
        except FileNotFoundError:
            if asked_for_by is None:
                return None
            raise ConfigError(_short(path), None, f"there is no such file{why}") from None
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise ConfigError(_short(path), line, "this is not UTF-8 text") from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigError(_short(path), None, f"cannot be read: {reason}{why}") from None
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
        return self._entry(("profiles", name, "cloud"), _text)

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
        colour = self._entry((*table, "colour"), _colour)
        color = self._entry((*table, "color"), _colour)
        if colour and color:
            raise ConfigError(self.shown, color.line, '"color" and "colour" are the same; use one')
        return Source(
            offer=self._offer(name),
            regions=self._entry((*table, "regions"), _regions),
            identity=self._entry((*table, "identity"), _identity),
            ca_bundle=self._entry((*table, "ca_bundle"), _existing_file(base)),
            timeout=self._entry((*table, "timeout"), _timeout),
            read_only=self._entry((*table, "read_only"), _flag),
            protected=self._entry((*table, "protected"), _flag),
            ascii=self._entry((*table, "ascii"), _flag),
            mouse=self._entry((*table, "mouse"), _flag),
            theme=self._entry((*table, "theme"), _text),
            colour=colour or color,
        )

    def _offer(self, name: str) -> Offer:
        """The credentials of a profile; its secret is not read yet."""
        table = ("profiles", name)
        username = self._entry((*table, "username"), _text)
        keyring = self._entry((*table, "keyring"), _flag)
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
            path = self._entry(where, _file(self.path.parent))
            return credentials.FileSecret(path.value() if path else self.path)
        if key.endswith("_command"):
            command = self._entry(where, _command)
            return credentials.CommandSecret(command.value() if command else "")
        written = self._entry(where, _secret_text)
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
                self.shown, self._line((*where, key)), f"unknown key {_shown(key)}{table}{hint}"
            )

    def _check_values(self, sources: Iterable[Source]) -> None:
        for source in sources:
            for entry in _entries(source):
                entry.value()

    def _line(self, where: tuple[str, ...]) -> int | None:
        return self._lines.get(where)

    def _no_profile(self, name: str) -> str:
        known = ", ".join(sorted(self.profiles)) or "none"
        hint = did_you_mean(name, self.profiles) or f"; known are: {known}"
        return f"names profile {_shown(name)}, which is not there{hint}"

    def _syntax_error(self, error: tomllib.TOMLDecodeError, text: str) -> ConfigError:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        if place is None:
            return ConfigError(self.shown, None, f"not valid TOML: {error}")
        line = int(place[1]) if place[1] else max(1, len(text.splitlines()))
        return ConfigError(self.shown, line, f"not valid TOML: {str(error)[: place.start()]}")


def _shared(path: Path, descriptor: int) -> str:
    """Why an open file must not hold a secret, or nothing."""
    try:
        credentials.refuse_if_shared(path, descriptor)
    except CredentialError as error:
        return str(error)
    return ""


def _lines_of_keys(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Tell on which line each key of a TOML text stands, tables included.

    A TOML text is a row of statements, each of whole lines; an unfinished statement never parses.
    So lines are gathered until they do, and what they hold is where they began.
    """
    table: tuple[str, ...] = ()
    gathered: list[str] = []
    start = 1
    # Not splitlines: it also splits at characters that may stand within a TOML string.
    for number, line in enumerate(text.split("\n"), start=1):
        gathered.append(line + "\n")
        try:
            statement: dict[str, object] = tomllib.loads("".join(gathered))
        except tomllib.TOMLDecodeError:
            continue
        keys = list(_keys_within(statement))
        if "".join(gathered).lstrip().startswith("["):
            table = max(keys, key=len, default=())
            yield from ((key, start) for key in keys)
        else:
            yield from (((*table, *key), start) for key in keys)
        gathered = []
        start = number + 1


def _keys_within(value: object) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (key,)
            yield from ((key, *rest) for rest in _keys_within(inner))


def _short(path: Path) -> str:
    """A path as an operator would write it."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def _entries(source: Source) -> Iterator[Entry[object] | Entry[str]]:
    for name in source.__slots__:
        value: object = getattr(source, name)
        if isinstance(value, Entry):
            yield value
    yield from (entry for _, entry in source.keys)


# ~/.rackspace_cloud_credentials --------------------------------------------------------------


def _from_pyrax(path: Path) -> Source:
    """What pyrax's file of credentials holds; nothing if there is none.

    Raises:
        ConfigError: It cannot be read.
    """
    shown = _short(path)
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Source()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(shown, None, f"cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise ConfigError(shown, None, "this is not UTF-8 text") from None
    except configparser.Error as error:
        # The parser's own text quotes the line, which may be the one with the key.
        number = getattr(error, "lineno", None)
        line = number if isinstance(number, int) else None
        raise ConfigError(shown, line, "this is not an ini file as pyrax writes it") from None
    username = parser.get("rackspace_cloud", "username", fallback="").strip()
    api_key = parser.get("rackspace_cloud", "api_key", fallback="").strip()
    region = parser.get("settings", "region", fallback="").strip()
    return Source(
        offer=Offer(
            username=username or None,
            secret=credentials.WrittenSecret(Secret(api_key)) if api_key else None,
            username_origin=shown,
            secret_origin=shown,
            missing="[rackspace_cloud] lacks " + ("api_key" if username else "username"),
        ),
        regions=Entry(region, _regions, f"region in [settings] of {shown}") if region else None,
    )


# Together ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings that are complete but for the secret, which is not read yet.

    Between the two the command line can still find that it has nothing to do; a command that
    asks for a key is not run in vain.
    """

    without_credentials: Settings
    choice: credentials.Choice

    def settings(self) -> Settings:
        """Read the secret and give the settings.

        Raises:
            ConfigError: The secret cannot be had.
        """
        offer = self.choice.offer
        if offer is None or offer.username is None or offer.secret is None:
            return replace(self.without_credentials, username_hint=self.choice.username_hint)
        try:
            secret = offer.secret.read()
        except CredentialError as error:
            file, _, line = offer.secret_origin.rpartition(":")
            raise ConfigError(file, int(line), str(error)) from None
        return replace(
            self.without_credentials,
            credentials=Credentials(
                offer.username,
                api_key=None if offer.is_password else secret,
                password=secret if offer.is_password else None,
            ),
        )


def read(flags: Flags, environ: Mapping[str, str], where: Paths | None = None) -> Plan:
    """Gather the settings from every source; only the secret itself is left for later.

    Args:
        flags: What the command line says.
        environ: The environment.
        where: The user's files; those of this system's user if left out.

    Raises:
        ConfigError: Something is wrong, missing or contradictory.
    """
    where = where or paths()
    file = _config_file(flags, environ, where)
    profile, asked_for_by = _profile_name(flags, environ, file)
    sources = [_from_flags(flags), *(_from_environment(family, environ) for family in FAMILIES)]
    if file is not None and profile is not None:
        sources.append(file.profile(profile, asked_for_by))
        _refuse_cloud(file.cloud(profile))
    elif profile is not None:
        raise ConfigError(
            None, None, f'{asked_for_by} "{profile}": there is no {_short(where.config_file)} yet'
        )
    # Here clouds.yaml will have its place, for OS_CLOUD and the profile's `cloud`.
    choice = credentials.choose(source.offer for source in sources if source.offer)
    if choice.offer is None:
        sources.append(_from_pyrax(where.pyrax_file))
        choice = credentials.choose(source.offer for source in sources if source.offer)
    if file is not None:
        sources.append(file.rest)
        if choice.offer is None and choice.username_hint is None and profile is None:
            _refuse_to_guess(file)
    if choice.offer is None and environ.get("OS_CLOUD"):
        choice = _noted(choice, "OS_CLOUD is set, but clouds.yaml is not read by this version")
    if file is not None and profile is not None:
        own = file.profiles[profile].offer
        if own and own.username and own.username_origin != choice.username_origin:
            choice = _noted(
                choice, f"{choice.username_origin} stands before the user of [profiles.{profile}]"
            )
    settings = _merge(sources, choice)
    return Plan(
        replace(
            settings,
            profile=profile or "default",
            credentials_note=choice.note,
            log_level=flags.log_level,
            state_dir=where.state_dir,
            cache_dir=where.cache_dir,
        ),
        choice,
    )


def load(flags: Flags, environ: Mapping[str, str], where: Paths | None = None) -> Settings:
    """Gather the settings and read the secret: `read` and `Plan.settings` at once.

    Raises:
        ConfigError: Something is wrong, missing or contradictory.
    """
    return read(flags, environ, where).settings()


def demo(flags: Flags, environ: Mapping[str, str], name: str) -> Settings:
    """The settings for a simulated account: flags alone, and none of the user's files.

    Args:
        flags: What the command line says.
        environ: The environment; only `RCV3_READ_ONLY` counts.
        name: The scenario.

    Raises:
        ConfigError: A flag's value is wrong.
    """
    own = _from_environment(FAMILIES[0], environ)
    settings = _merge(
        [_from_flags(flags), Source(read_only=own.read_only)], credentials.Choice(None)
    )
    return replace(
        settings, profile="demo", identity_url=DEMO_IDENTITY, demo=name, log_level=flags.log_level
    )


def _config_file(flags: Flags, environ: Mapping[str, str], where: Paths) -> ConfigFile | None:
    named = {"--config": flags.config, "RCV3_CONFIG": environ.get("RCV3_CONFIG", "").strip()}
    for name, raw in named.items():
        if raw is not None and (raw or name == "--config"):
            return ConfigFile.read(Entry(raw, _file(Path()), name).value(), name)
    return ConfigFile.read(where.config_file)


def _profile_name(
    flags: Flags, environ: Mapping[str, str], file: ConfigFile | None
) -> tuple[str | None, str]:
    """The profile to use, and who asked for it; None where none is meant."""
    if flags.profile is not None:
        return Entry(flags.profile, _text, "--profile").value(), "--profile"
    if environ.get("RCV3_PROFILE", "").strip():
        return environ["RCV3_PROFILE"].strip(), "RCV3_PROFILE"
    if file is None:
        return None, ""
    if file.default_profile is not None:
        return file.default_profile, "default_profile"
    if len(file.profiles) == 1 or "default" in file.profiles:
        return ("default" if "default" in file.profiles else next(iter(file.profiles))), ""
    return None, ""


def _noted(choice: credentials.Choice, note: str) -> credentials.Choice:
    return replace(choice, note="; ".join(filter(None, (choice.note, note))))


def _refuse_to_guess(file: ConfigFile) -> None:
    if file.profiles:
        names = ", ".join(sorted(file.profiles))
        raise ConfigError(
            file.shown,
            None,
            f"has the profiles {names} but no default_profile; choose one with --profile NAME",
        )


def _refuse_cloud(entry: Entry[str] | None) -> None:
    if entry is not None:
        raise ConfigError(
            entry.file,
            entry.line,
            f"{entry.name}: clouds.yaml is not read by this version; give username and "
            "api_key_file or api_key_command in its place",
        )


def _merge(sources: list[Source], choice: credentials.Choice) -> Settings:
    """Take every setting from the first source that has it, and remember which that was."""
    origins: dict[str, str] = {}

    def found(name: str, entries: Iterator[Entry[T] | None]) -> T | None:
        for entry in entries:
            if entry is not None:
                origins[name] = entry.origin
                return entry.value()
        origins[name] = "default"
        return None

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
    return Settings(
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
