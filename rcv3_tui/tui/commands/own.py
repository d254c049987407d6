"""Programs of the operator's own: `[commands.NAME]` of the config file."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import Final

from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.settings import OwnCommand
from rcv3_tui.tui.commands.base import NOT_IN_FOOTER, Command
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.own_commands import PreparedProgram, UnavailableError, prepare
from rcv3_tui.tui.pane_kinds import RESOURCE_OF, PaneKind
from rcv3_tui.tui.screens.confirm_run import ConfirmRunScreen

GROUP: Final = "Own commands"

_FOOTER_RANK: Final = 30
"""After the changes of a pane, before what shows more."""

_HELP_LENGTH: Final = 60
"""Characters of a command line that describe a command without a description."""

_IN_FOOTER: Final = 2
"""Own commands that the footer of a pane names."""


class RunProgram(Command):
    """Run a program on the row under the cursor; marks do not matter.

    Args:
        own: The command of the config file.
        footer_panes: The panes whose footer names it.
    """

    group = GROUP

    def __init__(self, own: OwnCommand, footer_panes: frozenset[PaneKind]) -> None:
        self._own = own
        self.name = own.name
        self.label = own.name
        self.keys = own.key
        self.help = own.description or _default_help(own)
        self.available_in = frozenset(PaneKind(pane) for pane in own.panes)
        self.command_names = (own.name,)
        # Nobody knows what it does: no paste or type-ahead may run it.
        self.changes = not own.confirm
        self.footer_rank = _FOOTER_RANK if footer_panes else NOT_IN_FOOTER
        self.footer_places = footer_panes

    def run(self, console: Console, argument: str = "") -> None:
        """Run it, or ask first."""
        del argument
        kind, row = console.active, console.cursor_row
        item = None if row is None else console.row_model.item(kind, row)
        if item is None:
            console.show_message(f"{self.name}: there is no row here", "warn")
            return
        try:
            program = prepare(
                self._own,
                item,
                RESOURCE_OF[kind],
                console.row_model.unread_pools,
                names_region=console.names_regions,
            )
        except UnavailableError as reason:
            console.show_message(f"{self.name} is not available: {reason}", "warn")
            return
        if self._own.confirm:
            _ask(console, program)
        else:
            console.console_app.programs.start(program)


def _default_help(own: OwnCommand) -> str:
    line = escape_controls(shlex.join(own.run))
    return f"run {line if len(line) <= _HELP_LENGTH else f'{line[:_HELP_LENGTH]}...'}"


def own_commands(configured: Iterable[OwnCommand]) -> Sequence[Command]:
    """Return the commands of the config file, in its order."""
    commands: list[Command] = []
    counts = dict.fromkeys(PaneKind, 0)
    for own in configured:
        panes = frozenset(PaneKind(pane) for pane in own.panes) if own.key else frozenset()
        shown = frozenset(pane for pane in panes if counts[pane] < _IN_FOOTER)
        for pane in shown:
            counts[pane] += 1
        commands.append(RunProgram(own, shown))
    return commands


def _ask(console: Console, program: PreparedProgram) -> None:
    def answered(approved: bool | None) -> None:
        if approved:
            console.console_app.programs.start(program)
        else:
            console.show_message(f"canceled, {program.name} was not run")

    console.app.push_screen(
        ConfirmRunScreen(
            program,
            is_demo=console.settings.demo is not None,
            ascii_only=console.ascii,
            guard=console.console_app.guard,
        ),
        answered,
    )
