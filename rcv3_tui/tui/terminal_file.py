"""What is written to the terminal, at once or on a thread of its own, so that nobody waits for it.

As much as the line takes is written where it is drawn: to hand a key's picture to a thread, which
has to come by the interpreter, takes as long as to draw it while a list is decoded. The thread
writes what the line does not take.

Textual's writer takes thirty pieces and then keeps the whole program waiting. On a line that has
stalled nothing would be asked of the service, no operation followed and no signal heard, and once
such a terminal was closed the process would stay for ever.
"""

from __future__ import annotations

import os
import select
import threading

_PIECE = 4096
"""Bytes written at once; a terminal's own buffer holds about as many."""

_STALLED = 2.0
"""Seconds without a byte taken after which the end waits no longer."""


class TerminalFile:
    """A file that takes everything at once and writes it as quickly as the line allows.

    Args:
        descriptor: The terminal; it stays open.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at_once = opened_anew(descriptor, os.O_WRONLY)
        self._pending = bytearray()
        self._changed = threading.Condition()
        self._is_dead = False
        self._thread: threading.Thread | None = None

    def fileno(self) -> int:
        """Give the terminal's descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Tell that it is a terminal."""
        return True

    def write(self, text: str) -> int:
        """Take a text; one for a terminal that has gone is dropped."""
        with self._changed:
            if not self._is_dead:
                data = text.encode("utf-8", "replace")
                if not self._pending:
                    data = data[self._taken_at_once(data) :]
                if data:
                    self._leave_to_thread(data)
        return len(text)

    def flush(self) -> None:
        """Do nothing: everything is on its way already. `drain` waits for it."""

    def drain(self) -> None:
        """Wait until all has been written, or nothing moves any more."""
        with self._changed:
            while left := len(self._pending):
                self._changed.wait(_STALLED)
                if len(self._pending) >= left:
                    return

    def _taken_at_once(self, data: bytes) -> int:
        """Write what the line takes without waiting; tell how many bytes that is."""
        if self._at_once is None:
            return 0
        try:
            return os.write(self._at_once, data)
        except OSError:
            # Full, or gone: the thread will see.
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
                # Whoever started the program, or shares the terminal, made it so.
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


def opened_anew(descriptor: int, access: int) -> int | None:
    """Open a terminal once more, for what must not wait.

    Not to wait is a property of an open file, which a shell and others share with this one: it
    must not be changed there.

    Args:
        descriptor: The terminal.
        access: os.O_RDONLY or os.O_WRONLY.

    Returns:
        Its new descriptor; None where that cannot be had, as of a terminal of another user.
    """
    try:
        name = os.ttyname(descriptor)
        return os.open(name, access | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
