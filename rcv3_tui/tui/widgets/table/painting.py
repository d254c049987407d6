"""From a row to a line of the screen, in as few changes of style as can be.

Each change of style costs up to 45 bytes on the line, a blank cell costs one: so blanks go with
whatever stands before them, and the row under the cursor has one style from edge to edge.
"""

from collections.abc import Callable, Sequence
from enum import IntFlag
from typing import Final, Generic

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rcv3_tui.model.text import ascii_only
from rcv3_tui.tui.mask import masked

from .cells import Cell, ItemT, cut, fit
from .layout import GAP, GUTTER, Slot

_CACHE_LIMIT: Final = 512


class RowState(IntFlag):
    """What a row is apart from its text."""

    PLAIN = 0
    CURSOR = 1
    FOCUSED = 2
    LINKED = 4
    MARKED = 8


class Glyphs(Struct, frozen=True):
    """The signs a table draws itself, each one cell wide."""

    cursor: str = "❯"
    linked: str = "▎"
    marked: str = "●"
    ascending: str = "▲"
    descending: str = "▼"
    ellipsis: str = "…"


UNICODE_GLYPHS: Final = Glyphs()
ASCII_GLYPHS: Final = Glyphs(">", "|", "*", "^", "v", "~")


class Picture(Struct, frozen=True):
    """All that decides what one row's line looks like; equal pictures need no repaint."""

    cells: tuple[Cell, ...]
    state: RowState


class Painter(Struct, Generic[ItemT], frozen=True):
    """Paints lines for one layout and one set of styles; a new one is made when either changes.

    Attributes:
        slots: The columns shown and their places.
        width: Width of a line in cells.
        glyphs: The signs to draw.
        style_of: Gives the style of a row state's name and a tone.
        strips: Lines painted already.
    """

    slots: tuple[Slot[ItemT], ...]
    width: int
    glyphs: Glyphs
    style_of: Callable[[str, str], Style]
    strips: dict[Picture, Strip]

    def picture(self, item: ItemT, state: RowState) -> Picture:
        """Make the cells of an item, for the columns that are shown."""
        return Picture(tuple(slot.column.cell(item) for slot in self.slots), state)

    def paint(self, picture: Picture) -> Strip:
        """Paint one row."""
        strip = self.strips.get(picture)
        if strip is None:
            if len(self.strips) >= _CACHE_LIMIT:
                self.strips.clear()
            strip = self.strips[picture] = self._paint(picture)
        return strip

    def header(self, sorted_by: str, reverse: bool) -> Strip:
        """Paint the line of the columns' labels.

        Args:
            sorted_by: Key of the column that the rows are sorted by, empty for none.
            reverse: Whether the order is turned around.
        """
        arrow = self.glyphs.descending if reverse else self.glyphs.ascending
        parts = [" " * GUTTER]
        for slot in self.slots:
            if slot.column.key == sorted_by and slot.width > 1:
                # The arrow stays when the label is cut: it says more.
                label = cut(self._spell(slot.column.label), slot.width - 1, "") + arrow
            else:
                label = self._spell(slot.column.label)
            parts.append(fit(label, slot.width, slot.column.align, "") + " " * GAP)
        return self._line([("".join(parts), self.style_of("header", ""))])

    def note(self, text: str, tone: str) -> Strip:
        """Paint one line of literal text, for a table without rows."""
        text = cut(self._spell(text), self.width - GUTTER, self.glyphs.ellipsis)
        return self._line([(" " * GUTTER + text, self.style_of("plain", tone))])

    def blank(self) -> Strip:
        """Paint a line with nothing on it."""
        return self._line([])

    def changed_span(self, old: Picture, new: Picture) -> tuple[int, int] | None:
        """Tell which part of a row's line differs between two pictures.

        Returns:
            First cell and the cell after the last; `None` where nothing differs.
        """
        if old == new:
            return None
        if old.state != new.state or len(old.cells) != len(new.cells):
            return 0, self.width
        whole_row = RowState.CURSOR | RowState.FOCUSED in new.state
        spans = [
            (slot.x, slot.x + slot.width)
            for slot, before, after in zip(self.slots, old.cells, new.cells, strict=True)
            if before.text != after.text or (before.tone != after.tone and not whole_row)
        ]
        return (spans[0][0], spans[-1][1]) if spans else None

    def _spell(self, text: str) -> str:
        """Spell text in ASCII where the signs are ASCII too, masked on a shared screen."""
        text = masked(text)
        return ascii_only(text) if self.glyphs is ASCII_GLYPHS else text

    def _paint(self, picture: Picture) -> Strip:
        """Paint one row that was not painted before."""
        state = picture.state
        glyphs = self.glyphs
        edge = " "
        name = "plain"
        tones = True
        if RowState.MARKED in state:
            name = "marked"
        if RowState.LINKED in state:
            name, edge = "linked", glyphs.linked
        if RowState.CURSOR in state:
            edge = glyphs.cursor
            if RowState.FOCUSED in state:
                name, tones = "cursor", False
        mark = glyphs.marked if RowState.MARKED in state else " "
        parts = [(edge + mark, self.style_of(name, ""))]
        for slot, cell in zip(self.slots, picture.cells, strict=True):
            text = fit(self._spell(cell.text), slot.width, slot.column.align, glyphs.ellipsis)
            parts.append((text + " " * GAP, self.style_of(name, cell.tone if tones else "")))
        return self._line(parts)

    def _line(self, parts: Sequence[tuple[str, Style]]) -> Strip:
        """Join parts of one style into segments, and fill the line up to its width."""
        segments: list[Segment] = []
        text, style = "", None
        for part, part_style in parts:
            if style is None or part_style == style or not part.strip(" "):
                text += part
                style = style or part_style
            elif not text.strip(" ") and style.bgcolor == part_style.bgcolor:
                text, style = text + part, part_style
            else:
                segments.append(Segment(text, style))
                text, style = part, part_style
        if style is None:
            style = self.style_of("plain", "")
        segments.append(Segment(text, style))
        strip = Strip(segments)
        if strip.cell_length < self.width:
            segments[-1] = Segment(text + " " * (self.width - strip.cell_length), style)
            return Strip(segments, self.width)
        return strip.crop(0, self.width) if strip.cell_length > self.width else strip
