"""Stores the main screen on disk, for the next start to show before Textual is loaded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from textual.app import App
from textual.geometry import Region

from rcv3_tui.clock import local_clock
from rcv3_tui.display_time import DisplayZone
from rcv3_tui.settings import SecretKind, Settings
from rcv3_tui.sync.events import ConnectionState
from rcv3_tui.tui.cached_frame import FileState, Frame, FrameStore, dimmed
from rcv3_tui.tui.screen_diff import ScreenBuffer
from rcv3_tui.tui.screens.console import ConsoleScreen
from rcv3_tui.tui.sgr import ScreenCell
from rcv3_tui.tui.widgets.status_line import StatusLine

INTERVAL = 60.0
"""Seconds between two frames that are stored while the console runs."""

_log = logging.getLogger("rcv3_tui.tui")


class FrameRecorder:
    """Stores the screen of the account and the regions that the console was started on.

    Dialogs, text pages, the prompt, the message line and everything under the mask are left out,
    and so is an account that somebody signed in to on the login screen: the next start may be of
    somebody else.

    Args:
        store: Where frames are stored; None: none are stored.
        files: The configuration files, as they were before the settings were read.
    """

    def __init__(self, store: FrameStore | None = None, files: Sequence[FileState] = ()) -> None:
        self._store = store
        self._files = tuple(files)
        self._shows_main = False
        """The terminal shows the main screen and nothing else."""
        self._last: Frame | None = None
        """The main screen as it was before something covered it."""
        self._app: App[int]
        self._console: ConsoleScreen
        self._buffer: ScreenBuffer
        self._theme = ""
        self._regions: tuple[str, ...] | None = None
        """The regions that the console was started on; None: they are not known yet."""
        self._message = Region()
        """Where the message line is, or was before something covered it."""

    def attach(self, app: App[int], console: ConsoleScreen, buffer: ScreenBuffer) -> None:
        """Record an app that is about to run.

        Args:
            app: The app, with the theme that the next start will have, too.
            console: The main screen of the account that it was started on.
            buffer: What the terminal shows.
        """
        self._app, self._console, self._buffer = app, console, buffer
        self._theme = app.theme

    def stop(self) -> None:
        """Store no frame any more in this run."""
        self._store = self._last = None

    def before_paint(self) -> None:
        """Remember the main screen before something else covers it."""
        if self._store is None:
            return
        self._note_regions()
        shows_main = self._is_main()
        if self._shows_main and not shows_main:
            self._last = self._frame()
        self._shows_main = shows_main
        if shows_main:
            # The prompt may move the line before it is painted itself.
            self._message = self._console.message_line.region

    def record(self) -> None:
        """Store the main screen as it is shown, or as it was before something covered it."""
        if self._shows_main and (frame := self._frame()) is not None:
            self._last = frame
        if self._last is not None:
            self._save(self._last)
            self._last = None

    def record_in_background(self) -> None:
        """Store the main screen on a thread, if nothing covers it."""
        if self._shows_main and (frame := self._frame()) is not None:
            asyncio.get_running_loop().run_in_executor(None, self._save, frame)

    def discard(self) -> None:
        """Delete the stored frames: their names are not to be seen any more."""
        self._last = None
        if self._store is None:
            return
        try:
            self._store.delete()
        except OSError as error:
            _log.warning("the cached screen cannot be deleted: %s", error.strerror)

    def _save(self, frame: Frame) -> None:
        if self._store is None:
            return
        try:
            self._store.save(frame)
        except OSError as error:
            # Once: the next one would fail, too.
            self.stop()
            _log.warning("the screen is not cached: %s", error.strerror)

    def _note_regions(self) -> None:
        """Note the regions of the sign-in, before the operator can choose others."""
        signed_in = self._console.worker.signed_in
        if self._regions is None and signed_in is not None:
            self._regions = signed_in.regions

    def _shows_other_regions(self) -> bool:
        """Return whether the operator chose regions that the next start will not show."""
        signed_in = self._console.worker.signed_in
        return signed_in is not None and signed_in.regions != self._regions

    def _is_main(self) -> bool:
        """Return whether the front is the main screen, as the next start shows it."""
        return (
            bool(self._app.screen_stack)
            and self._app.screen is self._console
            and not self._console.takes_text
            and self._app.theme == self._theme
        )

    def _frame(self) -> Frame | None:
        """Return the frame of what the terminal shows; None if it may not be stored."""
        console = self._console
        if self._store is None or console.console_app.mask.is_on or self._shows_other_regions():
            return None
        connections = console.worker.connections.values()
        if any(each.state is ConnectionState.CONNECTING for each in connections):
            return None
        times = [
            moment
            for each in connections
            for moment in (each.as_of, each.cached_since)
            if moment is not None
        ]
        lines = self._buffer.whole()
        if not times or lines is None:
            return None
        header = console.query_one("#header", StatusLine)
        lines[0] = _blanked(lines[0], header.left_width)
        for number in range(self._message.y, min(self._message.bottom, len(lines))):
            lines[number] = _blanked(lines[number], 0)
        clock = console.worker.clock
        # By this machine's clock, which the next start compares it with.
        taken = local_clock(clock).now() - (clock.now() - min(times))
        columns, rows = self._buffer.size
        is_local = console.settings.time_zone is DisplayZone.LOCAL
        dim = tuple(map(dimmed, lines))
        return Frame(columns, rows, taken.timestamp(), dim, self._files, is_local)


def _blanked(line: list[ScreenCell], start: int) -> list[ScreenCell]:
    """Return a line with blanks from a column on, in the style of its end."""
    return line[:start] + [(" ", line[-1][1])] * (len(line) - start)


def is_recorded(settings: Settings) -> bool:
    """Return whether frames are stored for an account.

    Not for a simulated one, which is new at each start; not for screen readers, which would read a
    screen twice; and not with a token, which may be of another account the next time.
    """
    credentials = settings.credentials
    return (
        settings.data_cache_dir is not None
        and credentials is not None
        and credentials.kind is not SecretKind.TOKEN
        and settings.demo is None
        and not settings.plain
    )
