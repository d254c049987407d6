"""Filters the input of Textual's own drivers.

`textual serve` sets `TEXTUAL_DRIVER`, and the console falls back to Textual's driver if it cannot
be replaced. Both parse keys with Textual's parser only.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from types import ModuleType

from textual import constants
from textual.message import Message

from rcv3_tui.tui.input_filter import InputFilter
from rcv3_tui.tui.textual_compat import HAS_PARSER, XTermParser, finish_sequence, use_parser


class FilteredParser(XTermParser):
    """Textual's parser behind an `InputFilter`.

    Args:
        debug: Log the input to a file, as Textual does.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._input_filter = InputFilter(time.monotonic, constants.ESCAPE_DELAY)

    def feed(self, data: str) -> Iterable[Message]:
        """Parse characters.

        Yields:
            The messages.
        """
        yield from self._read(self._input_filter.feed(data))

    def tick(self) -> Iterable[Message]:
        """Parse sequences that are complete because nothing followed."""
        yield from self._read(self._input_filter.expire())

    def _read(self, pieces: list[str]) -> Iterator[Message]:
        for piece in pieces:
            yield from super().feed(piece)
            yield from finish_sequence(self, super().tick)


def filter_input(driver_module: ModuleType) -> None:
    """Make a driver of Textual parse keys through the filter.

    Args:
        driver_module: The module of the driver.
    """
    if HAS_PARSER:
        use_parser(driver_module, FilteredParser)
