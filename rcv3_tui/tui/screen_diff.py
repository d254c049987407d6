"""Writes what Textual repaints in as few bytes as possible.

Textual writes everything that was marked for repainting: the whole screen when the focus moves, a
line from its widget's left edge when only its end changed, each piece of a line with its full style
and a reset. Over SSH this is most of the traffic. This module remembers the cells on the terminal,
and sends only those that differ, with each change of style as the difference to the previous one.

An app uses one for its terminal:

    def before_display(self, update: RenderableType | None) -> RenderableType | None:
        return self._buffer.minimal_update(update)

and calls `forget` when the terminal may show something else: after a resize, a suspend, and when
the operator redraws the screen.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeVar

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual.strip import Strip

from rcv3_tui.model.text_safety import ascii_char
from rcv3_tui.terminal_capabilities import ColorDepth
from rcv3_tui.tui.color_mapping import nearest_ansi
from rcv3_tui.tui.sgr import PLAIN, ScreenCell, SgrStyle, transition
from rcv3_tui.tui.textual_compat import (
    ChopsUpdate,
    CompositorUpdate,
    LayoutUpdate,
    unreadable_update,
)

_BOLD: Final = Style(bold=True)
_NOT_BOLD: Final = Style(bold=False)

_look_of: Final = itemgetter(1)

_SKIP: Final = 8
"""Unchanged cells that are skipped; fewer are written again, because a jump is no shorter."""

RenderableT = TypeVar("RenderableT")


class ScreenBuffer:
    """The cells that this program wrote to the terminal.

    Args:
        depth: The terminal's color depth.
        ascii_only: Write ASCII only, whatever a widget draws.
    """

    def __init__(self, depth: ColorDepth = ColorDepth.TRUE, *, ascii_only: bool = False) -> None:
        self._depth = depth
        self._ascii_only = ascii_only
        self._size = (0, 0)
        self._lines: dict[int, list[ScreenCell | None]] = {}
        self._can_read = True
        """Whether Textual's updates have the expected form."""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the last full screen; zeros before the first one."""
        return self._size

    def seed(self, lines: Sequence[Sequence[ScreenCell]]) -> None:
        """Take for written what something else wrote to the whole screen.

        Args:
            lines: All lines, each with a cell for every column.
        """
        self._size = (len(lines[0]), len(lines))
        self._lines = {number: list(line) for number, line in enumerate(lines)}

    def whole(self) -> list[list[ScreenCell]] | None:
        """Return a copy of what the terminal shows; None if a cell is not known."""
        columns, rows = self._size
        lines: list[list[ScreenCell]] = []
        for number in range(rows):
            line = [cell for cell in self._lines.get(number, ()) if cell is not None]
            if len(line) != columns or len(self._lines[number]) != columns:
                return None
            lines.append(line)
        return lines or None

    def forget(self) -> None:
        """Discard what is known of the terminal; the next full update is written completely."""
        self._lines.clear()

    def minimal_update(self, renderable: RenderableT) -> "RenderableT | _MinimalUpdate":
        """Return an update with the same effect, in fewer bytes.

        Args:
            renderable: The update that Textual is about to write.

        Returns:
            The minimal update; the argument itself, if it has another type.
        """
        if self._can_read and isinstance(renderable, (ChopsUpdate, LayoutUpdate)):
            return _MinimalUpdate(self, renderable)
        return renderable

    def render(self, update: ChopsUpdate | LayoutUpdate, console: Console) -> str:
        """Return the difference, or the whole update if it has an unexpected form.

        Args:
            update: The update, which counts as written afterward.
            console: Rich's console, which renders it.
        """
        if self._can_read:
            try:
                return self.difference(update)
            except (AttributeError, TypeError, ValueError) as error:
                self._can_read = False
                unreadable_update(error)
        return update.render_segments(console)

    def difference(self, update: ChopsUpdate | LayoutUpdate) -> str:
        """Apply an update, and return the difference.

        Args:
            update: The update, which counts as written afterward.

        Returns:
            Text with escape sequences; it ends with a reset style.
        """
        if isinstance(update, LayoutUpdate):
            size = (update.region.width, update.region.height)
            if size != self._size:
                self._size = size
                self.forget()
        pieces: list[str] = []
        look = PLAIN
        for x, y, strip in _runs(update):
            glyphs = cells_of(strip, self._depth, ascii_only=self._ascii_only)
            line = self._lines.setdefault(y, [])
            line.extend([None] * (x + len(glyphs) - len(line)))
            for start, stop in _differing(line[x : x + len(glyphs)], glyphs):
                pieces.append(f"\x1b[{y + 1};{x + start + 1}H")
                for wanted, group in groupby(glyphs[start:stop], key=_look_of):
                    pieces.append(transition(look, wanted))
                    pieces.extend([text for text, _ in group])
                    look = wanted
            end = x + len(glyphs)
            # Half of a wide character was overwritten: the content of the other half is unknown.
            if x and _is_second_half(line[x : x + 1]):
                line[x - 1] = None
            if _is_second_half(line[end : end + 1]):
                line[end] = None
            line[x:end] = glyphs
        pieces.append(transition(look, PLAIN))
        return "".join(pieces)


