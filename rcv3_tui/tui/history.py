"""What was looked at, in order: back and forward through it as in a browser."""

from __future__ import annotations

from msgspec import Struct, field

from rcv3_tui.tui.picture import PaneKind

LONGEST = 50
"""Views that are remembered; the oldest go first."""


class View(Struct, frozen=True):
    """What the console shows: a pane, and how it stands in it."""

    pane: PaneKind
    pool: tuple[str, str] | None = None
    """Region and id of the pool whose nodes are shown."""
    row: str | None = None
    """The row under the cursor."""
    filter_text: str = ""
    attention_only: bool = False

    def is_same_place(self, other: View) -> bool:
        """Tell whether two views differ in no more than the row, which is no step of its own."""
        return (self.pane, self.pool, self.filter_text, self.attention_only) == (
            other.pane,
            other.pool,
            other.filter_text,
            other.attention_only,
        )


class History(Struct):
    """The views and where among them the console is."""

    _views: list[View] = field(default_factory=list)
    _at: int = -1

    def note(self, view: View) -> None:
        """Remember what is looked at now; what was ahead of it is forgotten.

        Args:
            view: The console as it stands. In the same place as before, it takes that one's row.
        """
        if self._at >= 0 and self._views[self._at].is_same_place(view):
            self._views[self._at] = view
            return
        del self._views[self._at + 1 :]
        self._views.append(view)
        del self._views[:-LONGEST]
        self._at = len(self._views) - 1

    def step(self, by: int, now: View) -> View | None:
        """Give the view before (-1) or after (1), and be there; None where there is none.

        Args:
            by: Which way.
            now: The console as it stands, so that the way back leads here.
        """
        self.note(now)
        to = self._at + by
        if not 0 <= to < len(self._views):
            return None
        self._at = to
        return self._views[to]
