"""The order of a pane's rows, and how much of them is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.tui.screens.choose import Choice, ChooseScreen

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

_KEYS = "123456789abcdefghij"


def choose_sort(console: ConsoleScreen) -> None:
    """Offer the pane's columns to sort by; the same column again turns the order."""
    pane = console.pane
    columns = pane.table.columns
    sorted_by, reverse = pane.table.sorted_by

    def chosen(column: str | None) -> None:
        if column is not None:
            pane.sort_by(column, reverse=not reverse if column == sorted_by else False)
            console.panes.remember(pane)

    console.app.push_screen(
        ChooseScreen(
            f"Sort {pane.title_text} by",
            [
                Choice(column.key, key, column.label)
                for key, column in zip(_KEYS, columns, strict=False)
            ],
            current=sorted_by,
            ascii_only=console.ascii,
        ),
        chosen,
    )


def reverse_sort(console: ConsoleScreen) -> None:
    """Turn the order of the pane around."""
    pane = console.pane
    column, reverse = pane.sorted_by or (pane.table.columns[0].key, False)
    pane.sort_by(column, not reverse)
    console.panes.remember(pane)


def toggle_wide(console: ConsoleScreen) -> None:
    """Show more columns, or fewer."""
    pane = console.pane
    pane.table.wide = not pane.table.wide
    console.panes.remember(pane)
