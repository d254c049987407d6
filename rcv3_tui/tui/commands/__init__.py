"""Every command there is; keys, footer, help and command line are made from this list."""

from __future__ import annotations

from rcv3_tui.tui.commands.base import NOT_IN_FOOTER, Command
from rcv3_tui.tui.commands.changing import Add, ReadOnlyMode, Reassign, Remove, Retain, Undo
from rcv3_tui.tui.commands.going import (
    Back,
    GoToAttention,
    GoToNetworks,
    GoToOperations,
    GoToPools,
    GoToPublicIPs,
    GoToServers,
    Into,
    NextPane,
    PreviousPane,
    Profile,
    Region,
    ViewBack,
    ViewForward,
    Zoom,
)
from rcv3_tui.tui.commands.leaving import CommandLine, Mask, Mouse, Palette, Quit, Suspend, Theme
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
from rcv3_tui.tui.commands.moving import (
    ClearMarks,
    Down,
    First,
    Last,
    Mark,
    MarkRange,
    PageDown,
    PageUp,
    Up,
)
from rcv3_tui.tui.commands.taking import Copy, CopyWhat, Curl, Save
from rcv3_tui.tui.picture import PaneKind

COMMANDS: tuple[Command, ...] = (
    GoToAttention(),
    GoToServers(),
    GoToPublicIPs(),
    GoToPools(),
    GoToNetworks(),
    GoToOperations(),
    NextPane(),
    PreviousPane(),
    Into(),
    Back(),
    ViewBack(),
    ViewForward(),
    Zoom(),
    Region(),
    Profile(),
    Up(),
    Down(),
    PageUp(),
    PageDown(),
    First(),
    Last(),
    Mark(),
    MarkRange(),
    ClearMarks(),
    Add(),
    Remove(),
    Undo(),
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
    Pause(),
    Interval(),
    MessageLog(),
    Copy(),
    CopyWhat(),
    Curl(),
    Save(),
    CommandLine(),
    Palette(),
    Help(),
    Theme(),
    Mouse(),
    Mask(),
    Redraw(),
    Suspend(),
    Quit(),
)

BY_NAME = {command.name: command for command in COMMANDS}

DEFAULT_KEYS = {command.name: command.keys for command in COMMANDS if command.keys}
"""Command name to the keys it is on, unless the operator has put it on others."""

BY_TYPED = {word: command for command in COMMANDS for word in command.typed}

HINTS = 6
"""How many keys the footer names, besides the one for help."""


def hints(place: PaneKind) -> tuple[Command, ...]:
    """Give the commands that the footer names at a place, the most wanted first."""
    here = [
        command
        for command in COMMANDS
        if command.rank < NOT_IN_FOOTER
        and place in command.places
        and (command.hinted is None or place in command.hinted)
    ]
    return tuple(sorted(here, key=lambda command: command.rank)[:HINTS])


__all__ = ["BY_NAME", "BY_TYPED", "COMMANDS", "DEFAULT_KEYS", "HINTS", "Command", "hints"]
