"""Maps the colors of a style to those of a terminal, with readable contrast.

With many colors, text with too little contrast is moved toward white or black.

With few colors, the nearest one is often wrong: grey text on a dark panel turns black on black, and
a warning turns grey. Background and text are therefore chosen together. The background is black or
white by its lightness, or one of six colors by its hue. The text gets the color of the nearest hue
among those that are readable on this background in all common palettes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct
from rich.color import Color, ColorSystem, ColorType
from rich.style import Style

from rcv3_tui.terminal_capabilities import ColorDepth

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
"""The sixteen colors of the Linux console, almost those of PuTTY and Windows."""

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
"""The sixteen colors of xterm."""

READABLE: Final = 4.5
"""The least contrast of readable text (WCAG 2.2, 1.4.3)."""

_BLACK, _WHITE, _BRIGHT_WHITE = 0, 7, 15

_HUES: Final = {1: 0.0, 3: 60.0, 2: 120.0, 6: 180.0, 4: 240.0, 5: 300.0}
"""The hues of the six colors that have one, in degrees."""

_GROUND_HUES: Final = _HUES | {6: 170.0, 4: 230.0}
"""The same for backgrounds: a dark color between cyan and blue appears blue."""

_GREY_TEXT: Final = 40
"""Difference of the strongest and the weakest channel below which text counts as grey."""

_GREY_GROUND: Final = 48
"""The same for a background: a slight tint does not make a blue bar."""


class AnsiColor(Struct, frozen=True):
    """The colors to send to a terminal; None: the default."""

    front: Color | None = None
    back: Color | None = None
    bold: bool | None = None
    """Set or clear bold, which brightens the text on many terminals; None: unchanged."""


def nearest_ansi(style: Style, depth: ColorDepth) -> AnsiColor:
    """Return the colors of a style for a terminal.

    Args:
        style: A style of any color depth.
        depth: The terminal's color depth.
    """
    if depth is ColorDepth.NONE:
        return AnsiColor()
    front, back = style.color, style.bgcolor
    if not depth.is_few:
        back = None if back is None else _at_depth(back, depth)
        if front is None:
            return AnsiColor(None, back)
        if back is None or back.is_default or front.is_default:
            return AnsiColor(_at_depth(front, depth), back)
        return AnsiColor(_with_contrast(front, back, depth), back)
    ground = None if back is None or back.is_default else _ground(_rgb(back), depth)
    text = None if front is None or front.is_default else _text(_rgb(front), ground or 0, depth)
    return AnsiColor(
        None if text is None else _ansi(text if depth is ColorDepth.SIXTEEN else text % 8),
        None if ground is None else _ansi(ground),
        bold=None if text is None else _bold(text, ground or 0, depth),
    )


def rgb_of(color: Color, palette: tuple[Rgb, ...] = XTERM) -> Rgb:
    """Return the RGB value that a terminal draws for a color.

    Args:
        color: A color other than the terminal's default.
        palette: Its sixteen colors.
    """
    if color.type in (ColorType.STANDARD, ColorType.EIGHT_BIT) and (color.number or 0) < 16:
        return palette[color.number or 0]
    return _rgb(color)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colors, from 1 to 21, as WCAG 2.2 counts it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in rgb)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _at_depth(color: Color, depth: ColorDepth) -> Color:
    """Return a color as a terminal with many colors draws it."""
    return color if depth is ColorDepth.TRUE else color.downgrade(ColorSystem.EIGHT_BIT)


def _with_contrast(front: Color, back: Color, depth: ColorDepth) -> Color:
    """Move the color of text away from its background until it is readable."""
    mapped = _at_depth(front, depth)
    ground = rgb_of(back)
    if contrast(rgb_of(mapped), ground) >= READABLE:
        return mapped
    text = _rgb(front)
    ends = ((255, 255, 255), (0, 0, 0))
    if _luminance(text) < _luminance(ground):
        ends = ends[::-1]
    end = next(end for end in ends if contrast(end, ground) >= READABLE)
    for step in range(1, 11):
        red, green, blue = (
            round(part + (goal - part) * step / 10) for part, goal in zip(text, end, strict=True)
        )
        mapped = _at_depth(Color.from_rgb(red, green, blue), depth)
        if contrast(rgb_of(mapped), ground) >= READABLE:
            break
    return mapped


@lru_cache(maxsize=512)
def _least_contrast(one: int, other: int) -> float:
    return min(contrast(palette[one], palette[other]) for palette in (VGA, XTERM))


@lru_cache(maxsize=512)
def _ground(rgb: Rgb, depth: ColorDepth) -> int:
    """Return the color of a background."""
    if max(rgb) - min(rgb) < _GREY_GROUND:
        if _luminance(rgb) < 0.2:
            return _BLACK
        return _WHITE if depth is ColorDepth.EIGHT else _BRIGHT_WHITE
    hue = _hue(rgb)
    return min(_GROUND_HUES, key=lambda number: _apart(_GROUND_HUES[number], hue))


@lru_cache(maxsize=2048)
def _text(rgb: Rgb, ground: int, depth: ColorDepth) -> int:
    """Return the color of text on a background."""
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


def _bold(text: int, ground: int, depth: ColorDepth) -> bool | None:
    """Return whether to set or clear bold, which many terminals draw in the bright color."""
    if text >= 8:
        return True if depth is ColorDepth.EIGHT else None
    return None if _least_contrast(text + 8, ground) >= READABLE else False


def _hue(rgb: Rgb) -> float:
    """Return a color's hue in degrees."""
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
    """Return the distance of two hues, in degrees."""
    distance = abs(one - other) % 360.0
    return min(distance, 360.0 - distance)


def _rgb(color: Color) -> Rgb:
    red, green, blue = color.get_truecolor()
    return red, green, blue


def _ansi(number: int) -> Color:
    return Color(f"color({number})", ColorType.STANDARD, number=number)
