"""xterm on a virtual screen: keys are sent as X events, and xterm itself prints its screen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import DEVNULL, Popen

from rcv3_tui.tui.screens.dialog import HOLD
from tests.support.terminal import TIMEOUT
from tests.support.x_display import Display

_PACE = 0.15
"""Seconds between two keys, enough for each to be drawn."""

_LATE = 0.5
"""The delay of a dialog's type-ahead pause on a busy machine, in seconds."""


class XTermWindow:
    """An xterm that runs a command.

    Args:
        program: The path of xterm.
        display: The name of the X server.
        command: The command.
        directory: The directory for its files.
        environment: The whole environment of xterm.
        size: Columns and rows.
        resources: X resources in addition to the defaults.
    """

    def __init__(
        self,
        program: str,
        display: str,
        command: Sequence[str],
        *,
        directory: Path,
        environment: dict[str, str],
        size: tuple[int, int],
        resources: Sequence[str] = (),
    ) -> None:
        self._printed = directory / "printed"
        self._log = directory / "xterm-log"
        part = directory / "part"
        set_for_tests = (
            "*allowSendEvents: true",
            f"*printerCommand: cat >{part} && mv {part} {self._printed}",
            "*printerAutoClose: true",
            "*printAttributes: 0",
            "*VT100.translations: #override <Key>F12: print()",
        )
        self._display = Display(display)
        self._process = Popen(
            [
                *(program, "-display", display, "-u8", "-b", "0", "-l", "-lf", str(self._log)),
                *("-geometry", f"{size[0]}x{size[1]}"),
                *(word for line in (*set_for_tests, *resources) for word in ("-xrm", line)),
                *("-e", *command),
            ],
            env=environment,
            stdin=DEVNULL,
            stderr=DEVNULL,
        )
        self._size = size
        self._window = 0
        self._cell = (0, 0)
        self._directory = directory

    def open(self) -> None:
        """Wait until the command runs."""
        deadline = time.monotonic() + TIMEOUT
        path = self._directory / "environment"
        while not (
            path.exists() and (found := re.search(r"^WINDOWID=(\d+)", path.read_text(), re.M))
        ):
            assert self._process.poll() is None, "xterm has ended"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        self._window = int(found[1])
        width, height = self._display.size(self._window)
        self._cell = (width // self._size[0], height // self._size[1])

    @property
    def lines(self) -> list[str]:
        """Return the screen as xterm prints it, one string per row, without trailing blanks."""
        self._printed.unlink(missing_ok=True)
        self._display.press(self._window, "f12")
        deadline = time.monotonic() + TIMEOUT
        while not self._printed.exists():
            assert self._process.poll() is None, "xterm has ended"
            assert time.monotonic() < deadline, "xterm prints nothing"
            time.sleep(0.005)
        text = self._printed.read_text().replace("\r", "").replace("\f", "")
        lines = [line.rstrip() for line in text.split("\n")]
        rows = self._size[1]
        return (lines + [""] * rows)[:rows]

    @property
    def text(self) -> str:
        """Return the screen as one string."""
        return "\n".join(self.lines)

    def row(self, start: str) -> str:
        """Return the line that begins with a word, apart from marks; empty if there is none."""
        for line in self.lines:
            if re.match(rf"\W*{re.escape(start)}(?!\S)", line):
                return line
        return ""

    def wait_for(self, what: str | Callable[[], bool], timeout: float = TIMEOUT) -> None:
        """Wait until a text is on the screen, or until a condition holds."""
        deadline = time.monotonic() + timeout
        while not (what in self.text if isinstance(what, str) else what()):
            assert time.monotonic() < deadline, f"not within {timeout:g} s: {what!r}\n{self.text}"
            time.sleep(0.05)

    def wait_gone(self, text: str, timeout: float = TIMEOUT) -> None:
        """Wait until a text is no longer on the screen."""
        self.wait_for(lambda: text not in self.text, timeout)

    def wait_row(self, start: str, *wanted: str, timeout: float = TIMEOUT) -> None:
        """Wait until the line that begins with a word contains some other texts."""
        self.wait_for(lambda: all(word in self.row(start) for word in (start, *wanted)), timeout)

    def wait_dialog(self, text: str) -> None:
        """Wait until a dialog has shown a text for as long as it ignores type-ahead."""
        self.wait_for(text)
        time.sleep(HOLD + _LATE)

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self._display.press(self._window, key)
            time.sleep(_PACE)

    def type(self, text: str) -> None:
        """Type a text."""
        for character in text:
            self._display.press(self._window, character)
        time.sleep(_PACE)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size as a window manager does."""
        self._size = (columns, rows)
        self._display.resize(self._window, columns * self._cell[0], rows * self._cell[1])

    @property
    def raw(self) -> bytes:
        """Return all bytes written to it, as far as xterm has logged them."""
        return self._log.read_bytes()

    @property
    def is_cursor_hidden(self) -> bool:
        """Return whether the cursor is hidden."""
        return self.raw.rfind(b"\x1b[?25l") > self.raw.rfind(b"\x1b[?25h")

    @property
    def clipboard(self) -> str:
        """Return the text on the clipboard."""
        return self._display.clipboard()

    def wait_end(self) -> int:
        """Wait until xterm has exited, and return its exit code."""
        return self._process.wait(TIMEOUT)

    def close(self) -> None:
        """Stop xterm and close the connection."""
        self._process.terminate()
        self._process.wait()
        self._display.close()
