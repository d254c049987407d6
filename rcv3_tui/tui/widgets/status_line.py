"""A line of styled literal text that repaints only the cells that differ.

Header, footer, titles and the message line are such lines. A line that changes every second must
cost few bytes over SSH, so its cells are compared with the painted ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from rcv3_tui.model.text_safety import ascii_only
from rcv3_tui.text_width import truncate
from rcv3_tui.tui.mask import masked
from rcv3_tui.tui.theme import tone_style

_BOLD = frozenset({"failed", "warn", "accent", "key", "strong"})
"""Tones that are bold."""


class StyledText(Struct, frozen=True):
    """A piece of a line.

    If there is no room, the pieces with the highest `spare` are dropped first; those with 0 never.
    """

    text: str
    tone: str = ""
    spare: int = 0
    command: str = ""
    """The command that a click on it runs; empty: none."""


class StatusLine(Widget):
    """One line: pieces at the left, pieces at the right, blanks between.

    Args:
        spelled_in_ascii: Escape characters that are not ASCII.
        id: Textual's id of the widget.
        classes: Its style classes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--profile"}

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        width: 1fr;
        .line--profile { text-style: bold; }
    }
    """

    def __init__(
        self,
        *,
        spelled_in_ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._spelled_in_ascii = spelled_in_ascii
        self._given: tuple[tuple[StyledText, ...], tuple[StyledText, ...]] = ((), ())
        self._left: tuple[StyledText, ...] = ()
        self._right: tuple[StyledText, ...] = ()
        self._painted: list[tuple[str, str]] = []

    @property
    def text(self) -> str:
        """The text of the line, without trailing blanks."""
        return "".join(sign for sign, _ in self._painted).rstrip()

    @property
    def left_width(self) -> int:
        """Return the number of cells that the pieces from the left take."""
        left, _ = _fit(self._left, self._right, self.size.width)
        return min(self.size.width, sum(cell_len(piece.text) for piece in left))

    def command_at(self, x: int) -> str:
        """Return the command of the piece at a cell; empty if it has none.

        Args:
            x: The cell, from the left edge.
        """
        left, _ = _fit(self._left, self._right, self.size.width)
        end = 0
        for piece in left:
            end += cell_len(piece.text)
            if x < min(end, self.size.width):
                return piece.command if x < end - _trailing_blanks(piece.text) else ""
        return ""

    def show(self, left: Sequence[StyledText], right: Sequence[StyledText] = ()) -> None:
        """Set the pieces; only cells that differ are repainted.

        Args:
            left: The pieces at the left edge.
            right: The pieces at the right edge.
        """
        self._given = (tuple(left), tuple(right))
        self.redraw_texts()

    def redraw_texts(self) -> None:
        """Redraw the pieces, after the mask was switched."""
        left, right = self._given
        self._left, self._right = self._spelled(left), self._spelled(right)
        self._repaint()

    def on_mount(self) -> None:
        """Repaint: the colors of tones are not part of the style sheet."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.refresh())

    def on_resize(self) -> None:
        """Lay out the pieces for another width, if that was not painted already."""
        if len(self._painted) != self.size.width:
            self._repaint()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        if y != 0 or width <= 0:
            return Strip.blank(width, self.rich_style)
        if len(self._painted) != width:
            # The first paint comes before the first resize event.
            self._painted = self._laid_out(width)
        segments: list[Segment] = []
        text, tone = "", self._painted[0][1]
        for sign, own in self._painted:
            if own != tone:
                segments.append(Segment(text, self._style(tone)))
                text, tone = "", own
            text += sign
        segments.append(Segment(text, self._style(tone)))
        return Strip(segments, width)

    def _spelled(self, pieces: Sequence[StyledText]) -> tuple[StyledText, ...]:
        def spelled(text: str) -> str:
            text = masked(text)
            return ascii_only(text) if self._spelled_in_ascii else text

        return tuple(
            piece if (text := spelled(piece.text)) is piece.text else replace(piece, text=text)
            for piece in pieces
        )

    def _style(self, tone: str) -> Style:
        base = self.rich_style
        if not tone:
            return base
        if tone == "profile":
            return base + self.get_component_rich_style("line--profile", partial=True)
        return base + tone_style(self.app.theme_variables, tone, bold=tone in _BOLD)

    def _laid_out(self, width: int) -> list[tuple[str, str]]:
        ellipsis = "~" if self._spelled_in_ascii else "…"
        return _cells(*_fit(self._left, self._right, width), width, ellipsis)

    def _repaint(self) -> None:
        width = self.size.width
        if width <= 0:
            # It is hidden: the painted cells do not stay on the screen.
            self._painted = []
            return
        cells = self._laid_out(width)
        if len(cells) != len(self._painted):
            self._painted = cells
            self.refresh()
            return
        both = enumerate(zip(cells, self._painted, strict=True))
        differing = [column for column, (new, old) in both if new != old]
        if not differing:
            return
        self._painted = cells
        first, last = differing[0], differing[-1]
        self.refresh(Region(first, 0, last - first + 1, 1))


def _trailing_blanks(text: str) -> int:
    return len(text) - len(text.rstrip())


def _fit(
    left: Sequence[StyledText], right: Sequence[StyledText], width: int
) -> tuple[list[StyledText], list[StyledText]]:
    kept_left, kept_right = list(left), list(right)

    def total() -> int:
        return sum(cell_len(piece.text) for piece in chain(kept_left, kept_right)) + 1

    while total() > width:
        spare = max((piece.spare for piece in chain(kept_left, kept_right)), default=0)
        if spare == 0:
            break
        kept_left = [piece for piece in kept_left if piece.spare != spare]
        kept_right = [piece for piece in kept_right if piece.spare != spare]
    return kept_left, kept_right


def _cells(
    left: Sequence[StyledText], right: Sequence[StyledText], width: int, ellipsis: str
) -> list[tuple[str, str]]:
    tail = [pair for piece in right for pair in _signs(piece)]
    tail = tail[: max(0, width)]
    room = width - len(tail)
    gap = 1 if tail and room > 1 else 0
    head: list[tuple[str, str]] = []
    for piece in left:
        used = len(head)
        space = room - gap - used
        text = piece.text
        if cell_len(text) > space:
            head += _signs(StyledText(truncate(text, space, ellipsis), piece.tone))
            break
        head += _signs(piece)
    head += [(" ", "")] * (room - len(head))
    return (head + tail)[:width]


def _signs(piece: StyledText) -> list[tuple[str, str]]:
    """Return a text per cell: empty after a wide character, combining characters included."""
    signs: list[tuple[str, str]] = []
    for sign in piece.text:
        size = cell_len(sign)
        if size == 0 and signs:
            signs[-1] = (signs[-1][0] + sign, piece.tone)
            continue
        signs.append((sign, piece.tone))
        signs += [("", piece.tone)] * (size - 1)
    return signs
