"""Writes to the terminal without blocking the program.

As much as the connection accepts is written at once: passing it to a thread costs as much as
drawing it, while a list is decoded. A thread writes the rest.

Textual's writer accepts thirty pieces and then blocks. On a stalled connection the program would
then send no request, poll no operation and handle no signal, and it would never end after the
terminal was closed.
"""

from __future__ import annotations

import os
import select
import threading

_PIECE = 4096
"""Bytes per write; the buffer of a terminal has about this size."""

_STALLED = 2.0
"""Seconds without progress after which `drain` gives up."""


class NonBlockingWriter:
    """A text file that accepts everything and writes it as fast as the connection allows.

    Args:
        descriptor: The terminal; it stays open.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at_once = reopen_tty(descriptor, os.O_WRONLY)
        self._pending = bytearray()
        self._changed = threading.Condition()
        self._is_dead = False
        self._thread: threading.Thread | None = None

    def fileno(self) -> int:
        """Return the terminal's descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Return that it is a terminal."""
        return True

    def write(self, text: str) -> int:
        """Write a text; it is dropped if the terminal is gone."""
        with self._changed:
            if not self._is_dead:
                data = text.encode("utf-8", "replace")
                if not self._pending:
                    data = data[self._taken_at_once(data) :]
                if data:
                    self._leave_to_thread(data)
        return len(text)

    def flush(self) -> None:
        """Do nothing: everything is queued. `drain` waits for it."""

    def drain(self) -> None:
        """Wait until everything is written, or nothing was accepted for a while."""
        with self._changed:
            while left := len(self._pending):
                self._changed.wait(_STALLED)
                if len(self._pending) >= left:
                    return

    def _taken_at_once(self, data: bytes) -> int:
        """Write without waiting; return the number of bytes that were accepted."""
        if self._at_once is None:
            return 0
        try:
            return os.write(self._at_once, data)
        except OSError:
            # Full, or gone: the thread finds out.
            return 0

    def _leave_to_thread(self, data: bytes) -> None:
        self._pending += data
        self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._write_on, name="terminal", daemon=True)
            self._thread.start()

    def _write_on(self) -> None:
        while True:
            with self._changed:
                while not self._pending:
                    self._changed.wait()
                piece = bytes(self._pending[:_PIECE])
            try:
                written = os.write(self._descriptor, piece)
            except BlockingIOError:
                # Another program that shares the terminal made it nonblocking.
                select.select([], [self._descriptor], [])
                continue
            except OSError:
                with self._changed:
                    self._is_dead = True
                    self._pending.clear()
                    self._changed.notify_all()
                return
            with self._changed:
                del self._pending[:written]
                self._changed.notify_all()


def reopen_tty(descriptor: int, access: int) -> int | None:
    """Open a terminal again, as a nonblocking file.

    The mode belongs to the open file, which is shared with the shell and others: it must not be
    changed there.

    Args:
        descriptor: The terminal.
        access: os.O_RDONLY or os.O_WRONLY.

    Returns:
        The new descriptor; None if it cannot be opened, such as a terminal of another user.
    """
    try:
        name = os.ttyname(descriptor)
        return os.open(name, access | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
