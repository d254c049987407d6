"""Keeps the last picture of a region on disk, for a first picture before any answer has come.

One file a profile, user, Identity address and region, readable by its owner alone. A file that is
damaged, too old, too large or can be read by others is dropped; that is never an error, for
everything in it is read anew. What the service sent word for word is left out: it is nine tenths
of the size, and comes with the first answer.
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
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Part, PartState, Snapshot
from rcv3_tui.private import write_whole

MOST_BYTES = 48 * 1024 * 1024
"""Size beyond which a picture is not kept; 10,000 servers with all that is theirs take 15 MB."""

MOST_FILES = 24
"""Pictures kept at most, of all accounts together; the oldest go first."""

MOST_AGE = timedelta(days=14)
"""Older pictures say nothing any more."""

SLICE = 400
"""Records that are encoded before others get their turn: about half a millisecond."""

_log = logging.getLogger("rcv3_tui.sync")

_Item = TypeVar("_Item", Server, PublicIP, LoadBalancerPool, CloudNetwork, PoolNode)

_KINDS = (Server, PublicIP, LoadBalancerPool, CloudNetwork, PoolNode)
_SHAPE = hashlib.sha256(
    repr([(kind.__name__, kind.__struct_fields__) for kind in _KINDS]).encode()
).hexdigest()[:12]
_MAGIC = f"rcv3-tui picture 1 {_SHAPE}\n".encode()
"""Another version, or another shape of the model, makes another first line."""

_SIZE_BYTES = 8


class _Head(Struct, frozen=True):
    """What a file is about, in its first block."""

    region: str
    tenant: str
    asked: tuple[str, ...]
    """The regions of the settings that it was shown under."""
    fetched: dict[Part, datetime]
    pools_read: tuple[str, ...]
    """Pools whose nodes have been read, also those without any."""
    beginning: int
    """Blocks that hold what the screen shows first."""


class _Block(Struct, frozen=True, omit_defaults=True):
    """Some records of the picture; the last block of a file is an empty one."""

    servers: list[Server] = []
    public_ips: list[PublicIP] = []
    pools: list[LoadBalancerPool] = []
    networks: list[CloudNetwork] = []
    nodes: list[PoolNode] = []


_encode = msgspec.msgpack.Encoder().encode
_read_head = msgspec.msgpack.Decoder(_Head).decode
_read_block = msgspec.msgpack.Decoder(_Block).decode


class Kept(Struct, frozen=True):
    """A picture that an earlier run kept."""

    beginning: Snapshot
    """What the screen shows first, each part marked as not read by this run."""
    whole: Callable[[], Snapshot | None]
    """Gives all of it; None where it is damaged after all, and dropped."""


class _DamagedError(Exception):
    """The file is not what was written."""


class PictureCache:
    """The last pictures of one user's regions.

    Args:
        directory: The per-user cache directory; made, for its owner alone, at the first write.
        profile: The profile's name.
        identity_url: Identity's address.
        username: Who signs in.
        asked: The regions of the settings; what was shown under the same is shown again.
        clock: What decides whether a picture is old.
    """

    def __init__(
        self,
        directory: Path,
        *,
        profile: str,
        identity_url: str,
        username: str,
        asked: Sequence[str],
        clock: Clock,
    ) -> None:
        whose = hashlib.sha256(f"{profile}\n{identity_url}\n{username}".encode()).hexdigest()
        self._directory = directory
        self._prefix = f"picture-{whose[:20]}-"
        self._asked = tuple(asked)
        self._clock = clock

    def load(self) -> list[Kept]:
        """Give the pictures that were kept."""
        try:
            paths = sorted(self._directory.glob(f"{self._prefix}*.bin"))
        except OSError as error:
            _log.warning("the kept pictures cannot be listed: %s", error.strerror)
            return []
        return [picture for path in paths if (picture := self._load(path)) is not None]

    def encode(self, snapshot: Snapshot) -> Iterator[bytes]:
        """Give what is to be written for a picture, in pieces that take little time each."""
        by_name = yield from _in_order(snapshot.servers.values(), lambda s: s.name.casefold())
        by_address = yield from _in_order(snapshot.public_ips.values(), _address_of)
        servers, records = _slices(by_name), _slices(by_address)
        pools = _slices(sorted(snapshot.pools.values(), key=lambda p: p.name.casefold()))
        networks = _slices(snapshot.networks.values())
        nodes = _slices(node for pool in snapshot.nodes.values() for node in pool.values())
        first_nodes = next(nodes, [])
        more_nodes = next(nodes, [])
        parts = snapshot.parts
        beginning = [
            _Block(servers=next(servers, [])),
            _Block(public_ips=next(records, [])),
            _Block(pools=next(pools, [])),
            *(_Block(networks=some) for some in networks),
            # Few nodes tell which pools a server is in at once; many would have to wait for all.
            _Block(nodes=[] if more_nodes else first_nodes),
        ]
        # An empty block is a file's end.
        beginning = [block for block in beginning if block != _Block()]
        yield _MAGIC + _framed(
            _Head(
                snapshot.region,
                snapshot.tenant,
                self._asked,
                {part: at for part, state in parts.items() if (at := state.fetched) is not None},
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
        """Write a picture, whole or not at all; may block, and never fails.

        Args:
            region: Its region.
            pieces: From `encode`.
        """
        path = self._path(region)
        try:
            if sum(map(len, pieces)) > MOST_BYTES:
                _log.warning("the picture of %s is too large to be kept", region)
                path.unlink(missing_ok=True)
                return
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, pieces)
            self._forget_the_oldest()
        except OSError as error:
            _log.warning("the picture of %s is not kept: %s", region, error.strerror)

    def drop(self, region: str) -> None:
        """Forget a region's picture, because it is another account's."""
        _drop(self._path(region))

    def _path(self, region: str) -> Path:
        # The catalogue's text must not become a path of its own choosing.
        plain = re.sub(r"[^A-Z0-9]", "_", region)[:20]
        if plain != region:
            plain += hashlib.sha256(region.encode()).hexdigest()[:8]
        return self._directory / f"{self._prefix}{plain}.bin"

    def _load(self, path: Path) -> Kept | None:
        try:
            blocks = list(_blocks(_read_private(path)))
            head = _read_head(blocks.pop(0))
            if head.asked != self._asked:
                return None
            self._check_age(head)
            is_whole = len(blocks) <= head.beginning
            beginning = _picture(head, blocks[: head.beginning], is_whole=is_whole)
        except _TROUBLE as error:
            _drop_damaged(path, error)
            return None

        def whole() -> Snapshot | None:
            if is_whole:
                return beginning
            try:
                return _picture(head, blocks, is_whole=True)
            except _TROUBLE as error:
                _drop_damaged(path, error)
                return None

        return Kept(beginning, whole)

    def _check_age(self, head: _Head) -> None:
        """Refuse what is too old.

        Raises:
            _DamagedError: It is, or comes from the future.
        """
        now = self._clock.now()
        if not head.fetched or not all(
            now - MOST_AGE <= at <= now + timedelta(minutes=5) for at in head.fetched.values()
        ):
            raise _DamagedError("it is too old")

    def _forget_the_oldest(self) -> None:
        paths = [*self._directory.glob("picture-*.bin")]
        if len(paths) <= MOST_FILES:
            return
        paths.sort(key=lambda path: path.stat().st_mtime)
        for path in paths[:-MOST_FILES]:
            _drop(path)


_TROUBLE = (OSError, _DamagedError, msgspec.MsgspecError, ValueError)


def _picture(head: _Head, blocks: Iterable[bytes], *, is_whole: bool) -> Snapshot:
    """Make a picture of some of a file's blocks.

    Raises:
        msgspec.MsgspecError: A block is not what it should be.
    """
    servers: list[Server] = []
    public_ips: list[PublicIP] = []
    pools: list[LoadBalancerPool] = []
    networks: list[CloudNetwork] = []
    # Of a beginning it is not known whether a pool without nodes has none.
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
        parts={part: PartState(fetched=at, kept=True) for part, at in head.fetched.items()},
    )


def _in_order(
    items: Iterable[_Item], key: Callable[[_Item], str | int]
) -> Generator[bytes, None, list[_Item]]:
    """Order records, working their keys out in pieces as well; yields nothing to be written."""
    keyed = []
    for number, item in enumerate(items):
        # No two are equal, so that records need not be compared.
        keyed.append((key(item), number, item))
        if number % SLICE == 0:
            yield b""
    keyed.sort()
    return [item for _, _, item in keyed]


def _address_of(record: PublicIP) -> int:
    value = 0
    for piece in (record.address or "").split("."):
        value = value * 256 + (int(piece) if piece.isdecimal() else 0)
    return value


def _drop_damaged(path: Path, error: Exception) -> None:
    _log.warning("a kept picture is dropped: %s: %s", path.name, error)
    _drop(path)


def _slices(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    some: list[_Item] = []
    for item in items:
        some.append(replace(item, sent=None))
        if len(some) == SLICE:
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
    """Take a file apart.

    Raises:
        _DamagedError: Its first line or a sum is wrong, or its end is missing.
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
    """Read a file that is its owner's alone.

    Raises:
        OSError: It cannot be read.
        _DamagedError: Others can read it, or it is no plain file of a sensible size.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid():
            raise _DamagedError("it is not a file of this user")
        if stat.S_IMODE(state.st_mode) & 0o077:
            raise _DamagedError("others can read it")
        if state.st_size > MOST_BYTES:
            raise _DamagedError("it is too large")
        return file.read()


def _drop(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s could not be dropped: %s", path.name, error.strerror)
