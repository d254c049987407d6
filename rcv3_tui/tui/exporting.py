"""A view as a file: CSV for spreadsheets, JSON for programs. Plain functions of rows.

JSON is what the service sent, under the API's own names, unchanged: programs should read it.

CSV has one line a row and the API's names as far as one cell can hold them. A spreadsheet takes a
cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, and a server's
name is whatever somebody once typed. So such a text gets a `'` in front, which spreadsheets take
for "this is text". A text that begins with a `'` itself gets one more, so that nothing is lost:
whoever reads the file takes one `'` away from the front of every cell that has one, and has the
text as it was. Ids, addresses, statuses, numbers and times never begin so and are never touched.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rcv3_tui.tui.details import raw_of
from rcv3_tui.tui.items import (
    FindingItem,
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")

FORMATS = ("csv", "json")
"""The kinds of files, by their endings."""


class ExportError(Exception):
    """The file was not written; the text is one line that says why, and what to do."""


def to_csv(items: Sequence[Item]) -> str:
    """Write rows as CSV.

    Args:
        items: Rows of one pane, in the order shown.

    Returns:
        Lines with a heading; empty for no rows.
    """
    records = [record_of(item) for item in items]
    if not records:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(records[0])
    for record in records:
        writer.writerow([guarded(value) for value in record.values()])
    return text.getvalue()


def to_json(items: Sequence[Item]) -> str:
    """Write rows as a JSON list of what the service sent.

    Args:
        items: Rows of one pane, in the order shown.
    """
    return json.dumps([_whole(item) for item in items], indent=2, ensure_ascii=False) + "\n"


def guarded(text: str) -> str:
    """Give a cell's text so that no spreadsheet takes it for a formula; see the module."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def record_of(item: Item) -> dict[str, str]:
    """Give what a row says, flat, under the API's names joined by dots."""
    match item:
        case ServerItem():
            server, record = item.server, item.record
            return {
                "id": server.id,
                "name": server.name,
                "status": server.status,
                "task_state": server.task_state or "",
                "private_ip_v4": item.private_ip or "",
                "public_ip_v4": (record.address or "") if record else "",
                "public_ip.status": record.status if record else "",
                "load_balancer_pools": " ".join(item.pools),
                "created": _time(server.created),
                "updated": _time(server.updated),
                "region": item.region,
            }
        case PublicIPItem():
            ip, link = item.record, item.record.server
            return {
                "id": ip.id,
                "public_ip_v4": ip.address or "",
                "status": ip.status,
                "status_detail": ip.status_detail or "",
                "retain": "true" if ip.retain else "false",
                "cloud_server.id": link.id if link else "",
                "cloud_server.name": item.server_name or "",
                "created": _time(ip.created),
                "updated": _time(ip.updated),
                "region": item.region,
            }
        case PoolItem():
            pool = item.pool
            return {
                "id": pool.id,
                "name": pool.name,
                "status": pool.status,
                "status_detail": pool.status_detail or "",
                "virtual_ip": pool.virtual_ip or "",
                "port": "" if pool.port is None else str(pool.port),
                "node_counts.cloud_servers": str(pool.counts.cloud_servers),
                "node_counts.external": str(pool.counts.external),
                "node_counts.total": str(pool.counts.total),
                "region": item.region,
            }
        case NodeItem():
            node = item.node
            return {
                "id": node.id,
                "load_balancer_pool.id": node.pool_id,
                "cloud_server.id": node.server.id if node.server else "",
                "cloud_server.name": item.server_name,
                "private_ip_v4": item.private_ip or "",
                "status": node.status,
                "status_detail": node.status_detail or "",
                "created": _time(node.created),
                "updated": _time(node.updated),
                "region": item.region,
            }
        case NetworkItem():
            network = item.network
            return {
                "id": network.id,
                "name": network.name,
                "cidr": network.cidr or "",
                "created": _time(network.created),
                "updated": _time(network.updated),
                "region": item.region,
            }
        case FindingItem():
            found = item.finding
            return {
                "severity": found.severity.value,
                "subject": found.subject,
                "wrong": found.wrong,
                "next_step": found.next_step,
                "since": _time(found.since),
                "id": found.id,
                "region": found.region,
            }
        case OperationItem():
            operation = item.operation
            return {
                "id": operation.id,
                "kind": operation.request.kind.value,
                "subject": operation.request.subject,
                "state": operation.state.value,
                "detail": operation.detail,
                "asked": _time(operation.asked),
                "changed": _time(operation.changed),
                "region": operation.request.region,
            }


def write(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a file that its owner alone can read; never over another one unless told to.

    Args:
        path: Where to.
        text: What.
        replace: A file of that name may go.

    Raises:
        FileExistsError: There is one already.
        ExportError: It cannot be written; nothing of it is left behind.
    """
    target = path.with_name(f".{path.name}.{os.getpid()}.part") if replace else path
    try:
        # Refused where there is a file of that name already, whoever made it and when.
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


def _whole(item: Item) -> object:
    if not isinstance(item, FindingItem | OperationItem):
        try:
            return json.loads(raw_of(item))
        except ValueError:
            return record_of(item)
    return record_of(item)


def _time(moment: datetime | None) -> str:
    """Write a time as RFC 3339 in UTC."""
    return "" if moment is None else moment.isoformat().replace("+00:00", "Z")
