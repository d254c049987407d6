"""What is told beside the answer: lines on stderr, and how far things are on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from rcv3_tui.model.text import ascii_only, clean
from rcv3_tui.oneshot.widths import cut

_PROGRAM = "rcv3-tui"


class Narrator:
    """Tells on stderr what happens; stdout holds the answer and nothing else.

    Args:
        stream: Where to; None: nowhere.
        is_terminal: Somebody looks on: progress may be shown and wiped out again.
        ascii: Nothing beyond ASCII may be written.
        columns: How wide that terminal is.
    """

    def __init__(
        self,
        stream: TextIO | None,
        *,
        is_terminal: bool = False,
        ascii: bool = False,
        columns: int = 80,
    ) -> None:
        self._stream = stream
        self._is_terminal = is_terminal
        self._ascii = ascii
        self._columns = columns
        self._shown = False
        self._said: set[str] = set()

    @property
    def is_terminal(self) -> bool:
        """Whether progress is seen."""
        return self._is_terminal

    def say(self, text: str) -> None:
        """Tell something for good, in a line of its own."""
        self.end_progress()
        self._write(f"{_PROGRAM}: {self._safe(text)}\n")

    def say_once(self, text: str) -> None:
        """Tell something that may come up again and again, the first time only."""
        if text not in self._said:
            self._said.add(text)
            self.say(text)

    def progress(self, text: str) -> None:
        """Show how far things are, in place of what was shown before."""
        if self._is_terminal:
            self._write(f"\r\x1b[K{cut(self._safe(text), self._columns - 1, ascii=self._ascii)}")
            self._shown = True

    def end_progress(self) -> None:
        """Wipe the line of progress out."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _safe(self, text: str) -> str:
        text = clean(" ".join(text.split()))
        return ascii_only(text) if self._ascii else text

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # Nobody listens there any more; the answer itself does not depend on it.
            self._stream = None


def narrator(environ: Mapping[str, str], *, ascii: bool) -> Narrator:
    """Make the narrator of this process.

    Args:
        environ: The environment; a `TERM` that knows no cursor gets no progress.
        ascii: Nothing beyond ASCII may be written.
    """
    stream = sys.stderr
    if stream is None:
        return Narrator(None)
    is_terminal = stream.isatty() and environ.get("TERM", "") not in ("", "dumb")
    columns = 80
    if is_terminal:
        try:
            columns = os.get_terminal_size(stream.fileno()).columns or 80
        except OSError:
            columns = 80
    return Narrator(stream, is_terminal=is_terminal, ascii=ascii, columns=columns)
