"""The capabilities of the terminal, derived from the environment.

The terminal itself is not queried: a response would arrive a round trip late, and some terminals
display the query.
"""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from enum import IntEnum


class ColorDepth(IntEnum):
    """The number of colors of a terminal."""

    NONE = 0
    """No colors, only bold, underline and reverse."""
    EIGHT = 8
    """The eight ANSI colors; bold replaces the bright ones."""
    SIXTEEN = 16
    """The eight ANSI colors and their bright variants."""
    EIGHT_BIT = 256
    """The color cube of xterm."""
    TRUE = 1 << 24
    """Any color."""

    @property
    def is_few(self) -> bool:
        """Whether similar shades look the same, so that a line has to separate areas as well."""
        return self <= ColorDepth.SIXTEEN


def driver_override(environment: Mapping[str, str]) -> str:
    """Return the driver that replaces Textual's terminal driver; empty for none.

    `textual serve` sets it, to show the console in a web browser.

    Args:
        environment: The environment of the process.
    """
    return environment.get("TEXTUAL_DRIVER", "")


_CANNOT_PLACE_TEXT = frozenset({"dumb", "unknown", "network", "dialup", "emacs"})
"""Values of `TERM` for terminals without cursor positioning."""

_NO_COLOR = ("vt1", "vt2", "vt3", "vt4", "vt5", "wy", "hp", "sun", "adm")
"""Prefixes of the names of terminals without colors."""

_MANY = ("kitty", "alacritty", "foot", "wezterm", "ghostty", "contour", "iterm", "konsole")
"""Terminals with 256 colors whose names do not say so."""


def detect_color_depth(environment: Mapping[str, str]) -> ColorDepth:
    """Return the number of colors to use.

    `NO_COLOR` applies unless it is empty (no-color.org). `COLORTERM` applies only with a `TERM` of
    256 colors or a plain `xterm`: it is inherited from the outer terminal, also in programs such
    as screen, which do not pass all of its colors on.

    Args:
        environment: The environment of the process.

    Returns:
        The depth; eight colors for an unknown terminal.
    """
    if environment.get("NO_COLOR"):
        return ColorDepth.NONE
    if driver_override(environment):
        # The driver does not draw on the terminal of TERM.
        return ColorDepth.TRUE
    term = environment.get("TERM", "").casefold()
    if "direct" in term or "truecolor" in term:
        return ColorDepth.TRUE
    named = _named(term)
    if named is not ColorDepth.EIGHT_BIT and not (named is ColorDepth.SIXTEEN and term == "xterm"):
        return named
    if environment.get("COLORTERM", "").casefold() not in ("truecolor", "24bit"):
        return named
    # GNU screen sets STY; it distorts 24-bit colors.
    return ColorDepth.EIGHT_BIT if environment.get("STY") else ColorDepth.TRUE


def _named(term: str) -> ColorDepth:
    """Return the depth that the name of a terminal implies."""
    if term.endswith(("-m", "-mono")) or term.startswith(_NO_COLOR):
        return ColorDepth.NONE
    if term.endswith(("16color", "88color")) or term in ("xterm", "rxvt-unicode"):
        return ColorDepth.SIXTEEN
    if "256c" in term or any(name in term for name in _MANY):
        return ColorDepth.EIGHT_BIT
    return ColorDepth.EIGHT


_WITHOUT_OSC = ("linux", "dumb", "eterm", "vt1", "vt2", "vt52", "ansi", "cons25", "sun")
"""Prefixes of the names of terminals without operating system commands (OSC), the sequences of
clipboard, title and notifications; some display them. ansi-term is `eterm-color`."""


def understands_osc(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal handles operating system commands, or at least ignores them.

    Args:
        environment: The environment of the process.
    """
    if driver_override(environment):
        # A terminal in a web page.
        return False
    term = environment.get("TERM", "").casefold()
    return bool(term) and not term.startswith(_WITHOUT_OSC)


def unsupported_reason(environment: Mapping[str, str]) -> str:
    """Return why the console cannot be drawn on a terminal; empty if it can.

    Args:
        environment: The environment of the process.
    """
    term = environment.get("TERM", "")
    if term.casefold() not in _CANNOT_PLACE_TEXT:
        return ""
    return (
        f"TERM={term} is a terminal without cursor positioning, which the console needs; "
        "set TERM to the type of yours, such as xterm-256color"
    )


def locale_is_utf8() -> bool:
    """Return whether the locale of this process encodes text as UTF-8.

    Python replaces the C locale by UTF-8 (PEP 538, PEP 540). That is right for files, but the
    terminal may not draw UTF-8.
    """
    if sys.version_info < (3, 15) and sys.flags.utf8_mode and not _utf8_is_requested():
        return False
    return locale.getencoding().replace("-", "").replace("_", "").casefold() == "utf8"


def _utf8_is_requested() -> bool:
    return "utf8" in sys._xoptions or os.environ.get("PYTHONUTF8") == "1"


def draws_utf8() -> bool:
    """Return whether the console can use more than ASCII."""
    return bool(driver_override(os.environ)) or locale_is_utf8()
