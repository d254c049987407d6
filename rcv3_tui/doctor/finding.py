"""What was found about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.text import ascii_only, clean


class Level(StrEnum):
    """How good or bad it is."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing has to be done."""
    WARN = "warn"
    """It works, and something will not."""
    FAIL = "FAIL"
    """It does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check, told in one line."""

    level: Level
    check: str
    """What was looked at, in one or two words."""
    text: str
    """What was found; never a secret."""
    todo: str = ""
    """What to do next."""
    code: ExitCode = ExitCode.ATTENTION
    """What the program would end with for this reason; counts for `FAIL` alone."""

    def line(self, *, ascii_text: bool = False) -> str:
        """Word it for a terminal or a pipe.

        Args:
            ascii_text: Spell what is not ASCII.
        """
        todo = f" -> {self.todo}" if self.todo else ""
        text = clean(f"{self.text}{todo}")
        return f"{self.level:<5} {self.check:<11} {ascii_only(text) if ascii_text else text}"


def ok(check: str, text: str) -> Finding:
    """Say that all is well."""
    return Finding(Level.OK, check, text)


def note(check: str, text: str, todo: str = "") -> Finding:
    """Say what is worth knowing."""
    return Finding(Level.NOTE, check, text, todo)


def warn(check: str, text: str, todo: str = "") -> Finding:
    """Say what works only in part."""
    return Finding(Level.WARN, check, text, todo)


def fail(check: str, text: str, todo: str, code: ExitCode) -> Finding:
    """Say what does not work."""
    return Finding(Level.FAIL, check, text, todo, code)
