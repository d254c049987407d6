"""The summary of an account on one screen: what needs attention first, then the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.diagnostics import Finding, Severity, sort_findings
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import RETAINED_LIMIT
from rcv3_tui.model.status import Phase, phase, server_phase
from rcv3_tui.model.text_safety import ascii_only
from rcv3_tui.model.times import elapsed, rfc3339
from rcv3_tui.status.formats import Json
from rcv3_tui.status.output import OutputStyle
from rcv3_tui.status.reader import RegionReader
from rcv3_tui.status.resource_view import REGION, RESOURCE_VIEWS, Transition
from rcv3_tui.status.table_data import Cell, Header, Row, TableData
from rcv3_tui.status.table_text import colorize, render_plain, render_terminal
from rcv3_tui.text_width import cell_width, truncate
from rcv3_tui.views.formatting import time_in_zone

API_NAMES = {
    ResourceKind.SERVERS: "cloud_servers",
    ResourceKind.PUBLIC_IPS: "public_ips",
    ResourceKind.POOLS: "load_balancer_pools",
    ResourceKind.NODES: "nodes",
    ResourceKind.NETWORKS: "cloud_networks",
}
_COLORS = {
    Severity.FAILED: "1;31",
    Severity.UNKNOWN: "1;33",
    Severity.WARNING: "33",
    Severity.NOTE: "36",
}
_LEAST_FOR_BLOCKS = 40
"""Columns below which a text is truncated instead of wrapped into many short lines."""

_NOTED_AGE = 5.0
"""Seconds after which the age of nodes that another run has read is shown."""

_INDENT = " " * 11
"""The indentation of a block, wide enough for every severity."""


class Count(Struct, frozen=True):
    """The counts of one kind of resource, by status."""

    kind: ResourceKind
    by_status: dict[str, int]
    by_phase: dict[Phase, int]
    is_whole: bool = True
    """All were read; otherwise only the read ones are counted."""

    @property
    def total(self) -> int:
        """The number of read resources."""
        return sum(self.by_status.values())


class RegionSummary(Struct, frozen=True):
    """The counts of one region."""

    reader: RegionReader
    counts: dict[ResourceKind, Count | None]
    """None: could not be read."""


class Summary(Struct, frozen=True):
    """The counts of an account."""

    profile: str
    now: datetime
    regions: tuple[RegionSummary, ...]
    findings: tuple[Finding, ...]
    transitions: tuple[Transition, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything that it depends on was read."""
        return all(each.reader.is_complete for each in self.regions)


def summarize(readers: Sequence[RegionReader], profile: str, now: datetime) -> Summary:
    """Return the summary of an account.

    Args:
        readers: The regions, after reading.
        profile: The name of the account in the configuration.
        now: The current time, in UTC.
    """
    return Summary(
        profile=profile,
        now=now,
        regions=tuple(_region(reader) for reader in readers),
        findings=sort_findings(finding for reader in readers for finding in reader.findings(now)),
        transitions=tuple(
            transition
            for reader in readers
            for view in RESOURCE_VIEWS.values()
            for transition in view.transitions(reader, "", now)
        ),
    )


