"""Turns the colours of a style into those that a terminal has, so that text can be read.

Where a terminal has many, text that a theme sets too faintly on its ground is moved towards white
or black until it can be read.

Where it has few, the nearest of them is often the wrong one: grey text on a dark panel turns to
black on black, and a warning turns to grey. So ground and text are chosen together. The ground is
black or white by its lightness, or one of the six colours by its hue; the text is what comes
nearest to it by hue among the colours that can be read on that ground, whichever of the usual
palettes the terminal has.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct
from rich.color import Color, ColorSystem, ColorType
from rich.style import Style

from rcv3_tui.terminal import Depth

Rgb: TypeAlias = tuple[int, int, int]

VGA: Final[tuple[Rgb, ...]] = (
    (0x00, 0x00, 0x00),
    (0xAA, 0x00, 0x00),
    (0x00, 0xAA, 0x00),
    (0xAA, 0x55, 0x00),
    (0x00, 0x00, 0xAA),
    (0xAA, 0x00, 0xAA),
    (0x00, 0xAA, 0xAA),
    (0xAA, 0xAA, 0xAA),
    (0x55, 0x55, 0x55),
    (0xFF, 0x55, 0x55),
    (0x55, 0xFF, 0x55),
    (0xFF, 0xFF, 0x55),
    (0x55, 0x55, 0xFF),
    (0xFF, 0x55, 0xFF),
    (0x55, 0xFF, 0xFF),
    (0xFF, 0xFF, 0xFF),
)
"""The sixteen colours of the Linux console, and with small differences of PuTTY and Windows."""

XTERM: Final[tuple[Rgb, ...]] = (
    (0x00, 0x00, 0x00),
    (0xCD, 0x00, 0x00),
    (0x00, 0xCD, 0x00),
    (0xCD, 0xCD, 0x00),
    (0x00, 0x00, 0xEE),
    (0xCD, 0x00, 0xCD),
    (0x00, 0xCD, 0xCD),
    (0xE5, 0xE5, 0xE5),
    (0x7F, 0x7F, 0x7F),
    (0xFF, 0x00, 0x00),
    (0x00, 0xFF, 0x00),
    (0xFF, 0xFF, 0x00),
    (0x5C, 0x5C, 0xFF),
    (0xFF, 0x00, 0xFF),
    (0x00, 0xFF, 0xFF),
    (0xFF, 0xFF, 0xFF),
)
"""The sixteen colours of xterm."""

READABLE: Final = 4.5
"""Contrast from which on text can be read with ease (WCAG 2.2, 1.4.3)."""

_BLACK, _WHITE, _BRIGHT_WHITE = 0, 7, 15

_HUES: Final = {1: 0.0, 3: 60.0, 2: 120.0, 6: 180.0, 4: 240.0, 5: 300.0}
"""The six colours of eight that have a hue, with that in degrees."""

_GROUND_HUES: Final = _HUES | {6: 170.0, 4: 230.0}
"""The same for grounds: what lies between cyan and blue looks blue where it is dark."""

_GREY_TEXT: Final = 40
"""Distance of the strongest part of a colour to the weakest, below which text counts as grey."""

_GREY_GROUND: Final = 48
"""The same for a ground: a tint of it does not make a blue bar."""


class Shade(Struct, frozen=True):
    """Two colours as a terminal has them; None where none is to be sent."""

    front: Color | None = None
    back: Color | None = None
    bold: bool | None = None
    """Bold has to be added or taken away, as it makes the front bright; None: it may stay."""


def shade(style: Style, depth: Depth) -> Shade:
    """Give the colours of a style, for a terminal.

    Args:
        style: Of any depth.
        depth: How many colours there are.
    """
    if depth is Depth.NONE:
        return Shade()
    front, back = style.color, style.bgcolor
    if not depth.is_few:
        back = None if back is None else _kept(back, depth)
        if front is None:
            return Shade(None, back)
        if back is None or back.is_default or front.is_default:
            return Shade(_kept(front, depth), back)
        return Shade(_lifted(front, back, depth), back)
    ground = None if back is None or back.is_default else _ground(_rgb(back), depth)
    text = None if front is None or front.is_default else _text(_rgb(front), ground or 0, depth)
    return Shade(
        None if text is None else _ansi(text if depth is Depth.SIXTEEN else text % 8),
        None if ground is None else _ansi(ground),
        bold=None if text is None else _bold(text, ground or 0, depth),
    )


def rgb_of(color: Color, palette: tuple[Rgb, ...] = XTERM) -> Rgb:
    """Give what a terminal draws for a colour.

    Args:
        color: One that is not the terminal's default.
        palette: Its sixteen colours.
    """
    if color.type in (ColorType.STANDARD, ColorType.EIGHT_BIT) and (color.number or 0) < 16:
        return palette[color.number or 0]
    return _rgb(color)


def contrast(one: Rgb, other: Rgb) -> float:
    """Give the contrast of two colours, from 1 to 21, as WCAG 2.2 counts it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in rgb)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _kept(color: Color, depth: Depth) -> Color:
    """Give a colour as a terminal of many has it."""
    return color if depth is Depth.TRUE else color.downgrade(ColorSystem.EIGHT_BIT)


