"""Fields as plain text: CSV files, and what is copied.

There is one dialect of CSV, for `status -f csv` and for files that the console saves: RFC 4180 with
commas, double quotes where needed, lines that end in a line feed, UTF-8, a first line with the
columns' names, RFC 3339 times in the zone of `time_zone`, `true` and `false`, and nothing for a
missing value.

A spreadsheet evaluates a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a
formula, and anybody who may create a server chooses its name. Such a text is prefixed with `'`,
which spreadsheets take for "this is text" (OWASP: CSV injection). A text that begins with `'`
itself gets one more, so that removing one leading `'` from each cell restores every text. Ids,
addresses, statuses, numbers and times never begin with one of these and are never changed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from rcv3_tui.views.field import Value
from rcv3_tui.views.formatting import time_in_zone
from rcv3_tui.views.registry import raw_json_of, view_of
from rcv3_tui.views.rows import AnyRow

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def escape_formula(text: str) -> str:
    """Return a cell's text that no spreadsheet evaluates as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_csv(header: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV, in the dialect that the module describes.

    Args:
        header: The columns' names; None: without a first line.
        rows: The cells of each row, as they are.
    """
    lines = [] if header is None else [_line(header)]
    lines += (_line([escape_formula(cell) for cell in cells]) for cells in rows)
    return "".join(lines)


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    # The writer quotes only those line ends that occur in its own.
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def plain_text(value: Value, *, separator: str = " ") -> str:
    """Return a value as text for a program.

    Args:
        value: The value; None becomes the empty text.
        separator: Separates the texts of a tuple.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return time_in_zone(value)
        case tuple():
            return separator.join(value)
        case _:
            return str(value)


def export_record(row: AnyRow) -> dict[str, str]:
    """Return a row's fields as flat text, under the API's names joined by dots."""
    view = view_of(row)
    record = {name: plain_text(view.field(field).value(row)) for name, field in view.export.items()}
    return {**record, "region": row.region}


def copyable_fields(row: AnyRow) -> dict[str, str]:
    """Return what can be copied of a row, by its label; the id is always among it."""
    view = view_of(row)
    fields = {label: plain_text(view.field(field).value(row)) for label, field in view.copy.items()}
    copyable = {label: text for label, text in fields.items() if text}
    raw = raw_json_of(row)
    if raw:
        copyable["JSON"] = raw.decode("utf-8", "replace")
    return copyable
