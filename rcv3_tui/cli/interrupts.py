"""Ctrl+C while modules are imported."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rcv3_tui.exit_codes import ExitCode


@contextmanager
def exit_immediately_on_sigint() -> Iterator[None]:
    """Exit the process on Ctrl+C, without an exception, while the block runs.

    An exception in the middle of an import can be swallowed by the import system, or leave a
    partially initialised module behind. There is nothing to clean up at this stage.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        # `nohup`, or a host program, handles the signal.
        yield
        return
    try:
        signal.signal(signal.SIGINT, _exit)
    except ValueError:
        # Only the main thread can handle signals.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _exit(number: int, frame: FrameType | None) -> None:
    os._exit(ExitCode.INTERRUPTED)
