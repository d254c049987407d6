"""Keeps the last picture of a region on disk, for a first picture before any answer has come.

One file a profile, user, Identity address and region, readable by its owner alone. A file that is
damaged, too old, too large or can be read by others is dropped; that is never an error, for
everything in it is read anew. What the service sent word for word (`raw`) is left out: it is nine
tenths of the size, and comes with the first answer.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import stat
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Part, PartState, Snapshot

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

    def load(self) -> list[Snapshot]:
        """Give the pictures that were kept, each part marked as not read by this run."""
        try:
            paths = sorted(self._directory.glob(f"{self._prefix}*.bin"))
        except OSError as error:
            _log.warning("the kept pictures cannot be listed: %s", error.strerror)
            return []
        return [picture for path in paths if (picture := self._load(path)) is not None]

    def encode(self, snapshot: Snapshot) -> Iterator[bytes]:
        """Give what is to be written for a picture, in pieces that take little time each."""
        parts = snapshot.parts
        yield _MAGIC + _framed(
            _Head(
                snapshot.region,
                snapshot.tenant,
                self._asked,
                {part: at for part, state in parts.items() if (at := state.fetched) is not None},
                tuple(snapshot.nodes),
            )
        )
        for servers in _slices(snapshot.servers.values()):
            yield _framed(_Block(servers=servers))
        for records in _slices(snapshot.public_ips.values()):
            yield _framed(_Block(public_ips=records))
        for pools in _slices(snapshot.pools.values()):
            yield _framed(_Block(pools=pools))
        for networks in _slices(snapshot.networks.values()):
            yield _framed(_Block(networks=networks))
        nodes = (node for pool in snapshot.nodes.values() for node in pool.values())
        for some in _slices(nodes):
            yield _framed(_Block(nodes=some))
        yield _framed(_Block())

    def write(self, region: str, pieces: Sequence[bytes]) -> None:
        """Write a picture, whole or not at all; may block, and never fails.

        Args:
            region: Its region.
            pieces: From `encode`.
        """
        path = self._path(region)
        beside = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
        try:
            if sum(map(len, pieces)) > MOST_BYTES:
                _log.warning("the picture of %s is too large to be kept", region)
                path.unlink(missing_ok=True)
                return
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(pieces)
            beside.replace(path)
            self._forget_the_oldest()
        except OSError as error:
            _log.warning("the picture of %s is not kept: %s", region, error.strerror)
            with suppress(OSError):  # most likely it was never made
                beside.unlink()

    def drop(self, region: str) -> None:
        """Forget a region's picture, because it is another account's."""
        _drop(self._path(region))

    def _path(self, region: str) -> Path:
        # The catalogue's text must not become a path of its own choosing.
        plain = re.sub(r"[^A-Z0-9]", "_", region)[:20]
        if plain != region:
            plain += hashlib.sha256(region.encode()).hexdigest()[:8]
        return self._directory / f"{self._prefix}{plain}.bin"

    def _load(self, path: Path) -> Snapshot | None:
        try:
            data = _read_private(path)
            picture = self._picture(data)
        except (OSError, _DamagedError, msgspec.MsgspecError, ValueError) as error:
            _log.warning("a kept picture is dropped: %s: %s", path.name, error)
            _drop(path)
            return None
        return picture

    def _picture(self, data: bytes) -> Snapshot | None:
        """Make a picture of a file's bytes; None when it is sound, but not to be shown now.

        Raises:
            _DamagedError: It is not what was written, or too old.
            msgspec.MsgspecError: A block is not what it should be.
        """
        blocks = _blocks(data)
        head = _read_head(next(blocks))
        if head.asked != self._asked:
            return None
        now = self._clock.now()
        if not head.fetched or not all(
            now - MOST_AGE <= at <= now + timedelta(minutes=5) for at in head.fetched.values()
        ):
            raise _DamagedError("it is too old")
        servers: list[Server] = []
        public_ips: list[PublicIP] = []
        pools: list[LoadBalancerPool] = []
        networks: list[CloudNetwork] = []
        nodes: dict[str, list[PoolNode]] = {pool: [] for pool in head.pools_read}
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

    def _forget_the_oldest(self) -> None:
        paths = [*self._directory.glob("picture-*.bin")]
        if len(paths) <= MOST_FILES:
            return
        paths.sort(key=lambda path: path.stat().st_mtime)
        for path in paths[:-MOST_FILES]:
            _drop(path)


def _slices(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    some: list[_Item] = []
    for item in items:
        some.append(replace(item, raw=b""))
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
