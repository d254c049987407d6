"""Copies something of the row under the cursor, and writes curl commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rcv3_tui.model.operation import Request
from rcv3_tui.model.resources import Resource
from rcv3_tui.tui.details import raw_of
from rcv3_tui.tui.items import (
    FindingItem,
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)
from rcv3_tui.tui.picture import PaneKind

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

_SHOWN = 60
"""Characters of a copied text that the message has room for."""


def copy(console: ConsoleScreen) -> None:
    """Copy the row's address, else its name."""
    item = _item(console)
    if item is not None:
        things = things_of(item)
        put(console, things.get("address") or things.get("name") or things["id"])


def choose(console: ConsoleScreen) -> None:
    """Offer everything of the row that can be copied."""
    from rcv3_tui.tui.screens.choose import Choice, ChooseScreen

    item = _item(console)
    if item is None:
        return
    things = things_of(item)
    table = console.pane.table
    marked = [row for row in table.shown_ids if row in table.marks]
    if marked:
        each = (things_of(table.items[row]) for row in marked)
        lines = [t.get("address") or t.get("name") or t["id"] for t in each]
        things[f"{len(lines)} marked"] = "\n".join(lines)
    taken: set[str] = set()
    choices: list[Choice] = []
    for what, text in things.items():
        key = next(
            sign for sign in f"{what}123456789".lower() if sign.isalnum() and sign not in taken
        )
        taken.add(key)
        first = text.split("\n")[0]
        detail = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}..."
        choices.append(Choice(what, key, what, detail))
    if resource_of(item) is not None:
        choices.append(Choice("curl", "x", "curl", "the command that reads it"))

    def chosen(what: str | None) -> None:
        if what == "curl":
            curl(console)
        elif what is not None:
            put(console, things[what])

    console.app.push_screen(ChooseScreen("Copy what?", choices, ascii_only=console.ascii), chosen)


def curl(console: ConsoleScreen) -> None:
    """Offer the curl command of the row's read, and that of the last change."""
    from rcv3_tui.sync.curl import NoCurl
    from rcv3_tui.tui.screens.choose import Choice, ChooseScreen

    item = _item(console)
    last = _last_change(console)
    lines: dict[str, str] = {}
    try:
        if isinstance(item, OperationItem):
            lines["change"] = console.worker.curl_of_change(item.operation.request)
        else:
            if item is not None:
                resource = resource_of(item)
                if resource is not None:
                    lines["read"] = console.worker.curl_of_read(_region(item), resource)
            if last is not None:
                lines["change"] = console.worker.curl_of_change(last)
    except NoCurl as reason:
        console.say(f"no curl command: {reason}", "warn")
        return
    if not lines:
        console.say("there is no row here to read, and no change was made", "warn")
    elif len(lines) == 1:
        put(console, next(iter(lines.values())))
    else:
        sentence = last.sentence if last is not None else ""
        console.app.push_screen(
            ChooseScreen(
                "Copy which curl command?",
                [
                    Choice("read", "r", "read", "what reads this row"),
                    Choice("change", "c", "change", sentence),
                ],
                ascii_only=console.ascii,
            ),
            lambda which: put(console, lines[which]) if which else None,
        )


def put(console: ConsoleScreen, text: str) -> None:
    """Put a text on the clipboard, and say which way it went."""
    console.run_worker(_put(console, text), group="clipboard", exclusive=True)


async def _put(console: ConsoleScreen, text: str) -> None:
    # Few copy anything in a run; the others need not wait for this.
    from rcv3_tui.tui import clipboard
    from rcv3_tui.tui.clipboard import Sent, Way

    way = clipboard.way_for(text, os.environ)
    sent = Sent(way)
    if way is Way.TMUX and not await clipboard.load_tmux_buffer(text, os.environ):
        way = Way.FILE
    if way is Way.FILE:
        path = _file(console)
        try:
            clipboard.write_file(text, path)
        except OSError as error:
            console.say(
                f"not copied: {path} cannot be written ({error.strerror}); "
                "the terminal offers no other way",
                "failed",
            )
            return
        sent = Sent(Way.FILE, path)
    elif way in (Way.OSC52, Way.SCREEN):
        console.console_app.write_to_terminal(clipboard.sequence(text, way))
    first = text.split("\n")[0]
    shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}..."
    masked = ", unmasked" if console.console_app.mask.is_on else ""
    console.say(f"copied{masked} {sent.words}: {shown}", "ok")


def _file(console: ConsoleScreen) -> Path:
    directory = console.settings.state_dir
    if directory is None:
        import tempfile

        directory = Path(tempfile.gettempdir()) / f"rcv3-tui-{os.getuid()}"
    return directory / "copied.txt"


def things_of(item: Item) -> dict[str, str]:
    """Give what can be copied of a row, by its name; the id is always there."""
    found: dict[str, str | None]
    match item:
        case ServerItem():
            record = item.record
            found = {
                "address": record.address if record else None,
                "private address": item.private_ip,
                "name": item.server.name,
                "id": item.server.id,
            }
        case PublicIPItem():
            link = item.record.server
            found = {
                "address": item.record.address,
                "name": item.server_name,
                "id": item.record.id,
                "server id": link.id if link else None,
                "private address": link.private_ip if link else None,
                "detail": item.record.status_detail,
            }
        case PoolItem():
            found = {
                "address": item.pool.virtual_ip,
                "endpoint": item.pool.endpoint if item.pool.port is not None else None,
                "name": item.pool.name,
                "id": item.pool.id,
            }
        case NodeItem():
            link = item.node.server
            found = {
                "address": item.private_ip,
                "name": item.server_name,
                "id": item.node.id,
                "server id": link.id if link else None,
                "detail": item.node.status_detail,
            }
        case NetworkItem():
            found = {
                "address": item.network.cidr,
                "name": item.network.name,
                "id": item.network.id,
            }
        case FindingItem():
            wrong = item.finding
            found = {
                "name": wrong.subject,
                "what is wrong": wrong.wrong,
                "next step": wrong.next_step,
                "id": wrong.id,
            }
        case OperationItem():
            found = {
                "name": item.operation.request.sentence,
                "id": item.operation.id,
                "outcome": item.operation.detail,
            }
    raw = raw_of(item)
    things = {what: text for what, text in found.items() if text}
    if raw:
        things["JSON"] = raw.decode("utf-8", "replace")
    return things


def resource_of(item: Item) -> Resource | None:
    """Give the resource that a row stands for; None for an operation."""
    match item:
        case ServerItem():
            return item.server
        case PublicIPItem():
            return item.record
        case PoolItem():
            return item.pool
        case NodeItem():
            return item.node
        case NetworkItem():
            return item.network
        case FindingItem() | OperationItem():
            return None


def _last_change(console: ConsoleScreen) -> Request | None:
    operations = console.worker.operations.values()
    last = max(operations, key=lambda operation: operation.asked, default=None)
    return None if last is None else last.request


def _region(item: Item) -> str:
    return "" if isinstance(item, OperationItem) else item.region


def _item(console: ConsoleScreen) -> Item | None:
    row = console.cursor_row
    kind: PaneKind = console.active
    return None if row is None else console.picture.item(kind, row)