class _MinimalUpdate(CompositorUpdate):
    """An update that is compared with the terminal only when it is written."""

    def __init__(self, buffer: ScreenBuffer, update: ChopsUpdate | LayoutUpdate) -> None:
        self._buffer = buffer
        self._update = update

    def render_segments(self, console: Console) -> str:
        """Render the difference."""
        return self._buffer.render(self._update, console)


def _is_second_half(cells: list[ScreenCell | None]) -> bool:
    """Return whether a cell is the second of a wide character."""
    return any(glyph is not None and not glyph[0] for glyph in cells)


def _runs(update: ChopsUpdate | LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Return an update's strips with their column and line, cut to the updated region."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, start, end in update.spans:
        for stop, (x, part) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if part is not None and x < end and stop > start:
                first, last = max(x, start), min(stop, end)
                yield first, y, part.crop(first - x, last - x)


def cells_of(strip: Strip, depth: ColorDepth, *, ascii_only: bool = False) -> list[ScreenCell]:
    """Return the cells of a strip.

    Args:
        strip: Part of a line.
        depth: The color depth.
        ascii_only: Replace every character that is not ASCII.
    """
    glyphs: list[ScreenCell] = []
    for text, style, control in strip:
        if control:
            continue
        look = PLAIN if style is None else _sgr_style(style, depth)
        if ascii_only and not text.isascii():
            # Widgets escape their texts; this is for what Textual draws.
            text = "".join(map(ascii_char, text))
        if text.isascii():
            glyphs.extend([(character, look) for character in text])
            continue
        for character in text:
            width = get_character_cell_size(character)
            if width:
                glyphs.append((character, look))
                glyphs.extend([("", look)] * (width - 1))
            elif glyphs:
                # A combining character belongs to the one before it, which may be two cells wide.
                base = next(i for i in range(len(glyphs) - 1, -1, -1) if glyphs[i][0])
                glyphs[base] = (glyphs[base][0] + character, glyphs[base][1])
    return glyphs


def _differing(old: list[ScreenCell | None], new: list[ScreenCell]) -> list[tuple[int, int]]:
    """Return which parts of a run differ.

    Terminals disagree about the width of wide and combining characters, so a run with any is
    written completely or not at all.
    """
    if old == new:
        return []
    if any(len(text) != 1 or text > "\u2fff" for text, _ in new) or any(
        glyph is not None and len(glyph[0]) != 1 for glyph in old
    ):
        return [(0, len(new))]
    spans: list[tuple[int, int]] = []
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if spans and index - spans[-1][1] < _SKIP:
            spans[-1] = (spans[-1][0], index + 1)
        else:
            spans.append((index, index + 1))
    return spans


@lru_cache(maxsize=4096)
def _sgr_style(style: Style, depth: ColorDepth) -> SgrStyle:
    """Return the SGR codes of a style at a color depth."""
    shown = nearest_ansi(style, depth)
    bare = style.without_color.clear_meta_and_links()
    if shown.bold is not None:
        bare += _BOLD if shown.bold else _NOT_BOLD
    attributes = Strip.render_ansi(bare, ColorSystem.STANDARD)
    front = shown.front.get_ansi_codes() if shown.front else ()
    back = shown.back.get_ansi_codes(foreground=False) if shown.back else ()
    return SgrStyle(attributes, ";".join(front), ";".join(back), style.link or "")
