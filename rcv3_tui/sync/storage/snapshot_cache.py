"""Caches the last snapshot of each region on disk, to show at the next start.

One file per profile, user, Identity address and region, readable by its owner only. A file that is
damaged, too old, too large or readable by others is dropped; that is never an error, because
everything in it is read again. The raw JSON is left out: it is nine tenths of the size, and arrives
with the first response.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import stat
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.private_files import atomic_write, ensure_private_dir

MAX_BYTES = 48 * 1024 * 1024
"""Size beyond which a snapshot is not cached; 10,000 servers with their resources take 15 MB."""

MAX_FILES = 24
"""The most files of all accounts together; the oldest are dropped."""

MAX_AGE = timedelta(days=14)
"""Older snapshots are dropped."""

_AHEAD = timedelta(days=1)
"""How far this machine's clock may be behind the service's, which dates a snapshot; the difference
is not known before the first response."""

WRITE_CHUNK = 400
"""Records that are encoded before yielding to the event loop: about half a millisecond."""

_log = logging.getLogger("rcv3_tui.sync")

_Item = TypeVar("_Item", Server, PublicIP, LoadBalancerPool, CloudNetwork, PoolNode)

_KINDS = (Server, PublicIP, LoadBalancerPool, CloudNetwork, PoolNode)
_SHAPE = hashlib.sha256(
    repr([(kind.__name__, kind.__struct_fields__) for kind in _KINDS]).encode()
).hexdigest()[:12]
_MAGIC = f"rcv3-tui snapshot 1 {_SHAPE}\n".encode()
"""The first line; it differs for another version or another shape of the model."""

_SIZE_BYTES = 8


class _Head(Struct, frozen=True):
    """The first block of a file."""

    region: str
    tenant: str
    asked: tuple[str, ...]
    """The regions in the settings of that run."""
    fetched: dict[ResourceKind, datetime]
    pools_read: tuple[str, ...]
    """Pools whose nodes have been read, also those without any."""
    beginning: int
    """Number of blocks that hold the first screen."""


class _Block(Struct, frozen=True, omit_defaults=True):
    """Some records of the snapshot; the last block of a file is an empty one."""

    servers: list[Server] = []
    public_ips: list[PublicIP] = []
    pools: list[LoadBalancerPool] = []
    networks: list[CloudNetwork] = []
    nodes: list[PoolNode] = []


_encode = msgspec.msgpack.Encoder().encode
_read_head = msgspec.msgpack.Decoder(_Head).decode
_read_block = msgspec.msgpack.Decoder(_Block).decode


class CachedSnapshot(Struct, frozen=True):
    """A snapshot of an earlier run."""

    first_screen: Snapshot
    """The rows of the first screen; each kind is marked as read from the cache."""
    whole: Callable[[], Snapshot | None]
    """Returns the complete snapshot; None: it is damaged and was dropped."""


class _DamagedError(Exception):
    """The file is damaged or not usable."""


class SnapshotCache:
    """The last snapshots of one user's regions.

    Args:
        directory: The per-user cache directory; created at the first write, for its owner only.
        profile: The profile's name.
        identity_url: Identity's address.
        username: Who signs in.
        tenant: The account named at sign-in; None: none.
        asked: The regions in the settings; a snapshot is used only with the same ones.
        clock: Decides whether a snapshot is too old.
    """

    def __init__(
        self,
        directory: Path,
        *,
        profile: str,
        identity_url: str,
        username: str,
        tenant: str | None = None,
        asked: Sequence[str],
        clock: Clock,
    ) -> None:
        key = f"{profile}\n{identity_url}\n{username}\n{tenant or ''}"
        owner = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
        self._directory = directory
        self._prefix = f"snapshot-{owner[:20]}-"
        self._asked = tuple(asked)
        self._clock = clock

    def load(self) -> list[CachedSnapshot]:
        """Return the cached snapshots."""
        try:
            paths = sorted(self._directory.glob(f"{self._prefix}*.bin"))
        except OSError as error:
            _log.warning("the cached snapshots cannot be listed: %s", error.strerror)
            return []
        return [snapshot for path in paths if (snapshot := self._load(path)) is not None]

    def load_region(self, region: str, tenant: str) -> Snapshot | None:
        """Return a region's whole snapshot, whichever regions it was shown with.

        Args:
            region: The region.
            tenant: The account; a snapshot of another one is not returned.
        """
        path = self._path(region)
        try:
            blocks = list(_blocks(_read_private(path)))
            head = _read_head(blocks.pop(0))
            self._check_age(head)
            if head.tenant != tenant:
                return None
            return _snapshot(head, blocks, is_whole=True)
        except FileNotFoundError:
            return None
        except _ANY_DAMAGE as error:
            _drop_damaged(path, error)
            return None

    def may_replace(self, region: str) -> bool:
        """Return whether a region's snapshot belongs to the same regions of the settings."""
        path = self._path(region)
        try:
            head = _read_head(next(_blocks(_read_private(path))))
        except FileNotFoundError:
            return True
        except _ANY_DAMAGE as error:
            _drop_damaged(path, error)
            return True
        return head.asked == self._asked

    def encode(self, snapshot: Snapshot) -> Iterator[bytes]:
        """Yield the encoded snapshot in pieces that take little time each."""
        by_name = yield from _in_order(snapshot.servers.values(), lambda s: s.name.casefold())
        by_address = yield from _in_order(snapshot.public_ips.values(), _address_of)
        servers, records = _slices(by_name), _slices(by_address)
        pools = _slices(sorted(snapshot.pools.values(), key=lambda p: p.name.casefold()))
        networks = _slices(snapshot.networks.values())
        nodes = _slices(node for pool in snapshot.nodes.values() for node in pool.values())
        first_nodes = next(nodes, [])
        more_nodes = next(nodes, [])
        parts = snapshot.fetch_states
        beginning = [
            _Block(servers=next(servers, [])),
            _Block(public_ips=next(records, [])),
            _Block(pools=next(pools, [])),
            *(_Block(networks=some) for some in networks),
            # With few nodes, each server's pools are known at once; with many, they come later.
            _Block(nodes=[] if more_nodes else first_nodes),
        ]
        # An empty block ends a file.
        beginning = [block for block in beginning if block != _Block()]
        yield _MAGIC + _framed(
            _Head(
                snapshot.region,
                snapshot.tenant,
                self._asked,
                {kind: at for kind, state in parts.items() if (at := state.fetched) is not None},
                tuple(snapshot.nodes),
                len(beginning),
            )
        )
        for block in beginning:
            yield _framed(block)
        for some_servers in servers:
            yield _framed(_Block(servers=some_servers))
        for some_records in records:
            yield _framed(_Block(public_ips=some_records))
        for some_pools in pools:
            yield _framed(_Block(pools=some_pools))
        for some_nodes in chain([first_nodes, more_nodes] if more_nodes else [], nodes):
            yield _framed(_Block(nodes=some_nodes))
        yield _framed(_Block())

    def write(self, region: str, pieces: Sequence[bytes]) -> None:
        """Write a snapshot, completely or not at all; may block, never fails.

        Args:
            region: Its region.
            pieces: From `encode`.
        """
        path = self._path(region)
        try:
            if sum(map(len, pieces)) > MAX_BYTES:
                _log.warning("the snapshot of %s is too large to be cached", region)
                path.unlink(missing_ok=True)
                return
            ensure_private_dir(self._directory)
            atomic_write(path, pieces)
            self._drop_oldest()
        except OSError as error:
            _log.warning("the snapshot of %s is not cached: %s", region, error.strerror)

    def drop(self, region: str) -> None:
        """Drop a region's snapshot, because it belongs to another account."""
        _drop(self._path(region))

    def _path(self, region: str) -> Path:
        # A region's name comes from the service and must not choose the path.
        plain = re.sub(r"[^A-Z0-9]", "_", region)[:20]
        if plain != region:
            plain += hashlib.sha256(region.encode()).hexdigest()[:8]
        return self._directory / f"{self._prefix}{plain}.bin"

    def _load(self, path: Path) -> CachedSnapshot | None:
        try:
            blocks = list(_blocks(_read_private(path)))
            head = _read_head(blocks.pop(0))
            if head.asked != self._asked:
                return None
            self._check_age(head)
            is_whole = len(blocks) <= head.beginning
            beginning = _snapshot(head, blocks[: head.beginning], is_whole=is_whole)
        except _ANY_DAMAGE as error:
            _drop_damaged(path, error)
            return None

        def whole() -> Snapshot | None:
            if is_whole:
                return beginning
            try:
                return _snapshot(head, blocks, is_whole=True)
            except _ANY_DAMAGE as error:
                _drop_damaged(path, error)
                return None

        return CachedSnapshot(beginning, whole)

    def _check_age(self, head: _Head) -> None:
        """Require that a snapshot is recent.

        Raises:
            _DamagedError: It is too old, or from the future.
        """
        now = self._clock.now()
        if not head.fetched or not all(
            now - MAX_AGE <= at <= now + _AHEAD for at in head.fetched.values()
        ):
            raise _DamagedError("it is too old")

    def _drop_oldest(self) -> None:
        paths = [*self._directory.glob("snapshot-*.bin")]
        if len(paths) <= MAX_FILES:
            return
        paths.sort(key=lambda path: path.stat().st_mtime)
        for path in paths[:-MAX_FILES]:
            _drop(path)


