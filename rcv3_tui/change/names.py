"""Resolves the names on a command line to resources, or refuses with the candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.change.options import CommandError
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.fetch_state import ResourceKind, describe_unreadable
from rcv3_tui.model.resources import LoadBalancerPool, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.suggest import closest_match, quote_value

_MAX_PROBLEMS = 5
"""Unknown or ambiguous names that an error lists; more are counted."""

_MAX_CANDIDATES = 6
"""Candidates that an error lists for one name."""

NamedT = TypeVar("NamedT", Server, LoadBalancerPool, PublicIP)
TargetT = TypeVar("TargetT")


class InRegion(Struct, Generic[NamedT], frozen=True):
    """A resource and the snapshot of its region."""

    snapshot: Snapshot
    item: NamedT


class AddressTarget(Struct, frozen=True):
    """What a name of `ip remove` stands for: a record, or a server with its records."""

    snapshot: Snapshot
    records: tuple[PublicIP, ...]
    server: Server | None = None
    """The server that was named; None: a record was."""


class UnresolvedName(Exception):  # noqa: N818 - collected into one `CommandError`
    """A name is unknown or ambiguous; the text says which and lists the candidates."""


class _Index(Generic[NamedT]):
    """Resources of one kind by every name they have.

    Args:
        what: The kind, for messages: `server`.
        names_of: Returns the names of a resource, its id apart.
        label: Returns the name to show and to suggest.
    """

    def __init__(
        self,
        what: str,
        names_of: Callable[[Snapshot, NamedT], Iterable[str]],
        label: Callable[[NamedT], str],
    ) -> None:
        self._what = what
        self._names_of: Callable[[Snapshot, NamedT], Iterable[str]] = names_of
        self._label: Callable[[NamedT], str] = label
        self._by_name: dict[str, dict[tuple[str, str], InRegion[NamedT]]] = {}
        self._by_id: dict[str, dict[tuple[str, str], InRegion[NamedT]]] = {}

    def put(self, snapshot: Snapshot, items: Iterable[NamedT]) -> None:
        """Index the resources of a region."""
        for item in items:
            entry, place = InRegion(snapshot, item), (snapshot.region, item.key)
            self._by_id.setdefault(item.key, {})[place] = entry
            for name in self._names_of(snapshot, item):
                if name:
                    self._by_name.setdefault(name, {})[place] = entry

    def matches(self, word: str) -> list[InRegion[NamedT]]:
        """Return every resource that a word names; the letter case of ids does not matter."""
        found = self._by_name.get(word, {}) | self._by_id.get(word.lower(), {})
        return list(found.values())

    def one(self, word: str, hint: str = "") -> InRegion[NamedT]:
        """Return the only resource that a word names.

        Args:
            word: A name or an id.
            hint: Which resources could not be read; empty: none.

        Raises:
            UnresolvedName: There is none, or there are several, or there may be.
        """
        found = self.matches(word)
        if len(found) == 1:
            self.require_sure(word, found[0], hint)
            return found[0]
        raise UnresolvedName(self.unknown(word, hint) if not found else self.ambiguous(word, found))

    def require_sure(self, word: str, found: InRegion[NamedT], hint: str) -> None:
        """Require that no unreadable resource may have the same name; only an id is unique.

        Raises:
            UnresolvedName: One may.
        """
        if hint and word.lower() not in self._by_id:
            known = f"{self._label(found.item)} {found.item.id} in {found.snapshot.region}"
            raise UnresolvedName(
                f"{quote_value(word)} may be ambiguous: {known}{hint} and may have the same name; "
                "use the id"
            )

    def unknown(self, word: str, hint: str = "") -> str:
        """Describe that nothing has a name, with the closest one that something has."""
        near = closest_match(word, self._by_name)
        tail = f" (did you mean {quote_value(near)}?)" if near else ""
        return f"there is no {self._what} {quote_value(word)}{tail}{hint}"

    def ambiguous(self, word: str, found: Sequence[InRegion[NamedT]]) -> str:
        """Describe the resources that share a name."""
        shown = [
            f"{self._label(entry.item)} {entry.item.id} in {entry.snapshot.region}"
            for entry in found[:_MAX_CANDIDATES]
        ]
        more = f" and {len(found) - _MAX_CANDIDATES} more" if len(found) > _MAX_CANDIDATES else ""
        return f"{quote_value(word)} is ambiguous: {', '.join(shown)}{more}; use the id"


class Directory:
    """Finds the resources of some regions by name, id or address.

    Args:
        snapshots: The regions, with everything read that names are to be resolved in.
    """

    def __init__(self, snapshots: Mapping[str, Snapshot]) -> None:
        self.snapshots = snapshots
        self._servers = _Index[Server]("server", _names_of_server, lambda server: server.name)
        self._pools = _Index[LoadBalancerPool](
            "pool", lambda snapshot, pool: (pool.name,), lambda pool: pool.name
        )
        self._records = _Index[PublicIP](
            "public IP",
            lambda snapshot, record: (record.address or "",),
            lambda record: record.address or record.status,
        )
        for snapshot in snapshots.values():
            self._servers.put(snapshot, snapshot.servers.values())
            self._pools.put(snapshot, snapshot.pools.values())
            self._records.put(snapshot, snapshot.public_ips.values())

    def server(self, word: str) -> InRegion[Server]:
        """Return the server with a name, id or address.

        Raises:
            UnresolvedName: It is unknown or ambiguous.
        """
        return self._servers.one(word, self._unread(ResourceKind.SERVERS))

    def pool(self, word: str) -> InRegion[LoadBalancerPool]:
        """Return the pool with a name or id.

        Raises:
            UnresolvedName: It is unknown or ambiguous.
        """
        return self._pools.one(word, self._unread(ResourceKind.POOLS))

    def public_ip(self, word: str) -> InRegion[PublicIP]:
        """Return the public IP with an address or id, or the only one of a server.

        Raises:
            UnresolvedName: It is unknown or ambiguous, or the server has none.
        """
        target = self.public_ips(word)
        unread = target.snapshot.unreadable(ResourceKind.PUBLIC_IPS)
        if target.server is not None and unread:
            raise UnresolvedName(
                f"which public IPs server {quote_value(word)} has is not known: {unread}; use the "
                "id of the public IP"
            )
        if len(target.records) == 1:
            return InRegion(target.snapshot, target.records[0])
        entries = [InRegion(target.snapshot, record) for record in target.records]
        if entries:
            raise UnresolvedName(self._records.ambiguous(word, entries))
        raise UnresolvedName(f"server {quote_value(word)} has no public IP")

    def public_ips(self, word: str) -> AddressTarget:
        """Return the public IP with an address or id, or those of a server.

        Raises:
            UnresolvedName: It is unknown or ambiguous.
        """
        found = self._records.matches(word)
        unread = self._unread(ResourceKind.PUBLIC_IPS)
        if len(found) == 1:
            self._records.require_sure(word, found[0], unread)
            return AddressTarget(found[0].snapshot, (found[0].item,))
        if found:
            raise UnresolvedName(self._records.ambiguous(word, found))
        if not self._servers.matches(word):
            server = "" if "server" in unread else "; nor is it the name of a server"
            raise UnresolvedName(self._records.unknown(word, server + unread))
        holder = self._servers.one(word, self._unread(ResourceKind.SERVERS))
        records = holder.snapshot.ips_of.get(holder.item.key, ())
        return AddressTarget(holder.snapshot, records, holder.item)

    def _unread(self, kind: ResourceKind) -> str:
        """Return the end of a message where a name may be missing because of unreadable items."""
        skipped = sum(len(each.fetch_state(kind).skipped) for each in self.snapshots.values())
        return f"; {describe_unreadable(kind, skipped)}" if skipped else ""


def resolve_all(words: Iterable[str], find: Callable[[str], TargetT]) -> list[TargetT]:
    """Resolve every name, and report all problems at once.

    Args:
        words: The names.
        find: Resolves one.

    Raises:
        CommandError: Some are unknown or ambiguous; nothing is sent.
    """
    found: list[TargetT] = []
    problems: list[str] = []
    for word in words:
        try:
            found.append(find(word))
        except UnresolvedName as problem:
            problems.append(str(problem))
    if problems:
        more = len(problems) - _MAX_PROBLEMS
        tail = f"; and {more} more names" if more > 0 else ""
        listed = "; ".join(problems[:_MAX_PROBLEMS])
        raise CommandError(f"{listed}{tail}; nothing was sent", ExitCode.USAGE)
    return found


def _names_of_server(snapshot: Snapshot, server: Server) -> Iterable[str]:
    yield server.name
    if server.access_ip:
        yield server.access_ip
    for address in server.addresses:
        yield address.address
    for record in snapshot.ips_of.get(server.key, ()):
        if record.address:
            yield record.address
