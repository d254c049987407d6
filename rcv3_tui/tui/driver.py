"""The terminal as the console writes to it and reads from it.

Textual's own driver writes to stderr, so that `2>file` would take the screen along; it ends the
program at a byte that is not UTF-8, spins once the terminal has gone away, waits for a line that
has stalled, and leaves a mode of the mouse on. This one differs in these alone.
"""

from __future__ import annotations

import codecs
import os
import selectors
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from rcv3_tui.tui.terminal_file import TerminalFile

if TYPE_CHECKING:
    from textual.app import App

_RESTORE: Final = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l\x1b[?7h"  # paste, size, focus; line wrap
    "\x1b[0m\x1b[<u\x1b[?1049l\x1b[?25h"  # colours, keyboard, screen, cursor
)
"""Takes back every mode that the console may have switched."""

_SWITCH_SECONDS: Final = 0.0005
"""After which a thread that waits for the interpreter is given it."""

_WAIT: Final = 0.1
"""Seconds without a key after which an Escape stands alone, as Textual has it."""


class TerminalDriver(LinuxDriver):
    """Writes to where stdout goes, and reads whatever bytes a terminal sends.

    The arguments are those of Textual's driver, which makes it.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # In UTF-8 whatever the locale: where that is not UTF-8, nothing but ASCII is drawn.
        # As much of a file as Textual's writer asks of one.
        self._file: TerminalFile = _terminal_file()  # type: ignore[assignment]
        self._is_on = False

    def write(self, data: str) -> None:
        """Write without the thread that Textual has for it: the file keeps nobody waiting."""
        self._file.write(data)

    # -- modes --------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self._is_on = True
        # Else the thread that reads keys waits up to 5 ms, several times a key, while a list is
        # decoded.
        sys.setswitchinterval(_SWITCH_SECONDS)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        if os.environ.get("TERM", "").startswith("linux"):
            # There is no other screen to go back to: what was drawn would stay.
            self.write("\x1b[0m\x1b[H\x1b[J")
        super().stop_application_mode()
        self._is_on = False

    def take_mouse(self, taken: bool) -> None:
        """Have the terminal send what the mouse does, or keep it for its own selection.

        Args:
            taken: Whether it sends it.
        """
        if not taken:
            self._disable_mouse_support()
        self._mouse = taken
        if taken:
            self._enable_mouse_support()
        self.flush()

    def give_back(self) -> None:
        """Restore the terminal, if the end came without `stop_application_mode`."""
        if not self._is_on:
            return
        self._is_on = False
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        self._file.write(_RESTORE)
        self._file.drain()

    def close(self) -> None:
        """Have everything on the terminal that was written for it, as far as it takes it."""
        super().close()
        self._file.drain()

    def _disable_mouse_support(self) -> None:
        super()._disable_mouse_support()
        if self._mouse_pixels:
            self.write("\x1b[?1016l")
            self._mouse_pixels = False

    # -- size ---------------------------------------------------------------------------------

    def _get_terminal_size(self) -> tuple[int, int]:
        try:
            width, height = os.get_terminal_size(self._file.fileno())
        except OSError:
            width = height = 0
        # A serial line tells 0x0.
        return (width or 80, height or 24)

    # -- keys ---------------------------------------------------------------------------------

    def run_input_thread(self) -> None:
        """Read keys until the console ends or the terminal goes away."""
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_WAIT):
                    data = self._read()
                    if not data:
                        self._hung_up()
                        break
                    text = decode(data)
                else:
                    # What began like a longer letter is all there is.
                    text = decode(b"", final=True)
                if text:
                    for event in parser.feed(text):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        try:
            for _ in parser.feed(""):
                pass
        except (EOFError, ParseError):
            # Half a key was left; nobody waits for it.
            return

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _hung_up(self) -> None:
        """Tell the app that nobody is there any more."""
        self._loop.call_soon_threadsafe(self._app.exit, None, 129)


def _terminal_file() -> TerminalFile:
    """Open what stands for the terminal: stdout, unless it goes elsewhere."""
    for stream in (sys.__stdout__, sys.__stdin__, sys.__stderr__):
        if stream is None:
            continue
        try:
            descriptor = stream.fileno()
        except (OSError, ValueError):
            continue
        if os.isatty(descriptor):
            return TerminalFile(descriptor)
    raise OSError("there is no terminal to write to")
