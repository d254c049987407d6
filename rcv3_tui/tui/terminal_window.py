"""The terminal around the drawn screen: its title, notifications, mouse and modes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Final

from textual.app import App

from rcv3_tui.settings import NotifyMethod, Settings
from rcv3_tui.terminal_capabilities import driver_override, understands_osc
from rcv3_tui.tui.driver import TerminalDriver
from rcv3_tui.tui.terminal_strings import notification_sequence, title_sequence
from rcv3_tui.tui.textual_compat import driver_of

LONG_SECONDS: Final = 30.0
"""An operation that took longer ends with a notification."""


class TerminalWindow:
    """Names the account in the window's title, notifies an operator who is elsewhere, sets modes.

    Title and notifications are left out for a screen reader (`--plain`), and on a terminal that
    would draw the sequence.

    Args:
        app: The app, which knows its driver and whether the terminal has the focus.
        environment: Says what the terminal is.
        has_mouse: Whether the console captures the mouse.
    """

    def __init__(
        self,
        app: App[int],
        environment: Mapping[str, str] = os.environ,
        *,
        has_mouse: bool = False,
    ) -> None:
        self._app = app
        self._has_mouse = has_mouse
        self._environment = environment

    def show_title(self, settings: Settings, regions: Sequence[str]) -> None:
        """Name the profile and the regions in the title; the driver restores it at the end.

        Args:
            settings: Of the account on the screen.
            regions: As the service catalog spells them; empty before the sign-in.
        """
        driver = driver_of(self._app)
        if not isinstance(driver, TerminalDriver):
            return
        if not settings.title or settings.plain or not understands_osc(self._environment):
            driver.set_title("")
            return
        text = f"{settings.profile} {', '.join(regions)}".rstrip()
        driver.set_title(title_sequence(f"{text} - rcv3-tui", ascii_only=settings.ascii))

    def notify_ended(self, settings: Settings, text: str, seconds: float) -> None:
        """Notify an operator who is elsewhere that an operation has ended.

        Args:
            settings: Of the account on the screen.
            text: What ended, and how.
            seconds: How long it took.
        """
        method = settings.notify
        if self._app.app_focus or seconds <= LONG_SECONDS or settings.plain:
            return
        if driver_override(self._environment):
            return
        if method is not NotifyMethod.BELL and not understands_osc(self._environment):
            return
        sequence = notification_sequence(method, text, self._environment, ascii_only=settings.ascii)
        if sequence:
            self.write(sequence)

    def write(self, sequence: str) -> None:
        """Write an escape sequence that draws nothing, such as one for the clipboard."""
        if (driver := driver_of(self._app)) is not None:
            driver.write(sequence)
            driver.flush()

    def toggle_mouse(self) -> bool:
        """Capture or release the mouse; return whether it is captured now."""
        driver = driver_of(self._app)
        self._has_mouse = not self._has_mouse
        if isinstance(driver, TerminalDriver):
            driver.take_mouse(self._has_mouse)
            return self._has_mouse
        # A web page has no text selection that needs the mouse.
        return True

    def set_modes_again(self) -> None:
        """Set the terminal's modes after another program has changed them."""
        if isinstance(driver := driver_of(self._app), TerminalDriver):
            driver.set_modes_again()

    def give_back(self) -> None:
        """Restore the terminal, if the app ended without doing so."""
        if isinstance(driver := driver_of(self._app), TerminalDriver):
            driver.give_back()
