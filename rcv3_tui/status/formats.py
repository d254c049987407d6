"""JSON, NDJSON and CSV: the API's own fields and values, safe on any terminal."""

from __future__ import annotations

import json
import re
from datetime import datetime

from rcv3_tui.api.converters import parse_timestamp
from rcv3_tui.model.text_safety import escape_json
from rcv3_tui.model.times import rfc3339
from rcv3_tui.status.options import Format
from rcv3_tui.status.resource_view import REGION
from rcv3_tui.status.table_data import Cell, Row, TableData
from rcv3_tui.views.export import plain_text, write_csv

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
"""A JSON value."""

_TIMES = frozenset({"created", "updated"})
"""Members that contain a time, at any level (RackConnect API reference, section 6)."""


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def render(table: TableData, form: Format, *, header: bool, ascii: bool) -> str:
    """Return a table in a format for programs.

    Args:
        table: What to write.
        form: JSON, NDJSON or CSV.
        header: CSV starts with the names of the columns.
        ascii: Escape everything beyond ASCII.
    """
    if form is Format.CSV:
        return _csv(table, header=header)
    objects = [_object(table, row) for row in table.rows]
    if form is Format.JSON:
        return to_json(objects, ascii=ascii) + "\n"
    return "".join(f"{to_json(each, ascii=ascii, compact=True)}\n" for each in objects)


def to_json(value: Json, *, ascii: bool, compact: bool = False) -> str:
    """Return JSON that a terminal shows as text, without control characters.

    Args:
        value: What to write.
        ascii: Escape everything beyond ASCII.
        compact: On one line.
    """
    text = json.dumps(
        value,
        ensure_ascii=ascii,
        indent=None if compact else 2,
        separators=(",", ":") if compact else None,
    )
    return escape_json(text)


# JSON ----------------------------------------------------------------------------------------


def _object(table: TableData, row: Row) -> Json:
    whole = _with_times_to_utc(json.loads(_mended(row.raw)))
    chosen: dict[str, Json] = {}
    if not table.chosen:
        if table.several_regions:
            chosen[REGION] = row.region
        return {**chosen, **whole} if isinstance(whole, dict) else whole
    for head, cell in zip(table.heads, row.cells, strict=True):
        if head.field:
            _graft(chosen, whole, head.field.split("."))
        else:
            chosen[head.name] = _joined(cell)
    return chosen


def _mended(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _graft(onto: dict[str, Json], whole: Json, path: list[str]) -> None:
    """Copy one member with its enclosing objects; null if the API has no such member."""
    for name in path[:-1]:
        whole = whole.get(name) if isinstance(whole, dict) else None
        inner = onto.get(name)
        if not isinstance(inner, dict):
            if whole is None:
                onto.setdefault(name, None)
                return
            inner = onto[name] = {}
        onto = inner
    onto[path[-1]] = whole.get(path[-1]) if isinstance(whole, dict) else None


def _joined(cell: Cell) -> Json:
    value = cell.value
    if cell.unknown:
        # A partly known list has to stay marked as incomplete.
        value = (*value, "?") if isinstance(value, tuple) and value else None
    if cell.age is not None:
        return int(cell.age)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def _with_times_to_utc(value: Json) -> Json:
    if isinstance(value, list):
        return [_with_times_to_utc(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: to_utc(inner)
        if name in _TIMES and isinstance(inner, str)
        else _with_times_to_utc(inner)
        for name, inner in value.items()
    }


def to_utc(text: str) -> str:
    """Return a time of the service as RFC 3339 in UTC; anything else unchanged.

    Args:
        text: With `Z`, an offset, or neither, which means UTC (RackConnect API reference, 6).
    """
    if _RFC3339.fullmatch(text):
        return text
    found = parse_timestamp(text)
    return text if found is None else rfc3339(found)


# CSV -----------------------------------------------------------------------------------------


def _csv(table: TableData, *, header: bool) -> str:
    return write_csv(
        [head.name for head in table.heads] if header else None,
        ([_flat(cell) for cell in row.cells] for row in table.rows),
    )


def _flat(cell: Cell) -> str:
    value = _joined(cell)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, float | dict):
        return str(value)
    return plain_text(value)
