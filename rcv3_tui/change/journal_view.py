"""The operations in the journal, as a table, JSON or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from rcv3_tui.change.options import CommandError
from rcv3_tui.change.report import operation_json
from rcv3_tui.display_time import in_zone, when_label, zone_name
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.suggest import closest_match, quote_value
from rcv3_tui.sync.operations.recovery import whole_journal
from rcv3_tui.text_width import cell_width, pad
from rcv3_tui.views.formatting import format_duration, format_time

_HEADS = ("STATE", "REGION", "WHAT", "OUTCOME", "BY", "NOTE", "ID")

_MARKDOWN_ESCAPES = str.maketrans(
    {"\\": "\\\\", "|": "\\|", "<": "&lt;", "*": "\\*", "_": "\\_", "`": "\\`", "[": "\\["}
)


class JournalFormat(StrEnum):
    """How operations are printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class JournalEntry(Struct, frozen=True):
    """An operation, and whose it is."""

    operation: Operation
    profile: str
    tenant: str
    run: str


class JournalQuery(Struct, frozen=True):
    """Which operations are listed."""

    id: str = ""
    """The id of one, or its beginning; empty: all."""
    profile: str = ""
    tenant: str = ""
    regions: tuple[str, ...] = ()
    since: datetime | None = None
    """Only those that were requested or went on since then."""


def find_operations(directory: Path, query: JournalQuery) -> list[JournalEntry]:
    """Return operations from the journal, newest first.

    Args:
        directory: The per-user state directory.
        query: Which.

    Raises:
        CommandError: The journal cannot be read, or no operation has the id.
    """
    try:
        journal = whole_journal(directory)
    except OSError as error:
        raise CommandError(
            f"the journal in {directory} cannot be read ({error.strerror})", ExitCode.USAGE
        ) from error
    entries = [
        JournalEntry(operation, record.profile, record.tenant, record.run)
        for record, operation in journal
    ]
    entries.sort(key=lambda entry: entry.operation.asked, reverse=True)
    if query.id:
        return [_with_id(entries, query.id)]
    return [
        entry
        for entry in entries
        if query.profile in ("", entry.profile)
        and query.tenant in ("", entry.tenant)
        and (not query.regions or entry.operation.request.region in query.regions)
        and (query.since is None or entry.operation.changed >= query.since)
    ]


def _with_id(entries: Iterable[JournalEntry], wanted: str) -> JournalEntry:
    by_id = {entry.operation.id: entry for entry in entries}
    found = [entry for key, entry in by_id.items() if key.startswith(wanted)]
    if wanted in by_id:
        return by_id[wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(entry.operation.id for entry in found[:6])
        raise CommandError(f"{quote_value(wanted)} is ambiguous: {ids}", ExitCode.USAGE)
    near = closest_match(wanted, by_id)
    tail = f" (did you mean {near}?)" if near else ""
    raise CommandError(f"the journal has no operation {quote_value(wanted)}{tail}", ExitCode.USAGE)


def render(entries: Sequence[JournalEntry], form: JournalFormat) -> str:
    """Return operations as text."""
    match form:
        case JournalFormat.JSON:
            value = {
                "operations": [
                    operation_json(entry.operation)
                    | {"profile": entry.profile, "tenant_id": entry.tenant}
                    for entry in entries
                ]
            }
            return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
        case JournalFormat.MARKDOWN:
            heads = (f"When ({zone_name()})", "What", "Region", "Outcome", "By", "Note")
            rows = [heads, ("---",) * len(heads), *(_markdown_row(entry) for entry in entries)]
            return "".join(f"| {' | '.join(row)} |\n" for row in rows)
        case _:
            return _table([(when_label(), *_HEADS), *(_row(entry) for entry in entries)])


def render_details(entry: JournalEntry) -> str:
    """Return one operation with everything that the journal has of it."""
    operation = entry.operation
    fields = (
        ("id", operation.id),
        ("what", operation.request.sentence),
        ("region", operation.request.region),
        ("state", operation.state.value),
        ("outcome", operation.detail),
        ("resource id", operation.resource_id or ""),
        ("requested", format_time(operation.asked)),
        ("last step", format_time(operation.changed)),
        ("profile", entry.profile),
        ("tenant", entry.tenant),
        ("by", _by(operation)),
        ("note", operation.note),
    )
    return "".join(f"{name + ':':<13}{escape_controls(text)}\n" for name, text in fields if text)


def _row(entry: JournalEntry) -> tuple[str, ...]:
    operation = entry.operation
    return (
        f"{in_zone(operation.asked):%Y-%m-%d %H:%M:%S}",
        operation.state.value,
        operation.request.region,
        operation.request.sentence,
        _outcome(operation),
        _by(operation),
        operation.note,
        operation.id,
    )


def _markdown_row(entry: JournalEntry) -> tuple[str, ...]:
    when, state, region, what, outcome, by, note, _ = _row(entry)
    cells = (when, what, region, f"{state}: {outcome}" if outcome else state, by, note)
    return tuple(escape_controls(cell).translate(_MARKDOWN_ESCAPES) for cell in cells)


def _outcome(operation: Operation) -> str:
    if not operation.is_ended:
        return operation.detail
    return f"{operation.detail or 'done'} ({format_duration(operation.seconds)})"


def _by(operation: Operation) -> str:
    machine = f"{operation.os_user}@{operation.host}" if operation.host else operation.os_user
    return f"{operation.user} ({machine})" if operation.user and machine else operation.user


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = [[escape_controls(cell) or "-" for cell in row] for row in rows]
    widths = [max(map(cell_width, column)) for column in zip(*cells, strict=True)]
    return "".join(
        "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in cells
    )
