"""The one place that makes the service's text safe to show on a terminal line.

A name or a status detail can contain anything. Unescaped, an escape sequence in it would reach the
terminal (move the cursor, set the title, write the clipboard), a bidi control would reverse the
rest of the line, and a newline would break the layout. Therefore invisible characters are escaped,
and visible ones are unchanged.
"""

import json
import re
import unicodedata
from typing import Final

_COMBINING_LIMIT: Final = 4
"""Combining marks allowed on one letter; natural languages need fewer, "zalgo" text dozens."""

_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, format characters, surrogates, private use, unassigned, line separators."""

_COMBINING_CATEGORIES: Final = frozenset({"Mn", "Me", "Mc"})

_NOT_PLAIN: Final = re.compile(r"[^\n -~]")

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


def escape_controls(text: str) -> str:
    r"""Escape a text for one terminal line without losing information.

    Controls, escapes, newlines, bidi and zero-width characters, variation selectors, blank letters,
    line separators, lone surrogates, private-use and unassigned characters become visible ASCII
    escapes (`\x1b`, `\n`, `\u202e`). Wide and right-to-left letters are unchanged. At most four
    combining marks are allowed on a letter; further ones, and marks without a letter, are escaped.

    Args:
        text: Text as the service sent it.

    Returns:
        Visible characters only; the same object if nothing had to be escaped.
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


def escape_json(text: str) -> str:
    """Escape invisible characters in JSON the JSON way: controls, bidi marks, lone surrogates.

    Args:
        text: JSON.

    Returns:
        The same JSON, safe to write to a terminal or a file.
    """
    return _NOT_PLAIN.sub(_json_escape, text)


def _json_escape(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable():
        return character
    # json.dumps leaves DEL as it is.
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def ascii_only(text: str) -> str:
    r"""Convert text to ASCII, for `--ascii` and for locales other than UTF-8.

    Args:
        text: Text from `escape_controls`.

    Returns:
        The text with an ASCII replacement for each glyph that has one (`…`: `~`). Every other
        character beyond ASCII becomes an escape (`\u00e9`), so that different names stay different.
    """
    if text.isascii():
        return text
    return "".join(
        character if character.isascii() else _ASCII_GLYPHS.get(character) or _escape(character)
        for character in text
    )


def ascii_data(text: str) -> str:
    r"""Convert data of the account to ASCII: a name, an address.

    Args:
        text: Text from `escape_controls`.

    Returns:
        The text with every character beyond ASCII as an escape (`\\u2013`, `\\xe9`). Unlike
        `ascii_only` it replaces no glyph, because two names may differ only in that.
    """
    if text.isascii():
        return text
    return "".join(each if each.isascii() else _escape(each) for each in text)


def ascii_char(character: str) -> str:
    """Return an ASCII replacement for a character, with the same width in cells.

    Unlike `ascii_only` it loses information: it is for text that must not shift the line.

    Args:
        character: One character; the replacement of a combining mark is empty.
    """
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    wide = unicodedata.east_asian_width(character) in ("W", "F")
    return (_ASCII_GLYPHS.get(character) or "?")[-1] * (2 if wide else 1)


def _is_blank(code: int) -> bool:
    """Return whether a character draws nothing, or changes the width of its neighbor."""
    return (
        0xFE00 <= code <= 0xFE0F  # variation selectors: terminals disagree about the width
        or 0xE0100 <= code <= 0xE01EF  # more of them
        or code in {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F}
        or code in {0x2800, 0x3164, 0xFFA0}  # blank braille, Hangul fillers
    )


def _escape(character: str) -> str:
    """Return the ASCII escape of a character."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"
