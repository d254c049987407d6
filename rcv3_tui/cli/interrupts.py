"""Ctrl+C while modules are being loaded."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rcv3_tui.exit_codes import ExitCode


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Have Ctrl+C end the process at once, for as long as the block lasts.

    Raised in the middle of an import, an exception can be swallowed by the import system, or leave
    a half-made module to whoever imports it next. Nothing has been begun by then that would have to
    be put in order.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        # Somebody wants it otherwise: `nohup`, or a program that this is a part of.
        yield
        return
    try:
        signal.signal(signal.SIGINT, _end)
    except ValueError:
        # Signals are the main thread's alone.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(number: int, frame: FrameType | None) -> None:
    os._exit(ExitCode.INTERRUPTED)
