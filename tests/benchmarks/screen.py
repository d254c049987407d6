"""A program in a pseudo-terminal: what it wrote when, and what was on the screen."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

SIZE = (120, 40)

_PAUSE = 0.003
"""Seconds without output after which the output counts as complete for now."""

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;:]*[a-zA-Z]|\?[0-9;]*\$p|\?[0-9;]*u)")

Predicate = Callable[[Sequence[str]], bool]


def shows(*texts: str) -> Predicate:
    """Return a predicate: whether each pattern matches a line of the screen."""
    patterns = [re.compile(text) for text in texts]
    return lambda lines: all(any(p.search(line) for line in lines) for p in patterns)


class Screen:
    """Runs a program and records its output with times, for a terminal emulator to read later.

    Args:
        command: The program and its arguments.
        home: Its home directory, which is created.
        environment: Variables in addition to the minimum.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        home: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        columns, rows = SIZE
        home.mkdir(parents=True, exist_ok=True)
        self._ours, theirs = os.openpty()
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # Without a wrapper, whose start would be measured too.
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(home),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
                **{
                    f"XDG_{name}_HOME": str(home / name.lower())
                    for name in ("CONFIG", "STATE", "CACHE", "DATA")
                },
                **(environment or {}),
            },
            start_new_session=True,
        )
        os.close(theirs)
        self.chunks: list[tuple[float, bytes]] = []
        """Seconds since the start, and the output."""

    # -- reading ------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Return the number of bytes written so far."""
        return sum(len(data) for _, data in self.chunks)

    @property
    def now(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.began

    def read(self, seconds: float) -> bytes:
        """Read the output of some seconds."""
        return self._read_until(self.now + seconds, lambda: False)

    def read_quiet(self, quiet: float, most: float = 10.0) -> bytes:
        """Read output until there was none for some seconds."""
        start, end = len(self.chunks), self.now + most
        last = self.now
        while self.now < end and self.now - last < quiet:
            if self._take(quiet):
                last = self.now
        return b"".join(data for _, data in self.chunks[start:])

    def read_until(self, seen: Predicate, most: float = 30.0) -> float | None:
        """Read until the screen satisfies a predicate.

        Returns:
            Seconds from the start to that moment; None if it never came.
        """
        terminal, stream = _terminal()
        done = 0
        end = self.now + most
        while True:
            # A program that still writes must not wait for the emulator.
            while self._take(_PAUSE):
                pass
            while done < len(self.chunks):
                at, data = self.chunks[done]
                done += 1
                stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
                # Checked when there is nothing more to read, because the emulator takes time.
                if done == len(self.chunks) and not self._take(0.0) and seen(terminal.display):
                    return self._exactly(seen, done) or at
            if self.now > end or self.process.poll() is not None:
                return None
            self._take(0.05)

    def _exactly(self, seen: Predicate, count: int) -> float | None:
        """Return the time of the first chunk after which the predicate holds."""
        terminal, stream = _terminal()
        for at, data in self.chunks[:count]:
            stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
            if seen(terminal.display):
                return at
        return None

    @property
    def lines(self) -> list[str]:
        """Return the lines of the screen."""
        terminal, stream = _terminal()
        stream.feed(_UNKNOWN_TO_PYTE.sub(b"", b"".join(data for _, data in self.chunks)))
        return [line.rstrip() for line in terminal.display]

    def _read_until(self, end: float, enough: Callable[[], bool]) -> bytes:
        start = len(self.chunks)
        while (left := end - self.now) > 0 and not enough():
            self._take(left)
        return b"".join(data for _, data in self.chunks[start:])

    def _take(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:
            # The program has exited; do not loop without a pause.
            time.sleep(0.01)
            return False
        self.chunks.append((self.now, data))
        return True

    # -- keys ---------------------------------------------------------------------------------

    def press(self, keys: str, most: float = 2.0) -> float | None:
        """Press a key and wait for the first byte of output.

        Returns:
            The seconds between the two; None without output.
        """
        while self._take(0.0):
            pass
        pressed = time.perf_counter()
        os.write(self._ours, keys.encode())
        return time.perf_counter() - pressed if self._take(most) else None

    # -- resources ---------------------------------------------------------------------------

    @property
    def cpu(self) -> float:
        """Return the processor time of all threads so far, in seconds; 0 if unknown."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        try:
            return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks.iterdir()) / 1e9
        except (OSError, ValueError):
            return 0.0

    @property
    def memory(self) -> float:
        """Return the resident set size in MiB; 0 if unknown."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0.0
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    def close(self) -> None:
        """Kill the program if it still runs, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def leave(self, keys: str = "q", most: float = 10.0) -> None:
        """Quit the program by a key, as a user does, and close the terminal."""
        os.write(self._ours, keys.encode())
        end = self.now + most
        while self.now < end and self.process.poll() is None:
            self._take(0.05)
        self.close()

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _terminal() -> tuple[pyte.Screen, pyte.ByteStream]:
    screen = pyte.Screen(*SIZE)
    return screen, pyte.ByteStream(screen)


PYTHON = Path(sys.executable)
COMMAND = PYTHON.with_name("rcv3-tui")
"""The installed command, next to the Python that measures."""

PROGRAMS = Path(__file__).with_name("programs")
