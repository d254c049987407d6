"""Asks whether to leave while operations have not settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.tui.screens.choose import Choice, ChooseScreen

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


class LeaveScreen(ChooseScreen):
    """Asks whether to leave while operations have not settled; its title follows how many.

    Nothing is chosen by itself once the last has settled: the operator was asked, and answers.

    Args:
        console: Whose operations.
    """

    CSS_PATH = "choose.tcss"

    def __init__(self, console: ConsoleScreen) -> None:
        self._of = console
        followed = "it is followed" if unsettled(console) == 1 else "all are followed"
        super().__init__(
            _title(console),
            [
                Choice("stay", "s", "stay", "see them through"),
                Choice("quit", "q", "quit", f"{followed} up at the next start"),
            ],
            current="stay",
            ascii_only=console.ascii,
        )

    def on_mount(self) -> None:
        """Look again now and then: accounts that are not on the screen tell nothing here."""
        super().on_mount()
        self.set_interval(1.0, self.look_again)

    def look_again(self) -> None:
        """Say how many there are by now."""
        self.retitle(_title(self._of))


def unsettled(console: ConsoleScreen) -> int:
    """Count the operations that have not settled, with those of accounts behind this one."""
    return len(console.under_way) + len(console.console_app.under_way_behind)


def _title(console: ConsoleScreen) -> str:
    count = unsettled(console)
    if not count:
        return "every operation has settled meanwhile"
    return f"{count} {'operation has' if count == 1 else 'operations have'} not settled yet"
