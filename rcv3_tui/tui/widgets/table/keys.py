"""The keys that work in every table. Each has an id, so that a key map can move it."""

from typing import Final

from textual.binding import Binding, BindingType

_KEYS: Final = (
    Binding("up,k", "cursor_up", "Up", show=False, id="up"),
    Binding("down,j", "cursor_down", "Down", show=False, id="down"),
    Binding("pageup,ctrl+b", "page_up", "Page up", show=False, id="page-up"),
    Binding("pagedown,ctrl+f", "page_down", "Page down", show=False, id="page-down"),
    Binding("home,g", "cursor_top", "First row", show=False, id="first"),
    Binding("end,G", "cursor_bottom", "Last row", show=False, id="last"),
    Binding("enter", "choose", "Open", show=False, id="into"),
    Binding("space", "toggle_mark", "Mark", show=False, id="mark"),
    Binding("V", "mark_range", "Mark a range", show=False, id="mark-range"),
    Binding("ctrl+backslash", "clear_marks", "Clear marks", show=False, id="clear-marks"),
)

BINDINGS: Final[list[BindingType]] = [*_KEYS]

KEYS: Final = {str(binding.id): binding.key for binding in _KEYS}
"""Id to the keys that it is on."""

ACTIONS: Final = {str(binding.id): binding.action for binding in _KEYS}
"""Id to the table's action."""
