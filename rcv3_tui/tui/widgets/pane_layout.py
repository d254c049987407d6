"""The layout of all panes: which are visible, and which one has the focus."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.geometry import Size

from rcv3_tui.model.fetch_state import FetchState
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.pane_preferences import INSPECTOR, PanePreference, PanePreferences
from rcv3_tui.tui.row_model import RowDeltas, RowModel
from rcv3_tui.tui.widgets.inspector import Inspector
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.pane_factory import make_panes
from rcv3_tui.views.formatting import Glyphs
from rcv3_tui.views.rows import AnyRow

THREE_PANES_WIDTH = 100
"""Columns from which three panes are visible at once."""

INSPECTOR_WIDTH = 150
"""Columns from which the inspector is shown next to the panes."""

_INSPECTOR_LEAST = 30
"""The least width of the inspector, in cells."""

THREE_PANES_HEIGHT = 18
"""Lines below which one pane fills the screen, however wide it is."""

_AROUND = 3
"""Lines of header, message line and footer."""

_LEAST_SHARE = 6
"""Least lines of each of the panes above each other."""

_LEAST = 3
"""Least lines of the focused pane below the findings."""

CYCLE_ORDER = (PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS)
"""The panes that Tab cycles through."""

_FIRST = frozenset(CYCLE_ORDER)

_LOWER = frozenset({PaneKind.PUBLIC_IPS, PaneKind.POOLS, PaneKind.NODES})
"""The panes below the servers."""

_CURSOR_ONLY = 2
"""Lines of a pane that leaves the rest of a small screen to the inspector: title and cursor."""

_LATER = 1.0
"""Seconds after which the panes are created that the first frame does not show."""

_FIRST_ORDER = {
    PaneKind.SERVERS: "name",
    PaneKind.PUBLIC_IPS: "address",
    PaneKind.POOLS: "name",
    PaneKind.NODES: "server",
    PaneKind.NETWORKS: "name",
    PaneKind.OPERATIONS: "when",
    PaneKind.CHANGES: "when",
    PaneKind.ATTENTION: "severity",
}
"""The default sort column of each pane."""


class _Lower(Horizontal):
    """The public IPs and the pools, side by side."""


class PaneLayout(Container):
    """All panes, of which as many are visible as fit.

    Args:
        row_model: Creates their rows.
        signs: The glyphs of this terminal.
        keys: The keys in force.
        preferences: The saved preferences for panes.
        ascii_only: Draw with ASCII only.
    """

    DEFAULT_CSS = """
    PaneLayout {
        height: 1fr;
        & #lower { height: 1fr; }
        & #pane-ips { margin: 0 1 0 0; }
        &.-single #pane-ips { margin: 0; }
        &.-at-side > Inspector { dock: right; }
    }
    """

    def __init__(
        self,
        row_model: RowModel,
        signs: Glyphs,
        keys: KeyLabels,
        preferences: PanePreferences,
        *,
        ascii_only: bool,
    ) -> None:
        super().__init__(id="panes")
        self.active = PaneKind.SERVERS
        """The focused pane."""
        self.zoomed = False
        """Whether only the focused pane is visible, whatever room there is."""
        self.leading = True
        """Whether the findings are shown above the other panes, until the first key."""
        self._whole = Size(0, 0)
        self._led = 0
        """The last height of the findings, in lines."""
        self._lead_wraps = False
        """Whether the findings above the other panes are shown with their whole texts."""
        self._top = 0
        """The height of the servers above the other two panes, in lines; 0: they are alone."""
        self._row_model = row_model
        self._signs = signs
        self._keys = keys
        self._preferences = preferences
        self._ascii_only = ascii_only
        self._several_regions = False
        self._panes = self._make_panes(regions=False)
        self._lower = _Lower(
            self._panes[PaneKind.PUBLIC_IPS], self._panes[PaneKind.POOLS], id="lower"
        )
        self._complete = False
        self.inspector = Inspector(row_model, keys, ascii_only=ascii_only)
        self._in_place = False
        """Whether the inspector is open where it takes the place of panes."""

    def _make_panes(self, *, regions: bool) -> dict[PaneKind, Pane[AnyRow]]:
        return make_panes(
            self._row_model,
            self._signs,
            self._keys,
            ascii_only=self._ascii_only,
            regions=regions,
        )

    def compose(self) -> ComposeResult:
        """Yield the servers, with public IPs and pools below; other panes are created later."""
        yield self._panes[PaneKind.SERVERS]
        yield self._lower
        yield self.inspector

    def complete(self) -> bool:
        """Create the panes that the first frame does not show.

        Returns:
            Whether they were created now.
        """
        if self._complete:
            return False
        if not self._lower.is_attached:
            # Not mounted yet, or no longer.
            self.set_timer(_LATER, self.complete)
            return False
        self._complete = True
        self._lower.mount(self._panes[PaneKind.NODES])
        self._make_attention()
        for kind in (PaneKind.NETWORKS, PaneKind.OPERATIONS, PaneKind.CHANGES):
            self.mount(self._panes[kind], before=self.inspector)
        return True

    def _make_attention(self) -> None:
        """Create the pane that may be above the others in the first frame with rows."""
        if not self._panes[PaneKind.ATTENTION].is_attached:
            self.mount(self._panes[PaneKind.ATTENTION], before=0)

    def on_mount(self) -> None:
        """Set the initial sort order."""
        self.set_timer(_LATER, self.complete)
        # Findings are known only after the account was read.
        self._panes[PaneKind.OPERATIONS].set_fetch_state(FetchState(fetched=self._row_model.now()))
        self._order()

    def _order(self) -> None:
        """Apply the saved sort order of each pane."""
        for kind, first in _FIRST_ORDER.items():
            preference, table = self._preferences.of(kind), self._panes[kind].table
            if any(column.key == preference.sort for column in table.columns):
                self._panes[kind].sort_by(preference.sort, preference.reverse)
            else:
                self._panes[kind].sort_by(first, reverse=False)
            table.wide = preference.wide

    def sort(self, pane: Pane[AnyRow], column: str) -> None:
        """Sort a pane by a column, or reverse the order if it is sorted by it."""
        sorted_by, reverse = pane.table.sorted_by
        pane.sort_by(column, reverse=not reverse if column == sorted_by else False)
        self.remember(pane)

    def remember(self, pane: Pane[AnyRow]) -> None:
        """Save the sort order and mode of a pane."""
        column, reverse = pane.table.sorted_by
        self._save(pane.kind, PanePreference(column, reverse, pane.table.wide))

    def _save(self, name: str, preference: PanePreference) -> None:
        if self._preferences.note(name, preference):
            asyncio.get_running_loop().run_in_executor(None, self._preferences.write)

    # -- panes --------------------------------------------------------------------------------

    def __getitem__(self, kind: PaneKind) -> Pane[AnyRow]:
        return self._panes[kind]

    @property
    def current(self) -> Pane[AnyRow]:
        """The focused pane."""
        return self._panes[self.active]

    @property
    def _overview(self) -> tuple[PaneKind, PaneKind, PaneKind]:
        """The panes that are shown at once, where there is room."""
        third = PaneKind.NODES if self._row_model.open_pool is not None else PaneKind.POOLS
        return PaneKind.SERVERS, PaneKind.PUBLIC_IPS, third

    def in_view(self) -> Iterator[Pane[AnyRow]]:
        """Return the visible panes."""
        return (pane for pane in self._panes.values() if pane.display)

    # -- rows ---------------------------------------------------------------------------------

    def show_regions(self, several: bool) -> None:
        """Show or hide the column of the region in each table."""
        if several is self._several_regions:
            return
        self._several_regions = several
        for kind, pane in self._make_panes(regions=several).items():
            self._panes[kind].table.set_columns(pane.table.columns)
        self._order()

    def apply(self, diffs: RowDeltas, *, may_wait: bool = False) -> None:
        """Apply differences.

        Args:
            diffs: The changed and removed rows, by pane.
            may_wait: See `Pane.apply`.
        """
        for kind, rows in diffs.items():
            if rows:
                self._panes[kind].apply(rows, may_wait=may_wait)
        if self.leading and self._led != self._lead_height():
            self.show_for(self._whole)
        elif self._top:
            self._share_height()
            self._panes[PaneKind.ATTENTION].lead(self._led, stays=self.lead_stays)
        self._share_width()
        self.inspector.refresh_soon()
        self._explain_finding()

    def link_rows(self) -> None:
        """Highlight the rows that are linked to the one under the cursor, and inspect that one."""
        self._share_width()
        self.inspector.follow(self.active, self.current.table.cursor_id)
        self._explain_finding()
        linked = self._row_model.related_rows(self.active, self.current.table.cursor_id)
        for kind, rows in linked.items():
            self._panes[kind].table.set_linked(rows)
        self.current.table.set_linked(frozenset())

    # -- visible panes ------------------------------------------------------------------------

    def show_for(self, size: Size) -> None:
        """Show as many panes as fit, including the focused one.

        Args:
            size: The size of the whole screen, in cells.
        """
        self._whole = size
        self._led = lead = self._lead_height()
        overview = self._overview
        third = overview[-1]
        several = (
            size.width >= THREE_PANES_WIDTH
            and size.height - lead >= THREE_PANES_HEIGHT
            and not self.zoomed
            and not self.is_inspector_in_place
            and self.active in overview
        )
        shown = overview if several else (self.active,)
        if not _FIRST.issuperset(shown) and self.complete():
            # Its table can be focused after it was mounted.
            self.call_after_refresh(lambda: self.current.table.focus())
        if lead:
            self._make_attention()
        self.set_class(not several, "-single")
        found = self._panes[PaneKind.ATTENTION]
        found.lead(lead, stays=self.lead_stays)
        found.table.wrap_texts(self._lead_wraps if lead else True)
        self._panes[PaneKind.OPERATIONS].table.wrap_texts(True)
        for kind, pane in self._panes.items():
            pane.display = kind in shown or (pane is found and lead > 0)
            pane.set_class(kind is self.active, "-active")
            hidden = [k for k in (*CYCLE_ORDER[:2], third) if k is not kind and not several]
            pane.show_hidden_panes([self._panes[k].tab for k in hidden])
        self.set_class(lead > 0, "-leading")
        self._lower.display = not _LOWER.isdisjoint(shown)
        self._place_inspector()
        self._top = 0
        self._panes[PaneKind.PUBLIC_IPS].styles.width = "1fr"
        if several:
            self._share_height()
            self.call_after_refresh(self._share_width)
        self._explain_finding()

    def _explain_finding(self) -> None:
        """Show the next step of the finding under the cursor, unless the inspector does."""
        is_alone = self.active is PaneKind.ATTENTION and self._whole.height >= THREE_PANES_HEIGHT
        self._panes[PaneKind.ATTENTION].explain_finding(is_alone and not self.inspects)

    @property
    def lead_stays(self) -> bool:
        """Whether the findings stay above the other panes, which have room for all their rows."""
        if not self._led or not self._has_room_at_side:
            return False
        wanted = [self._panes[kind].wanted_lines for kind in self._overview]
        if None in wanted:
            return False
        servers, *below = (max(lines or 0, _LEAST_SHARE) for lines in wanted)
        return servers + max(below) <= self._whole.height - _AROUND - self._led

    def close_lead(self) -> bool:
        """Close the findings above the other panes; return whether they were open."""
        was_open = self.leading and self._led > 0
        self.leading = False
        if was_open:
            self.show_for(self._whole)
        return was_open

    def _share_height(self) -> None:
        """Share the height by rows: halves, except where one pane needs fewer and another more."""
        room = self._whole.height - _AROUND - self._led
        half = room // 2
        wanted = [
            half if lines is None else min(max(lines, _LEAST_SHARE), room - _LEAST_SHARE)
            for lines in (self._panes[kind].wanted_lines for kind in self._overview)
        ]
        servers, below = wanted[0], max(wanted[1:])
        if servers + below <= room:
            top = min(max(half, servers), room - below)
        elif below <= half:
            top = room - below
        else:
            top = min(half, servers)
        if top != self._top:
            self._top = top
            self._panes[PaneKind.SERVERS].styles.height = top

    def _share_width(self) -> None:
        """Share the width of the lower panes by their texts, while a text of one is cut.

        Halves, except where one pane needs less and the other more.
        """
        if not self._top:
            return
        left, right = (self._panes[kind] for kind in self._overview[1:])
        room = left.size.width + right.size.width
        wanted = left.table.wanted_width, right.table.wanted_width
        if None in wanted or not room:
            return
        first, second = (lines or 0 for lines in wanted)
        if first <= left.size.width and second <= right.size.width:
            return
        half = room // 2
        if first + second <= room:
            width = min(max(half, first), room - second)
        elif second <= half:
            width = room - second
        else:
            width = min(half, first)
        if width != left.size.width:
            left.styles.width = width

    def _place_inspector(self) -> None:
        """Show or hide the inspector: next to the panes, or below the focused one."""
        at_side, inspector = self._has_room_at_side, self.inspector
        self.set_class(at_side, "-at-side")
        inspector.styles.width = self._inspector_width if at_side else "1fr"
        is_small = self._whole.height < THREE_PANES_HEIGHT or self._whole.width < THREE_PANES_WIDTH
        cut = self.is_inspector_in_place and is_small
        for kind, pane in self._panes.items():
            if kind is not PaneKind.ATTENTION and kind not in _LOWER:
                pane.styles.height = _CURSOR_ONLY if cut and kind is self.active else "1fr"
        self._lower.styles.height = _CURSOR_ONLY if cut and self.active in _LOWER else "1fr"
        if inspector.display is not self.inspects:
            inspector.display = self.inspects
            inspector.update()

    # -- the inspector ------------------------------------------------------------------------

    @property
    def _has_room_at_side(self) -> bool:
        size = self._whole
        return (
            size.width >= INSPECTOR_WIDTH and size.height >= THREE_PANES_HEIGHT and not self.zoomed
        )

    @property
    def inspects(self) -> bool:
        """Whether the inspector is visible."""
        if self._has_room_at_side:
            return not self._preferences.of(INSPECTOR).hidden
        return self._in_place

    @property
    def is_inspector_in_place(self) -> bool:
        """Whether the inspector is visible in place of panes."""
        return self._in_place and not self._has_room_at_side

    @property
    def inspector_widths(self) -> tuple[int, int]:
        """The least and the greatest width of the inspector on this terminal, in cells."""
        greatest = max(self._whole.width, INSPECTOR_WIDTH) - THREE_PANES_WIDTH
        return _INSPECTOR_LEAST, greatest

    @property
    def _inspector_width(self) -> int:
        least, greatest = self.inspector_widths
        wanted = self._preferences.of(INSPECTOR).width or self._whole.width // 3
        return min(max(wanted, least), greatest)

    def show_inspector(self, shown: bool) -> None:
        """Show or hide the inspector."""
        if self._has_room_at_side:
            self._save(INSPECTOR, replace(self._preferences.of(INSPECTOR), hidden=not shown))
        else:
            self._in_place = shown
        self.show_for(self._whole)

    def resize_inspector(self, width: int) -> bool:
        """Show the inspector in another width.

        Args:
            width: Its width, in cells.

        Returns:
            Whether the width is possible.
        """
        least, greatest = self.inspector_widths
        if not least <= width <= greatest:
            return False
        self._save(INSPECTOR, PanePreference(width=width))
        self.show_inspector(True)
        return True

    def _lead_height(self) -> int:
        """Return the height of the findings above the other panes, in lines.

        Their texts are wrapped where all of them fit, and no pane gives way to that.
        """
        self._lead_wraps = False
        count = self._panes[PaneKind.ATTENTION].table.total_count
        if not self.leading or not count or self.active is PaneKind.ATTENTION:
            return 0
        if self._row_model.cached_since(PaneKind.SERVERS, ()) is not None:
            # Problems in cached data may be solved by now.
            return 0
        room = max(0, self._whole.height - _AROUND - _LEAST)
        cut = min(count + 1, room)
        if self._whole.width >= THREE_PANES_WIDTH and self._whole.height - cut >= (
            THREE_PANES_HEIGHT
        ):
            room = self._whole.height - THREE_PANES_HEIGHT
        if count < room:
            width = self._whole.width
            if self._has_room_at_side and self.inspects:
                width -= self._inspector_width
            lines = self._panes[PaneKind.ATTENTION].table.wrapped_height(width) + 1
            self._lead_wraps = lines <= room
            if self._lead_wraps:
                return lines
        return cut
