"""The pager for literal text: details, raw JSON, help, the message log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from rcv3_tui.tui.key_labels import label
from rcv3_tui.tui.screens.dialog import Dialog, DialogKey, TypeAheadGuard
from rcv3_tui.tui.widgets.lines_view import LinesView
from rcv3_tui.tui.widgets.styled_lines import Span, StyledLine

Text = Iterable[StyledLine | str]
"""Styled lines, or plain texts."""


class PagerScreen(Dialog[None]):
    """Shows literal lines until it is closed with `q` or Escape.

    Args:
        title: The title.
        lines: The lines, or a function that returns them; `reload` calls it again.
        wanted: The caller's keys, with a word for each; pressing one posts `Wanted`.
        ascii_only: Draw with ASCII only.
    """

    KEYS = (
        DialogKey("up", ("up", "k"), "one line up", "up"),
        DialogKey("down", ("down", "j", "enter"), "one line down", "down"),
        DialogKey("page-up", ("pageup", "ctrl+b", "b"), "a page up", "page-up"),
        DialogKey("page-down", ("pagedown", "ctrl+f", "space"), "a page down", "page-down"),
        DialogKey("half-up", ("ctrl+u",), "half a page up"),
        DialogKey("half-down", ("ctrl+d",), "half a page down"),
        DialogKey("first", ("home", "g"), "the beginning", "first"),
        DialogKey("last", ("end", "G"), "the end", "last"),
        DialogKey("search", ("slash",), "search", "filter"),
        DialogKey("next", ("n",), "the next match"),
        DialogKey("previous", ("N",), "the previous match"),
        DialogKey("close", ("q",), "close"),
    )
    TYPES = False

    CSS_PATH = "pager.tcss"

    class Wanted(Message):
        """One of the caller's keys was pressed.

        Args:
            screen: The screen that it was pressed on.
            key: The key, as in `wanted`.
        """

        def __init__(self, screen: PagerScreen, key: str) -> None:
            super().__init__()
            self.screen = screen
            self.key = key

    def __init__(
        self,
        title: str,
        lines: Text | Callable[[], Text] = (),
        *,
        wanted: Mapping[str, str] | None = None,
        ascii_only: bool = False,
    ) -> None:
        super().__init__(guard=TypeAheadGuard, ascii_only=ascii_only)
        self._source = lines
        self._wanted = dict(wanted or {})
        self._title = self.literal(title, "dialog--title", id="title")
        first = lines() if callable(lines) else lines
        self._view = LinesView(first, ascii_only=ascii_only, id="text")
        self._state = self.literal("", "dialog--dim", id="state")
        self._query = ""
        self._typing = False
        self._found: list[tuple[int, Span]] = []
        self._at = 0

    # -- for the caller -----------------------------------------------------------------------

    def set_lines(self, lines: Text) -> None:
        """Show other lines; position and search are preserved.

        Args:
            lines: The new lines.
        """
        self._view.set_lines(lines)
        self._search(keep=True)
        self._update()

    def reload(self) -> None:
        """Call the function for the lines again, if there is one."""
        if callable(self._source):
            self.set_lines(self._source())

    def set_title(self, title: str) -> None:
        """Change the title."""
        self.put(self._title, title)

    def set_wanted(self, wanted: Mapping[str, str]) -> None:
        """Change the caller's keys."""
        self._wanted = dict(wanted)
        self._update()

    # -- layout -------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out title, text and the position line."""
        with Vertical(classes="dialog--frame"):
            yield self._title
            yield self._view
            yield self._state

    def fit(self, width: int, height: int) -> None:
        """Show the position once the view has a size."""
        self.call_after_refresh(self._update)

    def _update(self) -> None:
        if self._typing:
            text = f"/{self._query}_"
            if self._query and not self._found:
                text += "  no match"
            text += "  Enter ends the search text, Esc clears"
        else:
            parts = [self._view.position]
            if self._query:
                count = len(self._found)
                where = f"{self._at + 1} of {count}" if count else "no match"
                parts.append(f"/{self._query}: {where}, n N step")
            else:
                parts.append(f"{label(self._search_key)} search")
            parts += [f"{label(key)} {word}" for key, word in self._wanted.items()]
            parts += ["Esc clears"] if self._query else []
            parts += ["q closes", *(f"{key} {word}" for key, word in self.key_hints()[-1:])]
            text = "  ".join(part for part in parts if part)
        self.put(self._state, text)

    # -- keys ---------------------------------------------------------------------------------

    def press_early(self, event: events.Key) -> None:
        """Accept keys immediately: nothing can be changed here."""
        self.press(event)

    def show_ignored(self, text: str) -> None:
        """Show that keys were ignored, until the next key."""
        self.put(self._state, text)

    def press(self, event: events.Key) -> None:
        """Handle a key: search text while it is typed, else movement."""
        if self._typing:
            self._press_in_search(event)
        elif (key := self._wanted_key(event)) is not None:
            self.post_message(self.Wanted(self, key))
        else:
            self._press_in_text(event)
        self._update()

    @property
    def _search_key(self) -> str:
        return next(self.keys_of(own)[0] for own in self.KEYS if own.action == "search")

    def _wanted_key(self, event: events.Key) -> str | None:
        return next((key for key in (event.character, event.key) if key in self._wanted), None)

    def _asks_for_help(self, event: events.Key) -> bool:
        return not (self._typing and event.is_printable) and super()._asks_for_help(event)

    def leave(self) -> None:
        """Clear the search; without one, close."""
        if self._query or self._typing:
            self._typing, self._query = False, ""
            self._search()
            self._update()
        else:
            self.answer(None)

    def _press_in_text(self, event: events.Key) -> None:
        view = self._view
        match self.action_of(event):
            case "down":
                view.move(1)
            case "up":
                view.move(-1)
            case "page-down":
                view.page(1)
            case "page-up":
                view.page(-1)
            case "half-down":
                view.half_page(1)
            case "half-up":
                view.half_page(-1)
            case "first":
                view.to_start()
            case "last":
                view.to_end()
            case "close":
                self.answer(None)
            case "search":
                self._typing, self._query = True, ""
                self._search()
            case "next":
                self._step(1)
            case "previous":
                self._step(-1)

    def _press_in_search(self, event: events.Key) -> None:
        match event.key:
            case "enter":
                self._typing = False
            case "backspace":
                self._typing = bool(self._query)
                self._query = self._query[:-1]
                self._search()
            case "ctrl+u":
                self._query = ""
                self._search()
            case _ if event.is_printable and event.character:
                self._query += event.character
                self._search()

    # -- search -------------------------------------------------------------------------------

    def _search(self, *, keep: bool = False) -> None:
        self._found = []
        if self._query:
            pattern = re.compile(re.escape(self._query), re.IGNORECASE)
            for number, line in enumerate(self._view.lines):
                for found in pattern.finditer(line.text):
                    self._found.append((number, Span(found.start(), found.end(), "match")))
        self._at = min(self._at, max(0, len(self._found) - 1)) if keep else 0
        self._show_found(follow=not keep)

    def _step(self, by: int) -> None:
        if self._found:
            self._at = (self._at + by) % len(self._found)
            self._show_found(follow=True)

    def _show_found(self, *, follow: bool) -> None:
        spans: dict[int, list[Span]] = {}
        for index, (number, span) in enumerate(self._found):
            tone = "current-match" if index == self._at else "match"
            spans.setdefault(number, []).append(replace(span, tone=tone))
        self._view.set_matches(spans)
        if follow and self._found:
            self._view.show_line(self._found[self._at][0])
