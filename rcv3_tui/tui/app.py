"""The Textual app: owns the worker's task, opens screens, and leaves with the right exit code."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor
from textual.screen import Screen

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import Operation
from rcv3_tui.settings import Settings
from rcv3_tui.sync.changes import Change, SignedIn, SignInFailed
from rcv3_tui.sync.worker import Worker
from rcv3_tui.terminal import Depth
from rcv3_tui.tui.actions import leaving, reading
from rcv3_tui.tui.crew import Crew, MakeWorker
from rcv3_tui.tui.driver import TerminalDriver
from rcv3_tui.tui.keeper import ProfileKeeper
from rcv3_tui.tui.key_queue import KeyQueue
from rcv3_tui.tui.mask import Mask
from rcv3_tui.tui.messages import WorkerSpoke
from rcv3_tui.tui.output import Written
from rcv3_tui.tui.profile_color import color_of, text_on
from rcv3_tui.tui.screens.console import ConsoleScreen
from rcv3_tui.tui.screens.guard import GuardFactory, TypeAheadGuard
from rcv3_tui.tui.signing_in import SigningIn
from rcv3_tui.tui.theme import THEME

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.login import LoginScreen
    from rcv3_tui.tui.screens.text import TextScreen

_log = logging.getLogger("rcv3_tui.tui")

_TWICE_SECONDS = 2.0
"""Within how long a second Ctrl+C quits."""

_COLLECT_AFTER = 4.0
"""Seconds after which the first pictures are there, and garbage is worth looking for."""


class Profiles(Protocol):
    """The profiles of the configuration."""

    @property
    def names(self) -> Sequence[str]:
        """Their names, in order."""

    def settings(self, name: str) -> Settings:
        """Read a profile's settings and its secret; may take as long as its command does.

        Args:
            name: One of `names`.

        Raises:
            ValueError: It cannot be opened; the text is one line that says why.
        """


_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that end the console, with the terminal as it was and operations in the journal."""