def _region(reader: RegionReader) -> RegionSummary:
    def count(
        kind: ResourceKind, statuses: Iterable[str], of: Callable[[str], Phase]
    ) -> Count | None:
        is_whole = reader.snapshot.fetch_state(kind).is_whole
        if kind is ResourceKind.NODES:
            # The nodes of some pools may be unread.
            is_whole = (
                not reader.unread_pools and reader.snapshot.fetch_state(ResourceKind.POOLS).is_read
            )
            if not is_whole and not reader.snapshot.nodes:
                return None
        elif reader.snapshot.fetch_state(kind).fetched is None:
            return None
        by_status = Counter(statuses)
        by_phase: Counter[Phase] = Counter()
        for status, many in by_status.items():
            by_phase[of(status)] += many
        return Count(kind, dict(sorted(by_status.items())), dict(by_phase), is_whole)

    counts = (
        count(ResourceKind.SERVERS, (s.status for s in reader.servers), server_phase),
        count(ResourceKind.PUBLIC_IPS, (ip.status for ip in reader.public_ips), phase),
        count(ResourceKind.POOLS, (pool.status for pool in reader.pools), phase),
        count(ResourceKind.NODES, (node.status for node in reader.nodes()), phase),
        count(ResourceKind.NETWORKS, ("" for _ in reader.networks), lambda status: Phase.STABLE),
    )
    parts = (
        ResourceKind.SERVERS,
        ResourceKind.PUBLIC_IPS,
        ResourceKind.POOLS,
        ResourceKind.NODES,
        ResourceKind.NETWORKS,
    )
    return RegionSummary(reader, dict(zip(parts, counts, strict=True)))


# For people ----------------------------------------------------------------------------------


def text_lines(summary: Summary, style: OutputStyle, *, header: bool) -> list[str]:
    """Return the summary for a terminal or a pipe.

    Args:
        summary: The summary.
        style: The style of the output; a terminal gets at most one screen.
        header: Start with the account, and the tables with the names of their columns.
    """
    figures = _figures(summary)
    table = (
        render_terminal(figures, style, header=header)
        if style.is_terminal
        else render_plain(figures, header=header, ascii=style.ascii).splitlines()
    )
    below = [*table, *(_fitted(note, style) for note in _notes(summary))]
    head = [_fitted(_whose(summary), style), ""] if header else []
    # The first line of the screen is reserved for the shell's prompt.
    room = style.rows - len(head) - len(below) - 3 if style.is_terminal else None
    attention = _attention(summary, style, room)
    return [*head, *attention, "", *below]


def _whose(summary: Summary) -> str:
    names = ", ".join(each.reader.name for each in summary.regions)
    tenants = dict.fromkeys(each.reader.snapshot.tenant for each in summary.regions)
    time = time_in_zone(summary.now.replace(microsecond=0))
    return f"{summary.profile}  {names}  tenant {', '.join(tenants)}  {time}"


def _attention(summary: Summary, style: OutputStyle, room: int | None) -> list[str]:
    """Return the findings, with the next steps of as many as fit."""
    several = len(summary.regions) > 1
    known = [f.severity for f in summary.findings if f.severity is not Severity.UNKNOWN]
    unread = "" if summary.is_complete else "not everything was read"
    if known:
        things = "1 thing needs" if len(known) == 1 else f"{len(known)} things need"
        rest = f"; {unread}" if unread else ""
        only_notes = all(severity is Severity.NOTE for severity in known)
        first, color = f"{things} attention{rest}", "33" if only_notes else "1;31"
    elif unread or summary.findings:
        why = f": {unread}" if unread else ""
        first, color = f"Not known whether anything needs attention{why}", "33"
    else:
        first, color = "Nothing needs attention", "32"
    first = colorize(_fitted(first, style), color, style)
    transitions = [
        _mover(transition, summary.now, several=several) for transition in _lively(summary)
    ]
    entries = [_finding(finding, summary.now, several=several) for finding in summary.findings]
    entries += transitions
    if room is None:
        return [first, *(line for entry in entries for line in _block(entry, style))]
    if len(entries) > room:
        shown = entries[: max(0, room - 1)]
        more = _fitted(f"  and {len(entries) - len(shown)} more", style)
        return [first, *(_one_line(entry, style) for entry in shown), more]
    lines = [first]
    spare = room - len(entries) if style.columns >= _LEAST_FOR_BLOCKS else 0
    for entry in entries:
        block = _block(entry, style)
        if len(block) - 1 <= spare:
            spare -= len(block) - 1
            lines += block
        else:
            lines.append(_one_line(entry, style))
    return lines


