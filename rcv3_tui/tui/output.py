"""Writes what Textual repaints in as few bytes as the change needs.

Textual writes whatever was marked for repainting: the whole screen when the focus moves, a line
from its widget's left edge when only its end changed, each piece of a line with all of its style
and a reset behind it. Over SSH these are most of what is sent. Here the screen as it was written
last is remembered, so that only cells that differ are sent, each change of style as the difference
to the style before it.

An app uses one for its terminal:

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, self._written.frugal(renderable))

and calls `forget` when anything else may have changed what the terminal shows: after a resize, a
suspend, and when the operator asks for a fresh picture.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias, TypeVar

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from rcv3_tui.model.text import ascii_cell
from rcv3_tui.terminal import Depth
from rcv3_tui.tui.shades import shade

_RESET: Final = "\x1b[0m"

_BOLD: Final = Style(bold=True)
_NOT_BOLD: Final = Style(bold=False)

_look_of: Final = itemgetter(1)

_SKIP: Final = 8
"""Unchanged cells worth a jump; fewer are written again, as the jump is no shorter."""

RenderableT = TypeVar("RenderableT")


class Look(NamedTuple):
    """A style as the terminal knows it: SGR codes, empty for the terminal's own."""

    attributes: str = ""
    front: str = ""
    back: str = ""
    link: str = ""


Glyph: TypeAlias = tuple[str, Look]
"""What stands in one cell; the second cell of a wide character holds no text."""


_PLAIN: Final = Look()


class Written:
    """What the terminal shows, as far as this program wrote it.

    Args:
        depth: How many colours the terminal has; more are never written.
        ascii_only: Write no byte beyond ASCII, whatever a widget draws.
    """

    def __init__(self, depth: Depth = Depth.TRUE, *, ascii_only: bool = False) -> None:
        self._depth = depth
        self._ascii_only = ascii_only
        self._size = (0, 0)
        self._lines: dict[int, list[Glyph | None]] = {}

    def forget(self) -> None:
        """Trust nothing of what the terminal shows, and write all of the next full picture."""
        self._lines.clear()

    def frugal(self, renderable: RenderableT) -> "RenderableT | _FrugalUpdate":
        """Give an update that leaves the terminal the same, in fewer bytes.

        Args:
            renderable: What Textual is about to write.

        Returns:
            The frugal update; what was given, where it is of another kind.
        """
        if isinstance(renderable, (ChopsUpdate, LayoutUpdate)):
            return _FrugalUpdate(self, renderable)
        return renderable

    def difference(self, update: ChopsUpdate | LayoutUpdate) -> str:
        """Take an update in, and tell what to write.

        Args:
            update: The update, which counts as written from here on.

        Returns:
            Text with escape sequences, that leaves the terminal's style reset.
        """
        if isinstance(update, LayoutUpdate):
            size = (update.region.width, update.region.height)
            if size != self._size:
                self._size = size
                self.forget()
        pieces: list[str] = []
        look = _PLAIN
        for x, y, strip in _runs(update):
            glyphs = glyphs_of(strip, self._depth, ascii_only=self._ascii_only)
            line = self._lines.setdefault(y, [])
            line.extend([None] * (x + len(glyphs) - len(line)))
            for start, stop in _differing(line[x : x + len(glyphs)], glyphs):
                pieces.append(f"\x1b[{y + 1};{x + start + 1}H")
                for wanted, group in groupby(glyphs[start:stop], key=_look_of):
                    pieces.append(_change(look, wanted))
                    pieces.extend([text for text, _ in group])
                    look = wanted
            end = x + len(glyphs)
            # Half of a wide character was overwritten: what its other half shows is not known.
            if x and _is_second_half(line[x : x + 1]):
                line[x - 1] = None
            if _is_second_half(line[end : end + 1]):
                line[end] = None
            line[x:end] = glyphs
        pieces.append(_change(look, _PLAIN))
        return "".join(pieces)


class _FrugalUpdate(CompositorUpdate):
    """An update that is compared with what is written when it is really written, not before."""

    def __init__(self, written: Written, update: ChopsUpdate | LayoutUpdate) -> None:
        self._written = written
        self._update = update

    def render_segments(self, console: Console) -> str:
        """Render the update to what Textual is to write."""
        del console
        return self._written.difference(self._update)


def _is_second_half(cells: list[Glyph | None]) -> bool:
    """Whether a cell is the second of a wide character."""
    return any(glyph is not None and not glyph[0] for glyph in cells)


def _runs(update: ChopsUpdate | LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Give an update's strips with the column and line they go to, cut to what is to be drawn."""
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


def glyphs_of(strip: Strip, depth: Depth, *, ascii_only: bool = False) -> list[Glyph]:
    """Spread a strip over the cells it takes.

    Args:
        strip: Part of a line.
        depth: How many colours there are.
        ascii_only: Put a sign of ASCII in place of every other one.
    """
    glyphs: list[Glyph] = []
    for text, style, control in strip:
        if control:
            continue
        look = _PLAIN if style is None else _look(style, depth)
        if ascii_only and not text.isascii():
            # Widgets spell their texts; this is for what Textual draws by itself.
            text = "".join(map(ascii_cell, text))
        if text.isascii():
            glyphs.extend([(character, look) for character in text])
            continue
        for character in text:
            width = get_character_cell_size(character)
            if width:
                glyphs.append((character, look))
                glyphs.extend([("", look)] * (width - 1))
            elif glyphs:
                # A mark stands on the letter before it, which may be two cells wide.
                base = next(i for i in range(len(glyphs) - 1, -1, -1) if glyphs[i][0])
                glyphs[base] = (glyphs[base][0] + character, glyphs[base][1])
    return glyphs


def _differing(old: list[Glyph | None], new: list[Glyph]) -> list[tuple[int, int]]:
    """Tell which stretches of a run differ.

    Terminals disagree about the width of wide characters and marks, so a run with any is written
    whole or not at all.
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
def _look(style: Style, depth: Depth) -> Look:
    """Give a style's codes, in the colours that there are."""
    shown = shade(style, depth)
    bare = style.without_color.clear_meta_and_links()
    if shown.bold is not None:
        bare += _BOLD if shown.bold else _NOT_BOLD
    attributes = Strip.render_ansi(bare, ColorSystem.STANDARD)
    front = shown.front.get_ansi_codes() if shown.front else ()
    back = shown.back.get_ansi_codes(foreground=False) if shown.back else ()
    return Look(attributes, ";".join(front), ";".join(back), style.link or "")


@lru_cache(maxsize=4096)
def _change(old: Look, new: Look) -> str:
    """Give the sequence that leads from one look to another, by the shorter way.

    Attributes are never taken back one by one: what ends bold differs between terminals.
    """
    link = f"\x1b]8;;{new.link}\x1b\\" if old.link != new.link else ""
    if old[:3] == new[:3]:
        return link
    codes = [code for code in new[:3] if code]
    afresh = f"\x1b[0;{';'.join(codes)}m" if codes else _RESET
    if old.attributes and old.attributes != new.attributes:
        return link + afresh
    steps = [] if old.attributes == new.attributes else [new.attributes]
    steps += [] if old.front == new.front else [new.front or "39"]
    steps += [] if old.back == new.back else [new.back or "49"]
    return link + min(f"\x1b[{';'.join(steps)}m", afresh, key=len)
