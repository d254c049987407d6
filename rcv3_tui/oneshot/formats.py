"""JSON, NDJSON and CSV: the API's own fields and values, safe on any terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime

from rcv3_tui.oneshot.asked import Format
from rcv3_tui.oneshot.kind import REGION
from rcv3_tui.oneshot.listing import Cell, Listing, Row
from rcv3_tui.oneshot.times import in_utc, rfc3339

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
"""What JSON can hold."""

_TIMES = frozenset({"created", "updated"})
"""Members that hold a time, wherever they stand (RackConnect API reference, section 6)."""

_UNSEEN = re.compile(r"[^\n -~]")


def written(listing: Listing, form: Format, *, header: bool, ascii: bool) -> str:
    """Write a listing in a format for programs.

    Args:
        listing: What to write.
        form: JSON, NDJSON or CSV.
        header: CSV begins with the columns' names.
        ascii: Nothing beyond ASCII may be in it.
    """
    if form is Format.CSV:
        return _csv(listing, header=header)
    objects = [_object(listing, row) for row in listing.rows]
    if form is Format.JSON:
        return dumped(objects, ascii=ascii) + "\n"
    return "".join(f"{dumped(each, ascii=ascii, compact=True)}\n" for each in objects)


def dumped(value: Json, *, ascii: bool, compact: bool = False) -> str:
    """Write JSON in which nothing can reach the terminal as anything but text.

    Args:
        value: What to write.
        ascii: Everything beyond ASCII is written as an escape.
        compact: In one line.
    """
    text = json.dumps(
        value,
        ensure_ascii=ascii,
        indent=None if compact else 2,
        separators=(",", ":") if compact else None,
    )
    return _UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    """Spell a character as JSON does, where it cannot be seen or acts on what is around it."""
    letter = found[0]
    if letter.isprintable():
        return letter
    return json.dumps(letter)[1:-1] if letter != "\x7f" else "\\u007f"


# JSON ----------------------------------------------------------------------------------------


def _object(listing: Listing, row: Row) -> Json:
    whole = _with_times_in_utc(json.loads(_mended(row.raw)))
    chosen: dict[str, Json] = {}
    if not listing.chosen:
        if listing.several_regions:
            chosen[REGION] = row.region
        return {**chosen, **whole} if isinstance(whole, dict) else whole
    for head, cell in zip(listing.heads, row.cells, strict=True):
        if head.field:
            _graft(chosen, whole, head.field.split("."))
        else:
            chosen[head.name] = _joined(cell)
    return chosen


def _mended(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _graft(onto: dict[str, Json], whole: Json, path: list[str]) -> None:
    """Copy one member with the objects around it, null where the API has nothing there."""
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
    value = None if cell.unknown else cell.value
    if cell.age is not None:
        return int(cell.age)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def _with_times_in_utc(value: Json) -> Json:
    if isinstance(value, list):
        return [_with_times_in_utc(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: in_utc(inner)
        if name in _TIMES and isinstance(inner, str)
        else _with_times_in_utc(inner)
        for name, inner in value.items()
    }


# CSV -----------------------------------------------------------------------------------------


def _csv(listing: Listing, *, header: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow([head.name for head in listing.heads])
    writer.writerows([_flat(cell) for cell in row.cells] for row in listing.rows)
    return text.getvalue()


def _flat(cell: Cell) -> str:
    value = _joined(cell)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(_texts(value)) if isinstance(value, list) else str(value)


def _texts(values: list[Json]) -> Iterator[str]:
    return (str(value) for value in values)