def _lively(summary: Summary) -> list[Transition]:
    """Return the transitions without a finding."""
    found = {(finding.region, *finding.row) for finding in summary.findings}
    return [m for m in summary.transitions if (m.region, m.kind, m.item.key) not in found]


class _Entry(Struct, frozen=True):
    """A finding or transition to show."""

    word: str
    color: str
    text: str
    step: str = ""


def _finding(finding: Finding, now: datetime, *, several: bool) -> _Entry:
    since = "" if finding.since is None else f" ({elapsed((now - finding.since).total_seconds())})"
    where = f"{finding.region}: " if several else ""
    text = f"{where}{finding.subject}: {finding.wrong}{since}"
    return _Entry(finding.severity.value, _COLORS[finding.severity], text, finding.next_step)


def _mover(transition: Transition, now: datetime, *, several: bool) -> _Entry:
    where = f"{transition.region}: " if several else ""
    since = (
        "" if transition.since is None else f" {elapsed((now - transition.since).total_seconds())}"
    )
    return _Entry("moving", "33", f"{where}{transition.title}: {transition.status}{since}")


def _block(entry: _Entry, style: OutputStyle) -> list[str]:
    first, *rest = _wrapped(_spelled(entry.text, style), style)
    steps = _wrapped(_spelled(entry.step, style), style) if entry.step else []
    return [
        _lead(entry, style) + first,
        *(_INDENT + line for line in rest),
        *(_INDENT + colorize(line, "2", style) for line in steps),
    ]


def _one_line(entry: _Entry, style: OutputStyle) -> str:
    room = max(1, style.columns - len(_INDENT))
    return _lead(entry, style) + truncate(_spelled(entry.text, style), room, style.ellipsis)


def _spelled(text: str, style: OutputStyle) -> str:
    return ascii_only(text) if style.ascii else text


def _lead(entry: _Entry, style: OutputStyle) -> str:
    blanks = " " * (len(_INDENT) - 2 - len(entry.word))
    return f"  {colorize(entry.word, entry.color, style)}{blanks}"


def _fitted(text: str, style: OutputStyle) -> str:
    return truncate(text, style.columns, style.ellipsis) if style.is_terminal else text


def _wrapped(text: str, style: OutputStyle) -> list[str]:
    """Wrap a text for a terminal; for a pipe it is unchanged."""
    if not style.is_terminal:
        return [text]
    room = max(8, style.columns - len(_INDENT))
    result = [""]
    for word in text.split(" "):
        longer = f"{result[-1]} {word}" if result[-1] else word
        if result[-1] and cell_width(longer) > room:
            result.append(word)
        else:
            result[-1] = longer
    return [truncate(line, room, style.ellipsis) for line in result]


def _figures(summary: Summary) -> TableData:
    """Return the table of counts; `?` means unread, `3+` at least 3."""
    several = len(summary.regions) > 1
    heads = [
        Header(REGION, "REGION", rank=1, least=6),
        Header("what", "", rank=0, least=7),
        Header("total", "TOTAL", right=True, rank=0, least=5),
        Header("active", "ACTIVE", right=True, rank=4, least=6),
        Header("moving", "MOVING", right=True, rank=3, least=6),
        Header("failed", "FAILED", right=True, rank=2, least=6),
        Header("off", "OFF", right=True, rank=5, least=3),
    ]
    rows = []
    for each in summary.regions:
        for kind, count in each.counts.items():
            name = kind.value[:1].upper() + kind.value[1:]
            cells = [Cell(each.reader.name), Cell(name)]
            if count is None:
                cells += [Cell(None, unknown=True)] * 5
            else:
                cells.append(_counted(count.total, count))
                has_status = kind is not ResourceKind.NETWORKS
                for stage in (Phase.STABLE, Phase.TRANSITIONING, Phase.FAILED, Phase.OFF):
                    many = count.by_phase.get(stage, 0)
                    cells.append(_counted(many, count) if has_status else Cell(None))
            rows.append(Row(each.reader.name, kind, name, tuple(cells)))
    if not several:
        heads = heads[1:]
        rows = [Row(row.region, row.kind, row.key, row.cells[1:]) for row in rows]
    return TableData(tuple(heads), tuple(rows), several_regions=several)


