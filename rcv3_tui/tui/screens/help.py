"""The help page: every key of the focused place."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from rcv3_tui.tui.screens.pager import PagerScreen
from rcv3_tui.tui.widgets.styled_lines import Span, StyledLine, styled, styled_spans, wrap

Group = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and keys with their descriptions."""

TWO_COLUMNS = 100
"""Columns from which the groups are shown in two columns."""

_KEY_WIDTH = 22
_KEY_WIDTH_IN_TWO = 17
_BETWEEN = 3
_FRAME = 4


class HelpScreen(PagerScreen):
    """Shows keys in groups.

    Args:
        groups: The groups.
        title: What the keys are for.
        ascii_only: Draw with ASCII only.
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
        """Lay out the groups for the width."""
        self.set_lines(help_lines(self._groups, width - _FRAME))
        super().fit(width, height)


def help_lines(groups: Sequence[Group], width: int) -> list[StyledLine]:
    """Return the lines of groups of keys.

    Args:
        groups: The groups.
        width: The cells available; from `TWO_COLUMNS` minus a frame, in two columns.

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
    left += [StyledLine("")] * (count - len(left))
    right += [StyledLine("")] * (count - len(right))
    return [_joined(one, other, column + _BETWEEN) for one, other in zip(left, right, strict=True)]


def _block(heading: str, keys: Sequence[tuple[str, str]], key_width: int) -> list[StyledLine]:
    lines = [styled(heading, "strong")] if heading else []
    for key, what in keys:
        padded = f"  {key}".ljust(key_width)
        padded += "" if padded.endswith(" ") else "  "
        lines.append(styled_spans((padded, "key"), (what, ""), hang=key_width))
    return lines


def _stacked(blocks: Sequence[list[StyledLine]]) -> list[StyledLine]:
    lines: list[StyledLine] = []
    for block in blocks:
        if lines:
            lines.append(StyledLine(""))
        lines += block
    return lines


def _halfway(blocks: Sequence[list[StyledLine]]) -> int:
    sizes = [len(block) + 1 for block in blocks]
    return min(range(1, len(blocks)), key=lambda at: max(sum(sizes[:at]), sum(sizes[at:])))


def _fitted(lines: Sequence[StyledLine], width: int) -> list[StyledLine]:
    fitted: list[StyledLine] = []
    for row in wrap(lines, width):
        line = lines[row.line]
        moved = row.indent - row.start
        spans = tuple(
            Span(max(span.start, row.start) + moved, min(span.end, row.end) + moved, span.tone)
            for span in line.spans
            if span.start < row.end and span.end > row.start
        )
        fitted.append(StyledLine(" " * row.indent + line.text[row.start : row.end], spans))
    return fitted


def _joined(left: StyledLine, right: StyledLine, column: int) -> StyledLine:
    gap = " " * max(0, column - cell_len(left.text))
    at = len(left.text) + len(gap)
    spans = (Span(span.start + at, span.end + at, span.tone) for span in right.spans)
    return StyledLine(left.text + gap + right.text, (*left.spans, *spans))
