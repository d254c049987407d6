"""The colour of a profile in the header: nobody should wonder whether this is production."""

from __future__ import annotations

import re
from typing import Final
from zlib import crc32

from textual.color import Color, ColorParseError

from rcv3_tui.settings import Settings
from rcv3_tui.tui.shades import contrast

_PRODUCTION: Final = re.compile(r"prod|prd|live", re.IGNORECASE)
_TRIAL: Final = re.compile(r"dev|test|stag|demo|lab|sandbox|qa", re.IGNORECASE)

RED: Final = "#af0000"
GREEN: Final = "#5faf5f"
OTHERS: Final = ("#005faf", "#af5faf", "#008787", "#af8700")
"""What other names have, each its own as far as these go."""


def color_of(settings: Settings) -> str:
    """Give the colour of a run's profile, as `#rrggbb`.

    Without one in the configuration, production is red and what is for trying things is green, as
    their names tell; any other name has one of four colours, always the same.

    Args:
        settings: Profile and colour.
    """
    if settings.colour is not None:
        try:
            return Color.parse(settings.colour.casefold()).hex6
        except ColorParseError:
            # Refused before the console starts; a caller that does not ask gets a colour as well.
            pass
    name = settings.profile
    if _PRODUCTION.search(name):
        return RED
    if _TRIAL.search(name):
        return GREEN
    return OTHERS[crc32(name.encode()) % len(OTHERS)]


def text_on(color: str) -> str:
    """Give black or white, whichever can be read better on a colour.

    Args:
        color: As `#rrggbb`.
    """
    ground = Color.parse(color).rgb
    return max(("#000000", "#ffffff"), key=lambda text: contrast(Color.parse(text).rgb, ground))
