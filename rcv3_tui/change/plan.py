"""What a command will send, what needs no request, and what has to be confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from msgspec import Struct

from rcv3_tui.change.drain_plan import UnreadPools, drained_server, plan_drain, plan_restore
from rcv3_tui.change.names import (
    AddressTarget,
    Directory,
    InRegion,
    UnresolvedName,
    resolve_all,
)
from rcv3_tui.change.options import ChangeOptions, ChangeVerb, CommandError
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.removal_plan import (
    RemovalPlan,
    reassignment_of,
    release_of,
    removal_of_nodes,
    removal_of_public_ips,
    unassignment_of,
)
from rcv3_tui.model.resources import RETAINED_LIMIT, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, is_building, phase
from rcv3_tui.settings import Settings

_MAX_REASONS = 5
"""Reasons not to send anything that an error lists; more are counted."""


class Unchanged(Struct, frozen=True):
    """A request that is not sent: its wanted state is there already, or cannot be reached."""

    request: Request
    reason: str


class ChangePlan(Struct, frozen=True):
    """Everything that one command will do. It is confirmed, submitted and waited for as one."""

    direct: tuple[Request, ...] = ()
    """Requests that take nothing away and need no confirmation."""
    removals: tuple[RemovalPlan, ...] = ()
    """What has to be confirmed, one plan per region."""
    unchanged: tuple[Unchanged, ...] = ()
    impossible: tuple[Unchanged, ...] = ()
    """What was asked for and cannot be done; the others are sent nevertheless."""
    unread: tuple[Unchanged, ...] = ()
    """What may be as it should not be, could not be read, and is left as it is."""
    warnings: tuple[str, ...] = ()
    """Remarks that keep nothing from being sent."""

    @property
    def requests(self) -> tuple[Request, ...]:
        """Everything that is sent once it is confirmed."""
        confirmed = (request for plan in self.removals for request in plan.requests)
        return (*self.direct, *confirmed)


class _Draft:
    """A plan in the making."""

    def __init__(self) -> None:
        self.direct: list[Request] = []
        self.removals: list[RemovalPlan] = []
        self.unchanged: list[Unchanged] = []
        self.impossible: list[Unchanged] = []
        self.unread: list[Unchanged] = []
        self.warnings: list[str] = []
        self.refusals: list[str] = []
        """Reasons not to send anything."""
        self.unknown: list[str] = []
        """What the plan depends on and could not be read: a reason not to send anything."""

    def finish(self) -> ChangePlan:
        """Return the plan.

        Raises:
            CommandError: Something asked for cannot be done; nothing is sent.
        """
        if reasons := [*self.refusals, *dict.fromkeys(self.unknown)]:
            more = len(reasons) - _MAX_REASONS
            tail = f"; and {more} more" if more > 0 else ""
            listed = "; ".join(reasons[:_MAX_REASONS])
            code = ExitCode.NOTHING_SENT if self.refusals else ExitCode.SERVICE_ERROR
            raise CommandError(f"{listed}{tail}; nothing was sent", code)
        return ChangePlan(
            direct=tuple(dict.fromkeys(self.direct)),
            removals=tuple(plan for plan in self.removals if plan.items),
            unchanged=tuple(dict.fromkeys(self.unchanged)),
            impossible=tuple(dict.fromkeys(self.impossible)),
            unread=tuple(dict.fromkeys(self.unread)),
            warnings=tuple(dict.fromkeys(self.warnings)),
        )


def make_plan(
    options: ChangeOptions,
    directory: Directory,
    regions: Sequence[str],
    settings: Settings,
    unread_pools: UnreadPools,
) -> ChangePlan:
    """Plan a command.

    Args:
        options: The command.
        directory: Finds what it names.
        regions: The regions that are open.
        settings: The profile, for the confirmation.
        unread_pools: The pools whose nodes were to be read and could not be.

    Raises:
        CommandError: A name is unknown or ambiguous, or something cannot be done.
    """
    draft = _Draft()
    names = options.names
    match options.verb:
        case ChangeVerb.IP_ADD if options.unassigned:
            request = _unassigned_address(regions)
            draft.direct.append(request)
            _warn_of_limit(draft, directory.snapshots[request.region], 1)
        case ChangeVerb.IP_ADD:
            for server in resolve_all(names, directory.server):
                _add_address(draft, server, options)
            if options.retain:
                for region, count in Counter(each.region for each in draft.direct).items():
                    _warn_of_limit(draft, directory.snapshots[region], count)
        case ChangeVerb.IP_REMOVE:
            _remove_addresses(draft, resolve_all(names, directory.public_ips), settings)
        case ChangeVerb.IP_RETAIN:
            _retain(draft, resolve_all(names, directory.public_ip), settings, off=options.off)
        case ChangeVerb.IP_ASSIGN:
            (record,) = resolve_all(names[:1], directory.public_ip)
            (server,) = resolve_all(names[1:], directory.server)
            _assign(draft, record, server, settings)
        case ChangeVerb.IP_UNASSIGN:
            _unassign(draft, resolve_all(names, directory.public_ip), settings)
        case ChangeVerb.POOL_ADD | ChangeVerb.POOL_REMOVE:
            (pool,) = resolve_all(names[:1], directory.pool)
            if options.verb is ChangeVerb.POOL_ADD:
                servers = resolve_all(names[1:], directory.server)
                _require_one_region(draft, pool, servers)
                _add_to_pool(draft, pool, servers)
            else:
                members = resolve_all(names[1:], partial(_member, directory, pool))
                _remove_from_pool(draft, pool, members, settings)
        case ChangeVerb.SERVER_DRAIN:
            plan = plan_drain(
                resolve_all(names, directory.server),
                settings,
                unread_pools,
                skip_unread=options.skip_unread,
            )
            draft.removals += plan.removals
            draft.unknown += plan.unknown
            draft.unchanged += [Unchanged(*each) for each in plan.unchanged]
            draft.unread += [Unchanged(*each) for each in plan.unread]
            draft.warnings += plan.warnings
        case ChangeVerb.SERVER_RESTORE:
            drained = resolve_all(names, partial(drained_server, directory))
            direct, unchanged, impossible = plan_restore(drained, settings)
            draft.direct += direct
            draft.unchanged += [Unchanged(*each) for each in unchanged]
            draft.impossible += [Unchanged(*each) for each in impossible]
    return draft.finish()


# -- public IPs -----------------------------------------------------------------------------------


def _unassigned_address(regions: Sequence[str]) -> Request:
    if len(regions) != 1:
        raise CommandError(
            f"an address without a server is added in one region: choose it with --region "
            f"({', '.join(regions)})",
            ExitCode.USAGE,
        )
    return Request(kind=OperationKind.ADD_PUBLIC_IP, region=regions[0], retain=True)


def _add_address(draft: _Draft, found: InRegion[Server], options: ChangeOptions) -> None:
    snapshot, server = found.snapshot, found.item
    request = Request(
        kind=OperationKind.ADD_PUBLIC_IP,
        region=snapshot.region,
        server=Target(server.id, server.name),
        retain=options.retain,
        wait_for_build=options.wait_for_build and is_building(server.status),
    )
    holder = public_ip_of(snapshot, server)
    if holder is None:
        draft.direct.append(request)
        _warn_of_unread_address(draft, found)
        return
    has = f"{server.name} already has {holder.address or f'a public IP that is {holder.status}'}"
    if options.retain and not holder.retain:
        draft.refusals.append(f"{has}, which is not retained: rcv3-tui ip retain changes that")
    elif phase(holder.status) is Phase.STABLE:
        draft.unchanged.append(Unchanged(request, f"{has}; a server can have only one public IP"))
    else:
        # Whether it is on its way in or out, the operation finds out and follows it.
        draft.direct.append(request)


def public_ip_of(snapshot: Snapshot, server: Server) -> PublicIP | None:
    """Return the record that rules out another public IP for a server; a failed one does not."""
    record = snapshot.public_ip_of(server.key)
    return None if record is None or phase(record.status) is Phase.FAILED else record


def _warn_of_unread_address(draft: _Draft, found: InRegion[Server]) -> None:
    if unread := found.snapshot.unreadable(ResourceKind.PUBLIC_IPS):
        draft.warnings.append(
            f"{unread} in {found.snapshot.region}: {found.item.name} may have one already, and the "
            "service may reject this"
        )


def _remove_addresses(draft: _Draft, targets: Iterable[AddressTarget], settings: Settings) -> None:
    keys: dict[str, list[str]] = {}
    snapshots: dict[str, Snapshot] = {}
    for target in targets:
        snapshot = snapshots.setdefault(target.snapshot.region, target.snapshot)
        keys.setdefault(snapshot.region, []).extend(record.key for record in target.records)
        if target.records or target.server is None:
            continue
        if unread := snapshot.unreadable(ResourceKind.PUBLIC_IPS):
            draft.unknown.append(
                f"whether {target.server.name} has a public IP is not known: {unread}"
            )
        else:
            server = Target(target.server.id, target.server.name)
            request = Request(
                kind=OperationKind.REMOVE_PUBLIC_IP, region=snapshot.region, server=server
            )
            reason = f"{target.server.name} has no public IP"
            draft.unchanged.append(Unchanged(request, reason))
    for region, some in keys.items():
        draft.removals.append(
            removal_of_public_ips(
                snapshots[region],
                some,
                profile=settings.profile,
                protected=settings.protected,
            )
        )


def _retain(
    draft: _Draft, targets: Iterable[InRegion[PublicIP]], settings: Settings, *, off: bool
) -> None:
    kind = OperationKind.RELEASE if off else OperationKind.RETAIN
    asking: dict[str, list[InRegion[PublicIP]]] = {}
    more: Counter[str] = Counter()
    snapshots: dict[str, Snapshot] = {}
    for found in targets:
        snapshot, record = found.snapshot, found.item
        request = _record_request(kind, found)
        name = record.address or record.id
        if record.retain is not off:
            words = "is not retained" if off else "is retained already"
            draft.unchanged.append(Unchanged(request, f"{name} {words}"))
        elif off and record.server is None:
            asking.setdefault(snapshot.region, []).append(found)
        else:
            draft.direct.append(request)
            if not off:
                snapshots[snapshot.region] = snapshot
                more[snapshot.region] += 1
    draft.removals += _record_removals(release_of, asking, settings)
    for region, snapshot in snapshots.items():
        _warn_of_limit(draft, snapshot, more[region])


def _warn_of_limit(draft: _Draft, snapshot: Snapshot, more: int) -> None:
    retained = sum(1 for record in snapshot.public_ips.values() if record.retain)
    if retained + more > RETAINED_LIMIT:
        draft.warnings.append(
            f"{retained} addresses are retained in {snapshot.region}, and {RETAINED_LIMIT} is the "
            "default limit: the service may reject this"
        )


def _assign(
    draft: _Draft, found: InRegion[PublicIP], to: InRegion[Server], settings: Settings
) -> None:
    snapshot, record, server = found.snapshot, found.item, to.item
    name = record.address or record.id
    if to.snapshot.region != snapshot.region:
        draft.refusals.append(
            f"{name} is in {snapshot.region} and {server.name} in {to.snapshot.region}: an address "
            "stays in its region"
        )
        return
    target = Target(server.id, server.name)
    if record.server is not None and record.server.key == server.key:
        request = _record_request(OperationKind.ASSIGN, found, target)
        draft.unchanged.append(Unchanged(request, f"{server.name} already has {name}"))
        return
    holder = public_ip_of(snapshot, server)
    if holder is not None:
        has = holder.address or f"a public IP that is {holder.status}"
        draft.refusals.append(
            f"{server.name} already has {has}; a server can have only one public IP"
        )
    else:
        _warn_of_unread_address(draft, to)
    if not record.retain:
        draft.refusals.append(
            f"{name} is not retained, and only a retained address can be assigned: rcv3-tui ip "
            f"retain {name} first"
        )
    if record.server is None:
        draft.direct.append(_record_request(OperationKind.ASSIGN, found, target))
    else:
        draft.removals.append(
            reassignment_of(
                snapshot,
                record.key,
                server.key,
                profile=settings.profile,
                protected=settings.protected,
            )
        )


def _unassign(draft: _Draft, targets: Iterable[InRegion[PublicIP]], settings: Settings) -> None:
    asking: dict[str, list[InRegion[PublicIP]]] = {}
    for found in targets:
        record = found.item
        name = record.address or record.id
        if record.server is None:
            request = _record_request(OperationKind.UNASSIGN, found)
            draft.unchanged.append(Unchanged(request, f"{name} has no server"))
        elif not record.retain:
            draft.refusals.append(
                f"{name} is not retained, so without a server it would be lost: rcv3-tui ip retain "
                f"{name} first"
            )
        else:
            asking.setdefault(found.snapshot.region, []).append(found)
    draft.removals += _record_removals(unassignment_of, asking, settings)


def _record_removals(
    plan_of: Callable[..., RemovalPlan | None],
    by_region: dict[str, list[InRegion[PublicIP]]],
    settings: Settings,
) -> list[RemovalPlan]:
    """Return one plan per region for a change of several records."""
    plans = (
        plan_of(
            some[0].snapshot,
            *(found.item.key for found in some),
            profile=settings.profile,
            protected=settings.protected,
        )
        for some in by_region.values()
    )
    return [plan for plan in plans if plan is not None]


def _record_request(
    kind: OperationKind, found: InRegion[PublicIP], to: Target | None = None
) -> Request:
    record, link = found.item, found.item.server
    held_by = None
    if link is not None:
        held_by = Target(link.id, found.snapshot.server_name(link.key, link.name or link.id))
    return Request(
        kind=kind,
        region=found.snapshot.region,
        server=to,
        public_ip=Target(record.id, record.address or record.id),
        held_by=held_by,
    )


# -- pools ----------------------------------------------------------------------------------------


class _Member(Struct, frozen=True):
    """A server that is named as a member of a pool, and its nodes there."""

    server: Target
    nodes: tuple[PoolNode, ...]


def _member(directory: Directory, pool: InRegion[LoadBalancerPool], word: str) -> _Member:
    """Return what a name stands for in a pool: also a server that no longer exists.

    Raises:
        UnresolvedName: It is unknown or ambiguous.
    """
    nodes = pool.snapshot.nodes_in(pool.item.key).values()
    try:
        server = directory.server(word).item
    except UnresolvedName:
        links = {
            node.server.key: node.server
            for node in nodes
            if node.server is not None and word in (node.server.key, node.server.id)
        }
        if not links:
            raise
        (link,) = links.values()
        target = Target(link.id, pool.snapshot.server_name(link.key, link.name or link.id))
    else:
        target = Target(server.id, server.name)
    return _Member(target, tuple(node for node in nodes if node.server_key == target.key))


def _require_one_region(
    draft: _Draft, pool: InRegion[LoadBalancerPool], servers: Iterable[InRegion[Server]]
) -> None:
    for server in servers:
        if server.snapshot.region != pool.snapshot.region:
            draft.refusals.append(
                f"pool {pool.item.name} is in {pool.snapshot.region} and {server.item.name} in "
                f"{server.snapshot.region}: a pool has only servers of its region"
            )


def _add_to_pool(
    draft: _Draft, found: InRegion[LoadBalancerPool], servers: Iterable[InRegion[Server]]
) -> None:
    pool = found.item
    members = {
        node.server_key: node
        for node in found.snapshot.nodes_in(pool.key).values()
        if phase(node.status) is not Phase.FAILED
    }
    for server in servers:
        request = Request(
            kind=OperationKind.ADD_NODE,
            region=found.snapshot.region,
            server=Target(server.item.id, server.item.name),
            pool=Target(pool.id, pool.name),
        )
        node = members.get(server.item.key)
        if node is not None and phase(node.status) is Phase.STABLE:
            reason = f"{server.item.name} is already a member of {pool.name}"
            draft.unchanged.append(Unchanged(request, reason))
        else:
            draft.direct.append(request)
            if node is None and (unread := found.snapshot.unreadable(ResourceKind.NODES, pool.key)):
                draft.warnings.append(f"{unread}: {server.item.name} may be a member already")


def _remove_from_pool(
    draft: _Draft,
    found: InRegion[LoadBalancerPool],
    members: Iterable[_Member],
    settings: Settings,
) -> None:
    pool = found.item
    keys: list[tuple[str, str]] = []
    for member in members:
        keys += [(pool.key, node.key) for node in member.nodes]
        if member.nodes:
            continue
        if unread := found.snapshot.unreadable(ResourceKind.NODES, pool.key):
            draft.unknown.append(
                f"whether {member.server.name} is a member of {pool.name} is not known: {unread}"
            )
        else:
            request = Request(
                kind=OperationKind.REMOVE_NODE,
                region=found.snapshot.region,
                server=member.server,
                pool=Target(pool.id, pool.name),
            )
            reason = f"{member.server.name} is not a member of {pool.name}"
            draft.unchanged.append(Unchanged(request, reason))
    if keys:
        draft.removals.append(
            removal_of_nodes(
                found.snapshot, keys, profile=settings.profile, protected=settings.protected
            )
        )
