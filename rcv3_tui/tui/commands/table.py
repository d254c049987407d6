"""Move the cursor, mark, filter and sort rows."""

from __future__ import annotations

from rcv3_tui.tui.commands.base import RESOURCES, Command
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen
from rcv3_tui.tui.widgets.prompt import PromptMode
from rcv3_tui.tui.widgets.table.table import ACTIONS, KEYS

MOVES = frozenset({"up", "down", "page-up", "page-down", "first", "last"})
"""Commands that only move the cursor."""

_GROUP = "View"
_MENU_KEYS = "123456789abcdefghij"


class TableCommand(Command):
    """A key that the table widget handles, with its name and help."""

    group = "Rows"
    in_palette = False
    is_bound = False

    def run(self, console: Console, argument: str = "") -> None:
        """Run the table's action."""
        del argument
        console.call_later(console.pane.table.run_action, ACTIONS[self.name])


class Up(TableCommand):
    """Move one row up."""

    name = "up"
    keys = KEYS["up"]
    label = "up"
    help = "one row up"


class Down(TableCommand):
    """Move one row down."""

    name = "down"
    keys = KEYS["down"]
    label = "down"
    help = "one row down"


class PageUp(TableCommand):
    """Move one page up."""

    name = "page-up"
    keys = KEYS["page-up"]
    label = "page up"
    help = "one page up"


class PageDown(TableCommand):
    """Move one page down."""

    name = "page-down"
    keys = KEYS["page-down"]
    label = "page down"
    help = "one page down"


class First(TableCommand):
    """Move to the first row."""

    name = "first"
    keys = KEYS["first"]
    label = "first row"
    help = "the first row"


class Last(TableCommand):
    """Move to the last row."""

    name = "last"
    keys = KEYS["last"]
    label = "last row"
    help = "the last row"


class Mark(TableCommand):
    """Mark or unmark the row."""

    name = "mark"
    keys = KEYS["mark"]
    label = "mark"
    help = "mark or unmark the row"
    footer_rank = 35
    footer_places = frozenset({PaneKind.POOLS})


class MarkRange(TableCommand):
    """Mark every row from the last mark to this one."""

    name = "mark-range"
    keys = KEYS["mark-range"]
    label = "mark to here"
    help = "mark from the last mark to here"


class ClearMarks(TableCommand):
    """Clear all marks."""

    name = "clear-marks"
    keys = KEYS["clear-marks"]
    label = "clear marks"
    help = "clear all marks, also hidden ones"


class Filter(Command):
    """Filter the rows."""

    name = "filter"
    keys = "slash"
    label = "filter"
    help = "filter: word !not ~fuzzy field:word /regex/ age:<2h nodes:>=2"
    group = _GROUP
    footer_rank = 50

    def run(self, console: Console, argument: str = "") -> None:
        """Open the filter prompt."""
        del argument
        console.open_prompt(PromptMode.FILTER, console.pane.filter_text)


class Attention(Command):
    """Show only the rows that need attention."""

    name = "attention"
    keys = "exclamation_mark"
    label = "attention"
    help = "show only rows that need attention: failed, stuck or incomplete"
    group = _GROUP
    available_in = RESOURCES
    footer_rank = 60
    command_names = ("attention",)

    def run(self, console: Console, argument: str = "") -> None:
        """Switch between these and all rows."""
        del argument
        console.pane.toggle_attention()


class Sort(Command):
    """Choose the sort column."""

    name = "sort"
    keys = "s"
    label = "sort"
    help = "choose the column to sort by"
    group = _GROUP
    footer_rank = 70
    command_names = ("sort",)

    def run(self, console: Console, argument: str = "") -> None:
        """Offer the columns; the current one reverses the order."""
        del argument
        pane = console.pane
        columns = pane.table.columns
        sorted_by, _ = pane.table.sorted_by

        def chosen(column: str | None) -> None:
            if column is not None:
                console.panes.sort(pane, column)

        console.app.push_screen(
            MenuScreen(
                f"Sort {pane.title_text} by",
                [
                    MenuItem(column.key, key, column.label)
                    for key, column in zip(_MENU_KEYS, columns, strict=False)
                ],
                current=sorted_by,
                ascii_only=console.ascii,
            ),
            chosen,
        )


class Reverse(Command):
    """Reverse the sort order."""

    name = "reverse"
    keys = "S"
    label = "reverse"
    help = "reverse the sort order"
    group = _GROUP
    command_names = ("reverse",)

    def run(self, console: Console, argument: str = "") -> None:
        """Reverse it."""
        del argument
        pane = console.pane
        column, reverse = pane.sorted_by or (pane.table.columns[0].key, False)
        pane.sort_by(column, not reverse)
        console.panes.remember(pane)


class Wide(Command):
    """Show more columns."""

    name = "wide"
    keys = "w"
    label = "wide"
    help = "more columns, and back"
    group = _GROUP
    command_names = ("wide",)

    def run(self, console: Console, argument: str = "") -> None:
        """Switch between more and fewer columns."""
        del argument
        pane = console.pane
        pane.table.wide = not pane.table.wide
        console.panes.remember(pane)
