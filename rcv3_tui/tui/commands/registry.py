"""Every command, in the order of the help screen."""

from __future__ import annotations

from rcv3_tui.settings import Settings
from rcv3_tui.tui.commands.accounts import Login, Profile, Region
from rcv3_tui.tui.commands.base import CommandRegistry
from rcv3_tui.tui.commands.change import Add, ReadOnlyMode, Remove
from rcv3_tui.tui.commands.copy_export import Copy, CopyWhat, Curl, Save
from rcv3_tui.tui.commands.drain import Drain, Join, Leave, Restore
from rcv3_tui.tui.commands.navigation import (
    Back,
    GoToAttention,
    GoToChanges,
    GoToNetworks,
    GoToOperations,
    GoToPool,
    GoToPools,
    GoToPublicIPs,
    GoToServers,
    NextPane,
    Open,
    PreviousPane,
    ViewBack,
    ViewForward,
    Zoom,
)
from rcv3_tui.tui.commands.operations import Stop
from rcv3_tui.tui.commands.own import own_commands
from rcv3_tui.tui.commands.program import (
    CommandLine,
    Mask,
    Mouse,
    Palette,
    Quit,
    QuitNow,
    Redraw,
    Suspend,
    Theme,
)
from rcv3_tui.tui.commands.public_ips import Reassign, Retain
from rcv3_tui.tui.commands.refresh import Interval, Pause, Refresh
from rcv3_tui.tui.commands.table import (
    Attention,
    ClearMarks,
    Down,
    Filter,
    First,
    Last,
    Mark,
    MarkRange,
    PageDown,
    PageUp,
    Reverse,
    Sort,
    Up,
    Wide,
)
from rcv3_tui.tui.commands.undo import Undo
from rcv3_tui.tui.commands.view import (
    Details,
    Help,
    Inspector,
    InspectorDown,
    InspectorUp,
    MessageLog,
    RawJson,
)

COMMANDS = CommandRegistry(
    (
        GoToAttention(),
        GoToServers(),
        GoToPublicIPs(),
        GoToPools(),
        GoToPool(),
        GoToNetworks(),
        GoToOperations(),
        GoToChanges(),
        NextPane(),
        PreviousPane(),
        Open(),
        Back(),
        ViewBack(),
        ViewForward(),
        Zoom(),
        Region(),
        Profile(),
        Login(),
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
        Drain(),
        Restore(),
        Join(),
        Leave(),
        Stop(),
        ReadOnlyMode(),
        Details(),
        Inspector(),
        InspectorDown(),
        InspectorUp(),
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
        QuitNow(),
    )
)


def commands_for(settings: Settings) -> CommandRegistry:
    """Return every command, with the operator's own after those of the console."""
    if not settings.commands:
        return COMMANDS
    return CommandRegistry((*COMMANDS.all, *own_commands(settings.commands)))
