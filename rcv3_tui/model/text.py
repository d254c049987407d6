"""The one place that makes the service's text safe to show on a terminal line.

A name or a status detail is whatever somebody once typed or posted. Written as it is, an escape
sequence in it would reach the terminal (move the cursor, set the title, write the clipboard), a
bidi control would turn the rest of the line around, and a newline would break the layout. So what
cannot be seen is spelled out, and what can be seen stays as it is.
"""

import unicodedata
from typing import Final

_COMBINING_LIMIT: Final = 4
"""Combining marks kept on one letter; natural languages need fewer, "zalgo" text needs dozens."""

_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, format characters, surrogates, private use, unassigned, line separators."""

_COMBINING_CATEGORIES: Final = frozenset({"Mn", "Me", "Mc"})

_SHORT_ESCAPES: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

_ASCII_GLYPHS: Final = {
    "…": "~",
    "●": "*",
    "○": "o",
    "◐": "%",
    "•": "*",
    "·": ".",
    "▲": "^",
    "▼": "v",
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "✓": "+",
    "✔": "+",
    "✗": "x",
    "✘": "x",
    "–": "-",  # noqa: RUF001 - the dash is the point
    "—": "-",
    **dict.fromkeys("─━╌┄═▁▔", "-"),
    **dict.fromkeys("│┃║▏▕▌▐", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼┏┓┗┛╭╮╰╯╔╗╚╝", "+"),
    **dict.fromkeys("█▀▄▓▒▖▗▘▝▊▋▉", "#"),
    "❯": ">",
    "▎": "|",
    "⚠": "!",
    "×": "x",
    "\u00a0": " ",
}


def clean(text: str) -> str:
    r"""Make any text safe on one terminal line, losing nothing of what it says.

    Controls, escapes, newlines, bidi and zero-width characters, variation selectors, blank letters,
    line separators, lone surrogates, private-use and unassigned characters become visible ASCII
    escapes (`\x1b`, `\n`, `\u202e`). Wide and right-to-left letters stay. Of combining marks, at
    most four stay on a letter; the rest are spelled out, and so is a mark without a letter.

    Args:
        text: Text as the service sent it.

    Returns:
        Text of visible characters only; the very same object when it was safe already.
    """
    if text.isascii() and text.isprintable():
        return text
    pieces: list[str] = []
    room = 0
    for character in text:
        if character.isascii():
            pieces.append(character if character.isprintable() else _escape(character))
            room = _COMBINING_LIMIT
            continue
        category = unicodedata.category(character)
        if category in _INVISIBLE_CATEGORIES or _is_blank(ord(character)):
            pieces.append(_escape(character))
            room = 0
        elif category in _COMBINING_CATEGORIES:
            pieces.append(character if room > 0 else _escape(character))
            room -= 1
        else:
            pieces.append(character)
            room = _COMBINING_LIMIT
    return "".join(pieces)


def ascii_only(text: str) -> str:
    r"""Spell text in ASCII alone, for `--ascii` and for locales that are not UTF-8.

    Args:
        text: Text that is clean already.

    Returns:
        The text with glyphs that have an ASCII twin replaced by it (`…` by `~`), and every other
        character beyond ASCII as an escape (`\u00e9`), so that two names never look the same.
    """
    if text.isascii():
        return text
    return "".join(
        character if character.isascii() else _ASCII_GLYPHS.get(character) or _escape(character)
        for character in text
    )


def ascii_cell(character: str) -> str:
    """Give a sign of ASCII for a character, as many cells wide as that is.

    Unlike `ascii_only` this loses what was meant: it is for what must not move the rest of a line.

    Args:
        character: Any one character; a mark without a width has no sign.
    """
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    wide = unicodedata.east_asian_width(character) in ("W", "F")
    return (_ASCII_GLYPHS.get(character) or "?")[-1] * (2 if wide else 1)


def _is_blank(code: int) -> bool:
    """Whether a character of a visible category draws nothing, or changes its neighbour's width."""
    return (
        0xFE00 <= code <= 0xFE0F  # variation selectors: terminals disagree about the width
        or 0xE0100 <= code <= 0xE01EF  # more of them
        or code in {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F}
        or code in {0x2800, 0x3164, 0xFFA0}  # blank braille, Hangul fillers
    )


def _escape(character: str) -> str:
    """Spell one character as an ASCII escape."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"
