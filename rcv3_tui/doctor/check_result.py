"""The result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.text_safety import ascii_only, escape_controls


class Level(StrEnum):
    """The severity of a result."""

    OK = "ok"
    NOTE = "note"
    """For information; no action is needed."""
    WARN = "warn"
    """It works with limitations."""
    FAIL = "FAIL"
    """It does not work."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check, printed as one line."""

    level: Level
    check: str
    """The subject, in one or two words."""
    text: str
    """The finding; never a secret."""
    todo: str = ""
    """The suggested next step; empty if none."""
    code: ExitCode = ExitCode.ATTENTION
    """The exit code of the program, for `FAIL` only."""

    def line(self, *, ascii_text: bool = False) -> str:
        """Return the printed line.

        Args:
            ascii_text: Replace characters that are not ASCII.
        """
        todo = f" -> {self.todo}" if self.todo else ""
        text = escape_controls(f"{self.text}{todo}")
        return f"{self.level:<5} {self.check:<11} {ascii_only(text) if ascii_text else text}"


def ok(check: str, text: str) -> CheckResult:
    """Return a result without problems."""
    return CheckResult(Level.OK, check, text)


def note(check: str, text: str, todo: str = "") -> CheckResult:
    """Return a result for information."""
    return CheckResult(Level.NOTE, check, text, todo)


def warn(check: str, text: str, todo: str = "") -> CheckResult:
    """Return a result about something that works with limitations."""
    return CheckResult(Level.WARN, check, text, todo)


def fail(check: str, text: str, todo: str, code: ExitCode) -> CheckResult:
    """Return a result about something that does not work."""
    return CheckResult(Level.FAIL, check, text, todo, code)
