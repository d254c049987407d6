"""Commands that look: details, JSON, filter, sort, refresh, pause, wide, log, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.tui.actions import ordering, reading, switching
from rcv3_tui.tui.commands.base import ON_A_ROW, RESOURCES, Command
from rcv3_tui.tui.picture import PaneKind

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

_GROUP = "Looking"


class Details(Command):
    """Everything known of a row."""

    name = "details"
    keys = "d"
    label = "details"
    help = "everything known of the row and what it is tied to"
    group = _GROUP
    places = ON_A_ROW
    rank = 40
    typed = ("details",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open the details."""
        del argument
        reading.details(console)


class RawJson(Command):
    """A row as the service sent it."""

    name = "json"
    keys = "y"
    label = "JSON"
    help = "the row's raw JSON, as the service sent it"
    group = _GROUP
    places = RESOURCES
    rank = 42
    hinted = frozenset({PaneKind.NETWORKS})
    typed = ("json",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open the JSON."""
        del argument
        reading.raw_json(console)


class Filter(Command):
    """Rows by words."""

    name = "filter"
    keys = "slash"
    label = "filter"
    help = "filter: word !not ~fuzzy field:word /regex/ age:<2h nodes:>=2"
    group = _GROUP
    rank = 50

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open the filter line."""
        del argument
        console.ask_filter()


class Attention(Command):
    """Only rows that need attention."""

    name = "attention"
    keys = "exclamation_mark"
    label = "attention"
    help = "only rows that need attention: what failed, got stuck, or lacks something"
    group = _GROUP
    places = RESOURCES
    rank = 60
    typed = ("attention",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch."""
        del argument
        console.pane.toggle_attention()


class Sort(Command):
    """The order of rows."""

    name = "sort"
    keys = "s"
    label = "sort"
    help = "choose the column to sort by"
    group = _GROUP
    rank = 70
    typed = ("sort",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Offer the columns."""
        del argument
        ordering.choose_sort(console)


class Reverse(Command):
    """The other way round."""

    name = "reverse"
    keys = "S"
    label = "reverse"
    help = "sort the other way round"
    group = _GROUP
    typed = ("reverse",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Turn the order."""
        del argument
        ordering.reverse_sort(console)


class Wide(Command):
    """More columns."""

    name = "wide"
    keys = "w"
    label = "wide"
    help = "more columns, and back"
    group = _GROUP
    typed = ("wide",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch."""
        del argument
        ordering.toggle_wide(console)


class Refresh(Command):
    """Read everything now."""

    name = "refresh"
    keys = "ctrl+r"
    label = "refresh"
    help = "read everything now"
    group = _GROUP
    typed = ("refresh",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Ask for it."""
        del argument
        switching.refresh(console)


class Redraw(Command):
    """The screen anew."""

    name = "redraw"
    keys = "ctrl+l"
    label = "redraw"
    help = "draw the screen anew, after something else wrote on it"
    group = _GROUP
    typed = ("redraw",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Have it drawn."""
        del argument
        console.console_app.redraw()


class Pause(Command):
    """Refreshing on and off."""

    name = "pause"
    keys = "p"
    label = "pause"
    help = "pause and resume refreshing"
    group = _GROUP
    typed = ("pause",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch."""
        del argument
        switching.pause(console)


class Interval(Command):
    """Seconds between refreshes."""

    name = "interval"
    usage = "SECONDS"
    label = "interval"
    help = "seconds between refreshes"
    group = _GROUP
    typed = ("interval",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Set it."""
        switching.interval(console, argument)


class MessageLog(Command):
    """What was said."""

    name = "log"
    keys = "l"
    label = "messages"
    help = "read all messages again"
    group = _GROUP
    typed = ("log", "messages")

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open the log."""
        del argument
        reading.log(console)


class Help(Command):
    """Every key of this place."""

    name = "help"
    keys = "question_mark,f1"
    label = "more"
    help = "every key of this place"
    group = _GROUP
    typed = ("help",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open it."""
        del argument
        reading.keys(console)
