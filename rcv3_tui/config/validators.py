"""Validators of settings.

A validator returns the parsed value, or raises `ValueError("must be ...")`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from rcv3_tui.config import secrets
from rcv3_tui.config.secrets import CredentialError
from rcv3_tui.display_time import DisplayZone
from rcv3_tui.settings import ALL_REGIONS, NotifyMethod, Secret, normalize_identity_url
from rcv3_tui.suggest import did_you_mean, quote_value

YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")


def parse_text(value: object) -> str:
    """Parse a text on one line, without surrounding spaces."""
    return _line(value).strip()


def parse_secret(value: object) -> Secret:
    """Parse a secret: a text on one line, spaces included; no message shows it."""
    if isinstance(value, str) and value.strip():
        # A passphrase may contain spaces of any width and invisible characters.
        kinds = {unicodedata.category(character) for character in value}
        if kinds.isdisjoint(("Cc", "Cs", "Zl", "Zp")):
            return Secret(value)
    return Secret(_line(value))


def parse_tenant(value: object) -> str:
    """Parse the id of a tenant, a text or an integer."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    name = parse_text(written) if isinstance(written, str) else ""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,63}", name):
        raise ValueError(f"must be the account's number, such as 123456, not {quote_value(value)}")
    if name.startswith("MossoCloudFS_"):
        raise ValueError(f"must be the account's number, not Cloud Files' own {quote_value(name)}")
    return name


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    if not value.strip() or not value.isprintable():
        raise ValueError("must be a text on one line, and not empty")
    return value


def parse_command(value: object) -> str:
    """Parse a command line that can be split into words."""
    line = parse_text(value)
    try:
        secrets.split_command(line)
    except CredentialError as error:
        raise ValueError(f"cannot be run: {error}") from None
    return line


def parse_bool(value: object) -> bool:
    """Parse `true` or `false`."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, without quotes, not {quote_value(value)}")
    return value


def parse_time_zone(value: object) -> DisplayZone:
    """Parse the zone of the times on the screen."""
    word = str(value).casefold()
    if word not in tuple(DisplayZone):
        raise ValueError(f'must be "utc" or "local", not {quote_value(value)}')
    return DisplayZone(word)


def parse_bool_word(value: object) -> bool:
    """Parse the value of a yes-or-no variable."""
    word = str(value).casefold()
    if word not in YES + NO:
        raise ValueError(
            f"must be one of {', '.join(YES)} or {', '.join(NO)}, not {quote_value(value)}"
            + did_you_mean(word, YES + NO)
        )
    return word in YES


def seconds_between(low: float, high: float) -> Callable[[object], float]:
    """Return the validator of a number of seconds within two bounds."""

    def check(value: object) -> float:
        problem = ValueError(
            f"must be a number of seconds from {low:g} to {high:g}, not {quote_value(value)}"
        )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise problem
        if not math.isfinite(value) or not low <= value <= high:
            raise problem
        return float(value)

    return check


parse_interval = seconds_between(1, 3600)
"""Parses the seconds between two refreshes."""

parse_timeout = seconds_between(1, 600)
"""Parses the time limit of one request, in seconds."""


def from_typed_text(check: Callable[[object], float]) -> Callable[[object], float]:
    """Return the same validator for a number in text form, from an option."""

    def typed_check(value: object) -> float:
        try:
            seconds = float(str(value))
        except ValueError:
            return check(value)
        return check(int(seconds) if seconds.is_integer() else seconds)

    return typed_check


def parse_regions(value: object) -> tuple[str, ...]:
    """Parse the names of regions, as a list or as a text with commas or spaces."""
    problem = 'must be region names such as "DFW", or "all"'
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        raise ValueError(f"{problem}, not {quote_value(value)}")
    names: dict[str, None] = {}
    for word in words:
        if not isinstance(word, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,31}", word):
            raise ValueError(f"{problem}, not {quote_value(word)}")
        names[word.upper()] = None
    if ALL_REGIONS in names and len(names) > 1:
        raise ValueError('must be region names or "all", not both')
    return tuple(names)


def parse_identity(value: object) -> str:
    """Parse the address of an Identity service."""
    return normalize_identity_url(parse_text(value))


def path_below(base: Path) -> Callable[[object], Path]:
    """Return the validator of a path, relative to a base directory."""

    def check(value: object) -> Path:
        try:
            return base / Path(parse_text(value)).expanduser()
        except RuntimeError:
            raise ValueError("must be a path; there is no such user's home directory") from None

    return check


def existing_path_below(base: Path) -> Callable[[object], Path]:
    """Return the validator of the path of an existing file or directory."""
    as_path = path_below(base)

    def check(value: object) -> Path:
        path = as_path(value)
        try:
            is_there = path.exists()
        except OSError as error:
            raise ValueError(f"cannot be read: {path}: {error.strerror}") from None
        if not is_there:
            raise ValueError(f"must be a file that exists; there is none at {path}")
        return path

    return check


def parse_color(value: object) -> str:
    """Parse a color name or `#rrggbb`."""
    name = parse_text(value)
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}|[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(f'must be a color name or "#rrggbb", not {quote_value(name)}')
    return name


def parse_notify(value: object) -> NotifyMethod:
    """Parse the way in which the terminal reports the end of a long operation."""
    known = [method.value for method in NotifyMethod]
    if not isinstance(value, str) or value not in known:
        words = ", ".join(f'"{name}"' for name in known)
        hint = did_you_mean(value.casefold(), known) if isinstance(value, str) else ""
        raise ValueError(f"must be one of {words}, not {quote_value(value)}{hint}")
    return NotifyMethod(value)


def parse_arguments(value: object) -> tuple[str, ...]:
    """Parse a program and its arguments: a list, since no shell splits a text."""
    words = value if isinstance(value, list) else []
    if not words or not all(isinstance(word, str) and "\0" not in word for word in words):
        raise ValueError(
            'must be a list of the program and its arguments, such as ["ssh", "{private_ip}"]'
        )
    if not str(words[0]).strip():
        raise ValueError("must begin with the name of a program")
    return tuple(str(word) for word in words)


def parse_words(value: object) -> tuple[str, ...]:
    """Parse a list of words."""
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise ValueError(f"must be a list of names, not {quote_value(value)}")
    return tuple(dict.fromkeys(str(word) for word in value))


def parse_key_names(value: object) -> str:
    """Parse one or more keys; the console checks at start-up whether they exist."""
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError('must be a key such as "ctrl+d", or a list of keys')
    return ",".join(str(name).strip() for name in names)
