"""The figures of an account for monitoring systems, as the summary has them.

What was not read has no figure: a monitoring system must not take an unread list for an empty one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from rcv3_tui.model.diagnostics import Severity
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.status.reader import RegionReader
from rcv3_tui.status.summary import API_NAMES, Count, RegionSummary, Summary

_RECORD_STATUSES = ("ACTIVE", "ADD_FAILED", "REMOVE_FAILED", "UPDATE_FAILED")
_KNOWN_STATUSES = {
    ResourceKind.SERVERS: ("ACTIVE", "ERROR"),
    ResourceKind.PUBLIC_IPS: _RECORD_STATUSES,
    ResourceKind.POOLS: _RECORD_STATUSES,
    ResourceKind.NODES: _RECORD_STATUSES,
}
"""Statuses that are reported even if no resource has them (RackConnect API reference, section 5),
so that an alert on a failed one has a series to compare with."""

Labels = tuple[tuple[str, str], ...]
"""Names and values of labels, in order."""


class Sample(Struct, frozen=True):
    """One figure."""

    labels: Labels
    value: float


class Metric(Struct, frozen=True):
    """One gauge with its figures."""

    name: str
    help: str
    samples: tuple[Sample, ...]


_UP = ("rcv3_up", "Whether servers, public IPs and pools could be read (1) or not (0).")


def collect(summary: Summary) -> tuple[Metric, ...]:
    """Return the figures of an account.

    Args:
        summary: The account, as far as it was read.
    """
    regions = [(_labels(summary.profile, each.reader.name), each) for each in summary.regions]

    def metric(name: str, text: str, samples: Iterator[Sample]) -> Metric:
        return Metric(name, text, tuple(samples))

    return (
        metric(*_UP, (Sample(labels, int(each.reader.is_up)) for labels, each in regions)),
        metric(
            "rcv3_complete",
            "Whether everything that the findings depend on was read (1) or not (0).",
            (Sample(labels, int(each.reader.is_complete)) for labels, each in regions),
        ),
        metric(
            "rcv3_resources",
            "Resources by status; kinds that were not read completely are left out.",
            (sample for labels, each in regions for sample in _resources(labels, each)),
        ),
        metric(
            "rcv3_pools_unread",
            "Load balancer pools whose nodes were not read.",
            (
                Sample(labels, len(each.reader.unread_pools))
                for labels, each in regions
                if each.counts[ResourceKind.POOLS] is not None
            ),
        ),
        metric(
            "rcv3_findings",
            "What needs attention by level; a level is left out if it is 0 and not all was read.",
            (
                Sample((*labels, ("level", level)), count)
                for labels, each in regions
                for level, count in findings_by_level(summary, each.reader).items()
                if count is not None
            ),
        ),
        metric(
            "rcv3_requests_used",
            "RackConnect requests in the last minute, of all copies of the program on this host.",
            (Sample(labels, each.reader.requests_used) for labels, each in regions),
        ),
        metric(
            "rcv3_requests_limit",
            "RackConnect requests that the service allows in a minute.",
            (Sample(labels, each.reader.requests_limit) for labels, each in regions),
        ),
        metric(
            "rcv3_data_age_seconds",
            "Seconds since a kind of resource was read; kinds that were never read are left out.",
            (
                Sample((*labels, ("resource", API_NAMES[kind])), round(seconds, 3))
                for labels, each in regions
                for kind, seconds in each.reader.ages(summary.now).items()
            ),
        ),
    )


def down(profile: str, regions: Sequence[str]) -> tuple[Metric, ...]:
    """Return the figures of an account that could not be opened.

    Args:
        profile: What the account is called in the configuration.
        regions: The regions that were asked for; empty: not known without the service catalog.
    """
    named = [_labels(profile, region) for region in regions] or [(("profile", profile),)]
    return (Metric(*_UP, tuple(Sample(labels, 0) for labels in named)),)


def findings_by_level(summary: Summary, reader: RegionReader) -> dict[str, int | None]:
    """Count a region's findings by level; None: unknown, since not everything was read.

    Args:
        summary: The account.
        reader: The region.
    """
    counts = Counter(
        finding.severity for finding in summary.findings if finding.region == reader.name
    )
    if not reader.is_complete:
        # Something that was not read is a finding of its own, whatever the rules say of it.
        counts[Severity.UNKNOWN] = max(1, counts[Severity.UNKNOWN])
    return {
        level.value: counts[level] if counts[level] or reader.is_complete else None
        for level in Severity
    }


def _labels(profile: str, region: str) -> Labels:
    return (("profile", profile), ("region", region))


def _resources(labels: Labels, each: RegionSummary) -> Iterator[Sample]:
    for kind, count in each.counts.items():
        if count is None or not count.is_whole:
            continue
        named = (*labels, ("resource", API_NAMES[kind]))
        if kind is ResourceKind.NETWORKS:
            yield Sample(named, count.total)
            continue
        for status, many in _by_status(kind, count).items():
            yield Sample((*named, ("status", status)), many)


def _by_status(kind: ResourceKind, count: Count) -> dict[str, int]:
    return dict.fromkeys(_KNOWN_STATUSES[kind], 0) | count.by_status
