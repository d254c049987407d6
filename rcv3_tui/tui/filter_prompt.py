"""What the filter prompt offers: completions, a list of fields, and reads of pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from rcv3_tui.model.filters import NONE, Fields, FieldType, Partial, Value
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.row_filter import RowFilter, field_names
from rcv3_tui.views.column import natural_key

_MOST_VALUES = 50
"""Values of a field that are offered."""

_ROWS_READ = 2000
"""Rows whose values are offered, so that a key waits for a few milliseconds at most."""

Group = tuple[str, Sequence[tuple[str, str]]]
"""A heading of the help page, with keys or words and what they mean."""

_TERMS: Sequence[tuple[str, str]] = (
    ("web", "the text is anywhere in the row"),
    ("!web", "it is not"),
    ("~wb1", "the letters occur in this order"),
    ("/^db-\\d/", "a regular expression"),
    ("status:failed", "the field contains the text"),
    ('name:"a b"', "the same, for a text with spaces"),
    ("public:none", "the field has no value"),
    ("age:<2h", "younger than; s m h d w y, < <= > >="),
    ("nodes:>=2", "a number; < <= > >= ="),
)
"""The terms of a filter, for help."""

_WORDS = {FieldType.TEXT: "text", FieldType.NUMBER: "number", FieldType.TIME: "time"}


class PoolReader(Protocol):
    """What reads the pools of a region."""

    def read_pools_first(self, pool_keys: Sequence[str]) -> None:
        """Read the nodes of some pools before those of others."""


def filter_help(pane: PaneKind) -> Sequence[Group]:
    """Return the fields and terms of a pane's filter, by heading, for help."""
    names: dict[FieldType, list[str]] = {}
    for name, kind in field_names(pane).items():
        names.setdefault(kind, []).append(name)
    fields = [(_WORDS[kind], " ".join(sorted(names[kind]))) for kind in _WORDS if kind in names]
    return [("Fields", fields), ("Terms", _TERMS)]


def complete_filter(text: str, pane: PaneKind, rows: Iterable[Fields]) -> list[str]:
    """Return what the last term of a filter can be completed to.

    Args:
        text: The filter as it was typed.
        pane: The pane.
        rows: The fields of its rows; read only for the values of a field.

    Returns:
        Whole filters: with the names of fields, or after a colon with the values of the field.
    """
    before, blank, term = text.rpartition(" ")
    start = before + blank
    while term.startswith("!"):
        start, term = f"{start}!", term[1:]
    name, colon, word = term.partition(":")
    fields = field_names(pane)
    if not colon:
        return [f"{start}{field}:" for field in sorted(fields) if field.startswith(name.casefold())]
    if fields.get(name.casefold()) is not FieldType.TEXT:
        return []
    begun = word.lstrip('"').casefold()
    values = [each for each in _values(name.casefold(), rows) if each.casefold().startswith(begun)]
    return [f"{start}{name}:{_quoted(each)}" for each in values[:_MOST_VALUES]]


def read_pools_of(
    test: RowFilter | None,
    snapshots: Mapping[str, Snapshot],
    regions: Mapping[str, PoolReader],
) -> None:
    """Read the pools that a filter asks about and whose nodes have not been read.

    Args:
        test: The filter.
        snapshots: The snapshots by region.
        regions: What reads them, by region.
    """
    if test is None:
        return
    found = {
        region: [
            key
            for key, pool in snapshot.pools.items()
            if key not in snapshot.nodes and test.asks_about("pool", pool.name)
        ]
        for region, snapshot in snapshots.items()
    }
    for region, keys in found.items():
        if keys and region in regions:
            regions[region].read_pools_first(keys)


def _values(field: str, rows: Iterable[Fields]) -> list[str]:
    """Return the different texts of a field, in order; `none` if a row has no value."""
    found: set[str] = set()
    has_none = False
    for _, row in zip(range(_ROWS_READ), rows, strict=False):
        value = row.get(field)
        texts = _texts(value)
        found.update(texts)
        has_none = has_none or (not texts and not isinstance(value, Partial))
    return sorted(found, key=natural_key) + ([NONE] if has_none and NONE not in found else [])


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, Partial):
        return value.known
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()


def _quoted(text: str) -> str:
    """Return a value as a filter spells it."""
    if text[:1] not in ("~", "/", '"') and text and not any(sign.isspace() for sign in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
