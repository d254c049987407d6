"""Copy a row to the clipboard, write curl commands, save the view to a file."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path

from rcv3_tui.clipboard_method import (
    ClipboardMethod,
    choose_method,
    is_behind_mosh,
    outer_multiplexer,
)
from rcv3_tui.model.operation import NoCurl, Request
from rcv3_tui.tui import clipboard, export
from rcv3_tui.tui.clipboard import CopyResult
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen
from rcv3_tui.tui.widgets.prompt import PromptMode
from rcv3_tui.views.export import copyable_fields
from rcv3_tui.views.registry import resource_of
from rcv3_tui.views.rows import (
    AnyRow,
    OperationRow,
)

_GROUP = "Copy and export"

_SHOWN = 60
"""The characters of a copied text that a message shows."""


class Copy(Command):
    """Copy the row's address or name."""

    name = "copy"
    keys = "c"
    label = "copy"
    help = "copy the row's address, else its name"
    group = _GROUP
    footer_rank = 65
    command_names = ("copy",)

    def run(self, console: Console, argument: str = "") -> None:
        """Copy the address, else the name."""
        del argument
        _copy_row(console)


class CopyWhat(Command):
    """Choose what to copy of the row."""

    name = "copy-what"
    keys = "C"
    label = "copy what"
    help = "choose what to copy: address, name, id, JSON, the curl command, the marked rows"
    group = _GROUP
    command_names = ("copy-what",)

    def run(self, console: Console, argument: str = "") -> None:
        """Offer everything that can be copied."""
        del argument
        _choose_what(console)


class Curl(Command):
    """Copy a curl command that reads the row or repeats the last change."""

    name = "curl"
    keys = "x"
    label = "curl"
    help = "copy the curl command of this row or of the last change, the token as $TOKEN"
    group = _GROUP
    command_names = ("curl",)

    def run(self, console: Console, argument: str = "") -> None:
        """Copy it; ask which where there are both."""
        del argument
        _copy_curl(console)


class Save(Command):
    """Save the view to a file."""

    name = "save"
    keys = "ctrl+s"
    usage = "FILE.csv|FILE.json"
    label = "save"
    help = "save this view, as filtered and sorted, to a CSV or JSON file"
    group = _GROUP
    command_names = ("save",)

    def run(self, console: Console, argument: str = "") -> None:
        """Save to the file that was typed, or ask for one."""
        if argument:
            _save_to(console, argument)
        else:
            console.open_prompt(
                PromptMode.FILE, str(_free_name(console)), partial(_save_to, console)
            )


def _copy_row(console: Console) -> None:
    """Copy the row's address, else its name."""
    item = _item(console)
    if item is not None:
        things = copyable_fields(item)
        to_clipboard(console, things.get("address") or things.get("name") or things["id"])


def _choose_what(console: Console) -> None:
    """Offer everything of the row that can be copied."""
    item = _item(console)
    if item is None:
        return
    things = copyable_fields(item)
    table = console.pane.table
    marked = [row for row in table.shown_ids if row in table.marks]
    if marked:
        each = (copyable_fields(table.items[row]) for row in marked)
        lines = [t.get("address") or t.get("name") or t["id"] for t in each]
        things[f"{len(lines)} marked"] = "\n".join(lines)
    taken: set[str] = set()
    choices: list[MenuItem] = []
    for what, text in things.items():
        key = next(
            sign for sign in f"{what}123456789".lower() if sign.isalnum() and sign not in taken
        )
        taken.add(key)
        first = text.split("\n")[0]
        detail = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}..."
        choices.append(MenuItem(what, key, what, detail))
    if resource_of(item) is not None:
        choices.append(MenuItem("curl", "x", "curl", "the command that reads it"))

    def chosen(what: str | None) -> None:
        if what == "curl":
            _copy_curl(console)
        elif what is not None:
            to_clipboard(console, things[what])

    console.app.push_screen(MenuScreen("Copy what?", choices, ascii_only=console.ascii), chosen)


def _copy_curl(console: Console) -> None:
    """Copy the curl command that reads the row or that of the last change."""
    item = _item(console)
    last = _last_change(console)
    lines: dict[str, str] = {}
    try:
        if isinstance(item, OperationRow):
            lines["change"] = console.worker.curl_of_change(item.operation.request)
        else:
            if item is not None:
                resource = resource_of(item)
                if resource is not None:
                    lines["read"] = console.worker.curl_of_read(_region(item), resource)
            if last is not None:
                lines["change"] = console.worker.curl_of_change(last)
    except NoCurl as reason:
        console.show_message(f"no curl command: {reason}", "warn")
        return
    if not lines:
        console.show_message(
            "no curl command: there is no row here, and no change was made", "warn"
        )
    elif len(lines) == 1:
        to_clipboard(console, next(iter(lines.values())))
    else:
        sentence = console.describe(last) if last is not None else ""
        console.app.push_screen(
            MenuScreen(
                "Copy which curl command?",
                [
                    MenuItem("read", "r", "read", "reads this row"),
                    MenuItem("change", "c", "change", sentence),
                ],
                ascii_only=console.ascii,
            ),
            lambda which: to_clipboard(console, lines[which]) if which else None,
        )


