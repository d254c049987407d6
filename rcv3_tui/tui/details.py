"""Everything known of one resource and what it is tied to, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.attention import Finding
from rcv3_tui.model.history import Timeline, steps
from rcv3_tui.model.resources import CloudNetwork, PoolNode, PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase, server_phase
from rcv3_tui.tui.formats import SEVERITY_TONES, TONES, age, duration, moment
from rcv3_tui.tui.items import (
    FindingItem,
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)
from rcv3_tui.tui.key_names import KeyNames


class Fact(Struct, frozen=True):
    """One line: a label and what it says; without a label a heading."""

    label: str
    text: str = ""
    tone: str = ""


def title_of(item: Item) -> str:
    """Name what an item stands for, with its kind."""
    match item:
        case ServerItem():
            return f"Cloud server {item.server.name}"
        case PublicIPItem():
            return f"Public IP {item.record.address or item.record.id}"
        case PoolItem():
            return f"Load balancer pool {item.pool.name}"
        case NodeItem():
            return f"Pool node {item.server_name}"
        case NetworkItem():
            return f"Cloud network {item.network.name}"
        case FindingItem():
            return item.finding.subject
        case OperationItem():
            return f"Operation {item.operation.id}"


def raw_of(item: Item) -> bytes:
    """Give a resource's JSON as the service sent it; empty where there is none."""
    match item:
        case ServerItem():
            return item.server.raw
        case PublicIPItem():
            return item.record.raw
        case PoolItem():
            return item.pool.raw
        case NodeItem():
            return item.node.raw
        case NetworkItem():
            return item.network.raw
        case FindingItem() | OperationItem():
            return b""


def facts_of(
    item: Item,
    snapshot: Snapshot | None,
    now: datetime,
    keys: KeyNames,
    *,
    findings: Iterable[Finding] = (),
    seen: Timeline = (),
) -> tuple[Fact, ...]:
    """Give everything known of an item.

    Args:
        item: A row.
        snapshot: The picture of its region, for what it is tied to.
        now: The time of day, for ages.
        keys: The keys that are in force, for what to do next.
        findings: What is wrong with it, or with what it is tied to.
        seen: The status changes seen of it.
    """
    match item:
        case ServerItem():
            facts = _server(item, snapshot, now, keys)
        case PublicIPItem():
            facts = _public_ip(item, snapshot, now, keys)
        case PoolItem():
            facts = _pool(item, snapshot, now, keys)
        case NodeItem():
            facts = _node(item, snapshot, now)
        case NetworkItem():
            facts = _network(item.network, item.region)
        case FindingItem():
            facts = _wrong([item.finding])
        case OperationItem():
            facts = _operation(item)
    return (*_wrong(findings), *facts, *_seen(seen, now))


def _wrong(findings: Iterable[Finding]) -> Iterable[Fact]:
    found = tuple(findings)
    if not found:
        return
    yield Fact("NEEDS ATTENTION")
    for finding in found:
        wrong = f"{finding.subject}: {finding.wrong}"
        yield Fact("wrong", wrong, SEVERITY_TONES[finding.severity])
        yield Fact("next step", finding.next_step)
    yield Fact("")


def _seen(timeline: Timeline, now: datetime) -> Iterable[Fact]:
    if not timeline:
        return
    yield Fact("")
    yield Fact("SEEN")
    yield Fact("status", time_line(timeline, now))


def time_line(timeline: Timeline, now: datetime) -> str:
    """Write seen statuses with how long each lasted: `ADDING 8 s → ACTIVE since 14:02:10`.

    Args:
        timeline: What was seen, oldest first.
        now: The time of day; a moment of another day is written with its date.
    """
    words = []
    for step in steps(timeline):
        status = step.status or "gone"
        if step.seconds is None:
            began = step.began.astimezone(now.tzinfo)
            form = "%H:%M:%S" if began.date() == now.date() else "%Y-%m-%d %H:%M"
            words.append(f"{status} since {began:{form}} UTC")
        elif step.watched:
            words.append(f"{status} {duration(step.seconds)}")
        else:
            # The beginning is the service's word, or nobody looked when it ended.
            words.append(f"{status} about {duration(step.seconds)}")
    return " → ".join(words)


