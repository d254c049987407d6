"""Moves between panes, into a pool, and back and forward through the places."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from msgspec.structs import replace
from textual.geometry import Size

from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.tui.pane_kinds import PANE_OF, PaneKind
from rcv3_tui.tui.place_history import Place, PlaceHistory
from rcv3_tui.tui.row_model import RowModel
from rcv3_tui.tui.widgets.message_line import MessageLine
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.pane_layout import CYCLE_ORDER, PaneLayout
from rcv3_tui.views.changes import named_with_resource
from rcv3_tui.views.rows import AnyRow, ChangeRow, FindingRow, row_id

_LISTS = (PaneKind.NETWORKS, PaneKind.OPERATIONS, PaneKind.CHANGES, PaneKind.ATTENTION)
"""The panes that fill the screen; Esc goes back to the others."""


class NavigationContext(Protocol):
    """What the navigator uses of the console."""

    @property
    def row_model(self) -> RowModel:
        """The rows of all panes."""

    @property
    def worker(self) -> AccountWorker:
        """The account's worker."""

    @property
    def panes(self) -> PaneLayout:
        """All panes."""

    @property
    def size(self) -> Size:
        """The size of the screen."""

    @property
    def active(self) -> PaneKind:
        """The kind of the focused pane."""

    @property
    def pane(self) -> Pane[AnyRow]:
        """The focused pane."""

    @property
    def cursor_row(self) -> str | None:
        """The row under the cursor of the focused pane."""

    def show_message(self, text: str, tone: str = "", offer: str = "") -> None:
        """Show a message and add it to the log.

        Args:
            text: One line, literal.
            tone: `ok`, `warn`, `failed`, `moving` or empty.
            offer: What can be pressed about it.
        """

    @property
    def message_line(self) -> MessageLine:
        """The line that shows the last message."""

    def write_footer(self) -> None:
        """Update the footer."""

    def close_prompt(self) -> None:
        """Close the prompt and focus the pane."""


