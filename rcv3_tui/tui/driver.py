"""The terminal driver: Textual's, with the fixes that an operator's terminal needs.

Textual's driver writes to stderr, so that `2>file` redirects the screen. It ends the program at a
byte that is not UTF-8, spins after the terminal is gone, blocks on a stalled connection, and leaves
one mouse mode on. This driver differs in these points only.
"""

from __future__ import annotations

import codecs
import logging
import os
import selectors
import signal
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from textual import constants, events
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from rcv3_tui.terminal_capabilities import driver_override
from rcv3_tui.tui.held_terminal import HeldTerminal
from rcv3_tui.tui.input_filter import InputFilter
from rcv3_tui.tui.nonblocking_writer import NonBlockingWriter
from rcv3_tui.tui.terminal_strings import RESTORE_TITLE, SAVE_TITLE
from rcv3_tui.tui.textual_compat import (
    XTermParser,
    can_replace_driver,
    fail,
    finish_sequence,
)
from rcv3_tui.tui.web_input import filter_input

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver
    from textual.message import Message

_log = logging.getLogger("rcv3_tui.tui")

_ERASE: Final = "\x1b[0m\x1b[H\x1b[J"
"""Clears the screen on terminals without an alternate screen (Linux console, GNU screen by default,
mosh); otherwise the shell's prompt appears in the middle of the console."""

