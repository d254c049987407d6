"""Show details, raw JSON, messages and keys."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.tui.commands.base import ON_A_ROW, RESOURCES, Command, CommandConsole
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.details import current_details, details_page
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.screens.help import HelpScreen
from rcv3_tui.tui.screens.json_lines import json_lines
from rcv3_tui.tui.screens.log import LogScreen
from rcv3_tui.tui.screens.pager import PagerScreen
from rcv3_tui.tui.text_pages import help_page
from rcv3_tui.tui.widgets.styled_lines import StyledLine
from rcv3_tui.views.formatting import glyphs
from rcv3_tui.views.registry import raw_json_of, title_of
from rcv3_tui.views.rows import AnyRow, OperationRow

_GROUP = "View"


class Details(Command):
    """Show the details of a row."""

    name = "details"
    keys = "d"
    label = "details"
    help = "all details of the row and what it is linked to"
    group = _GROUP
    available_in = ON_A_ROW
    footer_rank = 40
    command_names = ("details",)

    def run(self, console: Console, argument: str = "") -> None:
        """Open the details page."""
        del argument
        show_details(console)


class Inspector(Command):
    """Show and hide the inspector."""

    name = "inspector"
    keys = "i"
    usage = "[on|off|WIDTH]"
    label = "inspector"
    help = "show or hide the inspector: the row's details, which follow the cursor"
    group = _GROUP
    command_names = ("inspector",)

    def run(self, console: Console, argument: str = "") -> None:
        """Show it, hide it, or set its width in cells."""
        panes, wanted = console.panes, argument.strip().casefold()
        if wanted.isdecimal() and panes.resize_inspector(int(wanted)):
            return
        if wanted not in ("", "on", "off"):
            least, greatest = panes.inspector_widths
            console.show_message(
                f"inspector: {wanted} is not on, off, or a width of {least} to {greatest} cells",
                "warn",
            )
            return
        panes.show_inspector(not panes.inspects if not wanted else wanted == "on")

    def arguments(self, console: Console) -> Sequence[str]:
        """Return what it can be set to."""
        del console
        return ("on", "off")


class InspectorDown(Command):
    """Scroll the inspector down."""

    name = "inspector-down"
    keys = "J,shift+down"
    label = "inspector down"
    help = "scroll the inspector down"
    group = _GROUP
    in_palette = False

    def run(self, console: Console, argument: str = "") -> None:
        """Scroll it by half its height."""
        del argument
        _scroll_inspector(console, 1)


class InspectorUp(Command):
    """Scroll the inspector up."""

    name = "inspector-up"
    keys = "K,shift+up"
    label = "inspector up"
    help = "scroll the inspector up"
    group = _GROUP
    in_palette = False

    def run(self, console: Console, argument: str = "") -> None:
        """Scroll it by half its height."""
        del argument
        _scroll_inspector(console, -1)


def _scroll_inspector(console: Console, steps: int) -> None:
    if console.panes.inspects:
        console.panes.inspector.scroll_by(steps)
    else:
        console.show_message(
            f"no inspector to scroll: {console.keys['inspector']} shows it", "warn"
        )


class RawJson(Command):
    """Show the raw JSON of a row."""

    name = "json"
    keys = "y"
    label = "JSON"
    help = "the row's raw JSON, as the service sent it"
    group = _GROUP
    available_in = RESOURCES
    footer_rank = 42
    footer_places = frozenset({PaneKind.NETWORKS})
    command_names = ("json",)

    def run(self, console: Console, argument: str = "") -> None:
        """Open the JSON page."""
        del argument
        _show_json(console)


class MessageLog(Command):
    """Show the message log."""

    name = "log"
    keys = "l"
    label = "messages"
    help = "show all messages"
    group = _GROUP
    command_names = ("log", "messages")

    def run(self, console: Console, argument: str = "") -> None:
        """Open the log."""
        del argument
        console.app.push_screen(LogScreen(console.messages, ascii_only=console.ascii))


class Help(Command):
    """Show every key of the pane."""

    name = "help"
    keys = "question_mark,f1"
    label = "more"
    help = "every key of this pane"
    group = _GROUP
    command_names = ("help",)

    def run(self, console: CommandConsole, argument: str = "") -> None:
        """Open the help page."""
        del argument
        prompt = console.prompt_help()
        if prompt:
            console.app.push_screen(
                HelpScreen(prompt, title="Keys of this line", ascii_only=console.ascii)
            )
            return
        page = help_page(
            console.commands,
            console.active,
            [
                (key, active.binding.id or "", active.binding.description)
                for key, active in console.active_bindings.items()
            ],
            glyphs(console.ascii),
        )
        console.app.push_screen(HelpScreen(page, ascii_only=console.ascii))


def show_details(console: Console) -> None:
    """Open the details of the row under the cursor; the page follows later changes."""
    kind, row = console.active, console.cursor_row
    item = _item(console)
    if item is None or row is None:
        return
    row_model = console.row_model

    def lines() -> Sequence[StyledLine]:
        now = row_model.item(kind, row)
        facts = current_details(row_model, kind, now or item, console.keys)
        return details_page(facts, gone=now is None)

    console.app.push_screen(
        PagerScreen(
            title_of(item),
            lines,
            wanted={console.keys.key("json"): "JSON"},
            ascii_only=console.ascii,
        )
    )


def _show_json(console: Console) -> None:
    """Open the raw JSON of the row under the cursor."""
    item = _item(console)
    if item is not None and not raw_json_of(item) and not isinstance(item, OperationRow):
        # The cache on disk has no raw JSON.
        console.show_message("no JSON in cached data; it arrives with the next refresh", "warn")
    elif item is not None:
        console.app.push_screen(
            PagerScreen(
                f"JSON of {title_of(item)}",
                json_lines(raw_json_of(item)),
                wanted={console.keys.key("details"): "details"},
                ascii_only=console.ascii,
            )
        )


def _item(console: Console) -> AnyRow | None:
    row = console.cursor_row
    return None if row is None else console.row_model.item(console.active, row)
