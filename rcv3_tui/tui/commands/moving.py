"""Commands that move over a table's rows and mark them. The table has them on its own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.picture import PaneKind
from rcv3_tui.tui.widgets.table.keys import ACTIONS, KEYS

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


class TableCommand(Command):
    """What the table does by itself; here it has its name, its help and its place."""

    group = "Rows"

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Have the table do it."""
        del argument
        console.call_later(console.pane.table.run_action, ACTIONS[self.name])


class Up(TableCommand):
    """One row up."""

    name = "up"
    keys = KEYS["up"]
    label = "up"
    help = "one row up"


class Down(TableCommand):
    """One row down."""

    name = "down"
    keys = KEYS["down"]
    label = "down"
    help = "one row down"


class PageUp(TableCommand):
    """One page up."""

    name = "page-up"
    keys = KEYS["page-up"]
    label = "page up"
    help = "one page up"


class PageDown(TableCommand):
    """One page down."""

    name = "page-down"
    keys = KEYS["page-down"]
    label = "page down"
    help = "one page down"


class First(TableCommand):
    """The first row."""

    name = "first"
    keys = KEYS["first"]
    label = "first row"
    help = "the first row"


class Last(TableCommand):
    """The last row."""

    name = "last"
    keys = KEYS["last"]
    label = "last row"
    help = "the last row"


class Mark(TableCommand):
    """A mark on the row, or off it."""

    name = "mark"
    keys = KEYS["mark"]
    label = "mark"
    help = "mark the row, or take its mark off"
    rank = 35
    hinted = frozenset({PaneKind.POOLS})


class MarkRange(TableCommand):
    """Marks from the last mark to here."""

    name = "mark-range"
    keys = KEYS["mark-range"]
    label = "mark to here"
    help = "mark from the last mark to here"


class ClearMarks(TableCommand):
    """No marks."""

    name = "clear-marks"
    keys = KEYS["clear-marks"]
    label = "clear marks"
    help = "take all marks off, hidden ones too"
