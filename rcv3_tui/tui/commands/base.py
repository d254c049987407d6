"""What a command is: a name, its keys, a line of help, the panes it applies to, and what it does.

Key bindings, footer, help and the command line all read the same classes, so none of them can
say what another does not do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rcv3_tui.tui.picture import PaneKind

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

EVERYWHERE = frozenset(PaneKind)
"""All panes."""

RESOURCES = frozenset(
    {PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS, PaneKind.NODES, PaneKind.NETWORKS}
)
"""The panes whose rows are resources of the service."""

NOT_IN_FOOTER = 99


class Command:
    """One thing that an operator can have done. Subclasses say what; the docstring is for code."""

    name: ClassVar[str]
    """What the config file's `[keys]` and the command line call it."""
    keys: ClassVar[str] = ""
    """Default keys, apart by commas, as Textual names them."""
    shown: ClassVar[str] = ""
    """The keys as help and footer write them."""
    label: ClassVar[str]
    """A word or two for the footer."""
    help: ClassVar[str]
    """One line for the help screen."""
    group: ClassVar[str]
    """The help screen's heading that it stands under."""
    places: ClassVar[frozenset[PaneKind]] = EVERYWHERE
    rank: ClassVar[int] = NOT_IN_FOOTER
    """Its place among the footer's hints; the lowest six are shown."""
    typed: ClassVar[tuple[str, ...]] = ()
    """What the command line takes for it, without the colon."""

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Do it.

        Args:
            console: Where.
            argument: What followed the command's name on the command line.
        """
        raise NotImplementedError
