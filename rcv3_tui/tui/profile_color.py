"""The color of a profile in the header, which distinguishes production."""

from __future__ import annotations

import re
from typing import Final
from zlib import crc32

from textual.color import Color, ColorParseError

from rcv3_tui.settings import Settings
from rcv3_tui.tui.color_mapping import contrast

_PRODUCTION: Final = re.compile(r"prod|prd|live", re.IGNORECASE)
_TRIAL: Final = re.compile(r"dev|test|stag|demo|lab|sandbox|qa", re.IGNORECASE)

RED: Final = "#af0000"
GREEN: Final = "#5faf5f"
OTHERS: Final = ("#005faf", "#af5faf", "#008787", "#af8700")
"""The colors of all other names."""


def color_of(settings: Settings) -> str:
    """Return the color of a profile, as `#rrggbb`.

    Without a configured one, a profile whose name suggests production is red, and one whose name
    suggests testing is green; any other name always has the same one of four colors.

    Args:
        settings: The profile and its configured color.
    """
    if settings.color is not None:
        try:
            return Color.parse(settings.color.casefold()).hex6
        except ColorParseError:
            # Invalid colors are rejected at the start; other callers get a color as well.
            pass
    name = settings.profile
    if _PRODUCTION.search(name):
        return RED
    if _TRIAL.search(name):
        return GREEN
    return OTHERS[crc32(name.encode()) % len(OTHERS)]


def text_on(color: str) -> str:
    """Return black or white, whichever is more readable on a color.

    Args:
        color: As `#rrggbb`.
    """
    ground = Color.parse(color).rgb
    return max(("#000000", "#ffffff"), key=lambda text: contrast(Color.parse(text).rgb, ground))
