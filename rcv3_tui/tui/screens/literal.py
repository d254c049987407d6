"""Texts as they are spelled: no markup, and in ASCII mode nothing else than ASCII."""

from __future__ import annotations

from rcv3_tui.tui.mask import masked


def spell(text: str, *, ascii_only: bool) -> str:
    r"""Give a text as it may be drawn.

    Args:
        text: A text without control characters.
        ascii_only: Spell what is not ASCII as an escape (`\xe9`, `\u30a6`).

    Returns:
        The text itself, masked on a shared screen, or its ASCII spelling.
    """
    text = masked(text)
    if not ascii_only or text.isascii():
        return text
    return text.encode("ascii", "backslashreplace").decode("ascii")


def joined(parts: tuple[str, ...], *, ascii_only: bool) -> str:
    """Give parts side by side: `acme - DFW - 123456`, with a dot where that can be drawn."""
    text = (" - " if ascii_only else " \u00b7 ").join(parts)
    return spell(text, ascii_only=ascii_only)
