"""Leaving the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.exit_codes import ExitCode

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


def leave(console: ConsoleScreen) -> None:
    """Quit; ask first while operations have not settled."""
    # Imported here: no dialog is needed before a key is pressed.
    from rcv3_tui.tui.screens.leave import LeaveScreen, unsettled

    app = console.console_app
    if not unsettled(console):
        app.exit(ExitCode.OK, return_code=ExitCode.OK)
        return

    def chosen(key: str | None) -> None:
        if key == "quit":
            app.exit(ExitCode.OK, return_code=ExitCode.OK)

    app.push_screen(LeaveScreen(console), chosen)
