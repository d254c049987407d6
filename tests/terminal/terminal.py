"""A pseudo-terminal with the installed command in it: what it draws, and keys to press."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyte

COMMAND = Path(sys.executable).with_name("rcv3-tui")
"""The command as installing the package puts it beside the Python that runs the tests."""

PATIENCE = 10.0
"""Seconds that a test waits for what has to happen, unless it says otherwise."""

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "delete": "\x1b[3~",
    "shift+tab": "\x1b[Z",
    "f1": "\x1bOP",
    "ctrl+b": "\x02",
    "ctrl+f": "\x06",
    "ctrl+s": "\x13",
    "ctrl+backslash": "\x1c",
    "ctrl+c": "\x03",
    "ctrl+d": "\x04",
    "ctrl+p": "\x10",
    "ctrl+r": "\x12",
    "ctrl+u": "\x15",
}
"""What a terminal sends for keys that are no letter."""

_TAKE_TERMINAL = """
import fcntl, os, sys, termios
os.umask(int(sys.argv[1], 8))
if sys.argv[2] == "its own":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if sys.argv[3] == "C":
    # This very Python put it there, in place of the C locale that the command is to find.
    os.environ.pop("LC_CTYPE", None)
os.execv(sys.argv[4], sys.argv[4:])
"""
"""Makes the terminal the session's own; a fork from a process with threads could not do it."""

_SETTLED = 0.12
"""Seconds without output after which a screen is taken for drawn."""

_HAND = 0.06
"""Seconds between two keys of a hand: a dialog takes what is closer for a paste."""

_LONE_ESCAPE = 0.25
"""Seconds after Escape: what follows sooner is read as one key with it."""

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;:]*[a-zA-Z]|\?[0-9;]*\$p|\?[0-9;]*u)")
_PRIVATE_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KITTY = re.compile(rb"\x1b\[([<>])[0-9]*u")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")

_SYNCHRONIZED = 2026
_ON_BY_DEFAULT = {7, 25}


