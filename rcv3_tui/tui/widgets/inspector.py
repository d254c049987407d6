"""The inspector: the details of the row under the cursor, which follow it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from rcv3_tui.tui.details import current_details, details_page
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.row_model import RowModel
from rcv3_tui.tui.widgets.lines_view import LinesView
from rcv3_tui.tui.widgets.status_line import StatusLine, StyledText
from rcv3_tui.tui.widgets.styled_lines import StyledLine, styled
from rcv3_tui.views.registry import title_of

REST = 0.06
"""Seconds that the cursor rests before the inspector shows its row: a key that is held down must
not send the details of every row on its way."""

_LABEL_WIDTH = 11
"""Least cells of the labels' column."""


class Inspector(Vertical):
    """Shows one row's details, the resources it is linked to, its timeline and its operations.

    Args:
        row_model: The rows.
        keys: The keys in force.
        ascii_only: Draw with ASCII only.
    """

    DEFAULT_CSS = """
    Inspector {
        height: 1fr;
        width: 1fr;
        display: none;
        & > StatusLine { background: $panel; color: $foreground-muted; }
        & > LinesView { height: 1fr; margin: 0 1; }
    }
    """

    def __init__(self, row_model: RowModel, keys: KeyLabels, *, ascii_only: bool) -> None:
        super().__init__(id="inspector")
        self._row_model = row_model
        self._keys = keys
        self._kind = PaneKind.SERVERS
        self._row: str | None = None
        self._shown: tuple[str, tuple[StyledLine, ...]] | None = None
        self._title = StatusLine(spelled_in_ascii=ascii_only, classes="pane-title")
        self._lines = LinesView(ascii_only=ascii_only)
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yield title and text."""
        yield self._title
        yield self._lines

    def follow(self, kind: PaneKind, row: str | None) -> None:
        """Show a row once the cursor has rested on it.

        Args:
            kind: The row's pane.
            row: The row; None: there is none under the cursor.
        """
        if (kind, row) == (self._kind, self._row):
            return
        self._kind, self._row = kind, row
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.display:
            self._timer = self.set_timer(REST, self.update)

    def update(self) -> None:
        """Show the row as it is now; only what differs is repainted."""
        self._timer = None
        if not self.display:
            return
        row_model, kind, row = self._row_model, self._kind, self._row
        item = None if row is None else row_model.item(kind, row)
        if item is None:
            title = "Inspector"
            lines: tuple[StyledLine, ...] = (styled("No row under the cursor.", "muted"),)
        else:
            title = title_of(item)
            facts = current_details(row_model, kind, item, self._keys)
            lines = details_page(facts, gone=False, label_width=_LABEL_WIDTH)
        is_other = self._shown is None or self._shown[0] != title
        self._shown = title, lines
        self._lines.set_lines(lines)
        if is_other:
            self._lines.to_start()
        self._write_title()

    def scroll_by(self, steps: int) -> None:
        """Scroll by half pages."""
        self._lines.half_page(steps)
        self._write_title()

    def refresh_soon(self) -> None:
        """Show changes of the row, unless the cursor is about to rest on another one."""
        if self._timer is None:
            self.update()

    def on_resize(self) -> None:
        """Count the lines that fit."""
        self.call_after_refresh(self._write_title)

    def _write_title(self) -> None:
        if self._shown is None:
            return
        left = [
            StyledText(" "),
            StyledText(f"{self._keys['inspector']} ", "key", spare=2),
            StyledText(self._shown[0], "strong"),
        ]
        right = []
        if position := self._lines.position:
            keys = f"{self._keys['inspector-down']} {self._keys['inspector-up']}"
            right.append(StyledText(f"{position}", spare=1))
            right.append(StyledText(f"; {keys} scroll", spare=3))
        self._title.show(left, [*right, StyledText(" ")])

    @property
    def text(self) -> str:
        """The title and the lines, as drawn."""
        return "\n".join([self._title.text, *(line.text for line in self._lines.lines)])
