"""Opens pages of text: a row's details and JSON, the message log, help; keeps them true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rcv3_tui.tui.details import facts_of, raw_of, title_of
from rcv3_tui.tui.items import Item, OperationItem
from rcv3_tui.tui.picture import PART_OF, split_row
from rcv3_tui.tui.screens.help import HelpScreen
from rcv3_tui.tui.screens.json_lines import json_lines
from rcv3_tui.tui.screens.lines import Line
from rcv3_tui.tui.screens.log import LogScreen
from rcv3_tui.tui.screens.text import TextScreen

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


def details(console: ConsoleScreen) -> None:
    """Open everything known of the row under the cursor, kept true while it is open."""
    kind, row = console.active, console.cursor_row
    item = _item(console)
    if item is None or row is None:
        return
    # Pages are made from the commands, which are made from these actions.
    from rcv3_tui.tui.pages import details_page

    picture = console.picture

    def lines() -> Sequence[Line]:
        now = picture.item(kind, row) or item
        region, key = split_row(row)
        part = PART_OF.get(kind)
        facts = facts_of(
            now,
            picture.snapshots.get(region),
            picture.now(),
            console.keys,
            findings=picture.findings_of(kind, row),
            seen=() if part is None else picture.seen(region, part, key),
        )
        return details_page(facts, gone=picture.item(kind, row) is None)

    console.app.push_screen(
        TextScreen(
            title_of(item),
            lines,
            wanted={console.keys.key("json"): "JSON"},
            ascii_only=console.ascii,
        )
    )


def raw_json(console: ConsoleScreen) -> None:
    """Open the raw JSON of the row under the cursor."""
    item = _item(console)
    if item is not None and not raw_of(item) and not isinstance(item, OperationItem):
        # An earlier run keeps what it read, but not every byte of it.
        console.say("its JSON comes with the next answer: what is shown is an old picture", "warn")
    elif item is not None:
        console.app.push_screen(
            TextScreen(
                f"JSON of {title_of(item)}",
                json_lines(raw_of(item)),
                wanted={console.keys.key("details"): "details"},
                ascii_only=console.ascii,
            )
        )


def turn(console: ConsoleScreen, message: TextScreen.Wanted) -> None:
    """Go from a row's details to its JSON and the other way."""
    message.screen.dismiss(None)
    if message.key == console.keys.key("json"):
        raw_json(console)
    else:
        details(console)


def log(console: ConsoleScreen) -> None:
    """Open the message log, newest at its end."""
    console.app.push_screen(LogScreen(console.messages, ascii_only=console.ascii))


def keys(console: ConsoleScreen) -> None:
    """Open every key of the place where the console is."""
    from rcv3_tui.tui.pages import help_page

    page = help_page(
        console.active,
        [
            (key, active.binding.id or "", active.binding.description)
            for key, active in console.active_bindings.items()
        ],
    )
    console.app.push_screen(HelpScreen(page, ascii_only=console.ascii))


def bring_up_to_date(console: ConsoleScreen) -> None:
    """Have an open page say what is so by now; lines that say the same stay as they are."""
    screen = console.app.screen
    if isinstance(screen, LogScreen):
        screen.set_messages(console.messages)
    elif isinstance(screen, TextScreen):
        screen.reload()


def _item(console: ConsoleScreen) -> Item | None:
    row = console.cursor_row
    return None if row is None else console.picture.item(console.active, row)
