"""Removal plans of public IPs: remove, unassign, reassign, stop retaining."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.removal_plan.plan import (
    RemovalItem,
    RemovalPlan,
    RemovalRequest,
    build_plan,
    count_text,
    link_name,
    manager_warnings,
    status_fact,
    transition_warnings,
    unique_links,
)
from rcv3_tui.model.resources import PublicIP, ServerLink
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase

_ADDRESS_LOST = "the address returns to the block; you may not get it again"


def removal_of_public_ips(
    snapshot: Snapshot, keys: Iterable[str], *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan the removal of public IPs.

    Args:
        snapshot: The snapshot on the screen.
        keys: Lower-case ids of the records; those that no longer exist are left out.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan. The removal cannot be undone, so the name has to be typed.
    """
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    return RemovalRequest(_plan_removal, pairs, profile, protected).plan(snapshot)


def _plan_removal(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan the removal of public IPs; it cannot be undone, so the name has to be typed.

    A failed record without an address never had one: nothing is lost, and no typing is needed.
    """
    records = _records(request, snapshot)
    items = tuple(_item(snapshot, record, OperationKind.REMOVE_PUBLIC_IP) for record in records)
    lines = _unreachable_servers(snapshot, records)
    is_loss = not all(map(_never_existed, records))
    if any(record.address for record in records):
        lines.append(_ADDRESS_LOST)
    lines += [
        f"{_named(snapshot, record)} never had an address: nothing is lost"
        for record in records
        if _never_existed(record)
    ]
    retained = [_address(r) for r in records if r.retain and r.server is not None]
    if retained and len(records) == 1:
        lines.append("retained: retain is switched off first, then the address is removed")
    elif retained:
        lines.append(
            f"retained: {', '.join(retained)}: retain is switched off first, then they are removed"
        )
    lines += _shared_warnings(snapshot, records)
    title = f"Remove {count_text(items, 'public IP')}"
    return build_plan(request, snapshot, title, "Remove", items, lines, high_impact=is_loss)


def unassignment_of(
    snapshot: Snapshot, *keys: str, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan the unassignment of public IPs from their servers.

    Args:
        snapshot: The snapshot on the screen.
        keys: Lower-case ids of the records.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan; level 1 if the only record is retained and the server has another address.
    """
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    return RemovalRequest(_plan_unassignment, pairs, profile, protected).plan(snapshot)


def _plan_unassignment(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan the unassignment of public IPs from their servers."""
    records = _records(request, snapshot)
    items = tuple(_item(snapshot, record, OperationKind.UNASSIGN) for record in records)
    lines = _unreachable_servers(snapshot, records)
    high_impact = bool(lines)
    for record in records:
        if record.retain:
            lines.append(f"{_address(record)} stays retained, without a server")
        else:
            high_impact = True
            lines.append(f"not retained: without a server {_address(record)} is lost")
            lines.append(_ADDRESS_LOST)
    lines += _shared_warnings(snapshot, records)
    title = "Unassign " + ", ".join(_of_server(snapshot, record) for record in records)
    return build_plan(request, snapshot, title, "Unassign", items, lines, high_impact=high_impact)


def reassignment_of(
    snapshot: Snapshot, key: str, to_server_key: str, *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan the assignment of a retained address to another server.

    Args:
        snapshot: The snapshot on the screen.
        key: The public IP record's lower-case id.
        to_server_key: Lower-case id of the server that gets it.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan; an address without a server is only assigned (level 1).
    """
    request = RemovalRequest(
        _plan_reassignment, ((key, ""),), profile, protected, to_server=to_server_key
    )
    return request.plan(snapshot)


def _plan_reassignment(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan the assignment of public IPs to another server."""
    records = _records(request, snapshot)
    to_key = request.to_server
    target = snapshot.servers.get(to_key)
    to_name = snapshot.server_name(to_key)
    to = Target(to_key if target is None else target.id, to_name)
    items = tuple(_item(snapshot, record, OperationKind.MOVE, to) for record in records)
    verb = "Assign" if all(record.server is None for record in records) else "Move"
    lines: list[str] = []
    for record in records:
        if record.server is not None:
            old = link_name(snapshot, record.server)
            lines.append(f"{old} loses {_address(record)} at once; {to_name} gets it")
        else:
            lines.append(f"{to_name} gets {_address(record)}")
    unreachable = _unreachable_servers(snapshot, records)
    lines += unreachable
    already = snapshot.public_ip_of(to_key)
    if already is not None and already.key not in {record.key for record in records}:
        lines.append(f"{to_name} has {_address(already)} already: the service will refuse this")
    lines += _match_rule_warnings(snapshot, records)
    if target is None:
        lines.append(f"{to_name} is not in the list of servers")
    lines += transition_warnings((_address(record), record.status) for record in records)
    links = [*(record.server for record in records), ServerLink(to.id, to.name)]
    lines += manager_warnings(snapshot, links)
    title = f"{verb} {', '.join(_of_server(snapshot, record) for record in records)} to {to_name}"
    return build_plan(request, snapshot, title, verb, items, lines, high_impact=bool(unreachable))


def release_of(
    snapshot: Snapshot, *keys: str, profile: str, protected: bool = False
) -> RemovalPlan | None:
    """Plan to stop retaining public IPs.

    Args:
        snapshot: The snapshot on the screen.
        keys: Lower-case ids of the records.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        None if all addresses are assigned to servers: nothing is lost, no question is needed.
    """
    records = [snapshot.public_ips.get(key) for key in keys]
    if all(record is not None and record.server is not None for record in records):
        return None
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    return RemovalRequest(_plan_release, pairs, profile, protected).plan(snapshot)


def _plan_release(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan to stop retaining public IPs."""
    records = _records(request, snapshot)
    items = tuple(_item(snapshot, record, OperationKind.RELEASE) for record in records)
    lines = []
    for record in records:
        if record.server is None:
            lines.append(
                f"{_address(record)} has no server: without retain the record is probably removed"
            )
            lines.append(_ADDRESS_LOST)
        else:
            name = link_name(snapshot, record.server)
            lines.append(f"{_address(record)} goes when {name} goes")
    high_impact = any(record.server is None for record in records)
    title = f"Stop retaining {', '.join(_of_server(snapshot, record) for record in records)}"
    return build_plan(request, snapshot, title, "Release", items, lines, high_impact=high_impact)


def _records(request: RemovalRequest, snapshot: Snapshot) -> list[PublicIP]:
    return [snapshot.public_ips[key] for key, _ in request.keys if key in snapshot.public_ips]


def _shared_warnings(snapshot: Snapshot, records: Sequence[PublicIP]) -> list[str]:
    return [
        *_match_rule_warnings(snapshot, records),
        *transition_warnings((_address(record), record.status) for record in records),
        *manager_warnings(snapshot, (record.server for record in records)),
    ]


def _match_rule_warnings(snapshot: Snapshot, records: Sequence[PublicIP]) -> list[str]:
    """Warn of addresses that come back: a match rule adds them without any user's request."""
    return [
        f"a match rule added {_address(record)}, and may add an address to "
        f"{link_name(snapshot, record.server)} again"
        if record.server is not None
        else f"a match rule added {_address(record)}, and may add it again"
        for record in records
        if record.added_by_match_rule
    ]


def _unreachable_servers(snapshot: Snapshot, records: Sequence[PublicIP]) -> list[str]:
    """Name the servers that have no public address without these records."""
    removed = frozenset(record.key for record in records)
    names: list[str] = []
    orphans: list[str] = []
    for link in unique_links(record.server for record in records if record.address):
        if snapshot.is_orphan(link.key):
            orphans.append(link_name(snapshot, link))
        elif not any(
            other.address and other.key not in removed and phase(other.status) is Phase.STABLE
            for other in snapshot.ips_of.get(link.key, ())
        ):
            names.append(link_name(snapshot, link))
    lines = []
    if names:
        they, has = ("it", "has") if len(names) == 1 else ("they", "have")
        lines.append(
            f"last public address of {', '.join(names)}: {they} cannot be reached from outside"
        )
        if unread := snapshot.unreadable(ResourceKind.PUBLIC_IPS):
            lines.append(f"{unread}: whether {they} still {has} another one is not known")
    if orphans:
        are = "is" if len(orphans) == 1 else "are"
        lines.append(f"{', '.join(orphans)} {are} not in the list of servers any more")
    return lines


def _never_existed(record: PublicIP) -> bool:
    return not record.address and record.status.upper() == "ADD_FAILED"


def _named(snapshot: Snapshot, record: PublicIP) -> str:
    server = record.server
    return record.id if server is None else f"the failed record of {link_name(snapshot, server)}"


def _address(record: PublicIP) -> str:
    return record.address or record.id


def _of_server(snapshot: Snapshot, record: PublicIP) -> str:
    if record.server is None:
        return _address(record)
    return f"{_address(record)} of {link_name(snapshot, record.server)}"


def _item(
    snapshot: Snapshot, record: PublicIP, kind: OperationKind, to: Target | None = None
) -> RemovalItem:
    server = record.server
    held_by = None if server is None else Target(server.id, link_name(snapshot, server))
    if kind is OperationKind.MOVE and held_by is None:
        kind = OperationKind.ASSIGN
    extra: list[str] = []
    if held_by is None:
        extra.append("unassigned")
    if record.retain:
        extra.append("retained")
    if phase(record.status) is not Phase.STABLE:
        extra.append(record.status)
    request = Request(
        kind=kind,
        region=snapshot.region,
        server=to,
        public_ip=Target(record.id, _address(record)),
        held_by=held_by,
    )
    facts = [
        record.address or "without an address",
        "unassigned" if held_by is None else f"on {held_by.name}",
        "retained" if record.retain else "not retained",
        status_fact(record.status),
    ]
    if server is not None:
        facts.append(server.key)
    return RemovalItem(
        kind="public IP",
        name="" if held_by is None else held_by.name,
        address=record.address or "",
        id=record.id,
        request=request,
        extra=tuple(extra),
        facts=tuple(facts),
    )
