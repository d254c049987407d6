"""On which line each key of a TOML text stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator


def lines_of_keys(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Tell on which line each key of a TOML text stands, tables included.

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
        keys = list(_keys_within(statement))
        if "".join(gathered).lstrip().startswith("["):
            table = max(keys, key=len, default=())
            yield from ((key, start) for key in keys)
        else:
            yield from (((*table, *key), start) for key in keys)
        gathered = []
        start = number + 1


def _keys_within(value: object) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (key,)
            yield from ((key, *rest) for rest in _keys_within(inner))
