"""Saves the view to a file, as it is filtered and sorted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rcv3_tui.tui.widgets.asking import Asking

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


def save(console: ConsoleScreen, text: str = "") -> None:
    """Save the view to the file typed; without one, ask for it."""
    if text:
        save_to(console, text)
    else:
        console.ask(Asking.FILE, str(_suggestion(console)))


def save_to(console: ConsoleScreen, text: str) -> None:
    """Save the view to a file; a file that is there is replaced only after a question.

    Args:
        console: Whose view.
        text: The path, which may begin with `~`; its ending chooses CSV or JSON.
    """
    from rcv3_tui.tui import exporting

    try:
        path = Path(text.strip()).expanduser()
    except RuntimeError:
        console.say(f"{text}: there is no such user's home directory", "failed")
        return
    kind = path.suffix.lower().removeprefix(".")
    if kind not in exporting.FORMATS:
        console.say(
            f"{path}: the name has to end in .csv or .json, which chooses the form", "failed"
        )
        return
    if path.exists() or path.is_symlink():
        _ask_to_replace(console, path)
    else:
        _write(console, path)


def _ask_to_replace(console: ConsoleScreen, path: Path) -> None:
    from rcv3_tui.tui.screens.choose import Choice, ChooseScreen

    def chosen(choice: str | None) -> None:
        if choice == "replace":
            _write(console, path, replace=True)
        else:
            console.say(f"{path} is left as it was")

    console.app.push_screen(
        ChooseScreen(
            f"{path} is there already",
            [
                Choice("keep", "k", "keep it", "nothing is written"),
                Choice("replace", "r", "replace it", "what it holds is lost"),
            ],
            current="keep",
            ascii_only=console.ascii,
        ),
        chosen,
    )


def _write(console: ConsoleScreen, path: Path, *, replace: bool = False) -> None:
    from rcv3_tui.tui import exporting

    table = console.pane.table
    items = [table.items[row] for row in table.shown_ids]
    is_json = path.suffix.lower() == ".json"
    content = exporting.to_json(items) if is_json else exporting.to_csv(items)
    try:
        exporting.write(path, content, replace=replace)
    except FileExistsError:
        console.say(f"{path} was made meanwhile and is left as it is", "failed")
    except exporting.ExportError as error:
        console.say(str(error), "failed")
    else:
        rows = "row" if len(items) == 1 else "rows"
        masked = ", unmasked" if console.console_app.mask.is_on else ""
        console.say(f"saved {len(items)} {rows}{masked} to {path}", "ok")


def _suggestion(console: ConsoleScreen) -> Path:
    """Propose a name that is free."""
    stamp = f"{console.picture.now():%Y%m%d-%H%M%S}"
    base = f"rcv3-{console.active.value}-{stamp}"
    here = Path(base + ".csv")
    count = 1
    while here.exists():
        count += 1
        here = Path(f"{base}-{count}.csv")
    return here