_RESTORE: Final = (
    f"{_ERASE}"
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l\x1b[?7h"  # paste, size, focus; line wrap
    "\x1b[0m\x1b[<u\x1b[?1049l\x1b[?25h"  # colors, keyboard, screen, cursor
)
"""Resets every mode that the console may have set."""

_ALTERNATE_SCREEN: Final = "\x1b[?1049h"

_ALTERNATE_KEYS: Final = 0b100
"""Kitty protocol: also report the key at the same place of a Latin keyboard."""

_KITTY_FLAGS: Final = 0b11101
"""Textual's flags (disambiguate, report all keys, and their text) and the one above."""

_SWITCH_SECONDS: Final = 0.0005
"""The switch interval of the interpreter while keys are read."""

_WAIT: Final = 0.1
"""Seconds after which the reading thread checks whether it should stop."""

_MOST: Final = 4096
"""Bytes per read."""

_NOT_UTF8: Final = {0xDC00 + byte: byte if byte < 0xA0 else 0xFFFD for byte in range(0x80, 0x100)}
"""Decodes a byte that is not UTF-8: an 8-bit control character, or a replacement character."""


class TerminalDriver(LinuxDriver):
    """Writes to the terminal of stdout, and reads any bytes that it sends.

    The arguments are those of Textual's driver.
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
        # UTF-8 in every locale: where that is not UTF-8, only ASCII is drawn.
        # It has the methods that Textual's writer calls.
        self._file: NonBlockingWriter = _terminal_file()  # type: ignore[assignment]
        self._is_on = False
        self._title = ""
        """The sequence that sets the window's title; empty: the title is unchanged."""
        self._keys: _Keys
        self._held: HeldTerminal | None = getattr(app, "held_terminal", None)
        """The terminal with a cached frame, until this driver takes over."""

    def write(self, data: str) -> None:
        """Write without Textual's writer thread: the file does not block.

        While another program has the terminal, nothing is written.
        """
        if data == _ALTERNATE_SCREEN and self._held is not None and self._held.lines is not None:
            # The frame is on it; switching again would erase it.
            return
        if self._is_on:
            self._file.write(data)

    # -- modes --------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Set the modes of the terminal."""
        self._is_on = True
        # While a list is decoded, the thread that reads keys would wait up to 5 ms for the
        # interpreter, several times a key.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._keys = _Keys(self._debug)
        before = None if self._held is None else self._held.adopt()
        if before is None:
            self._held = None
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if before is not None:
            # Not those that Textual found: echo was off already.
            self.attrs_before = before
            self._held = None
        if self._title:
            self.write(SAVE_TITLE + self._title)
        if not constants.DISABLE_KITTY_KEY:
            self.write(f"\x1b[={_ALTERNATE_KEYS};2u")
        # Textual's own handler ignores the signal if the terminal reports its size; a terminal
        # that was attached again does not.
        self._loop.add_signal_handler(signal.SIGWINCH, self._window_changed)

    def set_title(self, sequence: str) -> None:
        """Set the title of the window; its own title is saved first, and restored at the end.

        Args:
            sequence: Sets the title; empty: restores the window's own.
        """
        if sequence == self._title:
            return
        if self._is_on:
            had_own = not self._title
            self.write((SAVE_TITLE if had_own else "") + (sequence or RESTORE_TITLE))
        self._title = sequence

    def set_modes_again(self) -> None:
        """Set every mode of the terminal, after a reset or on another terminal."""
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        if not constants.DISABLE_KITTY_KEY:
            # Set, not pushed: leaving pops one.
            self.write(f"\x1b[={_KITTY_FLAGS};1u")
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        if self._in_band_window_resize:
            self._enable_in_band_window_resize()
        self._enable_mouse_support()
        if self._mouse_pixels:
            self._enable_mouse_pixels()
        # Not saved again: leaving restores one.
        self.write(self._title)

    def _window_changed(self) -> None:
        """Report the size, even if it is the same: it may be that of another terminal.

        That one has none of the modes set: dtach, abduco and reptyr forward bytes only.
        """
        size = Size(*self._get_terminal_size())
        if size == self._app.size:
            self.set_modes_again()
        self._app.post_message(events.Resize(size, size))

    def stop_application_mode(self) -> None:
        """Restore the terminal."""
        self.write(_ERASE)
        if self._title:
            self.write(RESTORE_TITLE)
        super().stop_application_mode()
        self._is_on = False

    @contextmanager
    def handed_over(self) -> Iterator[int]:
        """Give the terminal to another program, with the modes and attributes it had at the start.

        An exception of the body leaves it there; otherwise the console takes it again.

        Yields:
            The descriptor that the program writes to.
        """
        self.suspend_application_mode()
        attributes = self.attrs_before
        try:
            with self.no_automatic_restart():
                yield self._file.fileno()
        finally:
            self._reset_terminal(attributes)
        self.resume_application_mode()

    def _reset_terminal(self, attributes: list[Any] | None) -> None:
        """Undo what a program that was killed has left, and drop keys that were meant for it."""
        # Blocked, because the group in the foreground may be that of a shell that was killed.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            with suppress(OSError, termios.error):
                if not _has_process(os.tcgetpgrp(self.fileno)):
                    os.tcsetpgrp(self.fileno, os.getpgrp())
                if os.tcgetpgrp(self.fileno) == os.getpgrp():
                    termios.tcflush(self.fileno, termios.TCIFLUSH)
                    if attributes is not None:
                        termios.tcsetattr(self.fileno, termios.TCSADRAIN, attributes)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def take_mouse(self, taken: bool) -> None:
        """Switch mouse reports on or off; when off, the terminal selects text itself.

        Args:
            taken: Whether the terminal reports the mouse.
        """
        if not taken:
            self._disable_mouse_support()
        self._mouse = taken
        if taken:
            self._enable_mouse_support()
        self.flush()

    def give_back(self) -> None:
        """Restore the terminal, if the app ended without `stop_application_mode`."""
        if not self._is_on:
            return
        self._is_on = False
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        self._file.write(RESTORE_TITLE + _RESTORE if self._title else _RESTORE)
        self._file.drain()

    def close(self) -> None:
        """Wait until everything is written, or the terminal accepts no more."""
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
        # A serial line reports 0x0.
        return (width or _number("COLUMNS", 80), height or _number("LINES", 24))

    # -- keys ---------------------------------------------------------------------------------

    def _hand_on(self, messages: Sequence[Message]) -> None:
        """Send the messages of one read together, so that a burst is recognized."""
        try:
            for message in messages:
                self.process_message(message)
        except Exception as error:
            # The event loop only logs it.
            fail(self._app, error)

    def process_message(self, message: Message) -> None:
        """Send a message, unless it is a mouse event while the mouse is off."""
        if self._mouse or not isinstance(message, events.MouseEvent):
            super().process_message(message)

    def send_message(self, message: Message) -> None:
        """Send the app a message; called on the event loop only."""
        self._app.post_message(message)

    def run_input_thread(self) -> None:
        """Read keys until the console ends or the terminal is gone."""
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                due = self._keys.due
                if not selector.select(_WAIT if due is None else min(due, _WAIT)):
                    messages = self._keys.paused()
                elif data := self._read():
                    messages = self._keys.typed(data)
                else:
                    self._hung_up()
                    break
                if messages:
                    self._loop.call_soon_threadsafe(self._hand_on, messages)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _MOST)
        except OSError:
            return b""

    def _hung_up(self) -> None:
        """Report to the app that the terminal is gone."""
        self._loop.call_soon_threadsafe(self._app.exit, None, 129)


