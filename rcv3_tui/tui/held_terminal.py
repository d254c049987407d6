"""The terminal between the cached frame and Textual: keys are not echoed, and every exit restores.

Needs the standard library alone.
"""

from __future__ import annotations

import os
import select
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

from rcv3_tui.tui.cached_frame import Frame, Line, render

_ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""Alternate screen, hidden cursor, no line wrap: as Textual sets them, too."""

_LEAVE: Final = "\x1b[0m\x1b[H\x1b[J\x1b[?7h\x1b[?1049l\x1b[?25h"
"""Takes these back. The screen is erased first for terminals without an alternate screen."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_STALLED: Final = 0.5
"""Seconds without progress after which a frame is not written further."""

_INPUT: Final = 0
_LOCAL: Final = 3
_CHARACTERS: Final = 6
"""Places in the list of `termios.tcgetattr`."""


class HeldTerminal:
    """A terminal that shows a cached frame until Textual takes over.

    The creator has to call `show`, and `restore` on every way out. `adopt` hands the terminal
    over; `restore` has no effect then.

    Args:
        frame: The frame.
        now: The time, in seconds since 1970.
    """

    def __init__(self, frame: Frame, now: float) -> None:
        self.size = (frame.columns, frame.rows)
        """Columns and rows."""
        self._frame = frame.labelled(now)
        self.lines: tuple[Line, ...] | None = None
        """What the terminal shows; None: it is not known."""
        self._input, self._output = 0, 1
        self._attributes: list[Any] | None = None
        self._handlers: dict[signal.Signals, Any] = {}

    @property
    def is_held(self) -> bool:
        """Whether the frame is shown and Textual has not taken over."""
        return self._attributes is not None

    def show(self) -> None:
        """Turn off echo and show the frame; without effect if the terminal does not allow it."""
        try:
            attributes = termios.tcgetattr(self._input)
        except termios.error:
            return
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            # `nohup` ignores a signal, and a host program may handle it.
            if handler in (signal.SIG_DFL, signal.default_int_handler):
                self._handlers[number] = handler
                signal.signal(number, self._exit)
        self._attributes = attributes
        self._set_quiet()
        if self._write(_ENTER + render(self._frame)):
            self.lines = self._frame

    @contextmanager
    def lend(self) -> Iterator[None]:
        """Let another program ask something on the terminal while the block runs.

        A command that prints a secret may ask for a passphrase. It gets the last line; what it
        writes stays there until Textual draws the whole screen.
        """
        if self._attributes is None:
            yield
            return
        self.lines = None
        with suppress(termios.error):
            termios.tcsetattr(self._input, termios.TCSANOW, self._attributes)
        self._write(f"\x1b[{self.size[1]};1H\x1b[0m\x1b[2K\x1b[?7h\x1b[?25h")
        interrupt = self._handlers.get(signal.SIGINT)
        if interrupt is not None:
            # An exception, so that the program that asks is ended, too.
            signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            if interrupt is not None:
                signal.signal(signal.SIGINT, self._exit)
            self._set_quiet()
            self._write("\x1b[?25l\x1b[?7l")

    def adopt(self) -> list[Any] | None:
        """Hand the terminal over to Textual's driver.

        Returns:
            The attributes to restore at the end; None if the frame is not shown.
        """
        attributes, self._attributes = self._attributes, None
        return attributes

    def restore(self) -> None:
        """Restore the terminal, unless it was handed over."""
        if self._attributes is None:
            return
        self._restore()
        for number, handler in self._handlers.items():
            if signal.getsignal(number) == self._exit:
                signal.signal(number, handler)

    def _restore(self) -> None:
        attributes, self._attributes = self._attributes, None
        self.lines = None
        if attributes is not None:
            self._write(_LEAVE)
            with suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSANOW, attributes)

    def _exit(self, number: int, frame: FrameType | None) -> None:
        """Exit at once; an exception in the middle of an import can be swallowed there."""
        del frame
        self._restore()
        os._exit(128 + number)

    def _set_quiet(self) -> None:
        r"""Turn off echo and lines, so that Textual reads each key as it was pressed.

        Only Ctrl+C still sends a signal. Ctrl+Z and Ctrl+\ are read as keys afterwards.
        """
        with suppress(termios.error, OSError, ValueError):
            attributes = termios.tcgetattr(self._input)
            attributes[_INPUT] &= ~(
                termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
            )
            attributes[_LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
            disabled = bytes([os.fpathconf(self._input, "PC_VDISABLE") & 0xFF])
            for place in (termios.VSUSP, termios.VQUIT):
                attributes[_CHARACTERS][place] = disabled
            attributes[_CHARACTERS][termios.VMIN] = 1
            attributes[_CHARACTERS][termios.VTIME] = 0
            # TCSANOW: what was typed already is not dropped.
            termios.tcsetattr(self._input, termios.TCSANOW, attributes)

    def _write(self, text: str) -> bool:
        """Write to the terminal; return whether all of it was written."""
        data = text.encode()
        try:
            while data:
                try:
                    data = data[os.write(self._output, data) :]
                except BlockingIOError:
                    # Another program made the terminal non-blocking.
                    if not select.select([], [self._output], [], _STALLED)[1]:
                        return False
        except OSError:
            return False
        return True
