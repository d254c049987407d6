"""Going from pane to pane, into a pool, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcv3_tui.model.snapshot import Part, PartState, Snapshot
from rcv3_tui.tui.actions import asking, reading
from rcv3_tui.tui.history import History, View
from rcv3_tui.tui.items import FindingItem
from rcv3_tui.tui.picture import PANE_OF, PaneKind, row_id, split_row
from rcv3_tui.tui.widgets.panes import ROUND

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


_LISTS = (PaneKind.NETWORKS, PaneKind.OPERATIONS, PaneKind.ATTENTION)
"""The panes that stand alone on the screen, and from which Esc goes back to the others."""


class Going:
    """Where the console stands among its panes.

    Args:
        console: Which.
    """

    def __init__(self, console: ConsoleScreen) -> None:
        self._console = console
        self._before = PaneKind.SERVERS
        self._history = History()

    def to(self, kind: PaneKind) -> None:
        """Bring a pane to the front and give it the keys."""
        self.note()
        self._to(kind)
        self.note()

    def _to(self, kind: PaneKind) -> None:
        console = self._console
        panes, picture = console.panes, console.picture
        if kind is PaneKind.POOLS and panes.active is PaneKind.NODES:
            self._close_pool()
        if kind in _LISTS and panes.active not in _LISTS:
            self._before = panes.active
        if kind is PaneKind.POOLS and picture.open_pool is not None:
            kind = PaneKind.NODES
        panes.active = kind
        panes.show_for(console.size)
        panes.current.table.focus()
        console.write_footer()
        panes.link_rows()

    def step(self, step: int) -> None:
        """Go to the next or previous of the three panes."""
        active = self._console.active
        here = PaneKind.POOLS if active is PaneKind.NODES else active
        index = ROUND.index(here) if here in ROUND else 0
        self.to(ROUND[(index + step) % len(ROUND)])

    def into(self) -> None:
        """Open a pool's nodes, or the details of any other row."""
        console = self._console
        row = console.cursor_row
        if row is None:
            return
        if console.active is PaneKind.ATTENTION:
            self.to_finding(row)
        elif console.active is PaneKind.OPERATIONS:
            asking.operation(console, row)
        elif console.active is PaneKind.POOLS:
            self._open_pool(*split_row(row))
        else:
            reading.details(console)

    def to_finding(self, row: str) -> bool:
        """Go to the resource that something which needs attention is about.

        Args:
            row: The row of what needs attention.

        Returns:
            Whether the cursor stands on the resource now.
        """
        console = self._console
        item = console.picture.item(PaneKind.ATTENTION, row)
        if not isinstance(item, FindingItem):
            return False
        found = item.finding
        kind = PANE_OF[found.part]
        if kind is PaneKind.NODES:
            pools = [key for part, key in found.also if part is Part.POOLS]
            if not pools or pools[0] not in console.picture.snapshots[found.region].pools:
                return False
            self._open_pool(found.region, pools[0])
        else:
            if kind is PaneKind.POOLS and console.picture.open_pool is not None:
                self._close_pool()
            self.to(kind)
        pane = console.panes[kind]
        wanted = row_id(found.region, found.key)
        if not pane.table.move_to(wanted):
            # The operator's own filter hides it.
            pane.attention_only = False
            pane.set_filter("")
        return pane.table.move_to(wanted)

    def _open_pool(self, region: str, key: str) -> None:
        self.note()
        self._show_pool(region, key)
        self.note()

    def _show_pool(self, region: str, key: str) -> None:
        console = self._console
        pane = console.panes[PaneKind.NODES]
        pool = console.picture.snapshots[region].pools[key]
        console.worker.look_at(region, key)
        pane.part_changed(PartState())
        pane.set_filter("")
        pane.rename(f"Nodes of {pool.name}")
        pane.replace(console.picture.open(region, key))
        self.show_nodes_state()
        self._to(PaneKind.NODES)

    def _close_pool(self) -> None:
        console = self._console
        console.picture.close()
        console.worker.look_at(None, None)
        if console.active is PaneKind.NODES:
            console.panes.active = PaneKind.POOLS
        console.panes[PaneKind.NODES].replace({})

    def back(self) -> None:
        """Take one step back: message, filter, marks' view, nodes, lists, full screen."""
        console = self._console
        pane = console.pane
        if console.dismiss_error():
            return
        if pane.filter_text or pane.attention_only:
            pane.attention_only = False
            pane.set_filter("")
        elif console.active is PaneKind.NODES:
            self.to(PaneKind.POOLS)
        elif console.active in _LISTS:
            self.to(self._before)
        elif console.panes.zoomed:
            self.zoom()
        else:
            console.clear_message()

    def zoom(self) -> None:
        """Show the pane alone on the screen, or go back."""
        panes = self._console.panes
        panes.zoomed = not panes.zoomed
        panes.show_for(self._console.size)

    # -- what was looked at -------------------------------------------------------------------

    def note(self) -> None:
        """Remember what is looked at now, for the way back."""
        self._history.note(self._view())

    def through(self, step: int) -> None:
        """Go back (-1) or forward (1) through what was looked at."""
        view = self._history.step(step, self._view())
        if view is None:
            where = "before" if step < 0 else "after"
            self._console.say(f"nothing was looked at {where} this")
            return
        console, picture = self._console, self._console.picture
        kind = view.pane
        if view.pool is not None and view.pool != picture.open_pool:
            region, key = view.pool
            snapshot = picture.snapshots.get(region)
            if snapshot is not None and key in snapshot.pools:
                self._show_pool(region, key)
            elif kind is PaneKind.NODES:
                console.say("the pool that was looked at is gone", "warn")
                kind = PaneKind.POOLS
        self._to(kind)
        pane = console.pane
        pane.attention_only = view.attention_only
        pane.set_filter(view.filter_text)
        if view.row is not None:
            pane.table.move_to(view.row)

    def _view(self) -> View:
        console = self._console
        pane = console.pane
        return View(
            pane=console.active,
            pool=console.picture.open_pool if console.active is PaneKind.NODES else None,
            row=console.cursor_row,
            filter_text=pane.filter_text,
            attention_only=pane.attention_only,
        )

    # -- the pool that is open ----------------------------------------------------------------

    def follow_open_pool(self, snapshot: Snapshot) -> None:
        """Leave the open pool when it is gone."""
        console = self._console
        open_pool = console.picture.open_pool
        if open_pool is None or open_pool[0] != snapshot.region:
            return
        if snapshot.parts and open_pool[1] not in snapshot.pools:
            console.say("the pool is gone", "warn")
            if console.active is PaneKind.NODES:
                console.close_prompt()
                self.to(PaneKind.POOLS)
            else:
                self._close_pool()
                console.panes.show_for(console.size)

    def leave_region(self, region: str) -> None:
        """Close the open pool when it is of a region that is shown no more."""
        console = self._console
        open_pool = console.picture.open_pool
        if open_pool is not None and open_pool[0] == region:
            self._close_pool()
            console.panes.show_for(console.size)
            console.pane.table.focus()

    def show_nodes_state(self) -> None:
        """Say how well the open pool's nodes are known."""
        console = self._console
        open_pool = console.picture.open_pool
        if open_pool is not None:
            snapshot = console.picture.snapshots[open_pool[0]]
            # Told of all pools together; of this one it is known better.
            is_kept = open_pool[1] in snapshot.nodes_kept
            state = replace(snapshot.part(Part.NODES), kept=is_kept)
            if state.error is None and open_pool[1] not in snapshot.nodes:
                return
            console.panes[PaneKind.NODES].part_changed(state)
