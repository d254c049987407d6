"""Messages on stderr, and progress on a terminal."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import TextIO

from rcv3_tui.model.text_safety import ascii_only, escape_controls
from rcv3_tui.text_width import truncate

_PROGRAM = "rcv3-tui"


class ProgressReporter:
    """Reports on stderr; stdout contains only the output.

    Args:
        stream: The destination; None: discard everything.
        is_terminal: Progress may be shown and erased again.
        ascii: Write ASCII only.
        columns: The width of the terminal.
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
        """Whether progress is shown."""
        return self._is_terminal

    def report(self, text: str) -> None:
        """Write a message on its own line."""
        self.end_progress()
        self._write(f"{_PROGRAM}: {self._safe(text)}\n")

    def report_once(self, text: str) -> None:
        """Write a message only if it was not written before."""
        if text not in self._said:
            self._said.add(text)
            self.report(text)

    def progress(self, text: str) -> None:
        """Replace the progress line."""
        if self._is_terminal:
            shown = truncate(self._safe(text), self._columns - 1, "~" if self._ascii else "…")
            self._write(f"\r\x1b[K{shown}")
            self._shown = True

    def end_progress(self) -> None:
        """Erase the progress line."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _safe(self, text: str) -> str:
        text = escape_controls(" ".join(text.split()))
        return ascii_only(text) if self._ascii else text

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # Stderr is closed; the output does not depend on it.
            self._stream = None


def progress_reporter(environ: Mapping[str, str], *, ascii: bool) -> ProgressReporter:
    """Return this process's reporter.

    Args:
        environ: The environment; no progress is shown if `TERM` has no cursor.
        ascii: Write ASCII only.
    """
    stream = sys.stderr
    if stream is None:
        return ProgressReporter(None)
    is_terminal = stream.isatty() and environ.get("TERM", "") not in ("", "dumb")
    columns = 80
    if is_terminal:
        try:
            columns = os.get_terminal_size(stream.fileno()).columns or 80
        except OSError:
            columns = 80
    return ProgressReporter(stream, is_terminal=is_terminal, ascii=ascii, columns=columns)


class _ReportingHandler(logging.Handler):
    """Reports warnings of the clients: an unwritable cache, a file that others can read."""

    def __init__(self, progress: ProgressReporter) -> None:
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        """Report the record; a warning only once."""
        report = (
            self._progress.report_once
            if record.levelno >= logging.WARNING
            else self._progress.report
        )
        report(record.getMessage())


def log_to(progress: ProgressReporter, level: str) -> None:
    """Report warnings of the clients, and with the level `debug` everything that they log.

    Args:
        progress: Where.
        level: The log level of the settings.
    """
    logger = logging.getLogger("rcv3_tui")
    logger.propagate = False
    logger.setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    logger.handlers = [_ReportingHandler(progress)]
