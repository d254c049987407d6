"""Kinds of resources, and how current the data of each kind is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class ResourceKind(StrEnum):
    """The kinds of resources, which are read independently and can fail independently."""

    SERVERS = "servers"
    PUBLIC_IPS = "public IPs"
    POOLS = "pools"
    NODES = "pool nodes"
    NETWORKS = "networks"


def describe_unreadable(kind: ResourceKind, count: int, of: str = "") -> str:
    """Describe how many items of a list could not be read.

    Args:
        kind: The kind of the items.
        count: How many.
        of: What the list belongs to.

    Returns:
        Empty: all of them could.
    """
    owner = f" of {of}" if of else ""
    return f"{count} of the {kind}{owner} could not be read" if count else ""


PRIMARY_KINDS = (ResourceKind.SERVERS, ResourceKind.PUBLIC_IPS, ResourceKind.POOLS)
"""The kinds that decide whether a snapshot counts as live."""


class FetchState(Struct, frozen=True):
    """How current the data of a kind of resource is."""

    fetched: datetime | None = None
    """When it was last read completely, in UTC; None: never."""
    error: str | None = None
    """Why the last read failed, in one line; None: it succeeded."""
    unreachable: bool = False
    """The service did not respond, rather than with an error."""
    failing_since: datetime | None = None
    skipped: tuple[str, ...] = ()
    """The reasons of items in the last response that could not be decoded."""
    from_cache: bool = False
    """It comes from the cache of an earlier run; this run has not read it yet."""

    @property
    def is_read(self) -> bool:
        """Whether this run of the program has read it."""
        return self.fetched is not None and not self.from_cache

    @property
    def is_whole(self) -> bool:
        """Whether this run has read all of it: a resource that is not in it does not exist."""
        return self.is_read and not self.skipped
