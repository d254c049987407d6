"""The terminal as the console writes to it and reads from it.

Textual's own driver writes to stderr, so that `2>file` would take the screen along; it ends the
program at a byte that is not UTF-8, spins once the terminal has gone away, waits for a line that
has stalled, leaves a mode of the mouse on, and has a thread for keys, which comes late by the
interpreter while a list is decoded. This one differs in these alone.
"""

from __future__ import annotations

import codecs
import os
import select
import selectors
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from rcv3_tui import turns
from rcv3_tui.tui.terminal_file import TerminalFile, opened_anew

if TYPE_CHECKING:
    import asyncio

    from textual.app import App
    from textual.message import Message

_RESTORE: Final = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l\x1b[?7h"  # paste, size, focus; line wrap
    "\x1b[0m\x1b[<u\x1b[?1049l\x1b[?25h"  # colours, keyboard, screen, cursor
)
"""Takes back every mode that the console may have switched."""

_SWITCH_SECONDS: Final = 0.0005
"""After which a thread that waits for the interpreter is given it."""

_WAIT: Final = 0.1
"""Seconds after which a thread that reads keys looks whether it is still wanted."""

_ALONE: Final = constants.ESCAPE_DELAY + 0.01
"""Seconds without a key after which an Escape stands alone, a little more than the parser has."""


_MOST: Final = 4096
"""Bytes read at once."""


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
        self._keys: _Keys
        self._read_from: int | None = None
        """Read on the event loop; None: by the thread."""
        self._alone: asyncio.TimerHandle | None = None

    def write(self, data: str) -> None:
        """Write without the thread that Textual has for it: the file keeps nobody waiting."""
        self._file.write(data)

    # -- modes --------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self._is_on = True
        # Else a thread, where one reads keys, waits up to 5 ms, several times a key, while a list
        # is decoded.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._keys = _Keys(self._debug)
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

    def _run_input_thread(self) -> None:
        """Have keys read on the event loop, or read them here where that cannot be."""
        # Elsewhere a loop may not be able to watch a terminal.
        descriptor = opened_anew(self.fileno, os.O_RDONLY) if sys.platform == "linux" else None
        if descriptor is None:
            super()._run_input_thread()
        else:
            self._loop.call_soon_threadsafe(self._read_on_loop, descriptor)

    def _read_on_loop(self, descriptor: int) -> None:
        if not self._is_on or self._read_from is not None:
            os.close(descriptor)
            return
        self._read_from = descriptor
        self._loop.add_reader(descriptor, self._read_some, descriptor)
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        turns.give_way_to(lambda: bool(waiting.poll(0)))

    def _read_some(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, _MOST)
        except BlockingIOError:
            # Whoever else reads this terminal was quicker.
            return
        except OSError:
            data = b""
        if not data:
            self._stop_reading()
            self._hung_up()
            return
        self._hand_on_safely(self._keys.typed(data))
        if self._alone is not None:
            self._alone.cancel()
        self._alone = self._loop.call_later(_ALONE, self._nothing_more)

    def _nothing_more(self) -> None:
        self._hand_on_safely(self._keys.paused())

    def _hand_on_safely(self, messages: Iterator[Message]) -> None:
        try:
            self._hand_on(messages)
        except Exception as error:
            # The event loop would only log it.
            self._app._handle_exception(error)

    def _hand_on(self, messages: Iterator[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _stop_reading(self) -> None:
        if self._alone is not None:
            self._alone.cancel()
            self._alone = None
        if self._read_from is not None:
            turns.give_way_to(None)
            self._loop.remove_reader(self._read_from)
            os.close(self._read_from)
            self._read_from = None

    def disable_input(self) -> None:
        """Read no more keys."""
        self._stop_reading()
        super().disable_input()

    def send_message(self, message: Message) -> None:
        """Give the app a message, without the detour that one of another thread needs."""
        if self._read_from is None:
            super().send_message(message)
        else:
            self._app.post_message(message)

    def run_input_thread(self) -> None:
        """Read keys until the console ends or the terminal goes away."""
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(_WAIT):
                    self._hand_on(self._keys.paused())
                elif data := self._read():
                    self._hand_on(self._keys.typed(data))
                else:
                    self._hung_up()
                    break

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _MOST)
        except OSError:
            return b""

    def _hung_up(self) -> None:
        """Tell the app that nobody is there any more."""
        self._loop.call_soon_threadsafe(self._app.exit, None, 129)


class _Keys:
    """Makes messages of what a terminal sends."""

    def __init__(self, debug: bool) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._parser = XTermParser(debug)

    def typed(self, data: bytes) -> Iterator[Message]:
        """Take what came; give what that makes."""
        yield from self._parsed(self._decoder.decode(data))

    def paused(self) -> Iterator[Message]:
        """Give what stands for itself, as nothing has followed."""
        # What began like a longer letter is all there is.
        yield from self._parsed(self._decoder.decode(b"", final=True))

    def _parsed(self, text: str) -> Iterator[Message]:
        if text:
            yield from self._parser.feed(text)
        yield from self._parser.tick()


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
