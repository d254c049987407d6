"""Renders a row as a line of the screen, with as few changes of style as possible.

Each change of style costs up to 45 bytes, a blank cell costs one: blanks take the style of the
text before them, and the row under the cursor has one style from edge to edge.
"""

from collections.abc import Callable, Sequence
from enum import IntFlag
from typing import Final, Generic

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rcv3_tui.model.text_safety import ascii_data, ascii_only
from rcv3_tui.text_width import cell_width, fit_to_width, pad, truncate, truncate_middle
from rcv3_tui.tui.mask import masked
from rcv3_tui.tui.widgets.styled_lines import StyledLine, wrap
from rcv3_tui.views.column import Cell, ItemT

from .layout import GAP, GUTTER, ColumnSlot

_CACHE_LIMIT: Final = 512


class RowState(IntFlag):
    """How a row is drawn besides its text."""

    PLAIN = 0
    CURSOR = 1
    FOCUSED = 2
    LINKED = 4
    MARKED = 8


class TableGlyphs(Struct, frozen=True):
    """The glyphs of a table, each one cell wide."""

    cursor: str = "❯"
    linked: str = "▎"
    marked: str = "●"
    ascending: str = "▲"
    descending: str = "▼"
    ellipsis: str = "…"


UNICODE_GLYPHS: Final = TableGlyphs()
ASCII_GLYPHS: Final = TableGlyphs(">", "|", "*", "^", "v", "~")


class RenderedRow(Struct, frozen=True):
    """All that determines a line of a row; equal ones need no repaint."""

    cells: tuple[Cell, ...]
    state: RowState
    part: int = 0
    """Which of the row's lines it is."""


class RowRenderer(Struct, Generic[ItemT], frozen=True):
    """Paints lines for one layout and one set of styles; replaced when either changes.

    Attributes:
        slots: The columns shown and their places.
        width: Width of a line in cells.
        glyphs: The glyphs to draw.
        style_of: Returns the style of a row state's name and a tone.
        strips: The lines that are painted already.
    """

    slots: tuple[ColumnSlot[ItemT], ...]
    width: int
    glyphs: TableGlyphs
    style_of: Callable[[str, str], Style]
    strips: dict[RenderedRow, Strip]

    def render(self, item: ItemT, state: RowState) -> RenderedRow:
        """Return the cells of an item, for the columns that are shown."""
        return RenderedRow(tuple(slot.cell(item) for slot in self.slots), state)

    def paint(self, rendered: RenderedRow) -> Strip:
        """Return the line of one row."""
        strip = self.strips.get(rendered)
        if strip is None:
            if len(self.strips) >= _CACHE_LIMIT:
                self.strips.clear()
            strip = self.strips[rendered] = self._paint(rendered)
        return strip

    def line_count(self, rendered: RenderedRow) -> int:
        """Return how many lines a row takes."""
        counts = [
            (len(self._wrapped(slot, cell)) if cell.text else 0) + slot.is_below
            for slot, cell in zip(self.slots, rendered.cells, strict=True)
            if slot.wraps
        ]
        return max(1, *counts) if counts else 1

    def header(self, sorted_by: str, reverse: bool) -> Strip:
        """Return the line of the columns' labels.

        Args:
            sorted_by: Key of the column that the rows are sorted by, empty for none.
            reverse: Whether the order is reversed.
        """
        parts = [" " * GUTTER]
        for slot in self.slots:
            if slot.is_below:
                continue
            if slot.column.key == sorted_by and slot.width > 1:
                descends = slot.column.descends(reverse)
                arrow = self.glyphs.descending if descends else self.glyphs.ascending
                # The label is cut before the arrow, which is more important.
                label = truncate(self._spell(slot.column.label), slot.width - 1, "") + arrow
            else:
                label = self._spell(slot.column.label)
            parts.append(fit_to_width(label, slot.width, slot.align, "") + " " * GAP)
        return self._line([("".join(parts), self.style_of("header", ""))])

    def note(self, text: str, tone: str) -> Strip:
        """Return one line of literal text, for a table without rows."""
        text = masked(text)
        spelled = ascii_only(text) if self.glyphs is ASCII_GLYPHS else text
        text = truncate(spelled, self.width - GUTTER, self.glyphs.ellipsis)
        return self._line([(" " * GUTTER + text, self.style_of("plain", tone))])

    def blank(self) -> Strip:
        """Return an empty line."""
        return self._line([])

    def width_of(self, cell: Cell) -> int:
        """Return how many cells of the terminal the whole text of a cell takes."""
        return cell_width(self._spell(cell.text))

    def changed_span(self, old: RenderedRow, new: RenderedRow) -> tuple[int, int] | None:
        """Return which part of a row's line differs.

        Returns:
            The first cell and the one after the last; `None` if nothing differs.
        """
        if old == new:
            return None
        if (old.state, old.part, len(old.cells)) != (new.state, new.part, len(new.cells)):
            return 0, self.width
        whole_row = RowState.CURSOR | RowState.FOCUSED in new.state
        spans = [
            (slot.x, slot.x + slot.width)
            for slot, before, after in zip(self.slots, old.cells, new.cells, strict=True)
            if (slot.wraps if new.part else not slot.is_below)
            and (before.text != after.text or (before.tone != after.tone and not whole_row))
        ]
        return (spans[0][0], spans[-1][1]) if spans else None

    def _spell(self, text: str) -> str:
        """Mask a text on a shared screen, and escape it in ASCII mode."""
        text = masked(text)
        return ascii_data(text) if self.glyphs is ASCII_GLYPHS else text

    def _wrapped(self, slot: ColumnSlot[ItemT], cell: Cell) -> Sequence[str]:
        """Return the lines of a cell whose text continues on more lines."""
        text = self._spell(cell.text)
        return [text[row.start : row.end] for row in wrap([StyledLine(text)], slot.width)]

    def _paint(self, rendered: RenderedRow) -> Strip:
        """Paint one row."""
        state = rendered.state
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
        if rendered.part:
            # Where the row starts stays visible.
            edge, mark = " " if edge == glyphs.cursor else edge, " "
        parts = [(edge + mark, self.style_of(name, ""))]
        x = GUTTER
        for slot, cell in zip(self.slots, rendered.cells, strict=True):
            part = rendered.part - 1 if slot.is_below else rendered.part
            if part < 0 or (rendered.part and not slot.wraps):
                continue
            if slot.wraps:
                lines = self._wrapped(slot, cell)
                cell = Cell(lines[part] if part < len(lines) else "", cell.tone)
            parts.append((" " * (slot.x - x), self.style_of(name, "")))
            x = slot.x + slot.width + GAP
            cut = truncate_middle if slot.column.is_name else truncate
            text = pad(
                cut(self._spell(cell.text), slot.width, glyphs.ellipsis), slot.width, slot.align
            )
            parts.append((text + " " * GAP, self.style_of(name, cell.tone if tones else "")))
        return self._line(parts)

    def _line(self, parts: Sequence[tuple[str, Style]]) -> Strip:
        """Join parts of one style into segments, and pad the line to its width."""
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
