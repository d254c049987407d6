"""Where the answer goes: a terminal or something that reads it, and what it can show."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import BinaryIO

from msgspec import Struct

from rcv3_tui.model.text import ascii_only

_WIDTH = 80
_HEIGHT = 24


class Closed(Exception):  # noqa: N818 - not a fault: whoever read it has enough
    """Nobody reads the answer any more."""


class Unwritable(Exception):  # noqa: N818 - told as what happened
    """The answer cannot be written: a full disk, no output at all; the text says which."""


class Looks(Struct, frozen=True):
    """What the place where the answer goes can show."""

    is_terminal: bool = False
    colours: bool = False
    ascii: bool = False
    columns: int = _WIDTH
    rows: int = _HEIGHT


class Out:
    """The answer's way out.

    Args:
        stream: Takes bytes.
        looks: What it can show.
    """

    def __init__(self, stream: BinaryIO, looks: Looks) -> None:
        self._stream = stream
        self.looks = looks

    def write(self, text: str) -> None:
        """Write a text, all of it, at once.

        Raises:
            Closed: Nobody reads it any more.
            Unwritable: It cannot be written.
        """
        if self.looks.ascii:
            # JSON is ASCII already there; a table spells what ASCII does not have.
            data = ascii_only(text).encode("ascii")
        else:
            data = text.encode("utf-8", "backslashreplace")
        try:
            self._stream.write(data)
            self._stream.flush()
        except BrokenPipeError:
            raise Closed from None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise Unwritable(f"the output cannot be written: {reason}") from None

    def measured(self) -> Looks:
        """Give the looks with the terminal's size as it is now."""
        if not self.looks.is_terminal:
            return self.looks
        columns, rows = _size(self._stream)
        looks = self.looks
        return Looks(True, looks.colours, looks.ascii, columns, rows)


def standard_output(environ: Mapping[str, str], *, ascii: bool) -> Out:
    """Give this process's standard output.

    Args:
        environ: The environment: `NO_COLOR`, `TERM`.
        ascii: Nothing beyond ASCII may be written.

    Raises:
        Unwritable: There is none.
    """
    stream = sys.stdout
    if stream is None:
        raise Unwritable("there is no standard output to write to")
    stream.flush()
    is_terminal = stream.isatty()
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM", "") in ("", "dumb")
    columns, rows = _size(stream.buffer) if is_terminal else (_WIDTH, _HEIGHT)
    return Out(
        stream.buffer,
        Looks(
            is_terminal=is_terminal,
            colours=is_terminal and not plain,
            ascii=ascii,
            columns=columns,
            rows=rows,
        ),
    )


def let_go() -> None:
    """Keep Python from trying at its end to write to an output that nobody reads."""
    if sys.stdout is None:
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        # Not a file of the system's: nothing is written at the end then.
        return


def _size(stream: BinaryIO) -> tuple[int, int]:
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _WIDTH, _HEIGHT
    return size.columns or _WIDTH, size.lines or _HEIGHT
