"""What the typed line can ask for, told apart from the line, which is made when it is asked for."""

from __future__ import annotations

from enum import StrEnum


class Asking(StrEnum):
    """What the line asks for."""

    FILTER = "filter"
    COMMAND = "command"
    FILE = "file"
