"""Asks before quitting while operations are running."""

from __future__ import annotations

from rcv3_tui.tui.context import Console
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen


class ConfirmQuitScreen(MenuScreen):
    """Asks before quitting; its title counts the running operations.

    It stays open after the last operation has ended: the operator answers.

    Args:
        console: The console and its operations.
    """

    CSS_PATH = "menu.tcss"

    def __init__(self, console: Console) -> None:
        self._of = console
        super().__init__(
            _title(console),
            [
                MenuItem("stay", "s", "stay", "wait until they have ended"),
                MenuItem("quit", "q", "quit", _what_follows(console)),
            ],
            current="stay",
            ascii_only=console.ascii,
            guard=console.console_app.guard,
        )

    def on_mount(self) -> None:
        """Count every second: accounts in the background post no events to it."""
        super().on_mount()
        self.set_interval(1.0, self.update_count)

    def update_count(self) -> None:
        """Update the number of running operations."""
        self.retitle(_title(self._of))


def pending_operations(console: Console) -> int:
    """Return the number of running operations, including those of background accounts."""
    return len(console.running_operations) + len(console.console_app.background_operations)


def must_ask(console: Console) -> bool:
    """Return whether something runs that quitting would leave or end."""
    return bool(pending_operations(console) or console.console_app.programs.background)


def _what_follows(console: Console) -> str:
    count = pending_operations(console)
    tracked = "it is tracked" if count == 1 else "they are tracked"
    names = _program_names(console)
    texts = [f"{tracked} again at the next start"] if count else []
    return "; ".join([*texts, f"ends {names}"] if names else texts)


def _program_names(console: Console) -> str:
    names = dict.fromkeys(program.name for program in console.console_app.programs.background)
    return ", ".join(names)


def _title(console: Console) -> str:
    count = pending_operations(console)
    names = _program_names(console)
    running = f"{names} still runs in the background" if names else ""
    if not count:
        return running or "all operations have ended"
    operations = f"{count} {'operation is' if count == 1 else 'operations are'} still running"
    return f"{operations}; {running}" if running else operations