class Terminal:
    """A terminal that runs one command. It answers none of the command's questions.

    Args:
        arguments: The words after the command's name.
        environment: All of the command's environment.
        size: Columns and rows.
        umask: The command's, in octal.
        borrowed: The terminal is not the session's own: no signal tells of its end.
        stderr: A file that takes stderr away from the terminal.
        command: What is run; the installed command unless told otherwise.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
        umask: str = "022",
        borrowed: bool = False,
        stderr: Path | None = None,
        command: Path = COMMAND,
    ) -> None:
        columns, rows = size
        self.home = Path(environment["HOME"])
        """Where the command keeps its files."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._raw = bytearray()
        self._held = b""
        self._changed = threading.Condition()
        self._last_output = time.monotonic()
        self._finished = False
        self._ours, self._theirs = os.openpty()
        self._set_size(columns, rows)
        self._attributes = termios.tcgetattr(self._theirs)
        with ExitStack() as files:
            errors = self._theirs if stderr is None else files.enter_context(stderr.open("wb"))
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL),
                    *(umask, "borrowed" if borrowed else "its own"),
                    *(environment.get("LC_CTYPE", "C"), str(command), *arguments),
                ],
                stdin=self._theirs,
                stdout=self._theirs,
                stderr=errors,
                env=dict(environment),
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # -- what is seen -------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The screen, a string a row, without the blanks at its end."""
        with self._changed:
            return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one string."""
        return "\n".join(self.lines)

    @property
    def words(self) -> str:
        """The screen without its layout: runs of blanks, line ends and frames are one blank."""
        return " ".join(re.sub(r"[│┃┆▏▕|]", " ", self.text).split())

    @property
    def raw(self) -> bytes:
        """All bytes that the command has written."""
        with self._changed:
            return bytes(self._raw)

    @property
    def farewell(self) -> str:
        """What was written to the terminal outside of the console's own screen, at the end."""
        rest = self.raw.rpartition(b"\x1b[?1049l")[2].decode(errors="replace")
        return _ESCAPES.sub("", rest).replace("\r", "").strip()

    @property
    def is_restored(self) -> bool:
        """Every mode that was switched is as it was, and so are the terminal's attributes."""
        return not self.left_on and termios.tcgetattr(self._theirs) == self._attributes

    @property
    def left_on(self) -> list[str]:
        """The modes that differ from those of a terminal that was just opened."""
        modes: dict[int, bool] = {}
        for numbers, switch in _PRIVATE_MODE.findall(self.raw):
            for number in numbers.split(b";"):
                modes[int(number)] = switch == b"h"
        kitty = sum(1 if which == b">" else -1 for which in _KITTY.findall(self.raw))
        differing = [f"?{n}" for n, on in modes.items() if on != (n in _ON_BY_DEFAULT)]
        return differing + (["kitty keyboard"] if kitty > 0 else [])

    def row(self, start: str) -> str:
        """Give the line that begins with a word, marks before it aside; empty without one."""
        for line in self.lines:
            if re.match(rf"\W*{re.escape(start)}(?!\S)", line):
                return line
        return ""

    # -- waiting ------------------------------------------------------------------------------

    def wait_for(self, what: str | Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait until a text is on the screen, or until something is so.

        Args:
            what: The text, or a question that is asked until it is true.
            timeout: Seconds after which the test fails.

        Raises:
            AssertionError: It did not come; the text has the screen.
        """
        deadline = time.monotonic() + timeout
        while True:
            ended = self.has_ended
            if what in self.text if isinstance(what, str) else what():
                return
            assert not ended, f"ended with {self.exit_code}, without {what!r}:\n{self.farewell}"
            left = deadline - time.monotonic()
            assert left > 0, f"not within {timeout:g} s: {what!r}\n{self.text}"
            with self._changed:
                self._changed.wait(min(left, 0.05))

    def wait_gone(self, text: str, timeout: float = PATIENCE) -> None:
        """Wait until a text is no longer on the screen."""
        self.wait_for(lambda: text not in self.text, timeout)

    def wait_row(self, start: str, *wanted: str, timeout: float = PATIENCE) -> None:
        """Wait until the line that begins with a word has some others in it."""
        try:
            self.wait_for(lambda: _has_all(self.row(start), wanted), timeout)
        except AssertionError as error:
            raise AssertionError(f"{start} without {wanted}: {error}") from None

    def settle(self, seconds: float = _SETTLED, timeout: float = PATIENCE) -> None:
        """Wait until nothing has been written for some time; what has ended writes no more."""
        self.wait_for(
            lambda: self.has_ended or time.monotonic() - self._last_output >= seconds, timeout
        )

    def read_dialog(self, text: str) -> None:
        """Wait for a dialog and look at it as long as it takes for keys to be meant for it."""
        self.wait_for(text)
        self.settle(0.4)

    def never(self, what: Callable[[], bool], seconds: float) -> None:
        """Watch for some time that something does not happen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert not what(), self.text
            with self._changed:
                self._changed.wait(0.05)

    # -- hands --------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys one after the other, each when what the last one did has been drawn."""
        for key in keys:
            self.settle(_HAND)
            pressed = time.monotonic()
            self.burst(KEYS.get(key, key))
            self._hold(_LONE_ESCAPE if key == "escape" else _HAND, since=pressed)

    def type(self, text: str) -> None:
        """Type a text as quickly as a terminal sends it."""
        self.settle(_HAND)
        self.burst(text)
        self.settle()

    def burst(self, text: str) -> None:
        """Write keys all at once, as a paste or type-ahead brings them."""
        self.send(text.encode())

    def send(self, data: bytes) -> None:
        """Write bytes as they are, also such as are no text."""
        os.write(self._ours, data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size as a window does."""
        with self._changed:
            if (columns, rows) == (self._screen.columns, self._screen.lines):
                # No signal is sent then, and nothing is drawn anew.
                return
            self._screen.resize(rows, columns)
            self._screen.erase_in_display(2)
            self._set_size(columns, rows)

    # -- the end ------------------------------------------------------------------------------

    @property
    def has_ended(self) -> bool:
        """The command has ended and all that it wrote has been read."""
        return self._finished

    @property
    def exit_code(self) -> int | None:
        """How the command ended; None while it runs."""
        return self._process.poll()

    def wait_end(self, timeout: float = PATIENCE) -> int:
        """Wait until the command has ended and give its exit code."""
        deadline = time.monotonic() + timeout
        while not self.has_ended:
            assert time.monotonic() < deadline, f"still running after {timeout:g} s\n{self.text}"
            with self._changed:
                self._changed.wait(0.05)
        return self._process.wait(timeout)

    @property
    def pid(self) -> int:
        """The command's process."""
        return self._process.pid

    @property
    def cpu_seconds(self) -> float:
        """Time that the command has kept a processor busy."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End the command where it stands, as a crash or the kernel does."""
        self._process.kill()
        assert self.wait_end() == -signal.SIGKILL

    def signal(self, number: signal.Signals) -> None:
        """Send the command a signal."""
        self._process.send_signal(number)

    def stall(self) -> None:
        """Take nothing that is written any more, as a line does that hangs."""
        self._finished = True
        self._reader.join()

    def hang_up(self) -> None:
        """Go away, as a lost connection does."""
        self.stall()
        os.close(self._theirs)
        os.close(self._ours)
        self._theirs = self._ours = -1

    def close(self) -> None:
        """End the command, however it is, and let go of the terminal."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for descriptor in (self._theirs, self._ours):
            if descriptor >= 0:
                os.close(descriptor)
        self._theirs = self._ours = -1

    # -- inner workings -----------------------------------------------------------------------

    def _hold(self, seconds: float, *, since: float) -> None:
        """Let some time pass since a key, unless it ended the command."""
        while not self.has_ended and (left := since + seconds - time.monotonic()) > 0:
            with self._changed:
                self._changed.wait(left)

    def _set_size(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)

    def _read(self) -> None:
        while not self._finished:
            ended = self._process.poll() is not None
            if select.select([self._ours], [], [], 0.02)[0]:
                try:
                    self._take(os.read(self._ours, 65536))
                except OSError:
                    ended = True
                else:
                    continue
            if ended:
                self._finished = True
        with self._changed:
            self._changed.notify_all()

    def _take(self, data: bytes) -> None:
        with self._changed:
            self._last_output = time.monotonic()
            self._raw += data
            data = self._held + data
            # A sequence may be cut anywhere; what is not yet whole waits for the rest.
            start = data.rfind(b"\x1b", max(0, len(data) - 64))
            whole = start < 0 or re.match(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[])", data[start:])
            self._held = b"" if whole else data[start:]
            data = data if whole else data[:start]
            self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
            self._changed.notify_all()


def _has_all(line: str, words: Sequence[str]) -> bool:
    return bool(line) and all(word in line for word in words)
