"""Every command there is; keys, footer, help and command line are made from this list."""

from __future__ import annotations

from rcv3_tui.tui.commands.base import NOT_IN_FOOTER, Command
from rcv3_tui.tui.commands.changing import Add, ReadOnlyMode, Reassign, Remove, Retain
from rcv3_tui.tui.commands.going import (
    Back,
    GoToNetworks,
    GoToOperations,
    GoToPools,
    GoToPublicIPs,
    GoToServers,
    Into,
    NextPane,
    PreviousPane,
    Zoom,
)
from rcv3_tui.tui.commands.leaving import CommandLine, Quit, Theme
from rcv3_tui.tui.commands.looking import (
    Attention,
    Details,
    Filter,
    Help,
    Interval,
    MessageLog,
    Pause,
    RawJson,
    Redraw,
    Refresh,
    Reverse,
    Sort,
    Wide,
)
from rcv3_tui.tui.picture import PaneKind

COMMANDS: tuple[Command, ...] = (
    GoToServers(),
    GoToPublicIPs(),
    GoToPools(),
    GoToNetworks(),
    GoToOperations(),
    NextPane(),
    PreviousPane(),
    Into(),
    Back(),
    Zoom(),
    Add(),
    Remove(),
    Retain(),
    Reassign(),
    ReadOnlyMode(),
    Details(),
    RawJson(),
    Filter(),
    Attention(),
    Sort(),
    Reverse(),
    Wide(),
    Refresh(),
    Redraw(),
    Pause(),
    Interval(),
    MessageLog(),
    Help(),
    CommandLine(),
    Theme(),
    Quit(),
)

BY_NAME = {command.name: command for command in COMMANDS}

BY_TYPED = {word: command for command in COMMANDS for word in command.typed}

HINTS = 6
"""How many keys the footer names, besides the one for help."""


def hints(place: PaneKind) -> tuple[Command, ...]:
    """Give the commands that the footer names at a place, the most wanted first."""
    here = [c for c in COMMANDS if c.rank < NOT_IN_FOOTER and place in c.places]
    return tuple(sorted(here, key=lambda command: command.rank)[:HINTS])


__all__ = ["BY_NAME", "BY_TYPED", "COMMANDS", "HINTS", "Command", "hints"]