def to_clipboard(console: Console, text: str) -> None:
    """Copy a text to the clipboard, and show by which method."""
    console.run_worker(_send(console, text), group="clipboard", exclusive=True)


async def _send(console: Console, text: str) -> None:
    way = choose_method(text, os.environ, mosh=is_behind_mosh())
    multiplexer = outer_multiplexer(os.environ)
    if way is ClipboardMethod.TMUX and not await clipboard.load_tmux_buffer(text, os.environ):
        way = ClipboardMethod.FILE
    path = _file(console) if way is ClipboardMethod.FILE or multiplexer else None
    if path is not None:
        try:
            clipboard.write_file(text, path)
        except OSError as error:
            if way is ClipboardMethod.FILE:
                console.show_message(
                    f"not copied: {path} cannot be written ({error.strerror}); "
                    "this terminal has no other way to copy",
                    "failed",
                )
                return
            path = None
    sent = CopyResult(way, path, "" if way is ClipboardMethod.FILE else multiplexer)
    if way in (ClipboardMethod.OSC52, ClipboardMethod.SCREEN):
        is_screen = way is ClipboardMethod.SCREEN or multiplexer == "screen"
        written = clipboard.osc52_sequence(
            text,
            ClipboardMethod.SCREEN if is_screen else way,
            also_plain=way is ClipboardMethod.OSC52,
        )
        console.console_app.write_to_terminal(written)
    first = text.split("\n")[0]
    shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}..."
    masked = ", unmasked" if console.console_app.mask.is_on else ""
    console.show_message(f"copied{masked} {sent.words}: {shown}", "ok")


def _file(console: Console) -> Path:
    directory = console.settings.state_dir
    if directory is None:
        directory = Path(tempfile.gettempdir()) / f"rcv3-tui-{os.getuid()}"
    return directory / "copied.txt"


def _last_change(console: Console) -> Request | None:
    operations = console.worker.operations.values()
    last = max(operations, key=lambda operation: operation.asked, default=None)
    return None if last is None else last.request


def _region(item: AnyRow) -> str:
    return "" if isinstance(item, OperationRow) else item.region


def _item(console: Console) -> AnyRow | None:
    row = console.cursor_row
    kind: PaneKind = console.active
    return None if row is None else console.row_model.item(kind, row)


def _save_to(console: Console, text: str) -> None:
    """Save the view to a file; ask before an existing file is replaced.

    Args:
        console: The console whose view is saved.
        text: The path, which may begin with `~`; its suffix chooses CSV or JSON.
    """
    try:
        path = Path(text.strip()).expanduser()
    except RuntimeError:
        console.show_message(f"{text}: there is no such user's home directory", "failed")
        return
    kind = path.suffix.lower().removeprefix(".")
    if kind not in export.FORMATS:
        console.show_message(f"{path}: the name must end in .csv or .json", "failed")
        return
    if path.exists() or path.is_symlink():
        _ask_to_replace(console, path)
    else:
        _write(console, path)


def _ask_to_replace(console: Console, path: Path) -> None:
    def chosen(choice: str | None) -> None:
        if choice == "replace":
            _write(console, path, replace=True)
        else:
            console.show_message(f"{path} was not changed")

    console.app.push_screen(
        MenuScreen(
            f"{path} already exists",
            [
                MenuItem("keep", "k", "keep the file", "nothing is written"),
                MenuItem("replace", "r", "replace it", "its content is lost"),
            ],
            current="keep",
            ascii_only=console.ascii,
        ),
        chosen,
    )


def _write(console: Console, path: Path, *, replace: bool = False) -> None:
    table = console.pane.table
    items = [table.items[row] for row in table.shown_ids]
    is_json = path.suffix.lower() == ".json"
    content = export.to_json(items) if is_json else export.to_csv(items)
    try:
        export.write_export(path, content, replace=replace)
    except FileExistsError:
        console.show_message(f"{path} was created meanwhile and was not changed", "failed")
    except export.ExportError as error:
        console.show_message(str(error), "failed")
    else:
        rows = "row" if len(items) == 1 else "rows"
        masked = ", unmasked" if console.console_app.mask.is_on else ""
        console.show_message(f"saved {len(items)} {rows}{masked} to {path}", "ok")


def _free_name(console: Console) -> Path:
    """Return a file name that does not exist."""
    stamp = f"{console.row_model.now():%Y%m%d-%H%M%SZ}"
    base = f"rcv3-{console.active.value}-{stamp}"
    here = Path(base + ".csv")
    count = 1
    while here.exists():
        count += 1
        here = Path(f"{base}-{count}.csv")
    return here
