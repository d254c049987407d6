"""What a table looks like: theme variables only, and every state told by more than a colour."""

from typing import Final

COMPONENTS: Final[set[str]] = {
    "table--plain",
    "table--header",
    "table--cursor",
    "table--linked",
    "table--marked",
    "table--ok",
    "table--moving",
    "table--failed",
    "table--warn",
    "table--muted",
    "table--accent",
}
"""The parts that have a style of their own: states of a row first, then tones of a cell."""

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
    & > .table--ok { color: $text-success; }
    & > .table--moving { color: $text-warning; }
    & > .table--failed { color: $text-error; text-style: bold; }
    & > .table--warn { color: $text-warning; }
    & > .table--muted { color: $text-muted; }
    & > .table--accent { color: $text-accent; }
}
"""
