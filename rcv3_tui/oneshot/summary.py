"""The summary of an account on one screen: what needs attention first, then how much there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from rcv3_tui.model.attention import Finding, Severity, in_order
from rcv3_tui.model.resources import RETAINED_LIMIT
from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase, phase, server_phase
from rcv3_tui.model.text import ascii_only
from rcv3_tui.model.times import elapsed
from rcv3_tui.oneshot.kind import REGION, Moving
from rcv3_tui.oneshot.kinds import KINDS
from rcv3_tui.oneshot.listing import Cell, Head, Listing, Row
from rcv3_tui.oneshot.out import Looks
from rcv3_tui.oneshot.reading import RegionReader
from rcv3_tui.oneshot.tables import coloured, painted, plain
from rcv3_tui.oneshot.times import rfc3339
from rcv3_tui.oneshot.widths import cut, width

if TYPE_CHECKING:
    from rcv3_tui.oneshot.formats import Json

PARTS = frozenset({Part.SERVERS, Part.PUBLIC_IPS, Part.POOLS, Part.NODES, Part.NETWORKS})
"""What a summary reads."""

_API_NAMES = {
    Part.SERVERS: "cloud_servers",
    Part.PUBLIC_IPS: "public_ips",
    Part.POOLS: "load_balancer_pools",
    Part.NODES: "nodes",
    Part.NETWORKS: "cloud_networks",
}
_COLOURS = {Severity.FAILED: "1;31", Severity.WARNING: "33", Severity.NOTE: "36"}
_LEAST_FOR_BLOCKS = 40
"""Columns below which a text is cut rather than spread over many short lines."""

_INDENT = " " * 11
"""What a line of a block begins with, so wide that the words of severity fit in."""


class Count(Struct, frozen=True):
    """How much there is of one kind, by status."""

    part: Part
    by_status: dict[str, int]
    by_phase: dict[Phase, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_status.values())


class RegionSummary(Struct, frozen=True):
    """One region in figures."""

    reader: RegionReader
    counts: dict[Part, Count | None]
    """None: could not be read."""


class Summary(Struct, frozen=True):
    """An account in figures."""

    profile: str
    now: datetime
    regions: tuple[RegionSummary, ...]
    findings: tuple[Finding, ...]
    moving: tuple[Moving, ...]


def summarize(readers: Sequence[RegionReader], profile: str, now: datetime) -> Summary:
    """Work the figures out.

    Args:
        readers: The regions, read.
        profile: What the account is called in the configuration.
        now: The time of day.
    """
    return Summary(
        profile=profile,
        now=now,
        regions=tuple(_region(reader) for reader in readers),
        findings=in_order(finding for reader in readers for finding in reader.findings(now)),
        moving=tuple(
            mover
            for reader in readers
            for kind in KINDS.values()
            for mover in kind.moving(reader, "", now)
        ),
    )


def _region(reader: RegionReader) -> RegionSummary:
    def count(part: Part, statuses: Iterable[str], of: Callable[[str], Phase]) -> Count | None:
        if reader.snapshot.part(part).fetched is None:
            return None
        by_status = Counter(statuses)
        by_phase: Counter[Phase] = Counter()
        for status, many in by_status.items():
            by_phase[of(status)] += many
        return Count(part, dict(sorted(by_status.items())), dict(by_phase))

    counts = (
        count(Part.SERVERS, (s.status for s in reader.servers), server_phase),
        count(Part.PUBLIC_IPS, (ip.status for ip in reader.public_ips), phase),
        count(Part.POOLS, (pool.status for pool in reader.pools), phase),
        count(Part.NODES, (node.status for node in reader.nodes()), phase),
        count(Part.NETWORKS, ("" for _ in reader.networks), lambda status: Phase.SETTLED),
    )
    parts = (Part.SERVERS, Part.PUBLIC_IPS, Part.POOLS, Part.NODES, Part.NETWORKS)
    return RegionSummary(reader, dict(zip(parts, counts, strict=True)))


# For people ----------------------------------------------------------------------------------


def lines(summary: Summary, looks: Looks, *, header: bool) -> list[str]:
    """Write the summary for a terminal or a pipe.

    Args:
        summary: The figures.
        looks: Where it goes; on a terminal it is cut to one screen.
        header: Begin with whose account it is, and the tables with their columns' names.
    """
    figures = _figures(summary)
    table = (
        painted(figures, looks, header=header)
        if looks.is_terminal
        else plain(figures, header=header, ascii=looks.ascii).splitlines()
    )
    below = [*table, *(_fitted(note, looks) for note in _notes(summary))]
    head = [_fitted(_whose(summary), looks), ""] if header else []
    # The first line of the screen stays for the shell's prompt.
    room = looks.rows - len(head) - len(below) - 3 if looks.is_terminal else None
    attention = _attention(summary, looks, room)
    return [*head, *attention, "", *below]


def _whose(summary: Summary) -> str:
    names = ", ".join(each.reader.name for each in summary.regions)
    tenants = dict.fromkeys(each.reader.snapshot.tenant for each in summary.regions)
    time = rfc3339(summary.now.replace(microsecond=0))
    return f"{summary.profile}  {names}  tenant {', '.join(tenants)}  {time}"


def _attention(summary: Summary, looks: Looks, room: int | None) -> list[str]:
    """Write what needs attention, and what to do about it for as many as there is room for."""
    several = len(summary.regions) > 1
    count = len(summary.findings)
    if count:
        things = "1 thing needs" if count == 1 else f"{count} things need"
        only_notes = all(finding.severity is Severity.NOTE for finding in summary.findings)
        first, colour = f"{things} attention", "33" if only_notes else "1;31"
    else:
        first, colour = "Nothing needs attention", "32"
    first = coloured(_fitted(first, looks), colour, looks)
    movers = [_mover(mover, summary.now, several=several) for mover in _lively(summary)]
    entries = [_finding(finding, summary.now, several=several) for finding in summary.findings]
    entries += movers
    if room is None:
        return [first, *(line for entry in entries for line in _block(entry, looks))]
    if len(entries) > room:
        shown = entries[: max(0, room - 1)]
        more = _fitted(f"  and {len(entries) - len(shown)} more", looks)
        return [first, *(_one_line(entry, looks) for entry in shown), more]
    lines = [first]
    spare = room - len(entries) if looks.columns >= _LEAST_FOR_BLOCKS else 0
    for entry in entries:
        block = _block(entry, looks)
        if len(block) - 1 <= spare:
            spare -= len(block) - 1
            lines += block
        else:
            lines.append(_one_line(entry, looks))
    return lines


def _lively(summary: Summary) -> list[Moving]:
    """Give what moves and is not among the findings already."""
    told = {(finding.region, *finding.row) for finding in summary.findings}
    return [m for m in summary.moving if (m.region, m.part, m.item.key) not in told]


class _Entry(Struct, frozen=True):
    """One thing to be told of."""

    word: str
    colour: str
    text: str
    step: str = ""


def _finding(finding: Finding, now: datetime, *, several: bool) -> _Entry:
    since = "" if finding.since is None else f" ({elapsed((now - finding.since).total_seconds())})"
    where = f"{finding.region}: " if several else ""
    text = f"{where}{finding.subject}: {finding.wrong}{since}"
    return _Entry(finding.severity.value, _COLOURS[finding.severity], text, finding.next_step)


def _mover(mover: Moving, now: datetime, *, several: bool) -> _Entry:
    where = f"{mover.region}: " if several else ""
    since = "" if mover.since is None else f" {elapsed((now - mover.since).total_seconds())}"
    return _Entry("moving", "33", f"{where}{mover.title}: {mover.status}{since}")


def _block(entry: _Entry, looks: Looks) -> list[str]:
    first, *rest = _wrapped(_spelled(entry.text, looks), looks)
    steps = _wrapped(_spelled(entry.step, looks), looks) if entry.step else []
    return [
        _lead(entry, looks) + first,
        *(_INDENT + line for line in rest),
        *(_INDENT + coloured(line, "2", looks) for line in steps),
    ]


def _one_line(entry: _Entry, looks: Looks) -> str:
    room = max(1, looks.columns - len(_INDENT))
    return _lead(entry, looks) + cut(_spelled(entry.text, looks), room, ascii=looks.ascii)


def _spelled(text: str, looks: Looks) -> str:
    return ascii_only(text) if looks.ascii else text


def _lead(entry: _Entry, looks: Looks) -> str:
    blanks = " " * (len(_INDENT) - 2 - len(entry.word))
    return f"  {coloured(entry.word, entry.colour, looks)}{blanks}"


def _fitted(text: str, looks: Looks) -> str:
    return cut(text, looks.columns, ascii=looks.ascii) if looks.is_terminal else text


def _wrapped(text: str, looks: Looks) -> list[str]:
    """Part a text into lines that fit a terminal; into a pipe it goes as it is."""
    if not looks.is_terminal:
        return [text]
    room = max(8, looks.columns - len(_INDENT))
    result = [""]
    for word in text.split(" "):
        longer = f"{result[-1]} {word}" if result[-1] else word
        if result[-1] and width(longer) > room:
            result.append(word)
        else:
            result[-1] = longer
    return [cut(line, room, ascii=looks.ascii) for line in result]


def _figures(summary: Summary) -> Listing:
    """Make the table of figures; a dash stands for what could not be read."""
    several = len(summary.regions) > 1
    heads = [
        Head(REGION, "REGION", rank=1, least=6),
        Head("what", "", rank=0, least=7),
        Head("total", "TOTAL", right=True, rank=0, least=5),
        Head("active", "ACTIVE", right=True, rank=4, least=6),
        Head("moving", "MOVING", right=True, rank=3, least=6),
        Head("failed", "FAILED", right=True, rank=2, least=6),
        Head("off", "OFF", right=True, rank=5, least=3),
    ]
    rows = []
    for each in summary.regions:
        for part, count in each.counts.items():
            name = part.value[:1].upper() + part.value[1:]
            cells = [Cell(each.reader.name), Cell(name)]
            if count is None:
                cells += [Cell(None)] * 5
            else:
                cells.append(Cell(count.total))
                has_status = part is not Part.NETWORKS
                for stage in (Phase.SETTLED, Phase.MOVING, Phase.FAILED, Phase.OFF):
                    cells.append(Cell(count.by_phase.get(stage, 0) if has_status else None))
            rows.append(Row(each.reader.name, part, name, tuple(cells)))
    if not several:
        heads = heads[1:]
        rows = [Row(row.region, row.part, row.key, row.cells[1:]) for row in rows]
    return Listing(tuple(heads), tuple(rows), several_regions=several)


def figures(summary: Summary) -> Listing:
    """Give the table of figures alone, for CSV."""
    return _figures(summary)


def _notes(summary: Summary) -> list[str]:
    notes: list[str] = []
    for each in summary.regions:
        reader = each.reader
        where = f"{reader.name}: " if len(summary.regions) > 1 else ""
        retained = [ip for ip in reader.public_ips if ip.retain]
        if retained:
            notes.append(f"{where}{len(retained)} of {RETAINED_LIMIT} retained addresses in use")
        if reader.unread_pools:
            read = len(reader.pools) - len(reader.unread_pools)
            notes.append(
                f"{where}nodes of {read} of {len(reader.pools)} pools were read, a request each; "
                "status nodes reads all"
            )
    return notes


# For programs --------------------------------------------------------------------------------


def as_json(summary: Summary) -> Json:
    """Give the summary as JSON can hold it; kinds are called as the API calls them."""
    return {
        "profile": summary.profile,
        "time": rfc3339(summary.now.replace(microsecond=0)),
        "attention": [_finding_json(finding) for finding in summary.findings],
        "moving": [
            {
                "region": mover.region,
                "resource": _API_NAMES[mover.part],
                "id": mover.item.id,
                "subject": mover.title,
                "status": mover.status,
                "since": None if mover.since is None else rfc3339(mover.since),
            }
            for mover in summary.moving
        ],
        "regions": [_region_json(each) for each in summary.regions],
    }


def _finding_json(finding: Finding) -> Json:
    return {
        "severity": finding.severity.value,
        "region": finding.region,
        "resource": _API_NAMES[finding.part],
        "id": finding.id,
        "subject": finding.subject,
        "wrong": finding.wrong,
        "next_step": finding.next_step,
        "since": None if finding.since is None else rfc3339(finding.since),
    }


def _region_json(each: RegionSummary) -> Json:
    reader = each.reader
    result: dict[str, Json] = {"region": reader.name, "tenant_id": reader.snapshot.tenant}
    for part, count in each.counts.items():
        if count is None:
            result[_API_NAMES[part]] = None
            continue
        figures: dict[str, Json] = {"total": count.total}
        if part is not Part.NETWORKS:
            figures["by_status"] = dict(count.by_status)
        if part is Part.PUBLIC_IPS:
            figures["retained"] = sum(1 for ip in reader.public_ips if ip.retain)
            figures["unassigned"] = sum(1 for ip in reader.public_ips if ip.server is None)
        if part is Part.NODES:
            figures["pools_not_read"] = len(reader.unread_pools)
        result[_API_NAMES[part]] = figures
    result["errors"] = [error.one_line() for error in dict.fromkeys(reader.errors.values())]
    return result
