"""The options of `rcv3-tui status`, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Noun(StrEnum):
    """The kinds of resources to list."""

    SERVERS = "servers"
    IPS = "ips"
    POOLS = "pools"
    NODES = "nodes"
    NETWORKS = "networks"
    CHANGES = "changes"


class Format(StrEnum):
    """The output formats."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    PROMETHEUS = "prometheus"
    NAGIOS = "nagios"

    @property
    def is_monitoring(self) -> bool:
        """It is for a monitoring system, which needs output also when nothing can be read."""
        return self in (Format.PROMETHEUS, Format.NAGIOS)


class FailOn(StrEnum):
    """The severity of `rcv3_tui.model.diagnostics` that makes the exit code 1."""

    FAILED = "failed"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """The arguments after `status`, parsed but not yet checked against the account."""

    noun: Noun | None = None
    """None: the summary of the account."""
    format: Format = Format.TABLE
    columns: tuple[str, ...] = ()
    """Names of columns in the requested order; empty: the default columns."""
    filter: str = ""
    pools: tuple[str, ...] = ()
    """Names or ids of the pools whose nodes are requested; empty: all."""
    watch: float | None = None
    """Seconds between two reports; None: one report."""
    wait: float | None = None
    """The longest wait in seconds for transitions to end, 0: unlimited; None: no waiting."""
    complete: bool = False
    """Read everything that the report depends on, even if the rate limit delays it."""
    header: bool = True
    fail_on: FailOn = FailOn.WARNING
    """The lowest severity that makes the exit code 1."""
    since: str = ""
    """The time from which on changes are listed, as typed; empty: all."""


class InvalidOption(Exception):  # noqa: N818 - a mistake of the user, not of the program
    """The options are invalid; the text says why and what would be valid."""
