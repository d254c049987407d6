"""A small app with one table."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message

from rcv3_tui.tui.widgets.table import Table
from rcv3_tui.tui.widgets.table.renderer import ASCII_GLYPHS, UNICODE_GLYPHS
from rcv3_tui.views.column import Cell, Column


@dataclass(frozen=True, slots=True)
class Thing:
    """The item of a row."""

    name: str
    status: str = "ACTIVE"
    count: int | None = 0


TONES = {"ACTIVE": "ok", "ADDING": "moving", "ADD_FAILED": "failed"}


def columns(clock: Callable[[], int] = lambda: 0) -> tuple[Column[Thing], ...]:
    return (
        Column("name", "NAME", lambda thing: Cell(thing.name), min_width=8, weight=1),
        Column(
            "status",
            "STATUS",
            lambda thing: Cell(
                f"ADDING {clock()}s" if thing.status == "ADDING" else thing.status,
                TONES[thing.status],
            ),
            min_width=12,
            priority=1,
        ),
        Column(
            "count",
            "COUNT",
            lambda thing: Cell("" if thing.count is None else str(thing.count)),
            lambda thing: thing.count,
            min_width=6,
            align="right",
            priority=2,
        ),
    )


def things(count: int) -> dict[str, Thing]:
    return {f"id-{n}": Thing(f"web-{n}", count=n) for n in range(count)}


class TableApp(App[None]):
    """One table, and the messages that it posts."""

    def __init__(self, table: Table[Thing]) -> None:
        super().__init__()
        self.table = table
        self.received: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_cursor_moved(self, message: Message) -> None:
        self.received.append(message)

    on_row_selected = on_marks_changed = on_position_changed = on_cursor_moved


def table_app(rows: dict[str, Thing] | None = None, *, ascii_only: bool = False) -> TableApp:
    table = Table(columns(), ascii_only=ascii_only)
    table.replace(things(10) if rows is None else rows)
    return TableApp(table)


def screen_lines(table: Table[Thing]) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


def names(table: Table[Thing]) -> list[str]:
    """Return the names in view, from the top."""
    lines = screen_lines(table)[1:] if table.size.height >= 3 else screen_lines(table)
    return [line[2:].split()[0] for line in lines if line.strip()]


def cursor_line(table: Table[Thing]) -> int:
    """Return the line of the screen that has the cursor's glyph."""
    return next(
        y
        for y, line in enumerate(screen_lines(table))
        if line[:1] in {UNICODE_GLYPHS.cursor, ASCII_GLYPHS.cursor}
    )


def spy_on_repaints(
    table: Table[Thing], monkeypatch: pytest.MonkeyPatch
) -> list[tuple[Region, ...]]:
    """Collect the regions that the table asks Textual to repaint from now on."""
    repaints: list[tuple[Region, ...]] = []
    original = table._set_dirty

    def set_dirty(*regions: Region) -> None:
        repaints.append(regions)
        original(*regions)

    monkeypatch.setattr(table, "_set_dirty", set_dirty)
    return repaints