def _counted(many: int, count: Count) -> Cell:
    """Format a count: exact, a lower bound, or unknown."""
    if count.is_whole:
        return Cell(many)
    return Cell(f"{many}+") if many else Cell(None, unknown=True)


def count_table(summary: Summary) -> TableData:
    """Return only the table of counts, for CSV."""
    return _figures(summary)


def _notes(summary: Summary) -> list[str]:
    notes: list[str] = []
    for each in summary.regions:
        reader = each.reader
        where = f"{reader.name}: " if len(summary.regions) > 1 else ""
        retained = [ip for ip in reader.public_ips if ip.retain]
        if retained:
            notes.append(f"{where}{len(retained)} of {RETAINED_LIMIT} retained addresses in use")
        as_of = reader.nodes_as_of
        old = 0.0 if as_of is None else (summary.now - as_of).total_seconds()
        if old >= _NOTED_AGE:
            notes.append(f"{where}pool nodes as read {elapsed(old)} ago")
        if reader.unread_pools:
            total = len(reader.snapshot.pools)
            read = total - len(reader.unread_pools)
            # What failed is a finding; what was left out can be read.
            has_failed = ResourceKind.NODES in reader.errors
            advice = "" if has_failed else ", a request each; --complete reads all"
            notes.append(f"{where}nodes of {read} of {total} pools were read{advice}")
    return notes


# For programs --------------------------------------------------------------------------------


def as_json(summary: Summary) -> Json:
    """Return the summary as JSON, with the API's names of resources."""
    return {
        "profile": summary.profile,
        "time": rfc3339(summary.now.replace(microsecond=0)),
        "complete": summary.is_complete,
        "attention": [_finding_json(finding) for finding in summary.findings],
        "moving": [
            {
                "region": transition.region,
                "resource": API_NAMES[transition.kind],
                "id": transition.item.id,
                "subject": transition.title,
                "status": transition.status,
                "since": None if transition.since is None else rfc3339(transition.since),
            }
            for transition in summary.transitions
        ],
        "regions": [_region_json(each) for each in summary.regions],
    }


def _finding_json(finding: Finding) -> Json:
    return {
        "severity": finding.severity.value,
        "region": finding.region,
        "resource": API_NAMES[finding.kind],
        "id": finding.id or None,
        "subject": finding.subject,
        "wrong": finding.wrong,
        "next_step": finding.next_step,
        "since": None if finding.since is None else rfc3339(finding.since),
    }


def _region_json(each: RegionSummary) -> Json:
    reader = each.reader
    result: dict[str, Json] = {
        "region": reader.name,
        "tenant_id": reader.snapshot.tenant,
        "complete": reader.is_complete,
    }
    for kind, count in each.counts.items():
        if count is None:
            result[API_NAMES[kind]] = None
            continue
        # A partial count is not a total.
        figures: dict[str, Json] = {"total": count.total if count.is_whole else None}
        if not count.is_whole:
            figures["at_least"] = count.total
        if kind is not ResourceKind.NETWORKS:
            figures["by_status"] = dict(count.by_status)
        if kind is ResourceKind.PUBLIC_IPS:
            figures["retained"] = sum(1 for ip in reader.public_ips if ip.retain)
            figures["unassigned"] = sum(1 for ip in reader.public_ips if ip.server is None)
        if kind is ResourceKind.NODES:
            figures["pools_not_read"] = len(reader.unread_pools)
            as_of = reader.nodes_as_of
            figures["as_of"] = None if as_of is None else rfc3339(as_of.replace(microsecond=0))
        result[API_NAMES[kind]] = figures
    result["errors"] = [error.one_line() for error in dict.fromkeys(reader.errors.values())]
    return result
