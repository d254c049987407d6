"""Leaving the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.tui.screens.choose import Choice, ChooseScreen

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


def leave(console: ConsoleScreen) -> None:
    """Quit; ask first while operations have not settled."""
    app, count = (
        console.console_app,
        len(console.under_way) + len(console.console_app.under_way_behind),
    )
    if not count:
        app.exit(ExitCode.OK, return_code=ExitCode.OK)
        return

    def chosen(key: str | None) -> None:
        if key == "quit":
            app.exit(ExitCode.OK, return_code=ExitCode.OK)

    noun, followed = (
        ("operation has", "it is followed")
        if count == 1
        else ("operations have", "all are followed")
    )
    app.push_screen(
        ChooseScreen(
            f"{count} {noun} not settled yet",
            [
                Choice("stay", "s", "stay", "see them through"),
                Choice(
                    "quit",
                    "q",
                    "quit",
                    f"{followed} up at the next start",
                ),
            ],
            current="stay",
            ascii_only=console.ascii,
        ),
        chosen,
    )
