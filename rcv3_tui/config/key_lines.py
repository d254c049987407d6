"""On which lines each statement and each key of a TOML text stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from msgspec import Struct


class Statement(Struct, frozen=True):
    """A statement of a TOML text: a key with its value, or the head of a table."""

    table: tuple[str, ...]
    """The table it stands in; of a head, the one that it begins."""
    keys: tuple[tuple[str, ...], ...]
    """The keys that it has, from the top of the file; those of tables in it too."""
    first: int
    """Its first line, counted from 1."""
    last: int
    is_head: bool


def statements(text: str) -> Iterator[Statement]:
    """Go through the statements of a TOML text; comments and empty lines are none.

    A TOML text is a row of statements, each of whole lines; an unfinished statement never parses.
    So lines are gathered until they do, and what they hold is where they began.
    """
    table: tuple[str, ...] = ()
    gathered: list[str] = []
    start = 1
    # Not splitlines: it also splits at characters that may stand within a TOML string.
    for number, line in enumerate(text.split("\n"), start=1):
        gathered.append(line + "\n")
        try:
            statement: dict[str, object] = tomllib.loads("".join(gathered))
        except tomllib.TOMLDecodeError:
            continue
        keys = tuple(_keys_within(statement))
        is_head = "".join(gathered).lstrip().startswith("[")
        if is_head:
            table = max(keys, key=len, default=())
        if keys:
            whole = keys if is_head else tuple((*table, *key) for key in keys)
            yield Statement(table, whole, start, number, is_head)
        gathered = []
        start = number + 1


def lines_of_keys(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Tell on which line each key of a TOML text stands, tables included."""
    for statement in statements(text):
        yield from ((key, statement.first) for key in statement.keys)


def _keys_within(value: object) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (key,)
            yield from ((key, *rest) for rest in _keys_within(inner))
