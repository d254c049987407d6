"""Exports the rows of a view: CSV for spreadsheets, JSON for programs.

JSON contains the service's own records, unchanged. CSV has one line per row and the API's names;
`rcv3_tui.views.export` describes its dialect.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from rcv3_tui.model.text_safety import escape_json
from rcv3_tui.views.export import export_record, write_csv
from rcv3_tui.views.registry import raw_json_of
from rcv3_tui.views.rows import AnyRow, ChangeRow, FindingRow, OperationRow

FORMATS = ("csv", "json")
"""The formats, by file extension."""


class ExportError(Exception):
    """The file was not written; the text is one line with the reason and what to do."""


def to_csv(items: Sequence[AnyRow]) -> str:
    """Return rows as CSV.

    Args:
        items: Rows of one pane, in the order shown.

    Returns:
        Lines with a heading; empty for no rows.
    """
    records = [export_record(item) for item in items]
    return (
        write_csv(list(records[0]), (list(record.values()) for record in records))
        if records
        else ""
    )


def to_json(items: Sequence[AnyRow]) -> str:
    """Return rows as a JSON list of what the service sent.

    Args:
        items: Rows of one pane, in the order shown; of several regions, each names its region.
    """
    regions = {export_record(item)["region"] for item in items}
    wholes = [_whole(item) for item in items]
    if len(regions) > 1:
        wholes = [
            {"region": export_record(item)["region"], **whole} if isinstance(whole, dict) else whole
            for item, whole in zip(items, wholes, strict=True)
        ]
    return escape_json(json.dumps(wholes, indent=2, ensure_ascii=False)) + "\n"


def write_export(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a file that only its owner can read; never over another one unless requested.

    Args:
        path: The path.
        text: Its content.
        replace: An existing file of that name is replaced.

    Raises:
        FileExistsError: There is a file of that name already.
        ExportError: It cannot be written; no partial file remains.
    """
    target = path.with_name(f".{path.name}.{os.getpid()}.part") if replace else path
    try:
        # Fails if a file of that name exists, even one made a moment ago.
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            target.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> ExportError:
    reason = error.strerror or type(error).__name__
    return ExportError(f"{path} was not written: {reason}; choose another place")


def _whole(item: AnyRow) -> object:
    if not isinstance(item, ChangeRow | FindingRow | OperationRow):
        try:
            return json.loads(raw_json_of(item))
        except ValueError:
            return export_record(item)
    return export_record(item)
