"""A scrollable view of literal lines; only visible lines are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rcv3_tui.tui.mask import spell
from rcv3_tui.tui.widgets.styled_lines import TONES, LineRow, Span, StyledLine, to_lines, wrap


class LinesView(ScrollView, can_focus=False):
    """Lines of text, wrapped at the width, without markup and scroll bars.

    Its screen scrolls it and shows the position.

    Args:
        lines: The lines.
        ascii_only: Draw with ASCII only.
        id: The widget's id.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"lines--{tone}" for tone in TONES),
        "lines--match",
        "lines--current-match",
    }

    DEFAULT_CSS = """
    LinesView {
        scrollbar-size: 0 0;
        overflow-x: hidden;
        color: $foreground;
        .lines--ok { color: $text-success; }
        .lines--moving { color: $text-warning; }
        .lines--failed { color: $text-error; text-style: bold; }
        .lines--warn { color: $text-warning; }
        .lines--muted { color: $foreground-muted; }
        .lines--accent { color: $text-accent; text-style: bold; }
        .lines--key { color: $text-accent; }
        .lines--strong { text-style: bold; }
        .lines--string { color: $text-success; }
        .lines--number { color: $text-warning; }
        .lines--constant { color: $text-primary; }
        .lines--match { text-style: underline bold; }
        .lines--current-match { text-style: reverse bold; }
    }
    """

    def __init__(
        self,
        lines: Iterable[StyledLine | str] = (),
        *,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._ascii_only = ascii_only
        self._lines: tuple[StyledLine, ...] = ()
        self._rows: list[LineRow] = []
        self._width = 0
        self._matches: dict[int, list[Span]] = {}
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}
        self._take(lines)

    # -- lines --------------------------------------------------------------------------------

    @property
    def lines(self) -> Sequence[StyledLine]:
        """The lines, masked and escaped for drawing."""
        return self._lines

    @property
    def row_count(self) -> int:
        """The number of rows at the current width."""
        return len(self._rows)

    def set_lines(self, lines: Iterable[StyledLine | str]) -> None:
        """Show other lines at the same position.

        Args:
            lines: The new lines.
        """
        before = self._lines
        self._take(lines)
        if self._lines == before:
            return
        self._matches = {}
        top = self.scroll_offset.y
        self._wrap(self._width)
        self.scroll_to(y=min(top, self.max_scroll_y), animate=False, immediate=True)
        self.refresh()

    def set_matches(self, spans: dict[int, list[Span]]) -> None:
        """Highlight the matches of a search.

        Args:
            spans: Line number to spans in the tone `match` or `current-match`.
        """
        self._matches = spans
        self._strips.clear()
        self.refresh()

    def show_line(self, number: int) -> None:
        """Scroll a line into view, with some lines before it."""
        for index, row in enumerate(self._rows):
            if row.line == number:
                top, height = self.scroll_offset.y, self.size.height
                if not top <= index < top + height:
                    self.scroll_to(y=max(0, index - height // 3), animate=False, immediate=True)
                return

    def move(self, rows: int) -> None:
        """Scroll by some rows, without animation."""
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, immediate=True)

    def page(self, pages: int) -> None:
        """Scroll by pages, of which one row stays in view."""
        self.move(pages * max(1, self.size.height - 1))

    def half_page(self, steps: int) -> None:
        """Scroll by half pages."""
        self.move(steps * max(1, self.size.height // 2))

    def to_start(self) -> None:
        """Scroll to the first row."""
        self.scroll_to(y=0, animate=False, immediate=True)

    def to_end(self) -> None:
        """Scroll to the last row."""
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)

    @property
    def at_end(self) -> bool:
        """Whether the last row is in view."""
        return self.scroll_offset.y + self.size.height >= len(self._rows)

    @property
    def position(self) -> str:
        """The position, `1-20 of 96`; empty if everything is in view."""
        height = self.size.height
        if len(self._rows) <= height:
            return ""
        top = self.scroll_offset.y
        return f"{top + 1}-{min(top + height, len(self._rows))} of {len(self._rows)}"

    def height_at(self, width: int) -> int:
        """Return the number of rows at a width."""
        return len(self._rows) if width == self._width else len(wrap(self._lines, max(1, width)))

    # -- drawing ------------------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of rows."""
        return self.height_at(width)

    def on_resize(self) -> None:
        """Wrap the lines at the new width; the top line stays."""
        width = self.scrollable_content_region.width
        if width == self._width:
            return
        top = self.scroll_offset.y
        line = self._rows[top].line if top < len(self._rows) else 0
        self._wrap(width)
        if top:
            row = next((i for i, row in enumerate(self._rows) if row.line >= line), 0)
            self.scroll_to(y=row, animate=False, immediate=True)

    def notify_style_update(self) -> None:
        """Discard lines drawn in the old styles."""
        self._strips.clear()
        self._styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Return the line of one row."""
        index = y + self.scroll_offset.y
        width = self.size.width
        if not 0 <= index < len(self._rows):
            return Strip.blank(width, self.rich_style)
        strip = self._strips.get(index)
        if strip is None or strip.cell_length != width:
            strip = self._draw(self._rows[index], width)
            self._strips[index] = strip
        return strip

    def _draw(self, row: LineRow, width: int) -> Strip:
        line = self._lines[row.line]
        base = self.rich_style
        spans = [*line.spans, *self._matches.get(row.line, ())]
        cuts = {row.start, row.end}
        for span in spans:
            cuts |= {edge for edge in (span.start, span.end) if row.start < edge < row.end}
        segments = [Segment(" " * row.indent, base)] if row.indent else []
        edges = sorted(cuts)
        for start, end in pairwise(edges):
            style = base
            for span in spans:
                if span.start <= start and end <= span.end:
                    style += self._style(span.tone)
            segments.append(Segment(line.text[start:end], style))
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, tone: str) -> Style:
        style = self._styles.get(tone)
        if style is None:
            style = self.get_component_rich_style(f"lines--{tone}", partial=True)
            self._styles[tone] = style
        return style

    def _take(self, lines: Iterable[StyledLine | str]) -> None:
        self._lines = tuple(
            line if (text := self._spelled(line.text)) == line.text else self._respelled(line, text)
            for line in to_lines(lines)
        )

    def _spelled(self, text: str) -> str:
        return spell(text, ascii_only=self._ascii_only)

    def _respelled(self, line: StyledLine, text: str) -> StyledLine:
        """Return a line masked and escaped for drawing, with its spans adjusted."""
        if not line.spans:
            return StyledLine(text, (), line.hang)
        edges = sorted({0, len(line.text), *(e for s in line.spans for e in (s.start, s.end))})
        at, text = {0: 0}, ""
        for start, end in pairwise(edges):
            text += self._spelled(line.text[start:end])
            at[end] = len(text)
        spans = tuple(Span(at[span.start], at[span.end], span.tone) for span in line.spans)
        return StyledLine(text, spans, line.hang)

    def _wrap(self, width: int) -> None:
        self._width = width
        self._strips.clear()
        self._rows = wrap(self._lines, max(1, width)) if width else []
        self.virtual_size = Size(width, len(self._rows))