def _lifted(front: Color, back: Color, depth: Depth) -> Color:
    """Move text away from its ground, as far as it takes to read it."""
    kept = _kept(front, depth)
    ground = rgb_of(back)
    if contrast(rgb_of(kept), ground) >= READABLE:
        return kept
    text = _rgb(front)
    ends = ((255, 255, 255), (0, 0, 0))
    if _luminance(text) < _luminance(ground):
        ends = ends[::-1]
    end = next(end for end in ends if contrast(end, ground) >= READABLE)
    for step in range(1, 11):
        red, green, blue = (
            round(part + (goal - part) * step / 10) for part, goal in zip(text, end, strict=True)
        )
        kept = _kept(Color.from_rgb(red, green, blue), depth)
        if contrast(rgb_of(kept), ground) >= READABLE:
            break
    return kept


@lru_cache(maxsize=512)
def _least_contrast(one: int, other: int) -> float:
    return min(contrast(palette[one], palette[other]) for palette in (VGA, XTERM))


@lru_cache(maxsize=512)
def _ground(rgb: Rgb, depth: Depth) -> int:
    """Choose one of the colours for a ground."""
    if max(rgb) - min(rgb) < _GREY_GROUND:
        if _luminance(rgb) < 0.2:
            return _BLACK
        return _WHITE if depth is Depth.EIGHT else _BRIGHT_WHITE
    hue = _hue(rgb)
    return min(_GROUND_HUES, key=lambda number: _apart(_GROUND_HUES[number], hue))


@lru_cache(maxsize=2048)
def _text(rgb: Rgb, ground: int, depth: Depth) -> int:
    """Choose one of the colours for text that stands on a ground."""
    readable = [n for n in range(16) if _least_contrast(n, ground) >= READABLE]
    greys = [n for n in (_WHITE, _BRIGHT_WHITE, _BLACK) if n in readable]
    if max(rgb) - min(rgb) >= _GREY_TEXT:
        hue, light = _hue(rgb), _luminance(rgb)
        near = [n for n in readable if n % 8 in _HUES and _apart(_HUES[n % 8], hue) <= 40.0]
        if near:
            return min(
                near,
                key=lambda n: (
                    round(_apart(_HUES[n % 8], hue) / 20.0),
                    abs(_luminance(XTERM[n]) - light),
                ),
            )
    if greys:
        light = _luminance(rgb)
        return min(greys, key=lambda n: abs(_luminance(XTERM[n]) - light))
    return max((_BLACK, _BRIGHT_WHITE), key=lambda n: _least_contrast(n, ground))


def _bold(text: int, ground: int, depth: Depth) -> bool | None:
    """Tell what is to become of bold, which many terminals draw in the bright colour."""
    if text >= 8:
        return True if depth is Depth.EIGHT else None
    return None if _least_contrast(text + 8, ground) >= READABLE else False


def _hue(rgb: Rgb) -> float:
    """Give a colour's hue in degrees."""
    red, green, blue = rgb
    high, low = max(rgb), min(rgb)
    if high == red:
        hue = (green - blue) / (high - low)
    elif high == green:
        hue = (blue - red) / (high - low) + 2.0
    else:
        hue = (red - green) / (high - low) + 4.0
    return hue * 60.0 % 360.0


def _apart(one: float, other: float) -> float:
    """Give how far two hues are apart, in degrees."""
    distance = abs(one - other) % 360.0
    return min(distance, 360.0 - distance)


def _rgb(color: Color) -> Rgb:
    red, green, blue = color.get_truecolor()
    return red, green, blue


def _ansi(number: int) -> Color:
    return Color(f"color({number})", ColorType.STANDARD, number=number)
