"""Pool nodes read within the last minute, on disk, shared by one-shot commands.

Each pool costs one of the minute's 30 requests (RackConnect API reference, section 7). Without the
cache, five `status` calls in a minute would see fewer pools each time, and report less. An entry
holds for a minute, and only while the pool's own counts are unchanged.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from rcv3_tui.api import converters
from rcv3_tui.clock import Clock
from rcv3_tui.model.resources import LoadBalancerPool, NodeCounts, PoolNode
from rcv3_tui.private_files import atomic_write, ensure_private_dir, quarantine

LIFETIME = timedelta(seconds=60)
"""Seconds for which an entry is valid."""

_JITTER = timedelta(seconds=5)
"""How far in the future an entry may be: two runs estimate the service's clock a little apart."""

_MOST_BYTES = 16 * 1024 * 1024
_VERSION = 1

_log = logging.getLogger("rcv3_tui.sync")


class CachedNodes(Struct, frozen=True):
    """One pool's nodes, as read at some moment."""

    read_at: datetime
    counts: NodeCounts
    """The pool's counts in the list that was read just before."""
    nodes: tuple[bytes, ...]
    """Their JSON, as the service sent it."""


class _Content(Struct, frozen=True):
    version: int
    pools: dict[str, CachedNodes]


class NodeCache:
    """The node cache of one region, as one user sees it.

    A file that cannot be read or written costs requests, never an answer.

    Args:
        directory: The per-user cache directory; made at the first write.
        endpoint: The region's RackConnect endpoint, with the tenant in it.
        username: Who signs in.
        clock: What decides how old an entry is.
    """

    def __init__(self, directory: Path, endpoint: str, username: str, clock: Clock) -> None:
        owner = hashlib.sha256(
            f"{endpoint}\n{username}".encode(errors="surrogatepass")
        ).hexdigest()[:24]
        self._path = directory / f"nodes-{owner}.bin"
        self._clock = clock

    def load(
        self, pools: Iterable[LoadBalancerPool]
    ) -> dict[str, tuple[datetime, tuple[PoolNode, ...]]]:
        """Return the cached nodes of some pools.

        Args:
            pools: The pools, as just listed.

        Returns:
            Lower-case pool id to when its nodes were read, and the nodes.
        """
        cached = self._fresh()
        found = {}
        for pool in pools:
            entry = cached.get(pool.key)
            if entry is None or entry.counts != pool.counts:
                continue
            decode = converters.pool_node_decoder(pool_id=pool.id)
            try:
                found[pool.key] = entry.read_at, tuple(decode(data) for data in entry.nodes)
            except msgspec.MsgspecError as error:
                _log.debug("a cached node is not readable: %s", error)
        return found

    def save(self, entries: Mapping[str, CachedNodes]) -> None:
        """Add pools' nodes that were just read, and drop what is too old.

        Args:
            entries: Lower-case pool id to its nodes.
        """
        if not entries:
            return
        data = msgspec.msgpack.encode(_Content(_VERSION, {**self._fresh(), **entries}))
        if len(data) > _MOST_BYTES:
            return
        try:
            ensure_private_dir(self._path.parent)
            atomic_write(self._path, [data])
        except OSError as error:
            _log.debug("the node cache is not written: %s", error)

    def _fresh(self) -> dict[str, CachedNodes]:
        now = self._clock.now()
        return {
            key: entry
            for key, entry in self._read().items()
            if entry.read_at.tzinfo is not None and -_JITTER <= now - entry.read_at <= LIFETIME
        }

    def _read(self) -> Mapping[str, CachedNodes]:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            # Usually there is none yet.
            return {}
        # Before it becomes a file object, which a directory cannot.
        found = os.fstat(descriptor)
        is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
        if not is_ours or stat.S_IMODE(found.st_mode) & 0o077:
            os.close(descriptor)
            _log.warning("the node cache %s is not used: no private file", self._path)
            return {}
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(_MOST_BYTES)
        try:
            content = msgspec.msgpack.decode(data, type=_Content)
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
            _log.warning("the node cache %s cannot be read and is set aside: %s", self._path, error)
            quarantine(self._path)
            return {}
        return content.pools if content.version == _VERSION else {}
