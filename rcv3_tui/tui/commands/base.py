"""What a command is: a name, its keys, a line of help, where it is available, and what it does.

Key bindings, footer, help, palette and the command line read the same classes, so they cannot
contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind

EVERYWHERE = frozenset(PaneKind)
"""All panes."""

ON_A_ROW = EVERYWHERE - {PaneKind.ATTENTION}
"""The panes whose rows commands act on; a finding leads to its resource first."""

RESOURCES = frozenset(
    {PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS, PaneKind.NODES, PaneKind.NETWORKS}
)
"""The panes whose rows are resources of the service."""

NOT_IN_FOOTER = 99

FOOTER_KEYS = 6
"""How many keys the footer names, besides the one for help."""


class Command:
    """Something that an operator can run by a key or by name.

    A class sets the attributes; those of the operator's own programs set them per instance.
    """

    name: str
    """Its name in the config file's `[keys]`, in help and in the palette."""
    keys: str = ""
    """Default keys, separated by commas, as Textual names them; texts name the first."""
    usage: str = ""
    """The argument it takes on the command line: `NAME`, `on|off`."""
    label: str
    """A word or two for the footer."""
    help: str
    """One line for the help screen."""
    group: str
    """Its heading on the help screen."""
    available_in: frozenset[PaneKind] = EVERYWHERE
    """The panes in which it can be run."""
    footer_rank: int = NOT_IN_FOOTER
    """Its rank among the footer's hints; the lowest six are shown."""
    footer_places: frozenset[PaneKind] | None = None
    """The panes in which the footer may name it; None: wherever it is available."""
    in_palette: bool = True
    """The palette lists it."""
    is_bound: bool = True
    """The console binds its keys; False: a widget does."""
    changes: bool = False
    """It may change the account without a question: no paste or type-ahead may run it."""
    command_names: tuple[str, ...] = ()
    """The words that run it on the command line, without the colon."""

    def run(self, console: CommandConsole, argument: str = "") -> None:
        """Run the command.

        Args:
            console: The console to act on.
            argument: The text after the command's name on the command line.
        """
        raise NotImplementedError

    def arguments(self, console: Console) -> Sequence[str]:
        """Return the arguments that the command line completes.

        Args:
            console: The console to act on.
        """
        del console
        return ()

    def footer_label(self, console: Console) -> str:
        """Return the footer's label for it.

        Args:
            console: The console, with its focused pane and the selected rows.
        """
        del console
        return self.label


class CommandRegistry:
    """All commands, by name and by the words of the command line.

    Args:
        commands: The commands, in the order of the help screen.
    """

    def __init__(self, commands: Iterable[Command]) -> None:
        self.all = tuple(commands)
        """The commands, in the order of the help screen."""
        self.by_name: Mapping[str, Command] = {command.name: command for command in self.all}
        """Commands by the name that the config file and key bindings use."""
        self.by_word: Mapping[str, Command] = {
            word: command for command in self.all for word in command.command_names
        }
        """Commands by the words that run them on the command line."""
        self.default_keys: Mapping[str, str] = {
            command.name: command.keys for command in self.all if command.keys
        }
        """Command names to their keys, before the operator's own `[keys]`."""

    def footer(self, place: PaneKind) -> tuple[Command, ...]:
        """Return the commands that the footer names in a pane, by rank."""
        here = [
            command
            for command in self.all
            if command.footer_rank < NOT_IN_FOOTER
            and place in command.available_in
            and (command.footer_places is None or place in command.footer_places)
        ]
        return tuple(sorted(here, key=lambda command: command.footer_rank)[:FOOTER_KEYS])


class CommandConsole(Console, Protocol):
    """The console with its commands: for help, palette and command line."""

    @property
    def commands(self) -> CommandRegistry:
        """All commands."""

    def prompt_help(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Return the help of the open prompt, by heading; empty while it is closed."""

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command, unless it changes something and came in a burst of keys."""
