"""The Textual app: owns the workers and the terminal, opens screens, and sets the exit code."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, cast

from rich.console import RenderableType
from textual import events, on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Offset, Size
from textual.screen import Screen

from rcv3_tui.display_time import use_zone
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import Operation
from rcv3_tui.settings import Settings
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import SignedIn, SignInFailed, SyncEvent
from rcv3_tui.terminal_capabilities import ColorDepth
from rcv3_tui.tui.commands.registry import commands_for
from rcv3_tui.tui.context import Profiles
from rcv3_tui.tui.driver import TerminalDriver, choose_driver
from rcv3_tui.tui.event_handler import WorkerEvent
from rcv3_tui.tui.frame_recorder import INTERVAL, FrameRecorder
from rcv3_tui.tui.held_terminal import HeldTerminal
from rcv3_tui.tui.key_queue import GAP, InputRules, KeyQueue
from rcv3_tui.tui.login_controller import LoginController, ProfileStore
from rcv3_tui.tui.mask import Mask, use_mask
from rcv3_tui.tui.profile_color import color_of, text_on
from rcv3_tui.tui.program_runner import ProgramRunner
from rcv3_tui.tui.screen_diff import ScreenBuffer
from rcv3_tui.tui.screens.console import ConsoleScreen
from rcv3_tui.tui.screens.dialog import Dialog, GuardFactory, TypeAheadGuard
from rcv3_tui.tui.screens.help import HelpScreen
from rcv3_tui.tui.screens.login import LoginScreen
from rcv3_tui.tui.screens.pager import PagerScreen
from rcv3_tui.tui.terminal_window import TerminalWindow
from rcv3_tui.tui.textual_compat import (
    HookedApp,
    disable_popups,
    fail,
    invalidate_css,
    remove_screen,
)
from rcv3_tui.tui.theme import THEME
from rcv3_tui.tui.worker_pool import MakeWorker, WorkerPool

_log = logging.getLogger("rcv3_tui.tui")

_TWICE_SECONDS = 2.0
"""Seconds within which a second Ctrl+C quits."""

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
"""Signals that end the console; the terminal is restored, operations are in the journal."""


class ConsoleApp(HookedApp[int]):
    """The console.

    Args:
        settings: The account and the display settings.
        worker: The account's worker; the app runs it.
        guard: Creates the type-ahead guard of a dialog.
        depth: The terminal's color depth.
        store: Saves profiles on the login screen; None: profiles cannot be saved.
        profiles: The profiles that can be opened.
        make_worker: Creates the worker of another account.
        notice: A message to show at the start.
        hold: Seconds that a changing command waits for keys of the same burst; see `KeyQueue`.
        terminal: The terminal, if it shows a cached frame.
        recorder: Stores the screen for the next start; None: it is not stored.
    """

    TITLE = "rcv3-tui"
    ENABLE_COMMAND_PALETTE = False
    CSS = "ConsoleApp.-plain { .dialog--frame, .login--frame { border: none !important; } }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "twice: quit at once", show=False, priority=True),
        Binding("ctrl+q", "leave_now", "quit, asking first where that is needed", show=False),
        Binding("ctrl+z", "suspend_process", show=False, id="suspend"),
    ]

    def __init__(
        self,
        settings: Settings,
        worker: AccountWorker,
        *,
        guard: GuardFactory = TypeAheadGuard,
        depth: ColorDepth = ColorDepth.TRUE,
        store: ProfileStore | None = None,
        profiles: Profiles | None = None,
        make_worker: MakeWorker = AccountWorker,
        notice: str = "",
        hold: float = GAP,
        terminal: HeldTerminal | None = None,
        recorder: FrameRecorder | None = None,
    ) -> None:
        # Textual reads the variables of the style sheets in its constructor.
        self.settings = settings
        use_zone(settings.time_zone)
        super().__init__(
            driver_class=choose_driver(),
            css_path="few_colors.tcss" if depth.is_few else None,
            ansi_color=False,
        )
        self.set_class(settings.plain, "-plain")
        # There are no tooltips and notifications.
        disable_popups(self)
        self._has_begun = False
        self.mask = Mask()
        use_mask(self.mask)
        """Hides names and addresses on a shared screen."""
        self.profiles = profiles
        """The profiles that can be opened."""
        self._pool = WorkerPool(worker, make_worker, self._on_sync_event, self._on_worker_died)
        self.failure: SignInFailed | None = None
        """The failed sign-in that ended the console."""
        self.crash: Exception | None = None
        """The unexpected error that ended the console."""
        self.guard = guard
        self._input_rules = InputRules(lambda: self.screen, lambda: self._console)
        self._key_queue = KeyQueue(self, self._forward_key, self._input_rules, hold=hold)
        self.window = TerminalWindow(self, has_mouse=settings.mouse)
        """The terminal around the drawn screen: title, notifications, mouse and modes."""
        self.programs = ProgramRunner(self, lambda: self.front, self._handle_signals)
        """The operator's own programs."""
        self._console: ConsoleScreen = ConsoleScreen.create(self, commands_for(settings))
        self.depth = depth
        """The terminal's color depth."""
        self._buffer = ScreenBuffer(self.depth, ascii_only=settings.ascii)
        self.held_terminal = terminal
        """The terminal with a cached frame, for the driver; None: there is none."""
        if terminal is not None:
            if self.driver_class is not TerminalDriver:
                terminal.restore()
            elif terminal.lines is not None:
                self._buffer.seed(terminal.lines)
        # Textual treats an empty NO_COLOR as set, and draws greys.
        self.no_color = self.depth is ColorDepth.NONE
        self._store = store
        self._notice = notice
        self._login = self._sign_in_to(settings)
        self._interrupted_at = float("-inf")
        self._reported_size = Size(0, 0)
        # Before the first styles: a later change computes all of them twice.
        self.register_theme(THEME)
        theme = settings.theme
        self._set_first_theme(theme if theme in self.available_themes else THEME.name)
        self.recorder = recorder or FrameRecorder()
        """Stores the screen for the next start."""
        self.recorder.attach(self, self._console, self._buffer)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Leave colors to the screen buffer, which maps them to the terminal's."""
        return [each for each in super().get_line_filters() if isinstance(each, ANSIToTruecolor)]

    def get_default_screen(self) -> Screen[None]:
        """Start with the console, without an empty screen below it."""
        return self._console

    def _set_first_theme(self, theme: str | None) -> None:
        """Set the first theme, without the restyling of a change."""
        self.set_reactive(App.theme, theme or THEME.name)
        self.add_class(f"-theme-{self.current_theme.name}")
        self.set_class(self.current_theme.dark, "-dark-mode")
        self.set_class(not self.current_theme.dark, "-light-mode")
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Add the profile's color to the variables of the style sheets."""
        color = color_of(self.settings)
        return {"profile": color, "profile-text": text_on(color)}

    # -- life ---------------------------------------------------------------------------------

    def on_load(self) -> None:
        """Handle signals before the terminal is changed, so that it is restored."""
        self._handle_signals()

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in _ENDING:
            loop.add_signal_handler(name, partial(self.exit, 128 + name, return_code=128 + name))

    def _show_cursor(self) -> None:
        """Show the terminal's cursor in plain mode, for screen readers."""
        if self.settings.plain:
            self.write_to_terminal("\x1b[?25h")

    def on_mount(self) -> None:
        """Show cached data; the worker starts after the first paint."""
        self.set_keymap(dict(self.settings.keys))
        self._show_cursor()
        self.write_title()
        self.worker.show_cached()
        self.set_interval(INTERVAL, self.recorder.record_in_background)
        self.app_resume_signal.subscribe(self, self._resumed)
        self.screen_change_signal.subscribe(self, lambda _: self._console.write_footer())
        if self._notice:
            self.call_after_refresh(self._console.show_message, self._notice, "failed")
        if not self.reports_display:
            self.call_after_refresh(self._begin)

    @property
    def worker(self) -> AccountWorker:
        """The worker of the account on the screen."""
        return self._pool.active

    @property
    def front(self) -> ConsoleScreen:
        """The console of the account on the screen."""
        return self._console

    def _on_sync_event(self, worker: AccountWorker, event: SyncEvent) -> None:
        message = WorkerEvent(worker, event)
        if not self._has_begun:
            # Cached data is part of the first frame.
            self.post_message(message)
            return
        # A key that is on its way through the loop is handled first: applying a long list takes as
        # long as handling a key.
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self.post_message, message)

    def _on_worker_died(self, error: BaseException) -> None:
        # Textual shows it on the restored terminal; data of a dead worker must not appear live.
        fail(self, error if isinstance(error, Exception) else Exception(str(error)))

    def on_crash(self, error: BaseException | None) -> None:
        """Record an unexpected error; it is shown once the terminal is restored."""
        if isinstance(error, Exception):
            self.crash = self.crash or error
            _log.error("the console ended unexpectedly", exc_info=error)

    async def on_unmount(self) -> None:
        """Stop the workers and the operator's programs; operations are in the journal."""
        await self.programs.stop()
        loop = asyncio.get_running_loop()
        for name in _ENDING:
            loop.remove_signal_handler(name)
        await self._pool.stop()

    # -- the terminal -------------------------------------------------------------------------

    def before_display(self, update: RenderableType | None) -> RenderableType | None:
        """Write only the cells that differ from those on the terminal."""
        # Braille displays and magnifiers follow the cursor, even if it is hidden.
        offset = getattr(self.screen, "cursor_screen_offset", None) if self.screen_stack else None
        if isinstance(offset, Offset):
            self.cursor_position = offset
        self.recorder.before_paint()
        return cast("RenderableType | None", self._buffer.minimal_update(update))

    def after_display(self, screen: Screen[object]) -> None:
        """Start the worker after the console was painted."""
        # Not after the refresh, which several layout passes delay.
        if screen is self._console:
            self._begin()

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            # Modules and styles are permanent: exclude them from garbage collection.
            gc.freeze()
            gc.enable()
            asyncio.get_running_loop().call_soon(self._pool.connect)

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave, and store the screen for the next start."""
        if self._has_begun:
            self.recorder.record()
        super().exit(result, return_code, message)

    def on_resize(self, event: events.Resize) -> None:
        """Redraw everything after the terminal reported its size, except over a cached frame."""
        if self._reported_size or (event.size.width, event.size.height) != self._buffer.size:
            self._buffer.forget()
        if event.size == self._reported_size:
            # Textual draws nothing; but it may be another terminal, on which the driver has set
            # the modes, including a hidden cursor.
            self._show_cursor()
            self.refresh(layout=True)
        self._reported_size = event.size

    def _resumed(self, app: App[object]) -> None:
        del app
        self._show_cursor()
        self.redraw()

    def redraw(self) -> None:
        """Write the whole screen again, after something else wrote to the terminal."""
        self._buffer.forget()
        self.refresh(layout=True)

    def restore_screen(self) -> None:
        """Set the terminal's modes again and write the whole screen."""
        self.window.set_modes_again()
        self._show_cursor()
        self.redraw()

    def give_terminal_back(self) -> None:
        """Restore the terminal, if the app ended without doing so."""
        self.window.give_back()

    def write_to_terminal(self, sequence: str) -> None:
        """Write an escape sequence that draws nothing, such as one for the clipboard."""
        self.window.write(sequence)

    def write_title(self) -> None:
        """Name the account on the screen in the title of the terminal's window."""
        signed_in = self.worker.signed_in
        self.window.show_title(self.settings, () if signed_in is None else signed_in.regions)

    def notify_ended(self, text: str, seconds: float) -> None:
        """Notify an operator who is elsewhere that a long operation has ended."""
        self.window.notify_ended(self.settings, text, seconds)

    def toggle_mouse(self) -> bool:
        """Capture or release the mouse; return whether it is captured now."""
        return self.window.toggle_mouse()

    # -- keys ---------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Queue every key before it is forwarded."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._key_queue.take(event)
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            if not self._input_rules.accepts(event):
                return
            await super().on_event(events.Paste(self._input_rules.pasted_line(event.text)))
        else:
            await super().on_event(event)

    @property
    def in_burst(self) -> bool:
        """Whether the current key arrived together with others."""
        return self._key_queue.in_burst

    async def _forward_key(self, key: events.Key) -> None:
        self._console.note_key()
        if self._input_rules.accepts(key):
            await super().on_event(key)

    # -- worker events ------------------------------------------------------------------------

    def on_worker_event(self, message: WorkerEvent) -> None:
        """Forward an event to the console and the login screen."""
        event = message.event
        if not self.screen_stack:
            # The app is closing: the event arrived after the screens were removed.
            return
        if message.worker is not self.worker:
            self._console.events.on_background_event(message.worker, event)
            self._pool.retire_if_idle(message.worker)
            return
        match event:
            case SignedIn():
                self._signed_in(event)
            case SignInFailed():
                self._sign_in_failed(event)
            case _:
                self._console.events.handle(event)

    def _signed_in(self, event: SignedIn) -> None:
        self._login.succeeded(event)
        self._console.events.handle(event)
        self.write_title()

    def _sign_in_failed(self, event: SignInFailed) -> None:
        if self._login.worked and not self._login.is_asking:
            self._console.events.handle(event)
        if not self._login.take(event):
            self.failure = event
            code = event.problem.exit_code
            self.exit(code, return_code=code)

    def on_login_screen_abandoned(self) -> None:
        """Quit if no account was ever signed in; otherwise continue with its data."""
        self._login.close()
        if not self._login.worked:
            self.exit(ExitCode.OK, return_code=ExitCode.OK)
            return
        # Its reason is in the log, and on the login screen.
        self._console.message_line.dismiss_error()
        self._console.show_message("not signed in: :login opens the login screen again", "warn")

    def ask_to_sign_in(self) -> bool:
        """Open the login screen if a sign-in is needed; return whether it is."""
        return self._login.open_again()

    def on_login_screen_submitted(self, message: LoginScreen.Submitted) -> None:
        """Sign in with the entered credentials."""
        # The next start may be of another user.
        self.recorder.stop()
        self._login.submitted(message)

    def on_login_screen_passcode_entered(self, message: LoginScreen.PasscodeEntered) -> None:
        """Sign in with the entered passcode."""
        self._login.passcode_entered(message)

    @on(Dialog.KeysRequested)
    def _show_dialog_keys(self, message: Dialog.KeysRequested) -> None:
        self.push_screen(HelpScreen([("", message.rows)], ascii_only=message.ascii_only))

    def on_pager_screen_wanted(self, message: PagerScreen.Wanted) -> None:
        """Switch between a row's details and its JSON."""
        console = self._console
        message.screen.dismiss(None)
        name = "json" if message.key == console.keys.key("json") else "details"
        console.run_command(self._console.commands.by_name[name])

    # -- other accounts -----------------------------------------------------------------------

    @property
    def background_operations(self) -> Sequence[Operation]:
        """The running operations of accounts that are not on the screen."""
        return self._pool.background_operations()

    def stop_all(self) -> int:
        """Stop the operations of all accounts that were not sent; return their number."""
        return self._pool.stop_all()

    def open_account(self, settings: Settings) -> None:
        """Show another account; operations of the current one continue in the background.

        Args:
            settings: The account and the display settings.
        """
        old = self._console
        while self.screen is not old:
            self.pop_screen()
        self.settings = settings
        use_zone(settings.time_zone)
        self._login.close()
        worker = self._pool.activate(settings)
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        # The profile's color is a variable of the style sheets.
        invalidate_css(self)
        self.refresh_css(animate=False)
        self._console = ConsoleScreen.create(self, commands_for(settings))
        self._console.messages = old.messages
        self._login = self._sign_in_to(settings)
        # If the sign-in fails, the login screen asks; the console does not end.
        self._login.worked = True
        self.push_screen(self._console)
        remove_screen(self, old)
        self._console.show_message(f"profile {settings.profile}")
        self.write_title()
        if worker.signed_in is not None:
            self._console.events.show_worker(worker)
        if worker.sign_in_failure is not None:
            # Its token expired in the background; operations wait for a new one.
            self._sign_in_failed(worker.sign_in_failure)

    def _sign_in_to(self, settings: Settings) -> LoginController:
        return LoginController(
            settings,
            self.worker,
            self._store,
            open_screen=self.push_screen,
            show_message=self._console.show_message,
            guard=self.guard,
        )

    # -- quitting -----------------------------------------------------------------------------

    def action_interrupt(self) -> None:
        """Leave the palette or the prompt; else quit on the second Ctrl+C in a row."""
        if self._input_rules.leave_text():
            return
        now = asyncio.get_running_loop().time()
        if now - self._interrupted_at <= _TWICE_SECONDS:
            self.exit(ExitCode.INTERRUPTED, return_code=ExitCode.INTERRUPTED)
            return
        self._interrupted_at = now
        self._console.show_message("press Ctrl+C again to quit", "warn")

    def action_leave_now(self) -> None:
        """Quit with Textual's own key, with the same question as `q`."""
        self._console.run_command(self._console.commands.by_name["quit"])
