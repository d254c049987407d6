"""One line of toned pieces of literal text that repaints only the cells that differ.

Header, footer, titles and the message line are such lines. A line that ticks each second over SSH
must cost a few bytes, so what is painted is compared cell by cell with what stands there already.
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

from rcv3_tui.model.text import ascii_only
from rcv3_tui.tui.mask import masked
from rcv3_tui.tui.widgets.late_styles import LateStyles
from rcv3_tui.tui.widgets.table.cells import cut

TONES = ("ok", "moving", "failed", "warn", "muted", "accent", "key", "strong", "profile")


class Piece(Struct, frozen=True):
    """A piece of a line.

    `spare` tells what goes first where there is no room: the highest first, 0 never. Pieces of the
    same number go together.
    """

    text: str
    tone: str = ""
    spare: int = 0


class Line(LateStyles):
    """One line: pieces from the left, pieces at the right end, the rest blank.

    Args:
        spelled_in_ascii: Spell out what is beyond ASCII.
        id: Textual's id of the widget.
        classes: Its style classes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{tone}" for tone in TONES}

    DEFAULT_CSS = """
    Line {
        height: 1;
        width: 1fr;
        .line--ok { color: $text-success; }
        .line--moving { color: $text-warning; }
        .line--failed { color: $text-error; text-style: bold; }
        .line--warn { color: $text-warning; text-style: bold; }
        .line--muted { color: $foreground-muted; }
        .line--accent { color: $text-accent; text-style: bold; }
        .line--key { color: $text-accent; text-style: bold; }
        .line--strong { text-style: bold; }
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
        self._given: tuple[tuple[Piece, ...], tuple[Piece, ...]] = ((), ())
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()
        self._painted: list[tuple[str, str]] = []

    @property
    def text(self) -> str:
        """What stands on the line, without its blank end."""
        return "".join(sign for sign, _ in self._painted).rstrip()

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Put pieces on the line; only cells that differ are repainted.

        Args:
            left: From the left edge on.
            right: Up to the right edge.
        """
        self._given = (tuple(left), tuple(right))
        self.respell()

    def respell(self) -> None:
        """Spell the pieces anew: what may be seen of them is different now."""
        left, right = self._given
        self._left, self._right = self._spelled(left), self._spelled(right)
        self._repaint()

    def on_resize(self) -> None:
        """Lay the pieces out for another width, where that has not been painted already."""
        if len(self._painted) != self.size.width:
            self._repaint()

    def render_line(self, y: int) -> Strip:
        """Paint the line."""
        width = self.size.width
        if y != 0 or width <= 0:
            return Strip.blank(width, self.rich_style)
        if len(self._painted) != width:
            # The first picture is painted before anybody is told of a size.
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

    def _spelled(self, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
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
        return base + self.get_component_rich_style(f"line--{tone}", partial=True)

    def _laid_out(self, width: int) -> list[tuple[str, str]]:
        ellipsis = "~" if self._spelled_in_ascii else "…"
        return _cells(*_fit(self._left, self._right, width), width, ellipsis)

    def _repaint(self) -> None:
        width = self.size.width
        if width <= 0:
            # It is hidden: what was painted before is not what is shown next.
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


def _fit(
    left: Sequence[Piece], right: Sequence[Piece], width: int
) -> tuple[list[Piece], list[Piece]]:
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
    left: Sequence[Piece], right: Sequence[Piece], width: int, ellipsis: str
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
            head += _signs(Piece(cut(text, space, ellipsis), piece.tone))
            break
        head += _signs(piece)
    head += [(" ", "")] * (room - len(head))
    return (head + tail)[:width]


def _signs(piece: Piece) -> list[tuple[str, str]]:
    """Give one entry a cell: a wide sign is followed by an empty one, a mark joins its sign."""
    signs: list[tuple[str, str]] = []
    for sign in piece.text:
        size = cell_len(sign)
        if size == 0 and signs:
            signs[-1] = (signs[-1][0] + sign, piece.tone)
            continue
        signs.append((sign, piece.tone))
        signs += [("", piece.tone)] * (size - 1)
    return signs
