"""Standard streams that may be closed, full, or without a reader."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO, TextIO

from rcv3_tui.exit_codes import UsageError

NO_OUTPUT = "there is no standard output to write to"


def write_output(text: str) -> None:
    """Write the output of a command to stdout.

    Raises:
        BrokenPipeError: The reader has closed the pipe.
        UsageError: There is no stdout, or it cannot be written, for example to a full disk.
    """
    if sys.stdout is None:
        raise UsageError(NO_OUTPUT)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output(sys.stdout)
        raise UsageError(write_failure(error)) from error


def write_failure(error: OSError) -> str:
    """Return why the output cannot be written."""
    reason = (error.strerror or type(error).__name__).lower()
    return f"the output cannot be written: {reason}"


def discard_output(stream: TextIO | BinaryIO | None) -> None:
    """Redirect a stream to the null device, so that the flush at exit cannot fail.

    Args:
        stream: stdout or stderr; None, as Python sets it if the descriptor was closed: no effect.
    """
    if stream is None:
        return
    # ValueError, io.UnsupportedOperation: the stream has no descriptor.
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
