"""The default theme: calm, dark, and clear in sixteen colors too."""

from __future__ import annotations

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
