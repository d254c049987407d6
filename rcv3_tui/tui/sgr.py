"""Styles as SGR codes, and the escape sequences between two of them.

Needs the standard library alone: the cached frame is written before anything else is loaded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

RESET: Final = "\x1b[0m"


class SgrStyle(NamedTuple):
    """A style as SGR codes; empty for the terminal's default."""

    attributes: str = ""
    front: str = ""
    back: str = ""
    link: str = ""


PLAIN: Final = SgrStyle()
"""The terminal's default style."""

ScreenCell: TypeAlias = tuple[str, SgrStyle]
"""The content of one cell; the second cell of a wide character holds no text."""


@lru_cache(maxsize=4096)
def transition(old: SgrStyle, new: SgrStyle) -> str:
    """Return the shorter sequence that changes one style to another.

    Attributes are never reset one by one: the code that ends bold differs between terminals.
    """
    link = f"\x1b]8;;{new.link}\x1b\\" if old.link != new.link else ""
    if old[:3] == new[:3]:
        return link
    codes = [code for code in new[:3] if code]
    afresh = f"\x1b[0;{';'.join(codes)}m" if codes else RESET
    if old.attributes and old.attributes != new.attributes:
        return link + afresh
    steps = [] if old.attributes == new.attributes else [new.attributes]
    steps += [] if old.front == new.front else [new.front or "39"]
    steps += [] if old.back == new.back else [new.back or "49"]
    return link + min(f"\x1b[{';'.join(steps)}m", afresh, key=len)
