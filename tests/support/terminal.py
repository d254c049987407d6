"""Runs the installed command in a pseudo-terminal, with a screen to read and keys to press.

Tests wait for events, not for time. The terminal answers the query for synchronized output (mode
2026), so that the command brackets each frame, and the end of a frame is an event. The screen only
shows whole frames, as on every terminal with that mode.
"""

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

from rcv3_tui.tui.screens.dialog import HOLD

COMMAND = Path(os.environ.get("TESTED_COMMAND", Path(sys.executable).with_name("rcv3-tui")))
"""The command that `TESTED_COMMAND` names, else that next to the Python that runs the tests."""

TIMEOUT = 30.0
"""Seconds after which an event that did not happen fails the test."""

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
    "ctrl+l": "\x0c",
    "ctrl+s": "\x13",
    "ctrl+backslash": "\x1c",
    "ctrl+c": "\x03",
    "ctrl+d": "\x04",
    "ctrl+p": "\x10",
    "ctrl+r": "\x12",
    "ctrl+u": "\x15",
    "ctrl+z": "\x1a",
}
"""The sequences that a terminal sends for keys that are not letters."""

_KITTY_ESCAPE = b"\x1b[27u"
"""Escape in kitty's protocol; unlike the single byte, it needs no pause after it."""

SIGNALS_TO_DEFAULT = """
import signal
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
    # Ignored signals are inherited: by a background job, and from nohup.
    signal.signal(number, signal.SIG_DFL)
"""
"""Python code for a child process, so that signals work whatever started the tests."""

_TAKE_TERMINAL = f"""{SIGNALS_TO_DEFAULT}
import fcntl, os, sys, termios
os.umask(int(sys.argv[1], 8))
if sys.argv[2] == "controlling":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if sys.argv[3] == "C":
    # This Python set it in place of the C locale that the command is to find.
    os.environ.pop("LC_CTYPE", None)
os.execv(sys.argv[4], sys.argv[4:])
"""
"""Makes the terminal the controlling one; a fork from a process with threads could not do it."""

_SILENCE = 0.12
"""Seconds without output after which a screen counts as drawn, if frames have no end."""

_UNDRAWN = 0.15
"""Seconds after which a key without output counts as handled."""

_DELIVERY = 0.02
"""Seconds after which the command can read keys that were written."""

_UNREAD = 5.0
"""Seconds that a busy machine may take to read a key."""

_PACE = 0.1
"""Seconds between two keys; a changing command does not run within 0.08 s of another key."""

_LONE_ESCAPE = 0.25
"""Seconds after a single Escape byte; a byte that follows sooner is read as part of the key."""

_SHORTEST, _LONGEST = 0.15, 1.5
"""Bounds of the delay, in seconds, of a dialog's type-ahead pause on a busy machine."""

_MODE_QUERY = re.compile(rb"\x1b\[\?([0-9]+)\$p")
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;:]*[a-zA-Z]|\?[0-9;]*\$p|\?[0-9;]*u)")
_PRIVATE_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KITTY = re.compile(rb"\x1b\[([<>])[0-9]*u")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")

_REFUSED = re.compile(
    r"came together with other keys; press (\S+) again"
    r"|(\S+) ignored \(possible type-ahead\); press it again"
)
"""The console's messages about a key that was read together with the one before."""

_FRAME_STARTS = b"\x1b[?2026h"
_FRAME_ENDS = b"\x1b[?2026l"
_ON_BY_DEFAULT = {7, 25}
_SAVE_TITLE, _RESTORE_TITLE = b"\x1b[22;2t", b"\x1b[23;2t"


