"""The line between a process that asks ahead and the one that will want the answers.

Kept apart from what is said on it (`rcv3_tui.api.passing`), which nobody needs before a screen is
painted.
"""

from __future__ import annotations

import mmap
import os
import signal
import socket
from contextlib import suppress
from typing import Final

_ROOM: Final = 64 * 1024 * 1024
"""Bytes of answers that fit beside the line; only what is written takes memory."""


class End:
    """One end of the line: a socket for words, and memory that both processes share.

    A long answer need not wait there until the other process has the time to read it.

    Args:
        words: One of a pair of sockets.
        answers: The memory.
    """

    def __init__(self, words: socket.socket, answers: mmap.mmap) -> None:
        self.words = words
        self.answers = answers
        self.process: int | None = None
        """The number of the other process, where it is to be waited for."""

    def close(self) -> None:
        """Let go of it; the other process ends, where it is this one's to end."""
        self.words.close()
        self.answers.close()
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGTERM)
            with suppress(ChildProcessError):
                os.waitpid(self.process, 0)
            self.process = None


def line() -> tuple[End, End]:
    """Make a line.

    Raises:
        OSError: There is no memory or socket to be had.
    """
    answers = mmap.mmap(-1, _ROOM)
    ours, theirs = socket.socketpair()
    return End(ours, answers), End(theirs, answers)
