"""The scenario that runs in every real terminal."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from contextlib import suppress
from difflib import unified_diff
from typing import Protocol

from tests.support.real_session import BACK, ConsoleScript

SIZE = (110, 32)
SMALLER = (84, 26)

ADDRESS = "203.0.113.11"
"""The public IP of web-02 in the simulated account."""

SECONDS = 60.0
"""The longest wait in seconds, for a busy machine or a slow connection."""

_PASSING = re.compile(r"(?<=FAILED)[\w ]*…|(?<![\w.-])(?:\d+[smdy]|\d+h\d\d)(?![\w.-])| +")
"""Ages as `model.times.elapsed` formats them, and the blanks that align them; the end of a reason,
which is cut to the width that its column had at the last change of the window's size."""

_CLIPBOARD = re.compile(rb"\x1b\]52;([a-z]*);([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")


class Window(Protocol):
    """A terminal as the scenario uses it: a screen, keys, a size."""

    @property
    def lines(self) -> list[str]:
        """The screen, one string per row, without trailing blanks."""
        ...

    @property
    def text(self) -> str:
        """The screen as one string."""
        ...

    def row(self, start: str) -> str:
        """Return the line that begins with a word, apart from marks; empty if there is none."""
        ...

    def wait_for(self, what: str | Callable[[], bool], timeout: float = ...) -> None:
        """Wait until a text is on the screen, or until a condition holds."""
        ...

    def wait_gone(self, text: str, timeout: float = ...) -> None:
        """Wait until a text is no longer on the screen."""
        ...

    def wait_row(self, start: str, *wanted: str, timeout: float = ...) -> None:
        """Wait until the line that begins with a word contains some other texts."""
        ...

    def wait_dialog(self, text: str) -> None:
        """Wait until a dialog has shown a text for as long as it ignores type-ahead."""
        ...

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        ...

    def type(self, text: str) -> None:
        """Type a text."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        ...


def start(window: Window, expected: list[str] | None = None) -> list[str]:
    """Wait for the whole first screen, and return its pane of servers.

    Args:
        window: Where the console starts.
        expected: The same pane in another terminal; wait until it looks the same.
    """
    window.wait_row("web-02", "ACTIVE", ADDRESS, timeout=SECONDS)
    window.wait_for(lambda: " live " in f"{window.lines[0]} ", SECONDS)
    window.press("1")
    window.wait_gone("press any key to close", SECONDS)
    window.wait_for("? more", SECONDS)
    # "…" is a count that is not known yet.
    window.wait_for(lambda: " … " not in "\n".join(servers(window)), SECONDS)
    if expected is not None:
        window.wait_for(lambda: without_ages(servers(window)) == without_ages(expected), SECONDS)
    return servers(window)


def servers(window: Window) -> list[str]:
    """Return the lines of the pane of servers."""
    lines = window.lines
    first = _find(lines, " 1 Servers", 0)
    last = _find(lines, " 2 Public", len(lines))
    while last > first and not lines[last - 1]:
        last -= 1
    return lines[first:last]


def work(window: Window) -> str:
    """Move, filter, add, remove in the dialog and copy; return the message about the copy."""
    # Move: the mark is on the row that the next key acts on.
    window.press("home")
    window.wait_for(lambda: _is_marked(window, "api-01"), SECONDS)
    window.press("down")
    window.wait_for(lambda: _is_marked(window, "api-02"), SECONDS)

    # Filter: to one server, and back.
    window.press("/")
    window.wait_for(lambda: any(line.startswith("/") for line in window.lines), SECONDS)
    window.type("web-04")
    window.wait_for("1-1/1 of 8", SECONDS)
    window.press("enter")
    window.wait_for(lambda: _is_marked(window, "web-04"), SECONDS)

    # Add: to the server without a public IP.
    window.press("a")
    if not _is_soon(window, "Enter to add"):
        # On a busy machine, it arrived together with the key before and was treated as a paste.
        window.press("a")
        window.wait_for("Enter to add", SECONDS)
    window.press("enter")
    if not _is_soon(window, "ADDING"):
        # It was pressed while the question ignored type-ahead.
        window.press("enter")
    window.wait_row("web-04", "203.0.113.", timeout=SECONDS)
    window.press("escape")
    window.wait_row("web-02", ADDRESS, timeout=SECONDS)

    # Remove: the public IP of another server, with the address typed into the dialog.
    window.press("/")
    window.wait_for(lambda: any(line.startswith("/") for line in window.lines), SECONDS)
    window.type("web-02")
    window.wait_for("1-1/1 of 8", SECONDS)
    window.press("enter")
    window.wait_for(lambda: _is_marked(window, "web-02"), SECONDS)
    window.press("c")
    window.wait_for(ADDRESS, SECONDS)
    window.wait_for("copied ", SECONDS)
    announced = next(line for line in window.lines if "copied " in line).strip()
    window.press("ctrl+d")
    window.wait_dialog("Cancel")
    window.type(ADDRESS)
    if not _is_soon(window, "matches"):
        # On a busy machine, the dialog treated it as type-ahead.
        window.press("ctrl+u")
        window.type(ADDRESS)
    window.wait_for("matches", SECONDS)
    window.press("tab", "enter")
    window.wait_gone("Cancel", SECONDS)
    window.wait_for(lambda: " - " in window.row("web-02"), SECONDS)
    # With an open operation the console would ask before it quits.
    window.wait_for(lambda: "operation" not in window.lines[0], SECONDS)
    window.press("escape")
    window.wait_row("web-01", "203.0.113.10", timeout=SECONDS)
    return announced


def change_size(window: Window, *, other_rows: int = 0) -> None:
    """Make the window smaller, where one pane fills the screen, and large again.

    Args:
        window: What is resized.
        other_rows: The number of rows at the bottom that belong to the multiplexer.
    """
    before = window.lines
    window.resize(*SMALLER)
    window.wait_for(lambda: _is_narrow(window, other_rows), SECONDS)
    window.wait_row("web-01", "203.0.113.10", timeout=SECONDS)
    window.resize(*SIZE)
    wait_same(window, before, other_rows=other_rows)


def quit_console(window: Window, script: ConsoleScript) -> None:
    """Quit the console and wait for the shell."""
    window.press("q")
    window.wait_for(BACK, SECONDS)
    script.assert_left_clean()


def wait_same(window: Window, before: list[str], *, other_rows: int = 0) -> None:
    """Wait until the panes and the footer are as they were on an earlier screen.

    Args:
        window: What is compared.
        before: The lines of the earlier screen.
        other_rows: The number of rows at the bottom that belong to the multiplexer.

    Raises:
        AssertionError: They differ; the message has the lines that do.
    """
    earlier = _lasting(before, other_rows)
    with suppress(AssertionError):
        window.wait_for(lambda: _lasting(window.lines, other_rows) == earlier, SECONDS)
    later = _lasting(window.lines, other_rows)
    assert later == earlier, "\n".join(unified_diff(earlier, later, "before", "now", lineterm=""))


def without_ages(lines: list[str]) -> list[str]:
    """Return rows without ages and widths, to compare them with those of another moment."""
    return [_PASSING.sub("", line) for line in lines]


def _lasting(lines: list[str], other_rows: int) -> list[str]:
    """Return what time does not change: panes and footer, without header and message line."""
    own = lines[: len(lines) - other_rows]
    return without_ages([*own[1:-2], *own[-1:]])


def clipboard_texts(raw: bytes) -> list[str]:
    """Return the texts that reached a terminal by OSC 52."""
    return [base64.b64decode(text).decode() for _, text in _CLIPBOARD.findall(raw)]


def _find(lines: list[str], start: str, otherwise: int) -> int:
    numbers = (number for number, line in enumerate(lines) if line.startswith(start))
    return next(numbers, otherwise)


def _is_soon(window: Window, text: str) -> bool:
    """Return whether a text appears within some seconds."""
    try:
        window.wait_for(text, 3.0)
    except AssertionError:
        return False
    return True


def _is_marked(window: Window, name: str) -> bool:
    return window.row(name).startswith("❯")


def _is_narrow(window: Window, other_rows: int) -> bool:
    """Return whether one pane fills the smaller screen, with the keys in the last row."""
    lines = window.lines
    return (
        len(lines) == SMALLER[1]
        and lines[0].startswith(" rcv3")
        and lines[1].startswith(" 1 Servers")
        and "3 Pools" in lines[1]
        and "? more" in lines[-1 - other_rows]
        and max(map(len, lines)) <= SMALLER[0]
    )