class Terminal:
    """A terminal that runs one command.

    Args:
        arguments: The arguments of the command.
        environment: The whole environment of the command.
        size: Columns and rows.
        umask: The command's umask, in octal.
        controlling: Make it the controlling terminal, which sends SIGHUP when it closes.
        answers: Answer the query for synchronized output, and send Escape by kitty's protocol once
            the command has switched that on. Otherwise, as on an old terminal, the end of a frame
            is unknown, and tests wait for silence.
        stderr: A file for stderr instead of the terminal.
        command: The program to run.
        screen: The class of the emulated screen.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
        umask: str = "022",
        controlling: bool = True,
        answers: bool = True,
        stderr: Path | None = None,
        command: Path = COMMAND,
        screen: type[pyte.Screen] = pyte.Screen,
    ) -> None:
        columns, rows = size
        self.home = Path(environment["HOME"])
        """The home directory of the command."""
        self._screen = screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._rows: list[str] = []
        self._raw = bytearray()
        self._pending = b""
        """Output that is not shown yet: an incomplete frame or sequence."""
        self._answers = answers
        self._frames = 0
        self._changed = threading.Condition()
        self._last_output = time.monotonic()
        self._last_key = 0.0
        self._pressed = ""
        """The last key of `press`, while it may still be refused."""
        self._finished = False
        self._ours, self._theirs = os.openpty()
        self._set_size(columns, rows)
        self._attributes = termios.tcgetattr(self._theirs)
        with ExitStack() as files:
            errors = self._theirs if stderr is None else files.enter_context(stderr.open("wb"))
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL),
                    *(umask, "controlling" if controlling else "other"),
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

    # -- what it shows ------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """Return the screen, one string per row, without trailing blanks."""
        with self._changed:
            rows, columns = self._screen.lines, range(self._screen.columns)
            if len(self._rows) != rows:
                self._rows = [""] * rows
                self._screen.dirty.update(range(rows))
            for number in self._screen.dirty:
                if number < rows:
                    cells = self._screen.buffer[number]
                    self._rows[number] = "".join(cells[x].data for x in columns).rstrip()
            self._screen.dirty.clear()
            return list(self._rows)

    @property
    def text(self) -> str:
        """Return the screen as one string."""
        return "\n".join(self.lines)

    @property
    def words(self) -> str:
        """Return the screen without its layout: blanks, line ends and frames become one blank."""
        return " ".join(re.sub(r"[│┃┆▏▕|]", " ", self.text).split())

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Return the column and the row of the cursor, from 0; None while it is hidden."""
        with self._changed:
            cursor = self._screen.cursor
            return None if cursor.hidden else (cursor.x, cursor.y)

    @property
    def raw(self) -> bytes:
        """Return all bytes that the command has written."""
        with self._changed:
            return bytes(self._raw)

    @property
    def final_output(self) -> str:
        """Return what the command wrote after it left the alternate screen."""
        rest = self.raw.rpartition(b"\x1b[?1049l")[2].decode(errors="replace")
        return _ESCAPES.sub("", rest).replace("\r", "").strip()

    @property
    def is_restored(self) -> bool:
        """Return whether all modes and the terminal's attributes are as they were at the start."""
        return not self.modes_left_on and termios.tcgetattr(self._theirs) == self._attributes

    @property
    def is_stopped(self) -> bool:
        """Return whether the command is stopped, as by Ctrl+Z."""
        status = Path(f"/proc/{self._process.pid}/stat").read_text()
        return status.rpartition(")")[2].split()[0] == "T"

    @property
    def modes_left_on(self) -> list[str]:
        """Return the modes that differ from those of a new terminal."""
        raw = self.raw
        modes: dict[int, bool] = {}
        for numbers, switch in _PRIVATE_MODE.findall(raw):
            for number in numbers.split(b";"):
                modes[int(number)] = switch == b"h"
        differing = [f"?{n}" for n, on in modes.items() if on != (n in _ON_BY_DEFAULT)]
        if raw.count(_SAVE_TITLE) > raw.count(_RESTORE_TITLE):
            differing.append("title")
        return differing + (["kitty keyboard"] if _has_kitty_keyboard(raw) else [])

    def row(self, start: str) -> str:
        """Return the line that begins with a word, apart from marks; empty if there is none."""
        for line in self.lines:
            if re.match(rf"\W*{re.escape(start)}(?!\S)", line):
                return line
        return ""

    # -- waiting ------------------------------------------------------------------------------

    def wait_for(self, what: str | Callable[[], bool], timeout: float = TIMEOUT) -> None:
        """Wait until a text is on the screen, or until a condition holds.

        Args:
            what: The text, or a condition: of the screen, of a file, of requests at a server.
            timeout: Seconds after which the test fails.

        Raises:
            AssertionError: It did not happen; the message has the screen.
        """
        deadline = time.monotonic() + timeout
        while True:
            ended = self.has_ended
            if what in self.text if isinstance(what, str) else what():
                return
            assert not ended, f"ended with {self.exit_code}, without {what!r}:\n{self.final_output}"
            self._press_again()
            left = deadline - time.monotonic()
            assert left > 0, f"not within {timeout:g} s: {what!r}\n{self.text}"
            with self._changed:
                # Text needs output to appear; a condition may become true without output.
                self._changed.wait(min(left, 0.5 if isinstance(what, str) else 0.02))

    def is_soon(self, text: str) -> bool:
        """Return whether a text appears within a second."""
        deadline = time.monotonic() + 1.0
        while text not in self.text and time.monotonic() < deadline:
            with self._changed:
                self._changed.wait(0.05)
        return text in self.text

    def stays(self, text: str) -> bool:
        """Return whether a text is still on the screen after three seconds."""
        deadline = time.monotonic() + 3.0
        while text in self.text and time.monotonic() < deadline:
            with self._changed:
                self._changed.wait(0.05)
        return text in self.text

    def wait_gone(self, text: str, timeout: float = TIMEOUT) -> None:
        """Wait until a text is no longer on the screen."""
        self.wait_for(lambda: text not in self.text, timeout)

    def wait_row(self, start: str, *wanted: str, timeout: float = TIMEOUT) -> None:
        """Wait until the line that begins with a word contains some other texts."""
        try:
            self.wait_for(lambda: _has_all(self.row(start), wanted), timeout)
        except AssertionError as error:
            raise AssertionError(f"{start} without {wanted}: {error}") from None

    def wait_words(self, *wanted: str) -> None:
        """Wait until the screen without its layout contains some texts."""
        self.wait_for(lambda: _has_all(self.words, wanted))

    def wait_live(self, timeout: float = TIMEOUT) -> None:
        """Wait until the header shows that everything in view is live."""
        self.wait_for(lambda: " live " in f"{self.lines[0]} ", timeout)

    def wait_dialog(self, text: str) -> None:
        """Wait until a dialog has shown a text for as long as it ignores type-ahead.

        On a busy machine the pause starts late, by the time that the dialog took to open.
        """
        self.wait_for(text)
        shown = time.monotonic()
        late = min(max(_SHORTEST, 2.0 * (shown - self._last_key)), _LONGEST)
        self._wait_until(shown + HOLD + late)

    def assert_never(self, what: Callable[[], bool], seconds: float) -> None:
        """Check for some seconds that a condition does not become true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert not what(), self.text
            with self._changed:
                self._changed.wait(0.05)

    # -- keyboard -----------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys one after the other, each after the frame of the one before."""
        for key in keys:
            self._wait_until(self._last_key + _PACE)
            frame = self._frames
            self._last_key = time.monotonic()
            if key != "escape":
                self.burst(KEYS.get(key, key))
            elif self._answers and _has_kitty_keyboard(self.raw):
                self.send(_KITTY_ESCAPE)
            else:
                self.burst(KEYS[key])
                self._wait_until(self._last_key + _LONE_ESCAPE)
            self._pressed = key
            self._wait_read()
            self._wait_drawn(frame)

    def type(self, text: str) -> None:
        """Type a text as quickly as a terminal sends it, and wait for the frame that shows it."""
        self._wait_until(self._last_key + _PACE)
        frame = self._frames
        self.burst(text)
        self._last_key = time.monotonic()
        self._wait_read()
        self._wait_drawn(frame)

    def _press_again(self) -> None:
        """Press a refused key again, as the console requests."""
        refused = _REFUSED.search(self.text)
        if refused and (
            refused[1] == self._pressed or refused[2] in (self._pressed, self._pressed.title())
        ):
            self._wait_until(self._last_key + 3 * _PACE)
            self.burst(KEYS.get(self._pressed, self._pressed))
            self._last_key = time.monotonic()

    def burst(self, text: str) -> None:
        """Write keys all at once without waiting, as in a paste or type-ahead."""
        self._pressed = ""
        self.send(text.encode())

    def send(self, data: bytes) -> None:
        """Write bytes as they are, even if they are not text."""
        os.write(self._ours, data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        with self._changed:
            if (columns, rows) == (self._screen.columns, self._screen.lines):
                # No signal is sent then, and nothing is redrawn.
                return
            self._screen.resize(rows, columns)
            self._screen.erase_in_display(2)
            self._rows = []
            self._set_size(columns, rows)

    # -- the end ------------------------------------------------------------------------------

    @property
    def has_ended(self) -> bool:
        """Return whether the command has exited and all of its output has been read."""
        return self._finished

    @property
    def exit_code(self) -> int | None:
        """Return the exit code; None while the command runs."""
        return self._process.poll()

    def wait_end(self, timeout: float = TIMEOUT) -> int:
        """Wait until the command has exited, and return its exit code."""
        deadline = time.monotonic() + timeout
        while not self.has_ended:
            assert time.monotonic() < deadline, f"still running after {timeout:g} s\n{self.text}"
            with self._changed:
                self._changed.wait(0.05)
        return self._process.wait(timeout)

    @property
    def pid(self) -> int:
        """Return the id of the command's process."""
        return self._process.pid

    def kill(self) -> None:
        """Kill the command, as a crash or the kernel does."""
        self._process.kill()
        assert self.wait_end() == -signal.SIGKILL

    def signal(self, number: signal.Signals) -> None:
        """Send the command a signal."""
        self._process.send_signal(number)

    def stall(self) -> None:
        """Stop reading output, as a stalled connection does."""
        self._finished = True
        self._reader.join()

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        self.stall()
        os.close(self._theirs)
        os.close(self._ours)
        self._theirs = self._ours = -1

    def close(self) -> None:
        """Kill the command if it still runs, and release the terminal."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for descriptor in (self._theirs, self._ours):
            if descriptor >= 0:
                os.close(descriptor)
        self._theirs = self._ours = -1

    # -- inner workings -----------------------------------------------------------------------

    def _wait_until(self, moment: float) -> None:
        """Wait for some seconds, or until the command exits."""
        while not self.has_ended and (left := moment - time.monotonic()) > 0:
            with self._changed:
                self._changed.wait(left)

    def _wait_read(self) -> None:
        """Wait until the command has read the keys; unread, the next key would join their burst."""
        deadline = time.monotonic() + _UNREAD
        # The kernel delivers bytes a moment after they were written.
        self._wait_until(time.monotonic() + _DELIVERY)
        while not self.has_ended and _unread_bytes(self._theirs) and time.monotonic() < deadline:
            self._last_key = time.monotonic()
            self._wait_until(self._last_key + _DELIVERY)

    def _wait_drawn(self, frame: int) -> None:
        """Wait for the end of the next frame; for silence if frames have no end.

        Args:
            frame: The number of frames before the key.
        """
        if not self._answers:
            self.wait_for(
                lambda: self.has_ended or time.monotonic() - self._last_output >= _SILENCE
            )
        elif self._frames:
            deadline = time.monotonic() + _UNDRAWN
            while not self.has_ended and self._frames == frame:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
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
                with self._changed:
                    self._show(self._pending)
                self._finished = True
        with self._changed:
            self._changed.notify_all()

    def _take(self, data: bytes) -> None:
        with self._changed:
            self._last_output = time.monotonic()
            self._raw += data
            data = self._pending + data
            # A sequence may be cut anywhere; keep an incomplete one until the rest arrives.
            start = data.rfind(b"\x1b", max(0, len(data) - 64))
            whole = start < 0 or re.match(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[])", data[start:])
            end = len(data) if whole else start
            begun = data.rfind(_FRAME_STARTS, 0, end)
            if begun >= 0 and data.find(_FRAME_ENDS, begun, end) < 0:
                end = begun
            self._pending = data[end:]
            if end:
                self._show(data[:end])
                self._changed.notify_all()

    def _show(self, data: bytes) -> None:
        if self._answers and b"2026" in (mode for mode in _MODE_QUERY.findall(data)):
            # 2: known, and off.
            os.write(self._ours, b"\x1b[?2026;2$y")
        self._frames += data.count(_FRAME_ENDS)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))


def _has_kitty_keyboard(raw: bytes) -> bool:
    return sum(1 if which == b">" else -1 for which in _KITTY.findall(raw)) > 0


def _unread_bytes(terminal: int) -> int:
    """Return the number of bytes in a terminal that its program has not read; 0 if it is gone."""
    try:
        return int(struct.unpack("i", fcntl.ioctl(terminal, termios.FIONREAD, b"\0" * 4))[0])
    except (OSError, ValueError):
        return 0


def _has_all(line: str, words: Sequence[str]) -> bool:
    return bool(line) and all(word in line for word in words)
