"""What a command is: a name, its keys, a line of help, the panes it applies to, and what it does.

Key bindings, footer, help, palette and the command line all read the same classes, so none of them
can say what another does not do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rcv3_tui.tui.picture import PaneKind

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

EVERYWHERE = frozenset(PaneKind)
"""All panes."""

ON_A_ROW = EVERYWHERE - {PaneKind.ATTENTION}
"""The panes whose rows something can be done with; of what needs attention one goes there first."""

RESOURCES = frozenset(
    {PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS, PaneKind.NODES, PaneKind.NETWORKS}
)
"""The panes whose rows are resources of the service."""

NOT_IN_FOOTER = 99


class Command:
    """One thing that an operator can have done. Subclasses say what; the docstring is for code."""

    name: ClassVar[str]
    """What the config file's `[keys]`, help and palette call it."""
    keys: ClassVar[str] = ""
    """Default keys, apart by commas, as Textual names them; the first is the one texts name."""
    usage: ClassVar[str] = ""
    """What may follow it on the command line: `NAME`, `on|off`."""
    label: ClassVar[str]
    """A word or two for the footer."""
    help: ClassVar[str]
    """One line for the help screen."""
    group: ClassVar[str]
    """The help screen's heading that it stands under."""
    places: ClassVar[frozenset[PaneKind]] = EVERYWHERE
    rank: ClassVar[int] = NOT_IN_FOOTER
    """Its place among the footer's hints; the lowest six are shown."""
    hinted: ClassVar[frozenset[PaneKind] | None] = None
    """Where the footer may name it; None: wherever it applies."""
    typed: ClassVar[tuple[str, ...]] = ()
    """What the command line takes for it, without the colon."""

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Do it.

        Args:
            console: Where.
            argument: What followed the command's name on the command line.
        """
        raise NotImplementedError

    def arguments(self, console: ConsoleScreen) -> Sequence[str]:
        """Give what may be typed after its name, for completion.

        Args:
            console: Where.
        """
        del console
        return ()

    def label_at(self, place: PaneKind) -> str:
        """Give the footer's word for it at a place."""
        del place
        return self.label
