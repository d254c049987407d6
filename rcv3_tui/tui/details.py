"""Everything known of a row and its related resources, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile

from rcv3_tui.display_time import in_zone, zone_name
from rcv3_tui.model.diagnostics import Finding
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.resources import PoolNode, PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import phase
from rcv3_tui.model.status_timeline import Timeline, spans
from rcv3_tui.text_width import cell_width, pad
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.pane_kinds import RESOURCE_OF, PaneKind
from rcv3_tui.tui.row_model import RowModel
from rcv3_tui.tui.widgets.styled_lines import StyledLine, styled, styled_spans
from rcv3_tui.views.details import DetailLine, detail_lines
from rcv3_tui.views.formatting import (
    SEVERITY_TONES,
    TONES,
    format_age,
    format_duration,
    format_moment,
)
from rcv3_tui.views.networks import NETWORKS
from rcv3_tui.views.registry import view_of
from rcv3_tui.views.rows import (
    AnyRow,
    FindingRow,
    NetworkRow,
    PoolRow,
    PublicIPRow,
    ServerRow,
    split_row,
)

_LABEL_WIDTH = 20

_ID_LENGTH = 36
"""Characters of a UUID, which is easier to read and to select in one row."""

_LAST_OPERATIONS = 5
"""How many operations on a resource its details list."""


def details_of(
    row: AnyRow,
    snapshot: Snapshot | None,
    now: datetime,
    keys: KeyLabels,
    *,
    findings: Iterable[Finding] = (),
    seen: Timeline = (),
    operations: Iterable[Operation] = (),
) -> tuple[DetailLine, ...]:
    """Return everything known of a row.

    Args:
        row: The row.
        snapshot: The snapshot of its region, for related resources.
        now: The current time, for ages.
        keys: The key bindings, for what to do next.
        findings: The findings about it and its related resources.
        seen: Its recorded status changes.
        operations: The operations on it, the last one first.
    """
    if isinstance(row, FindingRow):
        findings = (row.finding,)
    return (
        *_findings(findings),
        *detail_lines(view_of(row), row, now),
        *_related(row, snapshot, now, keys),
        *_history(seen, now),
        *_operations(operations, now),
    )


def current_details(
    row_model: RowModel, kind: PaneKind, item: AnyRow, keys: KeyLabels
) -> tuple[DetailLine, ...]:
    """Return everything that is known of a row now.

    Args:
        row_model: The rows, with their snapshots, findings and operations.
        kind: The row's pane.
        item: The row.
        keys: The key bindings, for what to do next.
    """
    region, key = split_row(item.row)
    resource = RESOURCE_OF.get(kind)
    return details_of(
        item,
        row_model.snapshots.get(item.region),
        row_model.now(),
        keys,
        findings=row_model.findings_of(kind, item.row),
        seen=() if resource is None else row_model.seen(region, resource, key),
        operations=row_model.operations_on(kind, item.row) if resource is not None else (),
    )


def _findings(findings: Iterable[Finding]) -> Iterable[DetailLine]:
    found = tuple(findings)
    if not found:
        return
    yield DetailLine("NEEDS ATTENTION")
    for finding in found:
        wrong = f"{finding.subject}: {finding.wrong}"
        yield DetailLine("wrong", wrong, SEVERITY_TONES[finding.severity])
        yield DetailLine("next step", finding.next_step)
    yield DetailLine("")


def _history(timeline: Timeline, now: datetime) -> Iterable[DetailLine]:
    if timeline:
        yield DetailLine("")
        yield DetailLine("SEEN")
        yield DetailLine("status", timeline_text(timeline, now))


def _operations(operations: Iterable[Operation], now: datetime) -> Iterable[DetailLine]:
    last = tuple(operations)[:_LAST_OPERATIONS]
    if not last:
        return
    yield DetailLine("")
    yield DetailLine("OPERATIONS")
    for operation in last:
        tone = "failed" if operation.is_trouble else "" if operation.is_ended else "moving"
        outcome = operation.detail or operation.state.value
        yield DetailLine(
            f"{format_moment(operation.asked, now)} {zone_name(operation.asked)}",
            f"{operation.request.sentence}: {outcome}",
            tone,
        )


def timeline_text(timeline: Timeline, now: datetime) -> str:
    """Return recorded statuses with their durations: `ADDING 8 s → ACTIVE since 14:02:10`.

    Args:
        timeline: The recorded status changes, oldest first.
        now: The current time; a time of another day is shown with its date.
    """
    words = []
    for step in spans(timeline):
        status = step.status or "gone"
        if step.seconds is None:
            began = in_zone(step.began)
            form = "%H:%M:%S" if began.date() == in_zone(now).date() else "%Y-%m-%d %H:%M"
            words.append(f"{status} since {began:{form}} {zone_name(step.began)}")
        elif step.watched:
            words.append(f"{status} {format_duration(step.seconds)}")
        else:
            # The start is as the service reports it, or the end was not observed.
            words.append(f"{status} about {format_duration(step.seconds)}")
    return " → ".join(words)


def _related(
    row: AnyRow, snapshot: Snapshot | None, now: datetime, keys: KeyLabels
) -> Iterable[DetailLine]:
    match row:
        case ServerRow():
            yield from _of_server(row, snapshot, now, keys)
        case PublicIPRow():
            yield from _of_public_ip(row, snapshot, now, keys)
        case PoolRow():
            yield from _of_pool(row, snapshot, keys)
        case _:
            pass


def _of_server(
    row: ServerRow, snapshot: Snapshot | None, now: datetime, keys: KeyLabels
) -> Iterable[DetailLine]:
    server = row.server
    yield DetailLine("")
    yield DetailLine("ADDRESSES")
    for address in server.addresses:
        yield DetailLine(address.label, address.address)
    yield DetailLine("")
    yield DetailLine("PUBLIC IPS")
    records = snapshot.ips_of.get(server.key, ()) if snapshot else ()
    for record in records:
        yield _record_line(record, now)
    if not records:
        yield DetailLine("none", f"{keys['add']} adds one", "muted")
    yield DetailLine("")
    yield DetailLine("POOLS")
    nodes = snapshot.nodes_of.get(server.key, ()) if snapshot else ()
    for node in nodes:
        pool = snapshot.pools.get(node.pool_key) if snapshot else None
        yield DetailLine(
            pool.name if pool else node.pool_key,
            f"{node.status}  {pool.endpoint if pool else ''}".rstrip(),
            TONES[phase(node.status)],
        )
    if not nodes:
        yield DetailLine("none" if row.pools_known else "none read so far", "", "muted")
    if server.metadata:
        yield DetailLine("")
        yield DetailLine("METADATA")
        for key, value in server.metadata:
            yield DetailLine(key, value)


def _record_line(record: PublicIP, now: datetime) -> DetailLine:
    retained = ", retained" if record.retain else ""
    detail = f": {record.status_detail}" if record.status_detail else ""
    return DetailLine(
        record.address or "no address",
        f"{record.status}{detail}{retained}, {format_age(record.created, now)} old, {record.id}",
        TONES[phase(record.status)],
    )


def _of_public_ip(
    row: PublicIPRow, snapshot: Snapshot | None, now: datetime, keys: KeyLabels
) -> Iterable[DetailLine]:
    record, link = row.record, row.record.server
    yield DetailLine("")
    yield DetailLine("CLOUD SERVER")
    if link is None:
        yield DetailLine("unassigned", f"{keys['reassign']} assigns it to a server", "warn")
        return
    if row.is_ghost:
        yield DetailLine("gone", "Cloud Servers does not list it any more; ask Support", "warn")
    yield DetailLine("name", row.server_name or "-")
    yield DetailLine("id", link.id)
    yield DetailLine("private address", link.private_ip or "-")
    if link.network is not None:
        yield DetailLine("")
        yield DetailLine("CLOUD NETWORK")
        yield from detail_lines(NETWORKS, NetworkRow("", row.region, link.network), now)
    server = snapshot.servers.get(link.key) if snapshot else None
    if server is not None and record.address and server.access_ip != record.address:
        yield DetailLine("")
        yield DetailLine(
            "Access IP", f"{server.access_ip or 'none'}: differs from the record", "warn"
        )


def _of_pool(row: PoolRow, snapshot: Snapshot | None, keys: KeyLabels) -> Iterable[DetailLine]:
    pool = row.pool
    yield DetailLine("")
    yield DetailLine("NODES")
    nodes: Iterable[PoolNode] = snapshot.nodes_in(pool.key).values() if snapshot else ()
    for node in nodes:
        link = node.server
        name = snapshot.server_name(link.key, link.name) if snapshot and link else "?"
        detail = f": {node.status_detail}" if node.status_detail else ""
        yield DetailLine(name, f"{node.status}{detail}", TONES[phase(node.status)])
    if snapshot is None or pool.key not in snapshot.nodes:
        yield DetailLine("not read yet", "", "muted")
    elif not nodes:
        yield DetailLine("none of this account", f"{keys['add']} adds servers", "muted")


def _is_heading(fact: DetailLine) -> bool:
    return not fact.text and fact.label.isupper()


def _section_width(facts: Sequence[DetailLine], least: int) -> int:
    """Return the cells of the labels of a section, which ends at a blank line.

    Args:
        facts: The lines from the start of the section.
        least: The least width.

    Returns:
        The width of the longest label. One that is longer than the column of the details window,
        such as the long name of a pool, does not count, to leave room for the texts.
    """
    section = takewhile(lambda fact: fact.label or fact.text, facts)
    widths = (cell_width(fact.label) for fact in section if not _is_heading(fact))
    return max([least, *(width for width in widths if width <= _LABEL_WIDTH)])


def details_page(
    facts: Sequence[DetailLine], *, gone: bool, label_width: int = _LABEL_WIDTH
) -> tuple[StyledLine, ...]:
    """Return the page of a row's details.

    Args:
        facts: Labels and texts.
        gone: The resource no longer exists; these are its last known details.
        label_width: The least cells of the labels' column; longer labels of a section widen it.
    """
    lines: list[StyledLine] = []
    if gone:
        lines.append(
            styled("This resource no longer exists; these are its last known details.", "warn")
        )
        lines.append(StyledLine(""))
    width, is_start = label_width, True
    for at, fact in enumerate(facts):
        if is_start:
            width = _section_width(facts[at:], label_width)
        is_start = not fact.label and not fact.text
        if _is_heading(fact):
            lines.append(styled(fact.label, "accent"))
            continue
        is_id = len(fact.text) == _ID_LENGTH and " " not in fact.text
        label = f"{pad(fact.label, label_width if is_id else width)} "
        lines.append(styled_spans((label, "muted"), (fact.text, fact.tone), hang=len(label)))
    return tuple(lines)
