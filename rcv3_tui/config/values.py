"""What values look like.

A check takes what was read and gives what it means, or raises `ValueError("must be ...")`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

from rcv3_tui import credentials
from rcv3_tui.credentials import CredentialError
from rcv3_tui.settings import ALL_REGIONS, Secret, identity_address
from rcv3_tui.spelling import did_you_mean, shown

YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")


def text(value: object) -> str:
    """Check for a text on one line."""
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    if not value.strip() or not value.isprintable():
        raise ValueError("must be a text on one line, and not empty")
    return value.strip()


def secret_text(value: object) -> Secret:
    """Check for a secret; like `text`, whose messages never show what was given."""
    return Secret(text(value))


def command(value: object) -> str:
    """Check for a command line that can be split into words."""
    line = text(value)
    try:
        credentials.split_command(line)
    except CredentialError as error:
        raise ValueError(f"cannot be run: {error}") from None
    return line


def flag(value: object) -> bool:
    """Check for `true` or `false`."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, without quotes, not {shown(value)}")
    return value


def yes_or_no(value: object) -> bool:
    """Check for yes or no as a word, from a variable."""
    word = str(value).casefold()
    if word not in YES + NO:
        raise ValueError(
            f"must be one of {', '.join(YES)} or {', '.join(NO)}, not {shown(value)}"
            + did_you_mean(word, YES + NO)
        )
    return word in YES


def number(low: float, high: float) -> Callable[[object], float]:
    """Give the check for a number of seconds within two bounds."""

    def check(value: object) -> float:
        problem = ValueError(
            f"must be a number of seconds from {low:g} to {high:g}, not {shown(value)}"
        )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise problem
        if not math.isfinite(value) or not low <= value <= high:
            raise problem
        return float(value)

    return check


interval = number(1, 3600)
"""Check for the seconds between two refreshes."""

timeout = number(1, 600)
"""Check for the seconds one request may take."""


def typed(check: Callable[[object], float]) -> Callable[[object], float]:
    """Give the same check for a number that comes as text, from a flag."""

    def typed_check(value: object) -> float:
        try:
            seconds = float(str(value))
        except ValueError:
            return check(value)
        return check(int(seconds) if seconds.is_integer() else seconds)

    return typed_check


def regions(value: object) -> tuple[str, ...]:
    """Check for the names of regions, as a list or as a text with commas or spaces."""
    problem = 'must be region names such as "DFW", or "all"'
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        raise ValueError(f"{problem}, not {shown(value)}")
    names: dict[str, None] = {}
    for word in words:
        if not isinstance(word, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,31}", word):
            raise ValueError(f"{problem}, not {shown(word)}")
        names[word.upper()] = None
    if ALL_REGIONS in names and len(names) > 1:
        raise ValueError('must be region names or "all", not both')
    return tuple(names)


def identity(value: object) -> str:
    """Check for the address of an Identity service."""
    return identity_address(text(value))


def file(base: Path) -> Callable[[object], Path]:
    """Give the check for the path of a file, relative to where it is written down."""

    def check(value: object) -> Path:
        try:
            return base / Path(text(value)).expanduser()
        except RuntimeError:
            raise ValueError("must be a path; there is no such user's home directory") from None

    return check


def existing_file(base: Path) -> Callable[[object], Path]:
    """Give the check for the path of a file that is there."""
    as_path = file(base)

    def check(value: object) -> Path:
        path = as_path(value)
        if not path.is_file():
            raise ValueError(f"must be a file that exists; there is none at {path}")
        return path

    return check


def colour(value: object) -> str:
    """Check for a colour name or `#rrggbb`."""
    name = text(value)
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}|[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(f'must be a colour name or "#rrggbb", not {shown(name)}')
    return name


def key_names(value: object) -> str:
    """Check for one or more keys; whether there are such keys is told where the console starts."""
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError('must be a key such as "ctrl+d", or a list of keys')
    return ",".join(str(name).strip() for name in names)
