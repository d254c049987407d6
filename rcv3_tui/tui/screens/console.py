"""The main screen: header, panes, message line and footer; routes keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Self

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Click, Resize
from textual.geometry import Offset
from textual.screen import Screen

from rcv3_tui.model.operation import Operation, Request
from rcv3_tui.model.removal_plan import RemovalPlan
from rcv3_tui.sync.account_worker import ReadOnlyError
from rcv3_tui.tui.commands.base import Command, CommandRegistry
from rcv3_tui.tui.commands.command_line import completions, run_typed
from rcv3_tui.tui.context import Application
from rcv3_tui.tui.event_handler import WorkerEventHandler, describe
from rcv3_tui.tui.filter_prompt import Group, filter_help, read_pools_of
from rcv3_tui.tui.footer import footer_pieces, help_key_in_text
from rcv3_tui.tui.header import header_pieces
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.navigator import Navigator
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.pane_preferences import PanePreferences
from rcv3_tui.tui.row_model import RowModel
from rcv3_tui.tui.screens.confirm import ConfirmScreen
from rcv3_tui.tui.screens.pager import PagerScreen
from rcv3_tui.tui.widgets.message_line import LogMessage, MessageLine
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.pane_layout import PaneLayout
from rcv3_tui.tui.widgets.prompt import Prompt, PromptMode
from rcv3_tui.tui.widgets.status_line import StatusLine
from rcv3_tui.tui.widgets.table import ColumnClicked, CursorMoved, MarksChanged, RowSelected
from rcv3_tui.views.formatting import format_stale, glyphs
from rcv3_tui.views.rows import AnyRow

_LOG_LENGTH = 1000


class ConsoleScreen(Screen[None]):
    """The main screen.

    Args:
        console_app: The app: worker, settings, mask and terminal.
        commands: All commands.
    """

    DEFAULT_CSS = """
    ConsoleScreen {
        layout: vertical;
        background: $background;
        & > #header { background: $panel; color: $foreground; }
        & > #header .line--profile {
            background: $profile;
            color: $profile-text;
            text-style: bold;
        }
        & > #footer { background: $panel; color: $foreground-muted; }
    }
    """

    def __init__(self, console_app: Application, commands: CommandRegistry) -> None:
        super().__init__()
        self.console_app = console_app
        self.commands = commands
        self.worker = console_app.worker
        self.settings = console_app.settings
        self.ascii = console_app.settings.ascii
        self.signs = glyphs(self.ascii)
        self.keys = KeyLabels(commands.default_keys, self.settings.keys)
        self.row_model = RowModel(self.worker.clock, self.worker)
        preferences = PanePreferences(self.settings.state_dir)
        self.panes = PaneLayout(
            self.row_model, self.signs, self.keys, preferences, ascii_only=self.ascii
        )
        self.panes.zoomed = self.settings.plain
        self.panes.leading = not self.settings.plain
        self.messages: list[LogMessage] = []
        self.undone: set[str] = set()
        self.navigator = Navigator(self)
        self.events = WorkerEventHandler(self)
        self._header = StatusLine(spelled_in_ascii=self.ascii, id="header")
        self._footer = StatusLine(spelled_in_ascii=self.ascii, id="footer")
        self.message_line = MessageLine(
            self.keys, lambda: self.size.width, spelled_in_ascii=self.ascii
        )
        self._prompt: Prompt | None = None
        """Created when it is first opened."""
        self._entered: Callable[[str], None] | None = None

    @classmethod
    def create(cls, console_app: Application, commands: CommandRegistry) -> Self:
        """Return a console whose keys run the commands.

        Textual reads bindings from the class, so each console has its own class.

        Args:
            console_app: The app.
            commands: All commands; those without a default key are bound if `[keys]` sets one.
        """
        given: Mapping[str, str] = console_app.settings.keys
        bindings = [
            Binding(keys, f"command('{command.name}')", command.label, show=False, id=command.name)
            for command in commands.all
            if command.is_bound and (keys := command.keys or given.get(command.name, ""))
        ]
        bound: type[Self] = type(cls.__name__, (cls,), {"BINDINGS": bindings})
        return bound(console_app, commands)

    # -- building -----------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, panes, message line, footer."""
        yield self._header
        yield self.panes
        yield self.message_line
        yield self._footer

    def on_mount(self) -> None:
        """Lay out the panes, focus one, and start the timer."""
        self.panes.show_for(self.size)
        self.pane.table.focus()
        self.write_header()
        self.write_footer()
        self.set_interval(1.0, self._tick)

    def on_resize(self, event: Resize) -> None:
        """Show as many panes as there is room for."""
        del event
        self.panes.show_for(self.size)

    def reload_page(self) -> None:
        """Reload the open text page, if there is one."""
        screen = self.app.screen
        if isinstance(screen, PagerScreen):
            screen.reload()

    def note_key(self) -> None:
        """Note a key before it is handled: the first one closes the findings above the panes.

        Where all rows have room, they stay.
        """
        if self.panes.leading and not self.panes.lead_stays:
            self.panes.close_lead()

    def _tick(self) -> None:
        """Update everything that depends on the time."""
        self.events.tick()
        self.write_header()
        self.message_line.tick(self.row_model.now())
        for pane in self.panes.in_view():
            pane.tick()
        self.panes.inspector.refresh_soon()

    # -- header, footer, messages -------------------------------------------------------------

    def write_header(self) -> None:
        """Update the header; only cells that differ are painted."""
        left, right = header_pieces(
            self.settings,
            self.worker.signed_in,
            self.events.links,
            read_only=self.worker.read_only,
            under_way=sum(1 for op in self.row_model.operations.values() if not op.is_ended),
            attention=len(self.row_model.findings),
            missed=self.row_model.changes.missed,
            left_at=self.row_model.changes.left,
            now=self.row_model.now(),
            signs=self.signs,
        )
        self._header.show(left, right)

    def write_footer(self) -> None:
        """Name the most useful keys of what has the keyboard: a dialog, the prompt, or a pane."""
        screen = self.app.screen
        holder = screen if screen is not self else self._prompt if self.takes_text else None
        self._footer.show(footer_pieces(holder, self))

    def show_message(self, text: str, tone: str = "", offer: str = "") -> None:
        """Show a message and add it to the log; errors stay until they are dismissed.

        Args:
            text: One line, literal.
            tone: `ok`, `warn`, `failed`, `moving` or empty.
            offer: What can be pressed about it; visible however long the text is.
        """
        self.message_line.show_message(self.add_to_log(text, tone, offer))

    def add_to_log(self, text: str, tone: str = "", offer: str = "") -> LogMessage:
        """Add a message to the log only; the arguments are those of `show_message`."""
        message = LogMessage(self.row_model.now(), text, tone, offer)
        self.messages.append(message)
        del self.messages[:-_LOG_LENGTH]
        return message

    # -- a shared screen ----------------------------------------------------------------------

    def mask_names(self) -> None:
        """Register every name of the account with the mask, while it is on."""
        mask = self.console_app.mask
        if mask.is_on:
            self.row_model.register_names(mask, self.worker.signed_in)

    def redraw_texts(self) -> None:
        """Redraw every text, after the mask was switched."""
        for line in self.query(StatusLine):
            line.redraw_texts()
        self.console_app.write_title()
        for kind in PaneKind:
            table = self.panes[kind].table
            table.set_columns(table.columns)
        self.panes.inspector.update()

    # -- panes and rows -----------------------------------------------------------------------

    @property
    def active(self) -> PaneKind:
        """The kind of the focused pane."""
        return self.panes.active

    @property
    def pane(self) -> Pane[AnyRow]:
        """The focused pane."""
        return self.panes.current

    def pane_of(self, kind: PaneKind) -> Pane[AnyRow]:
        """Return a pane by its kind."""
        return self.panes[kind]

    @property
    def cursor_row(self) -> str | None:
        """The row under the cursor of the focused pane."""
        return self.pane.table.cursor_id

    def marked(self, kind: PaneKind) -> list[str]:
        """Return a pane's marked rows in the screen's order; those that a filter hides follow."""
        table = self.panes[kind].table
        shown = [row for row in table.shown_ids if row in table.marks]
        return [*shown, *sorted(table.marks.difference(shown))]

    def targets(self) -> list[str]:
        """Return the rows that a change applies to: the marked ones, else the cursor row."""
        marks = self.marked(self.active)
        if marks:
            return marks
        row = self.cursor_row
        return [] if row is None else [row]

    def clear_marks(self, kind: PaneKind) -> None:
        """Remove all marks of a pane."""
        self.panes[kind].table.set_marks(())

    def on_cursor_moved(self, event: CursorMoved) -> None:
        """Highlight the rows that are linked to the one under the cursor."""
        event.stop()
        self.panes.link_rows()
        self.write_footer()
        self.reload_page()

    def on_marks_changed(self, event: MarksChanged) -> None:
        """Name what the keys do with the marked rows."""
        event.stop()
        self.write_footer()

    def on_row_selected(self, event: RowSelected) -> None:
        """Open the row."""
        event.stop()
        self.run_command(self.commands.by_name["into"])

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """The position of the terminal's cursor: in the prompt, else on the cursor's row."""
        if self._prompt is not None and self.takes_text:
            return self._prompt.cursor_screen_offset
        table = self.pane.table
        return table.region.offset + Offset(0, table.cursor_line)

    def on_column_clicked(self, event: ColumnClicked) -> None:
        """Sort by a column whose label was clicked; a second click reverses the order."""
        event.stop()
        for pane in self.panes.in_view():
            if pane.table is event.table:
                self.panes.sort(pane, event.column)

    def on_click(self, event: Click) -> None:
        """Focus the pane that was clicked, so that commands act on its row; run a footer's key."""
        widget, footer = event.widget, self._footer
        pane = next((p for p in self.panes.in_view() if widget in (p, *p.children)), None)
        if pane is not None:
            if self.takes_text:
                self.close_prompt()
            if pane.kind is not self.active:
                self.navigator.go_to(pane.kind)
        elif widget is footer and (name := footer.command_at(event.screen_x - footer.region.x)):
            self.action_command(name)

    # -- commands -----------------------------------------------------------------------------

    def action_command(self, name: str) -> None:
        """Run a command by its name, where it is available."""
        command = self.commands.by_name[name]
        front = self.console_app.front
        if front is not self or not self.is_mounted:
            # The operator has not seen the rows of the account that was opened meanwhile.
            if command.changes:
                text = f"{name} was not run: another account was opened"
                front.show_message(f"{text}; press its key again", "warn")
            else:
                front.call_later(front.action_command, name)
            return
        if self.active not in command.available_in and self.active is PaneKind.ATTENTION:
            self.navigator.go_to_subject(command.available_in)
        if self.active in command.available_in:
            self.run_command(command)
        else:
            text = f"{command.label} is not available here; {self.keys['help']} lists the keys"
            self.show_message(text, "warn")

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command, unless it changes something and came in a burst of keys."""
        if command.changes and self.console_app.in_burst:
            self.reject_burst(command)
        else:
            command.run(self, argument)

    def reject_burst(self, command: Command) -> None:
        """Show that a changing command was not run, because it came with other keys."""
        name = command.name
        again = f"press {self.keys[name]} again" if command.keys else f"type :{name} again"
        self.show_message(f"{name} was not run: it came together with other keys; {again}", "warn")

    @property
    def takes_text(self) -> bool:
        """Whether the prompt takes the keys."""
        return self._prompt is not None and self._prompt.is_open

    def open_prompt(
        self, mode: PromptMode, text: str = "", entered: Callable[[str], None] | None = None
    ) -> None:
        """Open the prompt.

        Args:
            mode: Its mode.
            text: The text that it starts with.
            entered: Called with the entered text, in the file mode.
        """
        self._entered = entered
        if self._prompt is None:
            self._prompt = Prompt(
                partial(completions, self),
                lambda text: self.pane.complete_filter(text),
                help_key=help_key_in_text(self.keys),
                spelled_in_ascii=self.ascii,
            )
            self.mount(self._prompt, before=self._footer)
        self._prompt.ask(mode, text)
        self.write_footer()
        if mode is PromptMode.FILTER:
            self.pane.prepare_filter()

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Filter as the operator types."""
        if event.mode is PromptMode.FILTER:
            self.pane.type_filter(event.text)
            self.message_line.restore()
            if self.pane.filter_error is not None:
                self.message_line.point_at(self.pane.filter_error, self.pane.filter_text)

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Apply the filter, run the command, or save the file."""
        self.close_prompt()
        match event.mode:
            case PromptMode.COMMAND:
                run_typed(self, event.text)
            case PromptMode.FILTER:
                if self.pane.filter_error is not None:
                    self.show_message(f"filter: {self.pane.filter_error}", "warn")
                read_pools_of(self.pane.test, self.row_model.snapshots, self.worker.regions)
                self.navigator.note()
            case PromptMode.FILE:
                if self._entered is not None:
                    self._entered(event.text)

    def prompt_help(self) -> Sequence[Group]:
        """Return the help of the open prompt, by heading; empty while it is closed."""
        if self._prompt is None or not self._prompt.is_open:
            return ()
        of_filter = filter_help(self.active) if self._prompt.mode is PromptMode.FILTER else ()
        return [("Keys", self._prompt.key_help()), *of_filter]

    def leave_prompt(self) -> None:
        """Leave the prompt without entering its line, as Esc does."""
        if self._prompt is not None and self.takes_text:
            self.post_message(Prompt.Left(self._prompt.mode))

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Close the prompt; a filter is cleared."""
        if event.mode is PromptMode.FILTER:
            self.pane.set_filter("")
        self.close_prompt()

    def close_prompt(self) -> None:
        """Close the prompt and focus the pane."""
        self.pane.finish_filter()
        if self._prompt is not None:
            self._prompt.close()
            self.write_footer()
        self.message_line.restore()
        self.pane.table.focus()

    # -- changes ------------------------------------------------------------------------------

    def can_change(self) -> bool:
        """Return whether changes are possible; show the reason where they are not."""
        if self.worker.read_only:
            off = "changes are disabled; :readonly off enables them"
            self.show_message(f"read-only mode: {off}", "warn")
            return False
        cached_at = self.row_model.cached_since(self.active, self.targets())
        if cached_at is not None:
            old = f"{format_stale(cached_at, self.row_model.now())}: changes are disabled until it"
            self.show_message(f"{old} refreshes; Ctrl+R refreshes now", "warn")
            return False
        return True

    @property
    def running_operations(self) -> list[Operation]:
        """The running operations, including those without an event so far."""
        known = {**self.row_model.operations, **self.worker.operations}
        return [operation for operation in known.values() if not operation.is_ended]

    def submit(self, requests: Sequence[Request], note: str = "") -> tuple[Operation, ...]:
        """Submit changes to the worker.

        Args:
            requests: The changes, approved where that is needed.
            note: The operator's note, for the journal.

        Returns:
            Their operations; empty if the worker accepted none.
        """
        running = {operation.id for operation in self.running_operations}
        try:
            accepted = self.worker.submit(requests, note)
        except ReadOnlyError as refusal:
            self.show_message(str(refusal), "warn")
            return ()
        repeated = [operation for operation in accepted if operation.id in running]
        if repeated:
            self.show_message(f"{self.describe(repeated[0].request)}: is already running", "warn")
        return accepted

    @property
    def names_regions(self) -> bool:
        """Whether several regions are shown, so that a resource needs its region's name."""
        return self.worker.signed_in is not None and len(self.worker.signed_in.regions) > 1

    def show_canceled(self) -> None:
        """Show that a question was canceled."""
        self.show_message("canceled, nothing was sent")

    def describe(self, request: Request) -> str:
        """Describe a change in a few words, with its region where there are several."""
        return describe(request, self.worker.signed_in)

    def resubmit(self, operations: Sequence[Operation]) -> None:
        """Submit the requests of operations again; each resource is read first."""
        if self.can_change():
            self.submit([operation.request for operation in operations])

    def confirm(
        self, removal: RemovalPlan, then: Callable[[tuple[Operation, ...]], None] | None = None
    ) -> None:
        """Open the confirmation dialog; submit what it approves, with the ids that it showed.

        Args:
            removal: The removal plan.
            then: Called with the operations that were submitted.
        """
        if not removal.items:
            self.show_message("none of these resources exist any more", "warn")
            return

        def answered(approved: bool | None) -> None:
            if approved:
                submitted = self.submit(removal.requests, dialog.note)
                self.clear_marks(self.active)
                if then is not None:
                    then(submitted)
            else:
                self.show_canceled()

        dialog = ConfirmScreen(removal, ascii_only=self.ascii, guard=self.console_app.guard)
        self.app.push_screen(dialog, answered)