_ANY_DAMAGE = Exception
"""Whatever a file contains, only the snapshot may be lost, never the start."""


def _snapshot(head: _Head, blocks: Iterable[bytes], *, is_whole: bool) -> Snapshot:
    """Return the snapshot in some of a file's blocks.

    Raises:
        msgspec.MsgspecError: A block is invalid.
    """
    servers: list[Server] = []
    public_ips: list[PublicIP] = []
    pools: list[LoadBalancerPool] = []
    networks: list[CloudNetwork] = []
    # In the first screen, a pool without nodes may have some that follow.
    nodes: dict[str, list[PoolNode]] = {pool: [] for pool in head.pools_read if is_whole}
    for data in blocks:
        block = _read_block(data)
        servers += block.servers
        public_ips += block.public_ips
        pools += block.pools
        networks += block.networks
        for node in block.nodes:
            nodes.setdefault(node.pool_key, []).append(node)
    return Snapshot.of(
        region=head.region,
        tenant=head.tenant,
        servers=servers,
        public_ips=public_ips,
        pools=pools,
        networks=networks,
        nodes=nodes,
        fetch_states={
            kind: FetchState(fetched=at, from_cache=True) for kind, at in head.fetched.items()
        },
    )


def _in_order(
    items: Iterable[_Item], key: Callable[[_Item], str | int]
) -> Generator[bytes, None, list[_Item]]:
    """Sort records, computing their keys in slices as well; yields empty pieces."""
    keyed = []
    for number, item in enumerate(items):
        # The number makes keys unique, so that records are never compared.
        keyed.append((key(item), number, item))
        if number % WRITE_CHUNK == 0:
            yield b""
    keyed.sort()
    return [item for _, _, item in keyed]


