"""A pyte screen with an alternate screen, which pyte lacks."""

from __future__ import annotations

import copy
from typing import Any

import pyte
from pyte.screens import Char, StaticDefaultDict

_ALTERNATE = (47, 1047, 1049)


class AlternateScreen(pyte.Screen):
    """Restores the main screen when the alternate one is switched off."""

    def __init__(self, columns: int, lines: int) -> None:
        self._main: dict[int, StaticDefaultDict[int, Char]] | None = None
        self._main_cursor: tuple[int, int] = (0, 0)
        super().__init__(columns, lines)

    @property
    def is_alternate(self) -> bool:
        """Return whether the alternate screen is on."""
        return self._main is not None

    def set_mode(self, *modes: int, **options: Any) -> None:
        """Switch modes on."""
        super().set_mode(*modes, **options)
        if options.get("private") and set(modes) & set(_ALTERNATE) and self._main is None:
            self._main = {row: copy.copy(cells) for row, cells in self.buffer.items()}
            self._main_cursor = (self.cursor.x, self.cursor.y)
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **options: Any) -> None:
        """Switch modes off."""
        super().reset_mode(*modes, **options)
        if options.get("private") and set(modes) & set(_ALTERNATE) and self._main is not None:
            self.erase_in_display(2)
            for row, cells in self._main.items():
                self.buffer[row].update(cells)
            self._main = None
            self.dirty.update(range(self.lines))
            self.cursor.x, self.cursor.y = self._main_cursor
            self.ensure_hbounds()
            self.ensure_vbounds()
