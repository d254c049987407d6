"""The keys that work in every table. Each has an id, so that a key map can move it."""

from typing import Final

from textual.binding import Binding, BindingType

BINDINGS: Final[list[BindingType]] = [
    Binding("up,k", "cursor_up", "Up", show=False, id="table.up"),
    Binding("down,j", "cursor_down", "Down", show=False, id="table.down"),
    Binding("pageup,ctrl+b", "page_up", "Page up", show=False, id="table.page_up"),
    Binding("pagedown,ctrl+f", "page_down", "Page down", show=False, id="table.page_down"),
    Binding("home,g", "cursor_top", "First row", show=False, id="table.top"),
    Binding("end,G", "cursor_bottom", "Last row", show=False, id="table.bottom"),
    Binding("enter", "choose", "Open", show=False, id="table.choose"),
    Binding("space", "toggle_mark", "Mark", show=False, id="table.mark"),
    Binding("V", "mark_range", "Mark a range", show=False, id="table.mark_range"),
    Binding("ctrl+backslash", "clear_marks", "Clear marks", show=False, id="table.clear_marks"),
]
