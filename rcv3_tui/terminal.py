"""What the terminal can draw, as far as its environment tells.

Nothing is asked of the terminal itself: an answer would come a round trip late, and some terminals
draw the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Depth(IntEnum):
    """How many colours a terminal draws."""

    NONE = 0
    """No colour at all: bold, underline and reverse alone."""
    EIGHT = 8
    """The eight of ANSI; bold stands in for their bright twins."""
    SIXTEEN = 16
    """The eight and their bright twins."""
    EIGHT_BIT = 256
    """The cube of xterm."""
    TRUE = 1 << 24
    """Any colour."""

    @property
    def is_few(self) -> bool:
        """Shades fall together, so what only a shade tells has to be told by a line as well."""
        return self <= Depth.SIXTEEN


_CANNOT_PLACE_TEXT = frozenset({"dumb", "unknown", "network", "dialup", "emacs"})
"""Values of `TERM` that stand for a terminal which only ever writes at its end."""

_NO_COLOUR = ("vt1", "vt2", "vt3", "vt4", "vt5", "wy", "hp", "sun", "adm")
"""Starts of the names of terminals, or of what stands in for them, without colour."""

_MANY = ("kitty", "alacritty", "foot", "wezterm", "ghostty", "contour", "iterm", "konsole")
"""Terminals that draw 256 colours under names that do not say so."""


def depth_of(environment: Mapping[str, str]) -> Depth:
    """Tell how many colours may be sent.

    `NO_COLOR` counts where it is not empty (no-color.org). `COLORTERM` is believed only with a
    `TERM` of 256 colours or a plain `xterm`: it is handed down from the terminal outside, also to
    programs such as screen, which do not pass on what that one could draw.

    Args:
        environment: The process's environment.

    Returns:
        The depth; eight colours for a terminal that nobody has heard of.
    """
    if environment.get("NO_COLOR"):
        return Depth.NONE
    term = environment.get("TERM", "").casefold()
    if "direct" in term or "truecolor" in term:
        return Depth.TRUE
    named = _named(term)
    if named is not Depth.EIGHT_BIT and not (named is Depth.SIXTEEN and term == "xterm"):
        return named
    if environment.get("COLORTERM", "").casefold() not in ("truecolor", "24bit"):
        return named
    # GNU screen sets STY; of 24-bit colours it makes something else.
    return Depth.EIGHT_BIT if environment.get("STY") else Depth.TRUE


def _named(term: str) -> Depth:
    """Give the depth that the name of a terminal stands for."""
    if term.endswith(("-m", "-mono")) or term.startswith(_NO_COLOUR):
        return Depth.NONE
    if term.endswith(("16color", "88color")) or term in ("xterm", "rxvt-unicode"):
        return Depth.SIXTEEN
    if "256c" in term or any(name in term for name in _MANY):
        return Depth.EIGHT_BIT
    return Depth.EIGHT


def refusal_of(environment: Mapping[str, str]) -> str:
    """Tell why the console cannot be drawn on a terminal; empty where it can.

    Args:
        environment: The process's environment.
    """
    term = environment.get("TERM", "")
    if term.casefold() not in _CANNOT_PLACE_TEXT:
        return ""
    return (
        f"TERM={term} is a terminal that cannot place text, and the console needs one that can; "
        "set TERM to what yours is, such as xterm-256color"
    )
