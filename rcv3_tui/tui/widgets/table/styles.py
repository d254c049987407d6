"""The styles of a table: theme variables only, and no state shown by color alone."""

from typing import Final

COMPONENTS: Final[set[str]] = {
    "table--plain",
    "table--header",
    "table--cursor",
    "table--linked",
    "table--marked",
    "table--muted",
}
"""The states of a row, and the one tone whose color depends on the background."""

TONES: Final = frozenset({"ok", "moving", "failed", "warn", "accent"})
"""The other tones of a cell."""

STYLES: Final = """
Table {
    height: 1fr;
    width: 1fr;
    & > .table--header { color: $text-muted; text-style: bold; }
    & > .table--cursor {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    & > .table--linked { color: $text-accent; text-style: bold; }
    & > .table--marked { color: $text-warning; text-style: bold; }
    & > .table--muted { color: $text-muted; }
}
"""