def _server(
    item: ServerItem, snapshot: Snapshot | None, now: datetime, keys: KeyNames
) -> Iterable[Fact]:
    server = item.server
    yield Fact("name", server.name)
    yield Fact("id", server.id)
    yield Fact("region", item.region)
    yield Fact("status", server.status, TONES[server_phase(server.status, server.task_state)])
    if server.task_state:
        yield Fact("task state", server.task_state, "moving")
    if server.progress is not None and server.status == "BUILD":
        yield Fact("progress", f"{server.progress} %")
    if server.fault:
        yield Fact("fault", server.fault, "failed")
    yield Fact("RackConnect address", item.private_ip or "none: not on a RackConnect network")
    yield Fact("Access IP", server.access_ip or "none")
    yield from _dates(server.created, server.updated, now)
    yield Fact("flavor", server.flavor or "-")
    yield Fact("image", server.image or "none: boots from a volume")
    yield Fact("")
    yield Fact("ADDRESSES")
    for address in server.addresses:
        yield Fact(address.label, address.address)
    yield Fact("")
    yield Fact("PUBLIC IPS")
    records = snapshot.ips_of.get(server.key, ()) if snapshot else ()
    for record in records:
        yield _record_line(record, now)
    if not records:
        yield Fact("none", f"{keys['add']} gives it one", "muted")
    yield Fact("")
    yield Fact("POOLS")
    nodes = snapshot.nodes_of.get(server.key, ()) if snapshot else ()
    for node in nodes:
        pool = snapshot.pools.get(node.pool_key) if snapshot else None
        yield Fact(
            pool.name if pool else node.pool_key,
            f"{node.status}  {pool.endpoint if pool else ''}".rstrip(),
            TONES[phase(node.status)],
        )
    if not nodes:
        yield Fact("none" if item.pools_known else "none read so far", "", "muted")
    if server.metadata:
        yield Fact("")
        yield Fact("METADATA")
        for key, value in server.metadata:
            yield Fact(key, value)


def _record_line(record: PublicIP, now: datetime) -> Fact:
    retained = ", retained" if record.retain else ""
    detail = f": {record.status_detail}" if record.status_detail else ""
    return Fact(
        record.address or "no address",
        f"{record.status}{detail}{retained}, {age(record.created, now)} old, {record.id}",
        TONES[phase(record.status)],
    )


def _public_ip(
    item: PublicIPItem, snapshot: Snapshot | None, now: datetime, keys: KeyNames
) -> Iterable[Fact]:
    record = item.record
    yield Fact("address", record.address or "none yet")
    yield Fact("id", record.id)
    yield Fact("region", item.region)
    yield Fact("status", record.status, TONES[phase(record.status)])
    yield from _failure(record.status, record.status_detail)
    if phase(record.status) is Phase.MOVING and item.since is not None:
        yield Fact("in this status for", age(item.since, now), "moving")
    if record.ticket:
        yield Fact("support ticket", record.ticket, "warn")
    yield Fact("retain", "yes: it stays when its server goes" if record.retain else "no")
    yield from _dates(record.created, record.updated, now)
    yield Fact("")
    yield Fact("CLOUD SERVER")
    link = record.server
    if link is None:
        yield Fact("unassigned", f"{keys['reassign']} assigns it to a server", "warn")
        return
    if item.is_ghost:
        yield Fact("gone", "Cloud Servers does not list it any more; ask Support", "warn")
    yield Fact("name", item.server_name or "-")
    yield Fact("id", link.id)
    yield Fact("private address", link.private_ip or "-")
    if link.network is not None:
        yield Fact("")
        yield Fact("CLOUD NETWORK")
        yield from _network(link.network, item.region)
    server = snapshot.servers.get(link.key) if snapshot else None
    if server is not None and record.address and server.access_ip != record.address:
        yield Fact("")
        yield Fact("Access IP", f"{server.access_ip or 'none'}: differs from the record", "warn")


