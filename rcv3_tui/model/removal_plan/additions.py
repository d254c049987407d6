"""Plans that add public IPs: nothing is lost, but each takes an address and exposes a server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.removal_plan.plan import RemovalItem, RemovalPlan, RemovalRequest
from rcv3_tui.model.resources import RETAINED_LIMIT, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, is_building, phase

RETAIN = "retain"
"""The second part of a key: the address is retained from the start."""

NO_SERVER = ""
"""In place of a server's key: the address that is added has none."""

_NAMED = 3
"""Servers up to which a consequence names each."""


def addition_of_public_ips(
    snapshot: Snapshot,
    server_keys: Iterable[str],
    *,
    profile: str,
    retain: bool = False,
) -> RemovalPlan:
    """Plan to add a public IP to each of some servers.

    Args:
        snapshot: The snapshot on the screen.
        server_keys: Lower-case ids of servers of this region; an empty one stands for no server.
        profile: The profile's name, for the dialog.
        retain: The addresses are retained from the start.
    """
    pairs = tuple((key, RETAIN if retain else "") for key in dict.fromkeys(server_keys))
    return RemovalRequest(_plan_addition, pairs, profile).plan(snapshot)


def _plan_addition(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan to add public IPs; servers that no longer exist are left out.

    Args:
        request: Its keys are (server key or `NO_SERVER`, `RETAIN` or empty).
        snapshot: The snapshot.
    """
    items: list[RemovalItem] = []
    for key, how in request.keys:
        server = snapshot.servers.get(key)
        if server is not None:
            items.append(_on_server(snapshot, server, retain=how == RETAIN))
        elif key == NO_SERVER:
            items.append(_without_server(snapshot))
    where = (request.profile, snapshot.region, snapshot.tenant)
    return RemovalPlan(
        title=_title(items),
        verb="Add",
        items=tuple(items),
        consequences=tuple(_consequences(snapshot, items)),
        level=0,
        confirmation_phrases=(),
        where=tuple(part for part in where if part),
        source=request,
    )


def merge_additions(plans: Sequence[RemovalPlan]) -> RemovalPlan:
    """Return one plan for public IPs in several regions.

    Args:
        plans: One for each region; at least one, each with an item.
    """
    if len(plans) == 1:
        return plans[0]
    items = tuple(item for plan in plans for item in plan.items)
    regions = [plan.items[0].request.region for plan in plans]
    return replace(
        plans[0],
        title=f"{_title(items)} in {len(plans)} regions",
        items=items,
        consequences=tuple(
            f"{region}: {line}"
            for region, plan in zip(regions, plans, strict=True)
            for line in plan.consequences
        ),
        where=(plans[0].where[0], ", ".join(regions), *plans[0].where[2:]),
        source=None,
        parts=tuple(plans),
    )


def blocking_public_ip(snapshot: Snapshot, server: Server) -> PublicIP | None:
    """Return the record that rules another public IP out; a failed one does not."""
    record = snapshot.public_ip_of(server.key)
    return None if record is None or phase(record.status) is Phase.FAILED else record


def _title(items: Sequence[RemovalItem]) -> str:
    if len(items) != 1:
        return f"Add {len(items)} public IPs"
    name = items[0].name
    return f"Add a public IP to {name}" if name else "Add a public IP without a server"


def _on_server(snapshot: Snapshot, server: Server, *, retain: bool) -> RemovalItem:
    waits = is_building(server.status)
    extra = ["retained from the start"] if retain else []
    if waits:
        extra.append(f"{server.status}: it gets the address when it is ACTIVE")
    record = blocking_public_ip(snapshot, server)
    return RemovalItem(
        kind="new public IP",
        name=server.name,
        address=snapshot.private_ip_of(server) or "",
        id=server.id,
        request=Request(
            kind=OperationKind.ADD_PUBLIC_IP,
            region=snapshot.region,
            server=Target(server.id, server.name),
            retain=retain,
            wait_for_build=waits,
        ),
        extra=tuple(extra),
        facts=("" if record is None else f"with {record.address or 'a public IP'}",),
    )


def _without_server(snapshot: Snapshot) -> RemovalItem:
    return RemovalItem(
        kind="new public IP",
        name="",
        address="",
        id="",
        request=Request(kind=OperationKind.ADD_PUBLIC_IP, region=snapshot.region, retain=True),
        extra=("retained from the start",),
    )


def _consequences(snapshot: Snapshot, items: Sequence[RemovalItem]) -> list[str]:
    names = [item.name for item in items if item.name]
    who = ", ".join(names) if len(names) <= _NAMED else f"{len(names)} servers"
    lines = [f"{who} can be reached from the internet"] if names else []
    taken = "1 address" if len(items) == 1 else f"{len(items)} addresses"
    lines.append(f"takes {taken} of the block in {snapshot.region}")
    retained = sum(1 for record in snapshot.public_ips.values() if record.retain)
    more = sum(1 for item in items if item.request.retain)
    if more and retained + more > RETAINED_LIMIT:
        lines.append(
            f"{retained} addresses are retained, and {RETAINED_LIMIT} is the default limit: the "
            "service may reject this"
        )
    return lines
