"""Reads `[commands.NAME]` of `config.toml`: programs that the console runs on a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol, TypeVar

from rcv3_tui.config import validators
from rcv3_tui.config.source import SettingValue, SourcedCommand
from rcv3_tui.settings import OwnCommand

T = TypeVar("T")

COMMAND_KEYS = ("background", "confirm", "description", "key", "panes", "run")
"""The keys of `[commands.NAME]`."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class ReadEntry(Protocol):
    """Returns a key of the command's table; None if it is missing."""

    def __call__(self, key: str, check: Callable[[object], T], /) -> SettingValue[T] | None:
        """Return it with its location."""


def read_own_command(name: str, location: str, entry: ReadEntry) -> SourcedCommand:
    """Return a command; the console checks panes, placeholders and key, which it knows.

    Args:
        name: Its name.
        location: That of its table.
        entry: Returns a key of the table.

    Raises:
        ValueError: The name is invalid or a key is missing; the text says which.
        ConfigError: A value is invalid.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("must have a name of small letters, digits and dashes")
    run = entry("run", validators.parse_arguments)
    panes = entry("panes", validators.parse_words)
    if run is None:
        raise ValueError('has no "run", such as run = ["ssh", "{private_ip}"]')
    if panes is None:
        raise ValueError('has no "panes", such as panes = ["servers"]')
    key = entry("key", validators.parse_key_names)
    description = entry("description", validators.parse_text)
    confirm = entry("confirm", validators.parse_bool)
    background = entry("background", validators.parse_bool)
    given = {
        "run": run, "panes": panes, "key": key, "description": description,
        "confirm": confirm, "background": background,
    }  # fmt: skip
    origins = {part: value.origin for part, value in given.items() if value is not None}
    return SourcedCommand(
        OwnCommand(
            name=name,
            run=run.value(),
            panes=panes.value(),
            key="" if key is None else key.value(),
            description="" if description is None else description.value(),
            confirm=confirm is not None and confirm.value(),
            background=background is not None and background.value(),
        ),
        {"name": location, **origins},
    )
