"""The default theme: calm, dark, and clear in sixteen colors too; and the tones of any theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

THEME = Theme(
    name="rcv3",
    primary="#5f87af",
    secondary="#5f8787",
    accent="#87afd7",
    warning="#d7af5f",
    error="#d75f5f",
    success="#87af5f",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={
        "foreground-muted": "#808080",
        "text-success": "#87af5f",
        "text-warning": "#d7af5f",
        "text-error": "#ff8787",
        "text-accent": "#87afd7",
        "block-cursor-background": "#303a46",
        "block-cursor-foreground": "#ffffff",
    },
)
"""The default theme; all its colors are in the 256-color cube."""

_VARIABLES: Final = {
    "ok": "text-success",
    "moving": "text-warning",
    "failed": "text-error",
    "warn": "text-warning",
    "muted": "foreground-muted",
    "accent": "text-accent",
    "key": "text-accent",
}
"""The variable of the theme that holds a tone's color."""


def tone_style(variables: Mapping[str, str], tone: str, *, bold: bool = False) -> Style:
    """Return a tone's style, to be added to that of the text around it.

    With component classes, Textual would compute the style of every tone for every line and table
    at each layout.

    Args:
        variables: The variables of the theme (`App.theme_variables`).
        tone: The name of a tone; one without a color changes nothing.
        bold: Write it in bold.
    """
    # A color may be followed by its opacity, which a terminal does not have.
    value, *_ = variables.get(_VARIABLES.get(tone, ""), "").split() or [""]
    color = Color.parse(value).rich_color if value else None
    return Style(color=color, bold=bold or None)
