"""The console itself: header, panes, message line, footer; routes keys and the worker's changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.events import Resize
from textual.screen import Screen

from rcv3_tui.model.consequences import Removal
from rcv3_tui.model.operation import Operation, Request, State
from rcv3_tui.model.snapshot import Diff, Part, PartState, Snapshot
from rcv3_tui.sync.changes import (
    Change,
    Link,
    LinkChanged,
    LinkState,
    OperationChanged,
    SignedIn,
    SignInFailed,
    SnapshotChanged,
)
from rcv3_tui.sync.worker import ReadOnly
from rcv3_tui.tui import asking, columns
from rcv3_tui.tui.commands import BY_NAME, BY_TYPED, COMMANDS, hints
from rcv3_tui.tui.commands.keys import shown_keys
from rcv3_tui.tui.formats import duration, glyphs
from rcv3_tui.tui.heading import heading
from rcv3_tui.tui.items import Item
from rcv3_tui.tui.messages import Said
from rcv3_tui.tui.picture import PaneKind, Picture, RowDiffs, split_row
from rcv3_tui.tui.screens.confirm import ConfirmScreen
from rcv3_tui.tui.widgets.line import Line, Piece
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.prompt import Asking, Prompt
from rcv3_tui.tui.widgets.table import Column, CursorMoved, RowChosen

if TYPE_CHECKING:
    from rcv3_tui.tui.app import ConsoleApp

THREE_PANES_WIDTH = 100
"""Columns from which on three panes are shown at once."""

THREE_PANES_HEIGHT = 18
"""Lines below which one pane fills the screen, however wide it is."""

_LOG_LENGTH = 1000

_PART_OF = {
    PaneKind.SERVERS: Part.SERVERS,
    PaneKind.PUBLIC_IPS: Part.PUBLIC_IPS,
    PaneKind.POOLS: Part.POOLS,
    PaneKind.NODES: Part.NODES,
    PaneKind.NETWORKS: Part.NETWORKS,
}

_FIRST_ORDER = {
    PaneKind.SERVERS: "name",
    PaneKind.PUBLIC_IPS: "address",
    PaneKind.POOLS: "name",
    PaneKind.NODES: "server",
    PaneKind.NETWORKS: "name",
    PaneKind.OPERATIONS: "when",
}
"""The column that each pane is sorted by until another one is chosen."""

_ROUND = (PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS)

_EMPTY = {
    PaneKind.SERVERS: ("No cloud servers in this region.", ":region shows another one."),
    PaneKind.PUBLIC_IPS: ("No public IPs.", "a adds one to a cloud server."),
    PaneKind.POOLS: (
        "No load balancer pools.",
        "A pool shows up once it has a member, all members use one port,",
        "and Rackspace Network Security has linked it in this region.",
    ),
    PaneKind.NODES: ("No cloud server of this account is in this pool.", "a adds servers to it."),
    PaneKind.NETWORKS: ("No cloud networks are linked.", "Rackspace Support links them."),
    PaneKind.OPERATIONS: ("Nothing was asked for yet.", "Esc goes back."),
}


class ConsoleScreen(Screen[None]):
    """The main screen.

    Args:
        console_app: The app, for the worker and the settings.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            command.keys, f"command('{command.name}')", command.label, show=False, id=command.name
        )
        for command in COMMANDS
        if command.keys
    ]

    DEFAULT_CSS = """
    ConsoleScreen {
        layout: vertical;
        background: $background;
        & > #header { background: $panel; color: $foreground; }
        & > #footer { background: $panel; color: $foreground-muted; }
        & > #panes { height: 1fr; }
        & #lower { height: 1fr; }
        & #pane-ips { margin: 0 1 0 0; }
        &.-single #pane-ips { margin: 0; }
    }
    """

    def __init__(self, console_app: ConsoleApp) -> None:
        super().__init__()
        self.console_app = console_app
        self.worker = console_app.worker
        self.settings = console_app.settings
        self.ascii = console_app.settings.ascii
        self.signs = glyphs(self.ascii)
        self.picture = Picture(self.worker.clock)
        self.active = PaneKind.SERVERS
        self.messages: list[Said] = []
        self._message: Said | None = None
        self._before = PaneKind.SERVERS
        self._zoomed = False
        self._links: dict[str, Link] = {}
        self._header = Line(spelled_in_ascii=self.ascii, id="header")
        self._footer = Line(spelled_in_ascii=self.ascii, id="footer")
        self._message_line = Line(spelled_in_ascii=self.ascii, id="message")
        self._prompt = Prompt([*sorted(BY_TYPED)], spelled_in_ascii=self.ascii)
        self._panes = self._make_panes(regions=False)

    # -- building -----------------------------------------------------------------------------

    def _make_panes(self, *, regions: bool) -> dict[PaneKind, Pane[Item]]:
        now = self.picture.now

        def pane(kind: PaneKind, name: str, number: str, shown: object) -> Pane[Item]:
            return Pane(
                kind,
                name,
                number,
                cast("tuple[Column[Item], ...]", shown),
                self.signs,
                _EMPTY[kind],
                ascii_only=self.ascii,
            )

        made = (
            (PaneKind.SERVERS, "Servers", "1", columns.server_columns),
            (PaneKind.PUBLIC_IPS, "Public IPs", "2", columns.public_ip_columns),
            (PaneKind.POOLS, "Pools", "3", columns.pool_columns),
            (PaneKind.NODES, "Pool nodes", "3", columns.node_columns),
            (PaneKind.NETWORKS, "Networks", "4", columns.network_columns),
            (PaneKind.OPERATIONS, "Operations", "5", columns.operation_columns),
        )
        return {
            kind: pane(kind, name, number, make(self.signs, now, regions=regions))
            for kind, name, number, make in made
        }

    def compose(self) -> ComposeResult:
        """Header, panes, message line, prompt, footer."""
        yield self._header
        with Container(id="panes"):
            yield self._panes[PaneKind.SERVERS]
            with Horizontal(id="lower"):
                yield self._panes[PaneKind.PUBLIC_IPS]
                yield self._panes[PaneKind.POOLS]
                yield self._panes[PaneKind.NODES]
            yield self._panes[PaneKind.NETWORKS]
            yield self._panes[PaneKind.OPERATIONS]
        yield self._message_line
        yield self._prompt
        yield self._footer

    def on_mount(self) -> None:
        """Show the first picture, and keep what depends on the time true."""
        self._panes[PaneKind.OPERATIONS].part_changed(PartState(fetched=self.picture.now()))
        for kind, column in _FIRST_ORDER.items():
            self._panes[kind].sort_by(column, reverse=False)
        self._arrange()
        self._panes[self.active].table.focus()
        self._write_header()
        self._write_footer()
        self.set_interval(1.0, self._tick)

    def on_resize(self, event: Resize) -> None:
        """Fit as many panes as there is room for."""
        del event
        self._arrange()

    # -- what the worker tells ----------------------------------------------------------------

    def take(self, change: Change) -> None:
        """Take one of the worker's changes in."""
        match change:
            case SnapshotChanged(snapshot, diff):
                self._take_snapshot(snapshot, diff)
            case OperationChanged(operation):
                self._take_operation(operation)
            case LinkChanged(link):
                self._take_link(link)
            case SignedIn():
                self._show_regions(change)
                self._write_header()
            case SignInFailed():
                self.say(change.message, "failed")

    def _show_regions(self, signed_in: SignedIn) -> None:
        if len(signed_in.regions) > 1:
            for kind, pane in self._make_panes(regions=True).items():
                self._panes[kind].table.set_columns(pane.table.columns)

    def _take_snapshot(self, snapshot: Snapshot, diff: Diff) -> None:
        self._apply(self.picture.take_snapshot(snapshot, diff))
        if diff.parts:
            for kind, part in _PART_OF.items():
                if part in diff.parts and kind is not PaneKind.NODES:
                    self._panes[kind].part_changed(snapshot.part(part))
            if Part.NODES in diff.parts:
                self._show_nodes_state()
        if self.picture.open_pool is not None:
            self._follow_open_pool(snapshot)
        self._link_rows()
        top = self.app.screen
        if isinstance(top, ConfirmScreen) and snapshot.region in top.removal.where:
            top.look_again(snapshot)

    def _take_operation(self, operation: Operation) -> None:
        before = self.picture.operations.get(operation.id)
        self._apply(self.picture.take_operation(operation))
        sentence = operation.request.sentence
        if operation.is_ended and (before is None or not before.is_ended):
            took = f" ({duration(operation.seconds)})"
            if operation.is_trouble:
                self.say(f"{sentence}: {operation.detail}{took}", "failed")
            elif (progress := self._progress(operation)) is not None:
                self.say(progress, "ok")
            else:
                self.say(f"{sentence}: {operation.detail or 'done'}{took}", "ok")
        elif operation.state is State.PLANNED and before is None:
            self.say(f"{sentence} ...", "moving")
        elif before is not None and operation.detail != before.detail and operation.detail:
            self.say(f"{sentence}: {operation.detail}", "moving")
        self._write_header()

    def _progress(self, operation: Operation) -> str | None:
        """Say how far the work that was asked for together has come; None for a single one."""
        together = [
            other
            for other in self.picture.operations.values()
            if other.batch == operation.batch and other.batch
        ]
        if len(together) < 2:
            return None
        failed = sum(1 for other in together if other.is_trouble)
        left = sum(1 for other in together if not other.is_ended)
        done = len(together) - failed - left
        how = f"{done} done, {failed} failed, {left} left"
        return f"{operation.request.kind.value} x {len(together)}: {how}; 5 lists them"

    def _take_link(self, link: Link) -> None:
        before = self._links.get(link.region)
        self._links[link.region] = link
        was_live = before is None or before.state in (LinkState.LIVE, LinkState.CONNECTING)
        if link.state in (LinkState.STALE, LinkState.PARTLY) and was_live:
            self.say(f"{link.region} is {link.state}: {link.cause}", "warn")
        elif link.state is LinkState.LIVE and not was_live:
            self.say(f"{link.region} is live again", "ok")
        self._write_header()

    def _apply(self, diffs: RowDiffs) -> None:
        for kind, rows in diffs.items():
            if rows:
                self._panes[kind].apply(rows)
        self.console_app.bring_up_to_date()

    def _follow_open_pool(self, snapshot: Snapshot) -> None:
        open_pool = self.picture.open_pool
        if open_pool is None or open_pool[0] != snapshot.region:
            return
        if snapshot.parts and open_pool[1] not in snapshot.pools:
            self.say("the pool is gone", "warn")
            if self.active is PaneKind.NODES:
                self._prompt.close()
                self.go_to(PaneKind.POOLS)
            else:
                self._close_pool()
                self._arrange()

    def _show_nodes_state(self) -> None:
        open_pool = self.picture.open_pool
        if open_pool is not None:
            snapshot = self.picture.snapshots[open_pool[0]]
            state = snapshot.part(Part.NODES)
            if state.error is None and open_pool[1] not in snapshot.nodes:
                return
            self._panes[PaneKind.NODES].part_changed(state)

    def _tick(self) -> None:
        """Repaint what depends on the time, where it says something else by now."""
        self._write_header()
        for pane in self._panes.values():
            if pane.display:
                pane.table.tick()
        self.console_app.bring_up_to_date()

    # -- header, footer, messages -------------------------------------------------------------

    def _write_header(self) -> None:
        left, right = heading(
            self.settings,
            self.worker.signed_in,
            self._links.values(),
            read_only=self.worker.read_only,
            under_way=sum(1 for op in self.picture.operations.values() if not op.is_ended),
            now=self.picture.now(),
            signs=self.signs,
        )
        self._header.show(left, right)

    def _write_footer(self) -> None:
        pieces = [Piece(" ")]
        for rank, command in enumerate(hints(self.active)):
            pieces += [
                Piece(shown_keys(command, self.settings.keys), "key", spare=rank + 1),
                Piece(f" {command.label}  ", spare=rank + 1),
            ]
        more = BY_NAME["help"]
        pieces += [Piece(shown_keys(more, self.settings.keys), "key"), Piece(f" {more.label}")]
        self._footer.show(pieces)

    def say(self, text: str, tone: str = "") -> None:
        """Put an outcome on the message line and into the log; errors stay until dismissed.

        Args:
            text: One line; literal.
            tone: `ok`, `warn`, `failed`, `moving` or nothing.
        """
        said = Said(self.picture.now(), text, tone)
        self.messages.append(said)
        del self.messages[:-_LOG_LENGTH]
        if self._message is not None and self._message.stays and not said.stays:
            return
        self._show_message(said)

    def _show_message(self, said: Said | None) -> None:
        self._message = said
        if said is None:
            self._message_line.show([])
            return
        pieces = [Piece(f" {said.text}", said.tone)]
        self._message_line.show(pieces, [Piece(" Esc ", "muted")] if said.stays else [])

    # -- going --------------------------------------------------------------------------------

    @property
    def pane(self) -> Pane[Item]:
        """The pane that has the keys."""
        return self._panes[self.active]

    def pane_of(self, kind: PaneKind) -> Pane[Item]:
        """Give a pane by its kind."""
        return self._panes[kind]

    def go_to(self, kind: PaneKind) -> None:
        """Bring a pane to the front and give it the keys."""
        if kind is PaneKind.POOLS and self.active is PaneKind.NODES:
            self._close_pool()
        if kind in (PaneKind.NETWORKS, PaneKind.OPERATIONS) and self.active in _ROUND:
            self._before = self.active
        if kind is PaneKind.POOLS and self.picture.open_pool is not None:
            kind = PaneKind.NODES
        self.active = kind
        self._arrange()
        self.pane.table.focus()
        self._write_footer()
        self._link_rows()

    def step_pane(self, step: int) -> None:
        """Go to the next or previous of the three panes."""
        here = PaneKind.POOLS if self.active is PaneKind.NODES else self.active
        index = _ROUND.index(here) if here in _ROUND else 0
        self.go_to(_ROUND[(index + step) % len(_ROUND)])

    def into(self) -> None:
        """Open a pool's nodes, or the details of any other row."""
        row = self.cursor_row
        if row is None:
            return
        if self.active is PaneKind.OPERATIONS:
            asking.operation(self, row)
            return
        if self.active is not PaneKind.POOLS:
            self.show_details()
            return
        region, key = split_row(row)
        pane = self._panes[PaneKind.NODES]
        pool = self.picture.snapshots[region].pools[key]
        self.worker.look_at(region, key)
        pane.part_changed(PartState())
        pane.set_filter("")
        pane.rename(f"Nodes of {pool.name}")
        pane.replace(self.picture.open(region, key))
        self._show_nodes_state()
        self.go_to(PaneKind.NODES)

    def _close_pool(self) -> None:
        self.picture.close()
        self.worker.look_at(None, None)
        if self.active is PaneKind.NODES:
            self.active = PaneKind.POOLS
        self._panes[PaneKind.NODES].replace({})

    def back(self) -> None:
        """Take one step back: message, filter, marks' view, nodes, lists, full screen."""
        pane = self.pane
        if self._message is not None and self._message.stays:
            self._show_message(None)
        elif pane.filter_text or pane.attention_only:
            pane.attention_only = False
            pane.set_filter("")
        elif self.active is PaneKind.NODES:
            self.go_to(PaneKind.POOLS)
        elif self.active in (PaneKind.NETWORKS, PaneKind.OPERATIONS):
            self.go_to(self._before)
        elif self._zoomed:
            self.zoom()
        else:
            self._show_message(None)

    def zoom(self) -> None:
        """Show the pane alone on the screen, or go back."""
        self._zoomed = not self._zoomed
        self._arrange()

    def _arrange(self) -> None:
        third = PaneKind.NODES if self.picture.open_pool is not None else PaneKind.POOLS
        overview = (PaneKind.SERVERS, PaneKind.PUBLIC_IPS, third)
        several = (
            self.size.width >= THREE_PANES_WIDTH
            and self.size.height >= THREE_PANES_HEIGHT
            and not self._zoomed
            and self.active in overview
        )
        shown = overview if several else (self.active,)
        self.set_class(not several, "-single")
        for kind, pane in self._panes.items():
            pane.display = kind in shown
            pane.set_class(kind is self.active, "-active")
            beside = [k for k in (*_ROUND[:2], third) if k is not kind and not several]
            pane.show_beside([self._panes[k].tab for k in beside])
        lower = (PaneKind.PUBLIC_IPS, PaneKind.POOLS, PaneKind.NODES)
        self.query_one("#lower").display = any(kind in shown for kind in lower)

    # -- rows ---------------------------------------------------------------------------------

    @property
    def cursor_row(self) -> str | None:
        """The row under the cursor of the pane that has the keys."""
        return self.pane.table.cursor_id

    def marked(self, kind: PaneKind) -> list[str]:
        """Give a pane's marked rows, in the order of their ids."""
        return sorted(self._panes[kind].table.marks)

    def targets(self) -> list[str]:
        """Give what a change is about: the marked rows, else the one under the cursor."""
        marks = self.marked(self.active)
        if marks:
            return marks
        row = self.cursor_row
        return [] if row is None else [row]

    def clear_marks(self, kind: PaneKind) -> None:
        """Take all marks off a pane."""
        self._panes[kind].table.set_marks(())

    def on_cursor_moved(self, event: CursorMoved) -> None:
        """Light the rows up that are tied to the one under the cursor."""
        event.stop()
        self._link_rows()
        self.console_app.bring_up_to_date()

    def on_row_chosen(self, event: RowChosen) -> None:
        """Go into the row."""
        event.stop()
        self.into()

    def _link_rows(self) -> None:
        for kind, rows in self.picture.linked(self.active, self.cursor_row).items():
            self._panes[kind].table.set_linked(rows)
        self.pane.table.set_linked(frozenset())

    # -- commands -----------------------------------------------------------------------------

    def action_command(self, name: str) -> None:
        """Run a command by its name, where it applies."""
        command = BY_NAME[name]
        if self.active in command.places:
            command.run(self)
        else:
            self.say(f"{command.label}: not here; ? shows every key of this place", "warn")

    def ask_filter(self) -> None:
        """Open the filter line."""
        self._prompt.ask(Asking.FILTER, self.pane.filter_text)

    def ask_command(self) -> None:
        """Open the command line."""
        self._prompt.ask(Asking.COMMAND)

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Filter as the operator types."""
        if event.asking is Asking.FILTER:
            self.pane.set_filter(event.text)

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Keep the filter, or run the command."""
        self._close_prompt()
        if event.asking is Asking.COMMAND:
            self.run_typed(event.text)

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Give the line up; a filter goes with it."""
        if event.asking is Asking.FILTER:
            self.pane.set_filter("")
        self._close_prompt()

    def _close_prompt(self) -> None:
        self._prompt.close()
        self.pane.table.focus()

    def run_typed(self, text: str) -> None:
        """Run what was typed on the command line."""
        word, _, argument = text.strip().lstrip(":").partition(" ")
        if not word:
            return
        command = BY_TYPED.get(word.casefold())
        if command is None:
            near = sorted(w for w in BY_TYPED if w.startswith(word[:1]))
            hint = f"; did you mean :{near[0]}?" if near else ""
            self.say(f"there is no command :{word}{hint}", "failed")
            return
        command.run(self, argument.strip())

    def toggle_attention(self) -> None:
        """Show only what needs attention, or everything."""
        self.pane.toggle_attention()

    def choose_sort(self) -> None:
        """Offer the columns to sort by."""
        self.console_app.choose_sort(self.pane)

    def reverse_sort(self) -> None:
        """Turn the order of the pane around."""
        column, reverse = self.pane.sorted_by or (self.pane.table.columns[0].key, False)
        self.pane.sort_by(column, not reverse)

    def toggle_wide(self) -> None:
        """Show more columns, or fewer."""
        self.pane.table.wide = not self.pane.table.wide

    def refresh_now(self) -> None:
        """Read everything now."""
        self.worker.refresh()
        self.say("refreshing")

    def toggle_pause(self) -> None:
        """Stop or go on refreshing."""
        self.worker.pause(not self.worker.paused)
        self.say("refreshing is paused; p resumes" if self.worker.paused else "refreshing again")

    def set_interval_text(self, text: str) -> None:
        """Set the seconds between refreshes from what was typed."""
        try:
            seconds = float(text)
        except ValueError:
            seconds = 0.0
        if not 1 <= seconds <= 3600:
            self.say(f":interval takes 1 to 3600 seconds, not {text or 'nothing'!r}", "failed")
            return
        self.worker.set_interval(seconds)
        self.say(f"refreshing every {seconds:g} s")

    def set_read_only(self, text: str) -> None:
        """Switch read-only mode from what was typed: on, off, or the other way."""
        wanted = {"on": True, "off": False, "": not self.worker.read_only}.get(text.casefold())
        if wanted is None:
            self.say(f":readonly takes on or off, not {text!r}", "failed")
            return
        self.worker.read_only = wanted
        self.say("read-only: no change is possible" if wanted else "changes are possible", "warn")
        self._write_header()

    def set_theme(self, name: str) -> None:
        """Put another theme on."""
        if name not in self.app.available_themes:
            self.say(
                f"no theme {name!r}; there are: {', '.join(sorted(self.app.available_themes))}",
                "failed",
            )
            return
        self.app.theme = name

    # -- screens ------------------------------------------------------------------------------

    def show_details(self) -> None:
        """Open everything known of the row."""
        self.console_app.show_details(self.active, self.cursor_row)

    def show_json(self) -> None:
        """Open the row's raw JSON."""
        self.console_app.show_json(self.active, self.cursor_row)

    def show_log(self) -> None:
        """Open the message log."""
        self.console_app.show_log(self.messages)

    def show_help(self) -> None:
        """Open the keys of this place."""
        self.console_app.show_help(self.active)

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
        return True

    @property
    def under_way(self) -> list[Operation]:
        """The operations that have not ended, with those whose first step is still to be heard."""
        known = {**self.picture.operations, **self.worker.operations}
        return [operation for operation in known.values() if not operation.is_ended]

    def submit(self, requests: Sequence[Request]) -> None:
        """Have changes done."""
        running = {operation.id for operation in self.under_way}
        try:
            taken = self.worker.submit(requests)
        except ReadOnly as refusal:
            self.say(str(refusal), "warn")
            return
        repeated = [operation for operation in taken if operation.id in running]
        if repeated:
            self.say(f"{repeated[0].request.sentence}: is under way already", "warn")

    def ask_again(self, operations: Sequence[Operation]) -> None:
        """Have changes done that ended otherwise than asked; each is looked at first."""
        if self.may_change():
            self.submit([operation.request for operation in operations])

    def confirm(self, removal: Removal) -> None:
        """Open the dialog; what it approves is sent, with the ids that it showed."""
        if not removal.items:
            self.say("nothing of that is there any more", "warn")
            return
        self.console_app.confirm(self, removal)

    def leave(self) -> None:
        """Quit; ask while an operation has not settled."""
        self.console_app.leave(self.under_way)
