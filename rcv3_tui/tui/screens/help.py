"""Every key of the place where help was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from rcv3_tui.tui.screens.lines import Line, Span, pieces, toned, wrap
from rcv3_tui.tui.screens.text import TextScreen

Group = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and keys with what each does."""

TWO_COLUMNS = 100
"""Columns from which on the groups stand in two."""

_KEY_WIDTH = 22
_KEY_WIDTH_IN_TWO = 17
_BETWEEN = 3
_FRAME = 4


class HelpScreen(TextScreen):
    """Shows keys in groups, made from the bindings that are in force.

    Args:
        groups: What to show.
        title: What the keys are for.
        ascii_only: Draw with ASCII alone.
    """

    def __init__(
        self, groups: Sequence[Group], *, title: str = "Keys", ascii_only: bool = False
    ) -> None:
        super().__init__(title, help_lines(groups, 0), ascii_only=ascii_only)
        self._groups = tuple(groups)

    def show_keys(self) -> None:
        """Close on the key that opened it."""
        self.answer(None)

    def fit(self, width: int, height: int) -> None:
        """Lay the groups out for the width."""
        self.set_lines(help_lines(self._groups, width - _FRAME))
        super().fit(width, height)


def help_lines(groups: Sequence[Group], width: int) -> list[Line]:
    """Lay groups of keys out.

    Args:
        groups: The groups.
        width: Cells there are; from `TWO_COLUMNS` less a frame on they stand in two columns.

    Returns:
        The lines.
    """
    longest = max((cell_len(key) for _, keys in groups for key, _ in keys), default=0)
    given = [group for group in groups if group[1]]
    in_two = width >= TWO_COLUMNS - _FRAME and len(given) > 1
    key_width = min(longest + 4, _KEY_WIDTH_IN_TWO if in_two else _KEY_WIDTH)
    blocks = [_block(heading, keys, key_width) for heading, keys in given]
    if not in_two:
        return _stacked(blocks)
    split = _halfway(blocks)
    column = (width - _BETWEEN) // 2
    left, right = _fitted(_stacked(blocks[:split]), column), _stacked(blocks[split:])
    right = _fitted(right, column)
    count = max(len(left), len(right))
    left += [Line("")] * (count - len(left))
    right += [Line("")] * (count - len(right))
    return [_beside(one, other, column + _BETWEEN) for one, other in zip(left, right, strict=True)]


def _block(heading: str, keys: Sequence[tuple[str, str]], key_width: int) -> list[Line]:
    lines = [toned(heading, "strong")] if heading else []
    for key, what in keys:
        padded = f"  {key}".ljust(key_width)
        padded += "" if padded.endswith(" ") else "  "
        lines.append(pieces((padded, "key"), (what, ""), hang=key_width))
    return lines


def _stacked(blocks: Sequence[list[Line]]) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        if lines:
            lines.append(Line(""))
        lines += block
    return lines


def _halfway(blocks: Sequence[list[Line]]) -> int:
    sizes = [len(block) + 1 for block in blocks]
    return min(range(1, len(blocks)), key=lambda at: max(sum(sizes[:at]), sum(sizes[at:])))


def _fitted(lines: Sequence[Line], width: int) -> list[Line]:
    fitted: list[Line] = []
    for row in wrap(lines, width):
        line = lines[row.line]
        moved = row.indent - row.start
        spans = tuple(
            Span(max(span.start, row.start) + moved, min(span.end, row.end) + moved, span.tone)
            for span in line.spans
            if span.start < row.end and span.end > row.start
        )
        fitted.append(Line(" " * row.indent + line.text[row.start : row.end], spans))
    return fitted


def _beside(left: Line, right: Line, column: int) -> Line:
    gap = " " * max(0, column - cell_len(left.text))
    at = len(left.text) + len(gap)
    spans = (Span(span.start + at, span.end + at, span.tone) for span in right.spans)
    return Line(left.text + gap + right.text, (*left.spans, *spans))