class Navigator:
    """The console's position among panes, pools and earlier places.

    Args:
        console: The console whose panes it shows.
    """

    def __init__(self, console: NavigationContext) -> None:
        self._console = console
        self._before = PaneKind.SERVERS
        self._history = PlaceHistory()

    def go_to(self, kind: PaneKind) -> None:
        """Show and focus a pane."""
        self.note()
        self._show_pane(kind)
        self.note()

    def _show_pane(self, kind: PaneKind) -> None:
        console = self._console
        panes, row_model = console.panes, console.row_model
        if kind is PaneKind.POOLS and panes.active is PaneKind.NODES:
            self._close_pool()
        if kind in _LISTS and panes.active not in _LISTS:
            self._before = panes.active
        if kind is PaneKind.POOLS and row_model.open_pool is not None:
            kind = PaneKind.NODES
        if kind is PaneKind.CHANGES:
            row_model.changes.note_seen()
        panes.active = kind
        panes.show_for(console.size)
        panes.current.table.focus()
        console.write_footer()
        panes.link_rows()

    def step_pane(self, step: int) -> None:
        """Go to the next or previous of the three panes."""
        active = self._console.active
        here = PaneKind.POOLS if active is PaneKind.NODES else active
        index = CYCLE_ORDER.index(here) if here in CYCLE_ORDER else 0
        self.go_to(CYCLE_ORDER[(index + step) % len(CYCLE_ORDER)])

    def go_to_subject(self, kinds: Collection[PaneKind]) -> None:
        """Go to the resource of the finding under the cursor, unless its pane has marks.

        Args:
            kinds: The panes to go to; a resource of another pane is not gone to.
        """
        console = self._console
        row = console.cursor_row
        item = None if row is None else console.row_model.item(PaneKind.ATTENTION, row)
        if row is not None and isinstance(item, FindingRow):
            kind = PANE_OF[item.finding.kind]
            if kind in kinds and not console.panes[kind].table.marks:
                self.go_to_finding(row)

    def go_to_finding(self, row: str) -> bool:
        """Go to the resource of a finding.

        Args:
            row: The finding's row.

        Returns:
            Whether the cursor is on the resource now.
        """
        console = self._console
        item = console.row_model.item(PaneKind.ATTENTION, row)
        if not isinstance(item, FindingRow):
            return False
        found = item.finding
        kind = PANE_OF[found.kind]
        if not found.key:
            # It concerns a whole list, so there is no row to go to.
            self.go_to(PaneKind.POOLS if kind is PaneKind.NODES else kind)
            return True
        pool = ""
        if kind is PaneKind.NODES:
            pools = [key for part, key in found.also if part is ResourceKind.POOLS]
            if not pools or pools[0] not in console.row_model.snapshots[found.region].pools:
                return False
            pool = pools[0]
        return self._go_to_resource(kind, found.region, found.key, pool)

    def go_to_changed(self, row: str) -> None:
        """Go to the resource of a change; show a message if it no longer exists.

        Args:
            row: The change's row.
        """
        console = self._console
        item = console.row_model.item(PaneKind.CHANGES, row)
        if not isinstance(item, ChangeRow):
            return
        change = item.change
        snapshot = console.row_model.snapshots.get(change.region)
        name = named_with_resource(change)
        if snapshot is None or snapshot.fetch_state(change.resource_kind).fetched is None:
            console.show_message(
                f"{name}: the {change.resource_kind} have not been read yet", "warn"
            )
        elif not snapshot.has(change.resource_kind, change.key, change.pool_key):
            console.show_message(f"{name} no longer exists", "warn")
        else:
            kind = PANE_OF[change.resource_kind]
            self._go_to_resource(kind, change.region, change.key, change.pool_key)

    def _go_to_resource(self, kind: PaneKind, region: str, key: str, pool: str) -> bool:
        """Show a resource in its pane; return whether the cursor is on it.

        Args:
            kind: The pane.
            region: The resource's region.
            key: Its lower-case id.
            pool: The pool of a node.
        """
        console = self._console
        if kind is PaneKind.NODES:
            self.open_pool(region, pool)
        else:
            if kind is PaneKind.POOLS and console.row_model.open_pool is not None:
                self._close_pool()
            self.go_to(kind)
        pane = console.panes[kind]
        wanted = row_id(region, key)
        if not pane.table.move_to(wanted):
            # The operator's own filter hides it.
            pane.attention_only = False
            pane.set_filter("")
        return pane.table.move_to(wanted)

    def open_pool(self, region: str, key: str) -> None:
        """Show the nodes of a pool.

        Args:
            region: The pool's region.
            key: The pool's key in the snapshot.
        """
        self.note()
        self._show_pool(region, key)
        self.note()

    def _show_pool(self, region: str, key: str) -> None:
        console = self._console
        pane = console.panes[PaneKind.NODES]
        pool = console.row_model.snapshots[region].pools[key]
        console.worker.watch_pool(region, key)
        pane.set_fetch_state(FetchState())
        pane.set_filter("")
        pane.rename(f"Nodes of {pool.name}")
        pane.replace(console.row_model.open(region, key))
        self.show_nodes_state()
        self._show_pane(PaneKind.NODES)

    def _close_pool(self) -> None:
        console = self._console
        console.row_model.close()
        console.worker.watch_pool(None, None)
        if console.active is PaneKind.NODES:
            console.panes.active = PaneKind.POOLS
        console.panes[PaneKind.NODES].replace({})

    def back(self) -> None:
        """Go one step back: error, inspector, filter, pool, list, full screen, message."""
        console = self._console
        pane = console.pane
        if console.message_line.dismiss_error():
            return
        if console.panes.is_inspector_in_place:
            console.panes.show_inspector(False)
        elif pane.filter_text or pane.attention_only:
            pane.attention_only = False
            pane.set_filter("")
        elif console.active is PaneKind.NODES:
            self.go_to(PaneKind.POOLS)
        elif console.active in _LISTS:
            self.go_to(self._before)
        elif console.panes.zoomed:
            self.zoom()
        elif not console.panes.close_lead():
            console.message_line.clear_message()

    def zoom(self) -> None:
        """Show the pane alone on the screen, or all panes again."""
        panes = self._console.panes
        panes.zoomed = not panes.zoomed
        panes.show_for(self._console.size)

    # -- places -------------------------------------------------------------------------------

    def note(self) -> None:
        """Record the current place in the history."""
        self._history.note(self._place())

    def step_view(self, step: int) -> None:
        """Go back (-1) or forward (1) through the history."""
        place = self._history.step(step, self._place())
        if place is None:
            which = "earlier" if step < 0 else "later"
            self._console.show_message(f"there is no {which} view")
            return
        console, row_model = self._console, self._console.row_model
        kind = place.pane
        if place.pool is not None and place.pool != row_model.open_pool:
            region, key = place.pool
            snapshot = row_model.snapshots.get(region)
            if snapshot is not None and key in snapshot.pools:
                self._show_pool(region, key)
            elif kind is PaneKind.NODES:
                console.show_message("that pool no longer exists", "warn")
                kind = PaneKind.POOLS
        self._show_pane(kind)
        pane = console.pane
        pane.attention_only = place.attention_only
        pane.set_filter(place.filter_text)
        if place.row is not None:
            pane.table.move_to(place.row)

    def _place(self) -> Place:
        console = self._console
        pane = console.pane
        return Place(
            pane=console.active,
            pool=console.row_model.open_pool if console.active is PaneKind.NODES else None,
            row=console.cursor_row,
            filter_text=pane.filter_text,
            attention_only=pane.attention_only,
        )

    # -- the open pool ------------------------------------------------------------------------

    def follow_open_pool(self, snapshot: Snapshot) -> None:
        """Close the open pool when it no longer exists."""
        console = self._console
        open_pool = console.row_model.open_pool
        if open_pool is None or open_pool[0] != snapshot.region:
            return
        if snapshot.fetch_states and open_pool[1] not in snapshot.pools:
            console.show_message("the pool no longer exists", "warn")
            if console.active is PaneKind.NODES:
                console.close_prompt()
                self.go_to(PaneKind.POOLS)
            else:
                self._close_pool()
                console.panes.show_for(console.size)

    def leave_region(self, region: str) -> None:
        """Close the open pool when its region is no longer shown."""
        console = self._console
        open_pool = console.row_model.open_pool
        if open_pool is not None and open_pool[0] == region:
            self._close_pool()
            console.panes.show_for(console.size)
            console.pane.table.focus()

    def show_nodes_state(self) -> None:
        """Show the fetch state of the open pool's nodes."""
        console = self._console
        open_pool = console.row_model.open_pool
        if open_pool is not None:
            snapshot = console.row_model.snapshots[open_pool[0]]
            # The fetch state covers all pools; each pool knows whether it is cached.
            is_cached = open_pool[1] in snapshot.nodes_from_cache
            state = replace(snapshot.fetch_state(ResourceKind.NODES), from_cache=is_cached)
            if state.error is None and open_pool[1] not in snapshot.nodes:
                return
            console.panes[PaneKind.NODES].set_fetch_state(state)
