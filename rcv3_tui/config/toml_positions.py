"""The line of each key in a TOML text, for error messages; no TOML library reports it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator


def key_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield each key of a valid TOML text, tables included, with its line.

    A TOML text is a sequence of statements of whole lines, and an incomplete statement never
    parses. Lines are therefore collected until they parse; their keys are on the first of them.

    Args:
        text: The text.

    Yields:
        The key from the top of the file, such as `("profiles", "acme", "regions")`, and its line,
        counted from 1.
    """
    table: tuple[str, ...] = ()
    lines: list[str] = []
    start = 1
    # Not splitlines: it also splits at characters that are legal within a TOML string.
    for number, line in enumerate(text.split("\n"), start=1):
        lines.append(f"{line}\n")
        try:
            statement = tomllib.loads("".join(lines))
        except tomllib.TOMLDecodeError:
            continue
        keys = tuple(_keys_in(statement))
        if "".join(lines).lstrip().startswith("["):
            table = max(keys, key=len, default=())
            yield from ((key, start) for key in keys)
        else:
            yield from (((*table, *key), start) for key in keys)
        lines = []
        start = number + 1


def _keys_in(value: object) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (key,)
            yield from ((key, *rest) for rest in _keys_in(inner))
