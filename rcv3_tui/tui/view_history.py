"""The history of views: back and forward, as in a browser."""

from __future__ import annotations

from msgspec import Struct, field

from rcv3_tui.tui.pane_kinds import PaneKind

MAX_VIEWS = 50
"""The number of views in the history; the oldest are dropped."""


class View(Struct, frozen=True):
    """A view: a pane with its filter and its cursor row."""

    pane: PaneKind
    pool: tuple[str, str] | None = None
    """Region and id of the pool whose nodes are shown."""
    row: str | None = None
    """The row under the cursor."""
    filter_text: str = ""
    attention_only: bool = False

    def is_same_place(self, other: View) -> bool:
        """Return whether two views differ in the row only, which is not a step."""
        return (self.pane, self.pool, self.filter_text, self.attention_only) == (
            other.pane,
            other.pool,
            other.filter_text,
            other.attention_only,
        )


class ViewHistory(Struct):
    """The views, and the current one."""

    _views: list[View] = field(default_factory=list)
    _at: int = -1

    def note(self, view: View) -> None:
        """Record the current view; later views are dropped.

        Args:
            view: The current view; in the same place as the last one, it only updates its row.
        """
        if self._at >= 0 and self._views[self._at].is_same_place(view):
            self._views[self._at] = view
            return
        del self._views[self._at + 1 :]
        self._views.append(view)
        del self._views[:-MAX_VIEWS]
        self._at = len(self._views) - 1

    def step(self, by: int, now: View) -> View | None:
        """Return the previous (-1) or next (1) view; None if there is none.

        Args:
            by: The direction.
            now: The current view, to return to.
        """
        self.note(now)
        to = self._at + by
        if not 0 <= to < len(self._views):
            return None
        self._at = to
        return self._views[to]