def _pool(
    item: PoolItem, snapshot: Snapshot | None, now: datetime, keys: KeyNames
) -> Iterable[Fact]:
    pool = item.pool
    yield Fact("name", pool.name)
    yield Fact("id", pool.id)
    yield Fact("region", item.region)
    yield Fact("status", pool.status, TONES[phase(pool.status)])
    yield from _failure(pool.status, pool.status_detail)
    yield Fact("virtual IP", pool.virtual_ip or "not told by the service")
    yield Fact("port", "not told by the service" if pool.port is None else str(pool.port))
    yield Fact("cloud servers", str(pool.counts.cloud_servers))
    yield Fact("external", f"{pool.counts.external} (not cloud servers of this account)")
    yield Fact("total", str(pool.counts.total))
    yield Fact("")
    yield Fact("NODES")
    nodes: Iterable[PoolNode] = snapshot.nodes_in(pool.key).values() if snapshot else ()
    for node in nodes:
        link = node.server
        name = snapshot.server_name(link.key, link.name) if snapshot and link else "?"
        detail = f": {node.status_detail}" if node.status_detail else ""
        yield Fact(name, f"{node.status}{detail}", TONES[phase(node.status)])
    if snapshot is None or pool.key not in snapshot.nodes:
        yield Fact("not read yet", "", "muted")
    elif not nodes:
        yield Fact("none of this account", f"{keys['add']} adds servers", "muted")


def _node(item: NodeItem, snapshot: Snapshot | None, now: datetime) -> Iterable[Fact]:
    node = item.node
    pool = snapshot.pools.get(node.pool_key) if snapshot else None
    yield Fact("server", item.server_name)
    if item.is_ghost:
        yield Fact("gone", "Cloud Servers does not list it any more: a ghost node", "warn")
    yield Fact("server id", node.server.id if node.server else "-")
    yield Fact("pool", pool.name if pool else node.pool_id)
    yield Fact("node id", node.id)
    yield Fact("region", item.region)
    yield Fact("status", node.status, TONES[phase(node.status)])
    yield from _failure(node.status, node.status_detail)
    if phase(node.status) is Phase.MOVING and item.since is not None:
        yield Fact("in this status for", age(item.since, now), "moving")
    yield Fact("private address", item.private_ip or "-")
    yield from _dates(node.created, node.updated, now)


def _network(network: CloudNetwork, region: str) -> Iterable[Fact]:
    yield Fact("name", network.name)
    yield Fact("id", network.id)
    yield Fact("region", region)
    yield Fact("CIDR", network.cidr or "-")
    yield Fact("created", moment(network.created))
    yield Fact("updated", moment(network.updated))


def _operation(item: OperationItem) -> Iterable[Fact]:
    operation = item.operation
    request = operation.request
    yield Fact("what", request.sentence)
    yield Fact("id", operation.id)
    yield Fact("region", request.region)
    yield Fact("state", operation.state, "failed" if operation.is_trouble else "")
    yield Fact("outcome", operation.detail or "-")
    yield Fact("asked", moment(operation.asked))
    if operation.user:
        yield Fact("asked by", operation.user)
    yield Fact("since", moment(operation.changed))
    if operation.is_ended:
        yield Fact("took", duration(operation.seconds))
    for label, target in (
        ("server", request.server),
        ("public IP", request.public_ip),
        ("pool", request.pool),
        ("node", request.node),
        ("held by", request.held_by),
    ):
        if target is not None:
            yield Fact(label, f"{target.name}  {target.id}")
    if operation.resource_id:
        yield Fact("resource", operation.resource_id)


def _failure(status: str, detail: str | None) -> Iterable[Fact]:
    if detail:
        yield Fact("detail", detail, "failed" if phase(status) is Phase.FAILED else "")
    elif phase(status) is Phase.FAILED:
        yield Fact("detail", "no reason given by RackConnect", "failed")


def _dates(created: datetime | None, updated: datetime | None, now: datetime) -> Iterable[Fact]:
    yield Fact("created", f"{moment(created)}  ({age(created, now)} ago)" if created else "-")
    yield Fact("updated", f"{moment(updated)}  ({age(updated, now)} ago)" if updated else "never")
