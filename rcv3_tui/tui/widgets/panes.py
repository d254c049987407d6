"""The panes together: which of them are on the screen, and which one has the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import cast

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.geometry import Size

from rcv3_tui.model.snapshot import PartState
from rcv3_tui.tui import columns
from rcv3_tui.tui.formats import Glyphs
from rcv3_tui.tui.habits import Habit, Habits
from rcv3_tui.tui.items import Item
from rcv3_tui.tui.key_names import KeyNames
from rcv3_tui.tui.picture import PaneKind, Picture, RowDiffs
from rcv3_tui.tui.widgets.covered import Covered
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.table import Column

THREE_PANES_WIDTH = 100
"""Columns from which on three panes are shown at once."""

THREE_PANES_HEIGHT = 18
"""Lines below which one pane fills the screen, however wide it is."""

_AROUND = 3
"""Lines of the screen besides the panes: header, message line, footer."""

_LEAST = 3
"""Lines that the pane which has the keys keeps below what needs attention."""

ROUND = (PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS)
"""The panes that Tab goes round."""

_FIRST = frozenset(ROUND)

_LATER = 1.0
"""Seconds after which the panes are made that the first picture does not show."""

_FIRST_ORDER = {
    PaneKind.SERVERS: "name",
    PaneKind.PUBLIC_IPS: "address",
    PaneKind.POOLS: "name",
    PaneKind.NODES: "server",
    PaneKind.NETWORKS: "name",
    PaneKind.OPERATIONS: "when",
    PaneKind.ATTENTION: "severity",
}
"""The column that each pane is sorted by until another one is chosen."""

_EMPTY = {
    PaneKind.SERVERS: ("No cloud servers in this region.", ":region shows another one."),
    PaneKind.PUBLIC_IPS: ("No public IPs.", "{add} adds one to a cloud server."),
    PaneKind.POOLS: (
        "No load balancer pools.",
        "A pool shows up once it has a member, all members use one port,",
        "and Rackspace Network Security has linked it in this region.",
    ),
    PaneKind.NODES: (
        "No cloud server of this account is in this pool.",
        "{add} adds servers to it.",
    ),
    PaneKind.NETWORKS: ("No cloud networks are linked.", "Rackspace Support links them."),
    PaneKind.ATTENTION: ("Nothing needs attention.", "{back} goes back."),
    PaneKind.OPERATIONS: ("Nothing was asked for yet.", "{back} goes back."),
}


class _Lower(Horizontal, Covered):
    """Addresses and pools, side by side."""


class Panes(Container, Covered):
    """All panes; as many of them on the screen as there is room for.

    Args:
        picture: What their rows are made from.
        signs: The glyphs of this terminal.
        keys: The keys that are in force.
        habits: How the panes are liked.
        ascii_only: No byte beyond ASCII may be drawn.
    """

    DEFAULT_CSS = """
    Panes {
        height: 1fr;
        & #lower { height: 1fr; }
        & #pane-ips { margin: 0 1 0 0; }
        &.-single #pane-ips { margin: 0; }
    }
    """

    def __init__(
        self,
        picture: Picture,
        signs: Glyphs,
        keys: KeyNames,
        habits: Habits,
        *,
        ascii_only: bool,
    ) -> None:
        super().__init__(id="panes")
        self.active = PaneKind.SERVERS
        """The pane that has the keys."""
        self.zoomed = False
        """The pane that has the keys is alone on the screen, whatever room there is."""
        self.leading = True
        """What needs attention stands above the rest: until the operator's first key."""
        self._whole = Size(0, 0)
        self._led = 0
        """Lines of what needs attention when it was shown last."""
        self._picture = picture
        self._signs = signs
        self._keys = keys
        self._habits = habits
        self._ascii_only = ascii_only
        self._several_regions = False
        self._panes = self._make(regions=False)
        self._lower = _Lower(
            self._panes[PaneKind.PUBLIC_IPS], self._panes[PaneKind.POOLS], id="lower"
        )
        self._complete = False

    def _make(self, *, regions: bool) -> dict[PaneKind, Pane[Item]]:
        now, keys = self._picture.now, self._keys

        def pane(kind: PaneKind, name: str, number: str, shown: object) -> Pane[Item]:
            return Pane(
                kind,
                name,
                number,
                cast("tuple[Column[Item], ...]", shown),
                self._signs,
                _EMPTY[kind],
                now,
                keys,
                ascii_only=self._ascii_only,
            )

        made = (
            (PaneKind.SERVERS, "Servers", keys["servers"], columns.server_columns),
            (PaneKind.PUBLIC_IPS, "Public IPs", keys["ips"], columns.public_ip_columns),
            (PaneKind.POOLS, "Pools", keys["pools"], columns.pool_columns),
            (PaneKind.NODES, "Pool nodes", keys["pools"], columns.node_columns),
            (PaneKind.NETWORKS, "Networks", keys["networks"], columns.network_columns),
            (PaneKind.OPERATIONS, "Operations", keys["ops"], columns.operation_columns),
            (PaneKind.ATTENTION, "Needs attention", keys["findings"], columns.finding_columns),
        )
        return {
            kind: pane(kind, name, number, make(self._signs, now, regions=regions))
            for kind, name, number, make in made
        }

    def compose(self) -> ComposeResult:
        """Servers on top; addresses and pools side by side below. The others come later."""
        yield self._panes[PaneKind.SERVERS]
        yield self._lower

    def complete(self) -> bool:
        """Make the panes that the first picture does not show.

        Returns:
            Whether they were still to be made.
        """
        if self._complete:
            return False
        if not self._lower.is_attached:
            # Not there yet, or not any more.
            self.set_timer(_LATER, self.complete)
            return False
        self._complete = True
        self._lower.mount(self._panes[PaneKind.NODES])
        self._make_attention()
        self.mount(self._panes[PaneKind.NETWORKS], self._panes[PaneKind.OPERATIONS])
        return True

    def _make_attention(self) -> None:
        """Make the pane that may stand above the rest of the first picture with rows."""
        if not self._panes[PaneKind.ATTENTION].is_attached:
            self.mount(self._panes[PaneKind.ATTENTION], before=0)

    def on_mount(self) -> None:
        """Put the rows in their first order."""
        self.set_timer(_LATER, self.complete)
        for kind in (PaneKind.OPERATIONS, PaneKind.ATTENTION):
            self._panes[kind].part_changed(PartState(fetched=self._picture.now()))
        self._order()

    def _order(self) -> None:
        """Put each pane's rows in the order that it is liked in."""
        for kind, first in _FIRST_ORDER.items():
            habit, table = self._habits.of(kind), self._panes[kind].table
            if any(column.key == habit.sort for column in table.columns):
                self._panes[kind].sort_by(habit.sort, habit.reverse)
            else:
                self._panes[kind].sort_by(first, reverse=False)
            table.wide = habit.wide

    def remember(self, pane: Pane[Item]) -> None:
        """Have a pane come up at the next start as it is now."""
        column, reverse = pane.table.sorted_by
        if self._habits.note(pane.kind, Habit(column, reverse, pane.table.wide)):
            asyncio.get_running_loop().run_in_executor(None, self._habits.write)

    # -- what there is ------------------------------------------------------------------------

    def __getitem__(self, kind: PaneKind) -> Pane[Item]:
        return self._panes[kind]

    @property
    def current(self) -> Pane[Item]:
        """The pane that has the keys."""
        return self._panes[self.active]

    def in_view(self) -> Iterator[Pane[Item]]:
        """Give the panes that are on the screen."""
        return (pane for pane in self._panes.values() if pane.display)

    # -- rows ---------------------------------------------------------------------------------

    def show_regions(self, several: bool) -> None:
        """Give each table the column that says which region a row is of, or take it away."""
        if several is self._several_regions:
            return
        self._several_regions = several
        for kind, pane in self._make(regions=several).items():
            self._panes[kind].table.set_columns(pane.table.columns)
        self._order()

    def apply(self, diffs: RowDiffs, *, may_wait: bool = False) -> None:
        """Take the rows that differ in.

        Args:
            diffs: These, by pane.
            may_wait: See `Pane.apply`.
        """
        for kind, rows in diffs.items():
            if rows:
                self._panes[kind].apply(rows, may_wait=may_wait)
        if self.leading and self._led != self._lead_height():
            self.show_for(self._whole)

    def link_rows(self) -> None:
        """Light the rows up that are tied to the one under the cursor."""
        linked = self._picture.linked(self.active, self.current.table.cursor_id)
        for kind, rows in linked.items():
            self._panes[kind].table.set_linked(rows)
        self.current.table.set_linked(frozenset())

    # -- which are on the screen --------------------------------------------------------------

    def show_for(self, size: Size) -> None:
        """Show as many panes as there is room for, the one that has the keys among them.

        Args:
            size: Columns and lines of the whole screen.
        """
        self._whole = size
        self._led = lead = self._lead_height()
        third = PaneKind.NODES if self._picture.open_pool is not None else PaneKind.POOLS
        overview = (PaneKind.SERVERS, PaneKind.PUBLIC_IPS, third)
        several = (
            size.width >= THREE_PANES_WIDTH
            and size.height - lead >= THREE_PANES_HEIGHT
            and not self.zoomed
            and self.active in overview
        )
        shown = overview if several else (self.active,)
        if not _FIRST.issuperset(shown) and self.complete():
            # Its table can take the keys once it is there itself.
            self.call_after_refresh(lambda: self.current.table.focus())
        if lead:
            self._make_attention()
        self.set_class(not several, "-single")
        found = self._panes[PaneKind.ATTENTION]
        found.lead(lead)
        for kind, pane in self._panes.items():
            pane.display = kind in shown or (pane is found and lead > 0)
            pane.set_class(kind is self.active, "-active")
            beside = [k for k in (*ROUND[:2], third) if k is not kind and not several]
            pane.show_beside([self._panes[k].tab for k in beside])
        self.set_class(lead > 0, "-leading")
        lower = (PaneKind.PUBLIC_IPS, PaneKind.POOLS, PaneKind.NODES)
        self._lower.display = any(kind in shown for kind in lower)

    def _lead_height(self) -> int:
        """Give how many lines of the screen tell what needs attention, above the other panes."""
        count = self._panes[PaneKind.ATTENTION].table.total_count
        if not self.leading or not count or self.active is PaneKind.ATTENTION:
            return 0
        if self._picture.kept_from(PaneKind.SERVERS, ()) is not None:
            # What an earlier run saw wrong may be well by now.
            return 0
        return max(0, min(count + 1, self._whole.height - _AROUND - _LEAST))
