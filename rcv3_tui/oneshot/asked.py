"""What `rcv3-tui status` was asked for, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Noun(StrEnum):
    """What can be listed."""

    SERVERS = "servers"
    IPS = "ips"
    POOLS = "pools"
    NODES = "nodes"
    NETWORKS = "networks"


class Format(StrEnum):
    """How it can be written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"


class FailOn(StrEnum):
    """How bad it has to be for exit code 1, in the words of `rcv3_tui.model.attention`."""

    FAILED = "failed"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Asked:
    """The words after `status`, understood but not yet checked against what there is."""

    noun: Noun | None = None
    """None: the summary of the account."""
    format: Format = Format.TABLE
    columns: tuple[str, ...] = ()
    """Names of columns in the order wanted; empty: the usual ones."""
    filter: str = ""
    pools: tuple[str, ...] = ()
    """Names or ids of the pools whose nodes are wanted; empty: all."""
    watch: float | None = None
    """Seconds between two pictures; None: one picture."""
    wait: float | None = None
    """Seconds to wait at most until nothing moves, 0: as long as it takes; None: no waiting."""
    header: bool = True
    fail_on: FailOn = FailOn.WARNING
    """The least that makes the exit code 1."""


class NotPossible(Exception):  # noqa: N818 - what was asked for is at fault, nothing has failed
    """What was asked for makes no sense; the text says why and what would."""
