"""Standard output: a terminal or a pipe, and what it can show."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import BinaryIO

from msgspec import Struct

from rcv3_tui.model.text_safety import ascii_only
from rcv3_tui.standard_streams import NO_OUTPUT, discard_output, write_failure

_WIDTH = 80
_HEIGHT = 24


class BrokenPipe(Exception):  # noqa: N818 - not an error: the reader has enough
    """The reader has closed the pipe."""


class OutputError(Exception):
    """The output cannot be written, for example to a full disk; the text says why."""


class OutputStyle(Struct, frozen=True):
    """What the output can show."""

    is_terminal: bool = False
    colors: bool = False
    ascii: bool = False
    columns: int = _WIDTH
    rows: int = _HEIGHT

    @property
    def ellipsis(self) -> str:
        """The character that marks a truncated text."""
        return "~" if self.ascii else "…"


class OutputStream:
    """The stream that the output is written to.

    Args:
        stream: Takes bytes.
        style: What it can show.
    """

    def __init__(self, stream: BinaryIO, style: OutputStyle) -> None:
        self._stream = stream
        self.style = style

    def write(self, text: str) -> None:
        """Write a whole text at once.

        Raises:
            BrokenPipe: The reader has closed the pipe.
            OutputError: It cannot be written.
        """
        if self.style.ascii:
            # JSON is already ASCII; a table transliterates other characters.
            data = ascii_only(text).encode("ascii")
        else:
            data = text.encode("utf-8", "backslashreplace")
        try:
            self._stream.write(data)
            self._stream.flush()
        except BrokenPipeError:
            raise BrokenPipe from None
        except OSError as error:
            raise OutputError(write_failure(error)) from None

    def discard(self) -> None:
        """Discard what could not be written, and everything that follows."""
        discard_output(self._stream)

    def measured(self) -> OutputStyle:
        """Return the style with the terminal's current size."""
        if not self.style.is_terminal:
            return self.style
        columns, rows = _size(self._stream)
        style = self.style
        return OutputStyle(True, style.colors, style.ascii, columns, rows)


class OutcomeOutput:
    """The output of a command that goes on to its end, although nobody reads it any more.

    Args:
        out: What is written to until that fails.
        report: Takes the reason if it fails.
    """

    def __init__(self, out: OutputStream, report: Callable[[str], None]) -> None:
        self._out: OutputStream | None = out
        self._report = report

    def write(self, text: str) -> None:
        """Write a text, unless an earlier one could not be written."""
        if self._out is None:
            return
        try:
            self._out.write(text)
        except BrokenPipe:
            self._discard()
        except OutputError as error:
            self._discard()
            self._report(str(error))

    def _discard(self) -> None:
        if self._out is not None:
            self._out.discard()
        self._out = None


def standard_output(environ: Mapping[str, str], *, ascii: bool) -> OutputStream:
    """Return this process's standard output.

    Args:
        environ: The environment: `NO_COLOR`, `TERM`.
        ascii: Write ASCII only.

    Raises:
        OutputError: There is none.
    """
    stream = sys.stdout
    if stream is None:
        raise OutputError(NO_OUTPUT)
    stream.flush()
    is_terminal = stream.isatty()
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM", "") in ("", "dumb")
    columns, rows = _size(stream.buffer) if is_terminal else (_WIDTH, _HEIGHT)
    return OutputStream(
        stream.buffer,
        OutputStyle(
            is_terminal=is_terminal,
            colors=is_terminal and not plain,
            ascii=ascii,
            columns=columns,
            rows=rows,
        ),
    )


def _size(stream: BinaryIO) -> tuple[int, int]:
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _WIDTH, _HEIGHT
    return size.columns or _WIDTH, size.lines or _HEIGHT