def _has_process(group: int) -> bool:
    """Return whether a process group has a process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _number(name: str, default: int) -> int:
    """Return the number of cells in an environment variable; None if it is not plausible."""
    text = os.environ.get(name, "")
    # No terminal has more.
    return (
        int(text)
        if text.isascii() and text.isdigit() and 0 < len(text) < 4 and int(text)
        else default
    )


class _Keys:
    """Turns the bytes of a terminal into messages."""

    def __init__(self, debug: bool) -> None:
        # A byte that is not UTF-8 may be a control character of an 8-bit terminal.
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
        self._filter = InputFilter(time.monotonic, constants.ESCAPE_DELAY)
        self._debug = debug
        self._parser = XTermParser(debug)
        self._has_partial = False
        """Whether an incomplete character was received."""

    def typed(self, data: bytes) -> list[Message]:
        """Return the messages of some bytes."""
        text = self._decoder.decode(data)
        self._has_partial = bool(self._decoder.getstate()[0])
        return self._parsed(self._filter.feed(text.translate(_NOT_UTF8)))

    def paused(self) -> list[Message]:
        """Return the messages of sequences that are complete because nothing followed."""
        text = self._decoder.decode(b"", final=True) if self._has_partial else ""
        self._has_partial = False
        return self._parsed([*self._filter.expire(), *self._filter.feed(text.translate(_NOT_UTF8))])

    @property
    def due(self) -> float | None:
        """Seconds until `paused` must be called; None if nothing is incomplete."""
        due = self._filter.due
        return min(constants.ESCAPE_DELAY, due or _WAIT) if self._has_partial else due

    def _parsed(self, pieces: Sequence[str]) -> list[Message]:
        messages: list[Message] = []
        for piece in pieces:
            try:
                messages.extend(self._parser.feed(piece))
                messages.extend(finish_sequence(self._parser))
            except Exception as error:
                # No input may end the program.
                _log.warning("unreadable input from the terminal: %s", type(error).__name__)
                self._parser = _renewed(self._parser, self._debug)
        return messages


def _renewed(parser: XTermParser, debug: bool) -> XTermParser:
    """Return a parser to replace one that failed."""
    renewed = XTermParser(debug)
    renewed.mouse_pixels = parser.mouse_pixels
    renewed.terminal_size = parser.terminal_size
    renewed.terminal_pixel_size = parser.terminal_pixel_size
    return renewed


def _terminal_file() -> NonBlockingWriter:
    """Open the terminal: stdout, or /dev/tty if stdout is redirected."""
    for stream in (sys.__stdout__, sys.__stdin__, sys.__stderr__):
        if stream is None:
            continue
        try:
            descriptor = stream.fileno()
        except (OSError, ValueError):
            continue
        if os.isatty(descriptor):
            return NonBlockingWriter(descriptor)
    raise OSError("there is no terminal to write to")


def choose_driver() -> type[Driver] | None:
    """Return the driver for a terminal; None for Textual's own, or the one in `TEXTUAL_DRIVER`."""
    if driver_override(os.environ):
        filter_input(import_module("textual.drivers.web_driver"))
        return None
    if can_replace_driver():
        return TerminalDriver
    filter_input(linux_driver)
    return None
