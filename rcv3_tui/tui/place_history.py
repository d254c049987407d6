"""The history of the places that were shown: back and forward, as in a browser."""

from __future__ import annotations

from msgspec import Struct, field

from rcv3_tui.tui.pane_kinds import PaneKind

MAX_PLACES = 50
"""The number of places in the history; the oldest are dropped."""


class Place(Struct, frozen=True):
    """What the console shows: a pane with its filter and its cursor row."""

    pane: PaneKind
    pool: tuple[str, str] | None = None
    """Region and id of the pool whose nodes are shown."""
    row: str | None = None
    """The row under the cursor."""
    filter_text: str = ""
    attention_only: bool = False

    def has_same_rows(self, other: Place) -> bool:
        """Return whether two places differ in the row only, which is not a step."""
        return (self.pane, self.pool, self.filter_text, self.attention_only) == (
            other.pane,
            other.pool,
            other.filter_text,
            other.attention_only,
        )


class PlaceHistory(Struct):
    """The places, and the current one."""

    _places: list[Place] = field(default_factory=list)
    _at: int = -1

    def note(self, place: Place) -> None:
        """Record the current place; later places are dropped.

        Args:
            place: The current place; if only the cursor differs from the last one, that is updated.
        """
        if self._at >= 0 and self._places[self._at].has_same_rows(place):
            self._places[self._at] = place
            return
        del self._places[self._at + 1 :]
        self._places.append(place)
        del self._places[:-MAX_PLACES]
        self._at = len(self._places) - 1

    def step(self, by: int, now: Place) -> Place | None:
        """Return the previous (-1) or next (1) place; None if there is none.

        Args:
            by: The direction.
            now: The current place, to return to.
        """
        self.note(now)
        to = self._at + by
        if not 0 <= to < len(self._places):
            return None
        self._at = to
        return self._places[to]
