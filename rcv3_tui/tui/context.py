"""The console as commands see it: the members that they may use, and no screen class."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Protocol

from textual.app import App
from textual.binding import ActiveBinding

from rcv3_tui.model.operation import Operation, Request
from rcv3_tui.model.removal_plan import RemovalPlan
from rcv3_tui.settings import Settings
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.terminal_capabilities import ColorDepth
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.mask import Mask
from rcv3_tui.tui.navigator import NavigationContext, Navigator
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.program_runner import ProgramRunner
from rcv3_tui.tui.screens.dialog import GuardFactory
from rcv3_tui.tui.widgets.message_line import LogMessage
from rcv3_tui.tui.widgets.prompt import PromptMode


class Profiles(Protocol):
    """The profiles of the configuration."""

    @property
    def names(self) -> Sequence[str]:
        """Their names, in order."""

    def settings(self, name: str) -> Settings:
        """Read a profile's settings and its secret; takes as long as its secret command does.

        Args:
            name: One of `names`.

        Raises:
            ValueError: The profile cannot be opened; the text is one line with the reason.
        """


class Recorder(Protocol):
    """What stores the screen for the next start."""

    def discard(self) -> None:
        """Delete what was stored."""


class Application(Protocol):
    """The app around the console: its accounts, the terminal and the mask."""

    @property
    def worker(self) -> AccountWorker:
        """The worker of the account on the screen."""

    @property
    def settings(self) -> Settings:
        """The settings of the account on the screen."""

    @property
    def profiles(self) -> Profiles | None:
        """The profiles that can be opened; None: there is no configuration file."""

    @property
    def front(self) -> Console:
        """The console of the account on the screen."""

    @property
    def mask(self) -> Mask:
        """What hides names and addresses on a shared screen."""

    @property
    def recorder(self) -> Recorder:
        """Stores the screen for the next start."""

    @property
    def guard(self) -> GuardFactory:
        """Makes the type-ahead guard of a dialog."""

    @property
    def in_burst(self) -> bool:
        """Whether the current key arrived together with others."""

    @property
    def depth(self) -> ColorDepth:
        """The terminal's color depth."""

    @property
    def background_operations(self) -> Sequence[Operation]:
        """The running operations of accounts that are not on the screen."""

    def stop_all(self) -> int:
        """Stop every operation that was not sent, in all accounts; return how many."""

    def open_account(self, settings: Settings) -> None:
        """Show another account; operations of the current one continue in the background."""

    def ask_to_sign_in(self) -> bool:
        """Open the login screen if a sign-in is needed; return whether it is."""

    def toggle_mouse(self) -> bool:
        """Capture or release the mouse; return whether it is captured now."""

    def restore_screen(self) -> None:
        """Set the terminal's modes again and redraw the whole screen."""

    def write_to_terminal(self, sequence: str) -> None:
        """Write an escape sequence that draws nothing."""

    def write_title(self) -> None:
        """Name the account on the screen in the title of the terminal's window."""

    def notify_ended(self, text: str, seconds: float) -> None:
        """Notify an operator who is elsewhere that an operation has ended.

        Args:
            text: What ended, and how.
            seconds: How long it took; a short one needs no notification.
        """

    @property
    def programs(self) -> ProgramRunner:
        """The operator's own programs."""

    def exit(self, result: int | None = None, return_code: int = 0) -> None:
        """End the program."""


class Console(NavigationContext, Protocol):
    """What a command may use of the console."""

    messages: list[LogMessage]
    """All messages of this run, oldest first."""
    undone: set[str]
    """Ids of the operations that were undone, and of those that undid them."""

    @property
    def app(self) -> App[object]:
        """Textual's app: screens and themes."""

    @property
    def console_app(self) -> Application:
        """The app's own services."""

    @property
    def settings(self) -> Settings:
        """The account's settings."""

    @property
    def names_regions(self) -> bool:
        """Whether several regions are shown, so that a resource needs its region's name."""

    @property
    def ascii(self) -> bool:
        """Whether to draw with ASCII only."""

    @property
    def keys(self) -> KeyLabels:
        """The keys in force, by command name."""

    @property
    def navigator(self) -> Navigator:
        """Moves between panes, pools and views."""

    @property
    def active_bindings(self) -> Mapping[str, ActiveBinding]:
        """The key bindings in force, by key."""

    # -- rows ---------------------------------------------------------------------------------

    def marked(self, kind: PaneKind) -> list[str]:
        """Return a pane's marked rows in the screen's order; those that a filter hides follow."""

    def targets(self) -> list[str]:
        """Return the rows that a change applies to: the marked ones, else the cursor row."""

    def clear_marks(self, kind: PaneKind) -> None:
        """Remove all marks of a pane."""

    # -- what is shown ------------------------------------------------------------------------

    def add_to_log(self, text: str, tone: str = "", offer: str = "") -> LogMessage:
        """Add a message to the log only."""

    def write_header(self) -> None:
        """Update the header."""

    def mask_names(self) -> None:
        """Register every name of the account with the mask, while it is on."""

    def redraw_texts(self) -> None:
        """Redraw every text, after the mask was switched."""

    def open_prompt(
        self, mode: PromptMode, text: str = "", entered: Callable[[str], None] | None = None
    ) -> None:
        """Open the prompt.

        Args:
            mode: Its mode.
            text: The text that it starts with.
            entered: Called with the entered text, in the file mode.
        """

    # -- changes ------------------------------------------------------------------------------

    @property
    def running_operations(self) -> list[Operation]:
        """The operations that have not ended."""

    def can_change(self) -> bool:
        """Return whether changes are possible; show the reason where they are not."""

    def submit(self, requests: Sequence[Request], note: str = "") -> tuple[Operation, ...]:
        """Submit changes to the worker, with a note for the journal; return their operations."""

    def resubmit(self, operations: Sequence[Operation]) -> None:
        """Submit the requests of operations again."""

    def confirm(
        self, removal: RemovalPlan, then: Callable[[tuple[Operation, ...]], None] | None = None
    ) -> None:
        """Open the confirmation dialog; submit what it approves.

        Args:
            removal: The removal plan.
            then: Called with the operations that were submitted.
        """

    def show_canceled(self) -> None:
        """Show that a question was canceled, and that nothing was sent."""

    def describe(self, request: Request) -> str:
        """Describe a change in a few words, with its region where there are several."""

    # -- tasks --------------------------------------------------------------------------------

    def call_later(self, callback: Callable[..., object], *args: object) -> bool:
        """Call a function once the messages that are queued have been handled."""

    def run_worker(
        self, work: Coroutine[object, object, None], *, group: str, exclusive: bool
    ) -> object:
        """Run a coroutine in the background.

        Args:
            work: The coroutine.
            group: Its group.
            exclusive: Cancel the others of the group.
        """

    def action_command(self, name: str) -> None:
        """Run a command by its name, where it is available."""
