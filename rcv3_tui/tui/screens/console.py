"""The console itself: header, panes, message line, footer; routes keys and the worker's changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen

from rcv3_tui.model.operation import Operation, Request
from rcv3_tui.model.snapshot import Diff, Part
from rcv3_tui.sync.changes import Change, LinkChanged, OperationChanged, SnapshotChanged
from rcv3_tui.sync.worker import ReadOnly, Worker
from rcv3_tui.tui.actions import reading, saving, typing
from rcv3_tui.tui.actions.going import Going
from rcv3_tui.tui.actions.hearing import Hearing
from rcv3_tui.tui.actions.undoing import Undoing
from rcv3_tui.tui.commands import BY_NAME, COMMANDS, DEFAULT_KEYS, Command, hints
from rcv3_tui.tui.commands.moving import TableCommand
from rcv3_tui.tui.formats import glyphs, old_picture
from rcv3_tui.tui.habits import Habits
from rcv3_tui.tui.heading import heading
from rcv3_tui.tui.items import FindingItem, Item
from rcv3_tui.tui.key_names import KeyNames
from rcv3_tui.tui.messages import Said
from rcv3_tui.tui.paint_timer import PaintTimer
from rcv3_tui.tui.picture import PANE_OF, PaneKind, Picture
from rcv3_tui.tui.widgets.asking import Asking
from rcv3_tui.tui.widgets.covered import Covered
from rcv3_tui.tui.widgets.line import Line, Piece
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.panes import Panes
from rcv3_tui.tui.widgets.table import CursorMoved, RowChosen

if TYPE_CHECKING:
    from rcv3_tui.model.consequences import Removal
    from rcv3_tui.tui.app import ConsoleApp
    from rcv3_tui.tui.widgets.prompt import Prompt

_LOG_LENGTH = 1000

_WARNING_SECONDS = 4.0
"""How long a warning is left to be read before progress takes its place."""


class ConsoleScreen(Screen[None], Covered):
    """The main screen.

    Args:
        console_app: The app, for the worker and the settings.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            command.keys, f"command('{command.name}')", command.label, show=False, id=command.name
        )
        for command in COMMANDS
        if command.keys and not isinstance(command, TableCommand) and command.name != "into"
    ]

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

    def __init__(self, console_app: ConsoleApp) -> None:
        super().__init__()
        self.console_app = console_app
        self.worker = console_app.worker
        self.settings = console_app.settings
        self.ascii = console_app.settings.ascii
        self.signs = glyphs(self.ascii)
        self.keys = KeyNames(DEFAULT_KEYS, self.settings.keys)
        self._paint_timer = PaintTimer(self._on_timer_update, console_app._handle_exception)
        self._bind_what_has_no_key_of_its_own()
        self.picture = Picture(self.worker.clock, self.worker)
        habits = Habits(self.settings.state_dir)
        self.panes = Panes(self.picture, self.signs, self.keys, habits, ascii_only=self.ascii)
        self.messages: list[Said] = []
        self.going = Going(self)
        self.undoing = Undoing(self)
        self._hearing = Hearing(self)
        self._message: Said | None = None
        self._header = Line(spelled_in_ascii=self.ascii, id="header")
        self._footer = Line(spelled_in_ascii=self.ascii, id="footer")
        self._message_line = Line(spelled_in_ascii=self.ascii, id="message")
        self._prompt: Prompt | None = None
        """The typed line; made when something is typed into it first."""

    def _bind_what_has_no_key_of_its_own(self) -> None:
        """Put commands on keys that have none unless the operator gives them one."""
        given = [
            Binding(keys, f"command('{name}')", BY_NAME[name].label, show=False, id=name)
            for name, keys in self.settings.keys.items()
            if name in BY_NAME and not BY_NAME[name].keys
        ]
        for binding in Binding.make_bindings(given):
            self._bindings.key_to_bindings.setdefault(binding.key, []).append(binding)

    # -- building -----------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, panes, message line, footer."""
        yield self._header
        yield self.panes
        yield self._message_line
        yield self._footer

    def on_mount(self) -> None:
        """Show the first picture, and keep what depends on the time true."""
        self.panes.show_for(self.size)
        self.pane.table.focus()
        self.write_header()
        self.write_footer()
        self.set_interval(1.0, self._tick)

    def on_resize(self, event: Resize) -> None:
        """Fit as many panes as there is room for."""
        del event
        self.panes.show_for(self.size)

    def bring_up_to_date(self) -> None:
        """Have a page that is open in front say what is so by now."""
        if self.app.screen is not self:
            reading.bring_up_to_date(self)

    @property
    def _update_timer(self) -> PaintTimer:  # type: ignore[override]
        return self._paint_timer

    def hear_key(self) -> None:
        """Hear of a key before whoever it is for.

        With the first one, what needs attention makes room, which stood above the panes until now.
        """
        self._paint_timer.key_was_pressed()
        if self.panes.leading:
            self.panes.leading = False
            self.panes.show_for(self.size)

    def take(self, change: Change) -> None:
        """Take one of the worker's changes in."""
        self._hearing.take(change)

    def take_all(self, worker: Worker) -> None:
        """Take in all that a worker has told before this screen was there."""
        if worker.signed_in is not None:
            self.take(worker.signed_in)
        for name, snapshot in worker.snapshots.items():
            self.take(SnapshotChanged(snapshot, Diff(parts=frozenset(Part))))
            self.take(LinkChanged(worker.links[name]))
        for operation in worker.operations.values():
            self.take(OperationChanged(operation))

    def hear_from_behind(self, profile: str, change: Change) -> None:
        """Tell how a change ended in an account that is not on the screen any more."""
        if isinstance(change, OperationChanged) and change.operation.is_ended:
            operation = change.operation
            tone = "failed" if operation.is_trouble else "ok"
            sentence = operation.request.sentence
            self.say(f"[{profile}] {sentence}: {operation.detail or 'done'}", tone)

    def _tick(self) -> None:
        """Repaint what depends on the time, where it says something else by now."""
        self._hearing.tick()
        self.write_header()
        for pane in self.panes.in_view():
            pane.tick()

    # -- header, footer, messages -------------------------------------------------------------

    def write_header(self) -> None:
        """Write the header anew; only what differs is painted."""
        left, right = heading(
            self.settings,
            self.worker.signed_in,
            self._hearing.links,
            read_only=self.worker.read_only,
            under_way=sum(1 for op in self.picture.operations.values() if not op.is_ended),
            attention=len(self.picture.findings),
            now=self.picture.now(),
            signs=self.signs,
        )
        self._header.show(left, right)

    def write_footer(self) -> None:
        """Name the keys that matter where the console is."""
        pieces = [Piece(" ")]
        for rank, command in enumerate(hints(self.active)):
            pieces += [
                Piece(self.keys[command.name], "key", spare=rank + 1),
                Piece(f" {command.label_at(self.active)}  ", spare=rank + 1),
            ]
        pieces += [Piece(self.keys["help"], "key"), Piece(f" {BY_NAME['help'].label}")]
        self._footer.show(pieces)

    def say(self, text: str, tone: str = "", offer: str = "") -> None:
        """Put an outcome on the message line and into the log; errors stay until dismissed.

        Args:
            text: One line; literal.
            tone: `ok`, `warn`, `failed`, `moving` or nothing.
            offer: What may be pressed about it; it is kept in view.
        """
        self.show(self.note(text, tone, offer))

    def note(self, text: str, tone: str = "", offer: str = "") -> Said:
        """Put an outcome into the log alone; the arguments are those of `say`."""
        said = Said(self.picture.now(), text, tone, offer)
        self.messages.append(said)
        del self.messages[:-_LOG_LENGTH]
        return said

    def show(self, said: Said) -> None:
        """Put something on the message line, unless an error stands there still.

        An answer to a key is not covered at once by how far some work has come.
        """
        there = self._message
        if there is not None and not said.stays:
            age = (said.at - there.at).total_seconds()
            if there.stays or (
                there.tone == "warn" and said.tone == "moving" and age < _WARNING_SECONDS
            ):
                return
        self._show_message(said)

    @property
    def shows_message(self) -> bool:
        """Whether something stands on the message line."""
        return self._message is not None

    def dismiss_error(self) -> bool:
        """Take an error that stays off the message line; tell whether there was one."""
        if self._message is None or not self._message.stays:
            return False
        self._show_message(None)
        return True

    def clear_message(self) -> None:
        """Leave the message line empty; the log keeps what stood there."""
        self._show_message(None)

    def _show_message(self, said: Said | None) -> None:
        self._message = said
        if said is None:
            self._message_line.show([])
            return
        pieces = [Piece(f" {said.text}", said.tone)]
        right = [Piece(f" {self.keys['back']} ", "muted")] if said.stays else []
        if said.offer:
            right.insert(0, Piece(f" {said.offer} ", "key"))
        taken = sum(cell_len(piece.text) for piece in right) + 2
        if cell_len(said.text) + taken > self.size.width:
            right.insert(0, Piece(f" {self.keys['log']} more ", "muted"))
        self._message_line.show(pieces, right)

    # -- a shared screen ----------------------------------------------------------------------

    def mask_names(self) -> None:
        """Have the mask know every name of the account, while it is on."""
        mask = self.console_app.mask
        if not mask.is_on:
            return
        signed_in = self.worker.signed_in
        if signed_in is not None:
            mask.learn("tenant", (signed_in.tenant,))
            mask.learn("user", (signed_in.user,))
        for snapshot in self.picture.snapshots.values():
            mask.learn_account(snapshot)

    def respell(self) -> None:
        """Draw every text anew: what may be seen of it is different now."""
        for line in self.query(Line):
            line.respell()
        for kind in PaneKind:
            table = self.panes[kind].table
            table.set_columns(table.columns)

    # -- where the console is -----------------------------------------------------------------

    @property
    def active(self) -> PaneKind:
        """Which pane has the keys."""
        return self.panes.active

    @property
    def pane(self) -> Pane[Item]:
        """The pane that has the keys."""
        return self.panes.current

    def pane_of(self, kind: PaneKind) -> Pane[Item]:
        """Give a pane by its kind."""
        return self.panes[kind]

    # -- rows ---------------------------------------------------------------------------------

    @property
    def cursor_row(self) -> str | None:
        """The row under the cursor of the pane that has the keys."""
        return self.pane.table.cursor_id

    def marked(self, kind: PaneKind) -> list[str]:
        """Give a pane's marked rows, in the order of their ids."""
        return sorted(self.panes[kind].table.marks)

    def targets(self) -> list[str]:
        """Give what a change is about: the marked rows, else the one under the cursor."""
        marks = self.marked(self.active)
        if marks:
            return marks
        row = self.cursor_row
        return [] if row is None else [row]

    def clear_marks(self, kind: PaneKind) -> None:
        """Take all marks off a pane."""
        self.panes[kind].table.set_marks(())

    def on_cursor_moved(self, event: CursorMoved) -> None:
        """Light the rows up that are tied to the one under the cursor."""
        event.stop()
        self.panes.link_rows()
        self.bring_up_to_date()

    def on_row_chosen(self, event: RowChosen) -> None:
        """Go into the row."""
        event.stop()
        self.going.into()

    # -- commands -----------------------------------------------------------------------------

    def action_command(self, name: str) -> None:
        """Run a command by its name, where it applies."""
        command = BY_NAME[name]
        if self.active not in command.places and self.active is PaneKind.ATTENTION:
            self._go_to_what_is_wrong(command)
        if self.active in command.places:
            command.run(self)
        else:
            key = self.keys["help"]
            self.say(f"{command.label}: not here; {key} shows every key of this place", "warn")

    def _go_to_what_is_wrong(self, command: Command) -> None:
        """Go to the resource under the cursor's finding, where a command can act on it."""
        row = self.cursor_row
        item = None if row is None else self.picture.item(PaneKind.ATTENTION, row)
        if row is not None and isinstance(item, FindingItem):
            kind = PANE_OF[item.finding.part]
            if kind in command.places and not self.marked(kind):
                self.going.to_finding(row)

    def ask_filter(self) -> None:
        """Open the filter line."""
        self.ask(Asking.FILTER, self.pane.filter_text)

    def ask_command(self) -> None:
        """Open the command line."""
        self.ask(Asking.COMMAND)

    def ask(self, asking: Asking, text: str = "") -> None:
        """Open the typed line.

        Args:
            asking: What for.
            text: What stands there already.
        """
        if self._prompt is None:
            # Imported here: no picture shows it before, and the first is quicker.
            from rcv3_tui.tui.widgets.prompt import Prompt

            self._prompt = Prompt(self._completions, spelled_in_ascii=self.ascii)
            self.mount(self._prompt, before=self._footer)
        self._prompt.ask(asking, text)

    def _completions(self, text: str) -> Sequence[str]:
        return typing.completions(self, text)

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Filter as the operator types."""
        if event.asking is Asking.FILTER:
            self.pane.set_filter(event.text)
            self._point_at_mistake()

    def _point_at_mistake(self) -> None:
        """Show above the typed line what is wrong with it, and where."""
        error = self.pane.filter_error
        if error is None:
            self._show_message(self._message)
            return
        # The sign of the typed line stands before its text.
        place = 1 + cell_len(self.pane.filter_text[: error.column - 1])
        what = error.what
        if place + 2 + cell_len(what) <= self.size.width:
            text = f"{' ' * place}▼ {what}"
        elif cell_len(what) + 2 <= place < self.size.width:
            text = f"{' ' * (place - cell_len(what) - 1)}{what} ▼"
        else:
            text = f" {error}"
        self._message_line.show([Piece(text, "failed")])

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Keep the filter, or run the command."""
        self.close_prompt()
        match event.asking:
            case Asking.COMMAND:
                typing.run(self, event.text)
            case Asking.FILTER:
                if self.pane.filter_error is not None:
                    self.say(f"filter: {self.pane.filter_error}", "warn")
                self.going.note()
            case Asking.FILE:
                saving.save_to(self, event.text)

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Give the line up; a filter goes with it."""
        if event.asking is Asking.FILTER:
            self.pane.set_filter("")
        self.close_prompt()

    def close_prompt(self) -> None:
        """Put the typed line away and give the keys back to the pane."""
        if self._prompt is not None:
            self._prompt.close()
        self._show_message(self._message)
        self.pane.table.focus()

    # -- changing -----------------------------------------------------------------------------

    @property
    def profile(self) -> str:
        """The profile's name, for dialogs."""
        return self.settings.profile

    @property
    def protected(self) -> bool:
        """Whether the profile is protected."""
        return self.settings.protected

    def may_change(self) -> bool:
        """Tell whether changes are on; say why where they are not."""
        if self.worker.read_only:
            self.say("read-only mode: nothing can be changed; :readonly off lifts it", "warn")
            return False
        kept_from = self.picture.kept_from(self.active, self.targets())
        if kept_from is not None:
            old = old_picture(kept_from, self.picture.now())
            self.say(f"{old}: changes wait until it has been read anew; Ctrl+R tries now", "warn")
            return False
        return True

    @property
    def under_way(self) -> list[Operation]:
        """The operations that have not ended, with those whose first step is still to be heard."""
        known = {**self.picture.operations, **self.worker.operations}
        return [operation for operation in known.values() if not operation.is_ended]

    def submit(self, requests: Sequence[Request]) -> tuple[Operation, ...]:
        """Have changes done.

        Args:
            requests: What was asked for, and approved where that is needed.

        Returns:
            Their operations; none where nothing was taken.
        """
        running = {operation.id for operation in self.under_way}
        try:
            taken = self.worker.submit(requests)
        except ReadOnly as refusal:
            self.say(str(refusal), "warn")
            return ()
        repeated = [operation for operation in taken if operation.id in running]
        if repeated:
            self.say(f"{repeated[0].request.sentence}: is under way already", "warn")
        return taken

    def ask_again(self, operations: Sequence[Operation]) -> None:
        """Have changes done that ended otherwise than asked; each is looked at first."""
        if self.may_change():
            self.submit([operation.request for operation in operations])

    def confirm(
        self, removal: Removal, then: Callable[[tuple[Operation, ...]], None] | None = None
    ) -> None:
        """Open the dialog; what it approves is sent, with the ids that it showed.

        Args:
            removal: What is asked about.
            then: Told what came of the approval.
        """
        if not removal.items:
            self.say("nothing of that is there any more", "warn")
            return
        from rcv3_tui.tui.screens.confirm import ConfirmScreen  # the first picture needs none

        def answered(approved: bool | None) -> None:
            if approved:
                taken = self.submit(removal.requests)
                self.clear_marks(self.active)
                if then is not None:
                    then(taken)

        self.app.push_screen(
            ConfirmScreen(removal, ascii_only=self.ascii, guard=self.console_app.guard), answered
        )