class ConsoleApp(App[int]):
    """The console.

    Args:
        settings: How it looks and whose account it is for.
        worker: What keeps the account live; run by the app.
        guard: Makes the dialogs' guard against type-ahead.
        depth: How many colours the terminal has.
        keeper: Keeps what was signed in with, where that is wished; None: it cannot.
        profiles: The accounts that can be opened in place of this one.
        make_worker: Makes what keeps another account live.
        notice: What the operator has to know from the beginning.
    """

    TITLE = "rcv3-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "twice: quit at once", show=False, priority=True),
        Binding("ctrl+q", "leave_now", "quit, asking first where that is needed", show=False),
        Binding("ctrl+z", "suspend_process", show=False, id="suspend"),
    ]

    def __init__(
        self,
        settings: Settings,
        worker: Worker,
        *,
        guard: GuardFactory = TypeAheadGuard,
        depth: Depth = Depth.TRUE,
        keeper: ProfileKeeper | None = None,
        profiles: Profiles | None = None,
        make_worker: MakeWorker = Worker,
        notice: str = "",
    ) -> None:
        # Textual asks for the variables of the style sheets while it is made.
        self.settings = settings
        super().__init__(
            driver_class=TerminalDriver,
            css_path="few_colors.tcss" if depth.is_few else None,
            ansi_color=False,
        )
        # Nothing here has a tooltip or pops up, so that no screen need hold a place for them.
        self._disable_tooltips = self._disable_notifications = True
        self._has_begun = False
        self.mask = Mask()
        """What hides names and addresses on a shared screen."""
        self.profiles = profiles
        """The accounts that can be opened in place of this one."""
        self._crew = Crew(worker, make_worker, self._hear, self._worker_died)
        self.failure: SignInFailed | None = None
        """Why the console left by itself."""
        self.crash: Exception | None = None
        """What nobody expected, where that ended the console."""
        self.guard = guard
        self._key_queue = KeyQueue(self, self._hand_on)
        self._console = ConsoleScreen(self)
        self.depth = depth
        """How many colours are drawn."""
        self._written = Written(self.depth, ascii_only=settings.ascii)
        # Textual takes an empty NO_COLOR for a wish, and greys for no colour.
        self.no_color = self.depth is Depth.NONE
        self._filters = [each for each in self._filters if isinstance(each, ANSIToTruecolor)]
        self._keeper = keeper
        self._notice = notice
        self._signing_in = self._sign_in_to(settings)
        self._interrupted_at = float("-inf")
        self._has_mouse = settings.mouse
        # Before anything has styles: a change afterwards has all of them worked out twice.
        self.register_theme(THEME)
        theme = settings.theme
        self._begin_with(theme if theme in self.available_themes else THEME.name)

    def get_default_screen(self) -> Screen[None]:
        """Begin with the console itself, rather than with an empty screen below it."""
        return self._console

    def _begin_with(self, theme: str | None) -> None:
        """Put a theme on before there is anything that a change of themes would style anew."""
        self.set_reactive(App.theme, theme or THEME.name)
        self.add_class(f"-theme-{self.current_theme.name}")
        self.set_class(self.current_theme.dark, "-dark-mode")
        self.set_class(not self.current_theme.dark, "-light-mode")
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give the style sheets the profile's colour, which is no theme's."""
        color = color_of(self.settings)
        return {"profile": color, "profile-text": text_on(color)}

    # -- life ---------------------------------------------------------------------------------

    def on_load(self) -> None:
        """Be ready to give the terminal back before it is taken."""
        loop = asyncio.get_running_loop()
        for name in _ENDING:
            loop.add_signal_handler(name, partial(self.exit, 128 + name, return_code=128 + name))

    def on_mount(self) -> None:
        """Draw what an earlier run kept; once that is painted, the worker starts."""
        self.set_keymap(dict(self.settings.keys))
        self.worker.show_kept()
        self.app_resume_signal.subscribe(self, self._resumed)
        if self._notice:
            self.call_after_refresh(self._console.say, self._notice, "failed")
        self.set_timer(_COLLECT_AFTER, _collect_garbage)

    @property
    def worker(self) -> Worker:
        """What keeps the account on the screen live."""
        return self._crew.front

    @property
    def front(self) -> ConsoleScreen:
        """The screen of the account that is open."""
        return self._console

    def _hear(self, worker: Worker, change: Change) -> None:
        spoke = WorkerSpoke(worker, change)
        if not self._has_begun:
            # What an earlier run kept is part of the first picture.
            self.post_message(spoke)
            return
        # A key that was pressed while this was found out is on its way through the loop: it goes
        # first, for to take a long list in needs as long as to draw a key's picture.
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self.post_message, spoke)

    def _worker_died(self, error: BaseException) -> None:
        # Textual shows it on the restored terminal; a worker that died must not look alive.
        self._handle_exception(error if isinstance(error, Exception) else Exception(str(error)))

    def _fatal_error(self) -> None:
        """Note an unexpected error and close.

        Textual's own way prints a traceback with the values of all locals; a token must not be
        among what an operator pastes into a ticket.
        """
        error = sys.exc_info()[1] or self._exception
        if isinstance(error, Exception):
            self.crash = self.crash or error
            _log.error("the console ended unexpectedly", exc_info=error)
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        """Stop the worker; operations under way are in the journal."""
        loop = asyncio.get_running_loop()
        for name in _ENDING:
            loop.remove_signal_handler(name)
        await self._crew.stop()

    # -- the terminal -------------------------------------------------------------------------

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write only what differs from what the terminal shows; over SSH every byte counts."""
        super()._display(screen, cast("RenderableType | None", self._written.frugal(renderable)))
        if not self._has_begun and screen is self._console:
            # Not after the refresh, which several passes of the layout put off.
            self._has_begun = True
            asyncio.get_running_loop().call_soon(self._crew.start)

    def on_resize(self) -> None:
        """Trust nothing of what the terminal shows after its size changed."""
        self._written.forget()

    def _resumed(self, app: App[object]) -> None:
        del app
        self.redraw()

    def redraw(self) -> None:
        """Write the whole screen anew, after something else wrote on it."""
        self._written.forget()
        self.refresh(layout=True)

    def give_terminal_back(self) -> None:
        """Restore the terminal, where the app ended without having done so."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.give_back()

    def write_to_terminal(self, sequence: str) -> None:
        """Write an escape sequence that draws nothing, such as one for the clipboard."""
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    def toggle_mouse(self) -> bool:
        """Take the mouse from the terminal, or give it back; tell whether it is taken now."""
        driver = self._driver
        self._has_mouse = not self._has_mouse
        if isinstance(driver, TerminalDriver):
            driver.take_mouse(self._has_mouse)
        return self._has_mouse

    # -- the worker ---------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """See every key before whoever it is for."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._key_queue.take(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, key: events.Key) -> None:
        self._console.hear_key()
        await super().on_event(key)

    def on_worker_spoke(self, message: WorkerSpoke) -> None:
        """Take a change to the screens it concerns."""
        change = message.change
        if not self.screen_stack:
            # Interrupted: what was said meanwhile comes after the screens have gone.
            return
        if message.worker is not self.worker:
            self._console.hear_from_behind(message.worker.settings.profile, change)
            return
        match change:
            case SignedIn():
                self._signed_in(change)
            case SignInFailed():
                self._sign_in_failed(change)
            case _:
                self._console.take(change)

    def _signed_in(self, change: SignedIn) -> None:
        self._signing_in.succeeded(change)
        self._console.take(change)

    def _sign_in_failed(self, change: SignInFailed) -> None:
        if self._signing_in.worked and not self._signing_in.is_asking:
            self._console.take(change)
        if not self._signing_in.take(change):
            self.failure = change
            code = change.trouble.exit_code
            self.exit(code, return_code=code)

    def on_login_screen_abandoned(self) -> None:
        """Leave where there is no account; stay with the last picture where there was one."""
        self._signing_in.close()
        if not self._signing_in.worked:
            self.exit(ExitCode.OK, return_code=ExitCode.OK)

    def on_login_screen_submitted(self, message: LoginScreen.Submitted) -> None:
        """Try what was typed."""
        self._signing_in.submitted(message)

    def on_login_screen_passcode_entered(self, message: LoginScreen.PasscodeEntered) -> None:
        """Try the second factor."""
        self._signing_in.passcode_entered(message)

    def on_text_screen_wanted(self, message: TextScreen.Wanted) -> None:
        """Go from a row's details to its JSON and the other way."""
        reading.turn(self._console, message)

    # -- other accounts -----------------------------------------------------------------------

    @property
    def under_way_behind(self) -> Sequence[Operation]:
        """The operations of accounts that are not on the screen and have not ended."""
        return self._crew.under_way_behind()

    def open_account(self, settings: Settings) -> None:
        """Have another account on the screen; what is under way in this one is seen through.

        Args:
            settings: Whose, and how it looks.
        """
        old = self._console
        while self.screen is not old:
            self.pop_screen()
        self.settings = settings
        self._signing_in.close()
        worker = self._crew.bring_to_front(settings)
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        # The profile's colour is a variable of the style sheets.
        self._invalidate_css()
        self.refresh_css(animate=False)
        self._console = ConsoleScreen(self)
        self._console.messages = old.messages
        self._signing_in = self._sign_in_to(settings)
        # Where it cannot be opened the login screen asks; the console does not end for it.
        self._signing_in.worked = True
        # The first screen was never pushed, so that Textual cannot switch from it.
        self.push_screen(self._console)
        self._screen_stack.remove(old)
        old.remove()
        self._console.say(f"profile {settings.profile}")
        if worker.signed_in is not None:
            self._console.take_all(worker)

    def _sign_in_to(self, settings: Settings) -> SigningIn:
        return SigningIn(
            settings,
            self.worker,
            self._keeper,
            open_screen=self.push_screen,
            say=self._console.say,
        )

    # -- leaving ------------------------------------------------------------------------------

    def action_interrupt(self) -> None:
        """Quit on the second Ctrl+C in a row."""
        now = asyncio.get_running_loop().time()
        if now - self._interrupted_at <= _TWICE_SECONDS:
            self.exit(ExitCode.INTERRUPTED, return_code=ExitCode.INTERRUPTED)
            return
        self._interrupted_at = now
        self._console.say("press Ctrl+C again to quit", "warn")

    def action_leave_now(self) -> None:
        """Quit by Textual's own key, with the same question as `q`."""
        leaving.leave(self._console)


def _collect_garbage() -> None:
    """Take up what the command line put off; what is there by now is passed over for good."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