def _address_of(record: PublicIP) -> int:
    value = 0
    for piece in (record.address or "").split("."):
        value = value * 256 + (int(piece) if piece.isdecimal() else 0)
    return value


def _drop_damaged(path: Path, error: Exception) -> None:
    _log.warning("a cached snapshot is dropped: %s: %s", path.name, error)
    _drop(path)


def _slices(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    some: list[_Item] = []
    for item in items:
        some.append(replace(item, raw=b""))
        if len(some) == WRITE_CHUNK:
            yield some
            some = []
    if some:
        yield some


def _framed(block: Struct) -> bytes:
    data = _encode(block)
    return (
        len(data).to_bytes(_SIZE_BYTES // 2, "big")
        + zlib.crc32(data).to_bytes(_SIZE_BYTES // 2, "big")
        + data
    )


def _blocks(data: bytes) -> Iterator[bytes]:
    """Yield the blocks of a file.

    Raises:
        _DamagedError: Its first line or a checksum is wrong, or its end is missing.
    """
    if not data.startswith(_MAGIC):
        raise _DamagedError("another version wrote it")
    at = len(_MAGIC)
    last = _encode(_Block())
    while True:
        size = int.from_bytes(data[at : at + 4], "big")
        check = int.from_bytes(data[at + 4 : at + _SIZE_BYTES], "big")
        at += _SIZE_BYTES
        block = data[at : at + size]
        if len(block) != size or not size or zlib.crc32(block) != check:
            raise _DamagedError("it is damaged")
        at += size
        if block == last:
            return
        yield block


def _read_private(path: Path) -> bytes:
    """Return the contents of a private file.

    Raises:
        OSError: It cannot be read.
        _DamagedError: Others can read it, or it is not a regular file of acceptable size.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid():
            raise _DamagedError("it is not a file of this user")
        if stat.S_IMODE(state.st_mode) & 0o077:
            raise _DamagedError("others can read it")
        if state.st_size > MAX_BYTES:
            raise _DamagedError("it is too large")
        return file.read()


def _drop(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s could not be dropped: %s", path.name, error.strerror)
