"""What follows from taking an address or a pool member away, worked out before anybody is asked.

Everything a dialog shows comes from here: what goes, in full; where; what follows; how heavily the
question has to weigh; and what has to be typed. A `Removal` is bound to the ids it was worked out
from, and can tell whether a later picture still says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from msgspec import Struct

from rcv3_tui.model.operation import Kind, Request, Target
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode, PublicIP, Server, ServerLink
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase

Tier = Literal[1, 2, 3]
"""How heavily a question weighs: 1 move and press; 2 type the name; 3 as 2, protected profile."""

Fingerprint = tuple[tuple[str, ...], ...]
"""What a dialog showed, to be compared with what it would show now."""

_BACK_TO_THE_BLOCK = "the address goes back to the block and may not be had again"
_AUTO_SCALE = frozenset({"rax:auto_scaling_group_id", "rax:autoscale:group:id"})
_HEAT_PREFIX = "rax-heat"


class Item(Struct, frozen=True):
    """One thing that goes or changes hands, named in full."""

    kind: str
    """`public IP` or `pool node`."""
    name: str
    """The server's name, empty for an address without a server."""
    address: str
    """The public address, for a node the server's private one; empty when there is none."""
    id: str
    """The record's own id, as the service spells it."""
    request: Request
    """The change, bound to the ids seen."""
    extra: tuple[str, ...] = ()
    """More about it: the pool, the status where it is not settled, retained or not."""
    facts: tuple[str, ...] = ()
    """What must still be so when the change is approved."""


class Ask(Struct, frozen=True):
    """What was asked for, so that it can be worked out again from a later picture."""

    kind: Kind
    keys: tuple[tuple[str, str], ...]
    """Public IPs: (record key, empty). Nodes: (pool key, node key)."""
    profile: str
    protected: bool = False
    to_server: str = ""


class Removal(Struct, frozen=True):
    """A change that takes something away, with all that a dialog has to say of it."""

    title: str
    verb: str
    """What the approving button says: Remove, Move, Unassign, Release."""
    items: tuple[Item, ...]
    """Empty: nothing of what was asked for is there any more."""
    consequences: tuple[str, ...]
    tier: Tier
    phrases: tuple[str, ...]
    """Any of these arms the dialog of tier 2 and 3."""
    where: tuple[str, ...]
    """Profile, region and tenant, as far as they are known."""
    ask: Ask | None = None

    @property
    def requests(self) -> tuple[Request, ...]:
        """The changes to carry out once it is approved."""
        return tuple(item.request for item in self.items)

    def fingerprint(self, snapshot: Snapshot) -> Fingerprint:
        """Give a value that differs once what the dialog shows is not so any more.

        Args:
            snapshot: The picture to look at, the same or a later one.

        Returns:
            Address, server, pool, class of status and consequences; not ages, nor counts of polls.
        """
        return _print_of(self if self.ask is None else work_out(self.ask, snapshot))

    def changed_in(self, snapshot: Snapshot) -> str:
        """Tell in words what a later picture says otherwise.

        Args:
            snapshot: The later picture.

        Returns:
            One line; empty when all that was shown is still so.
        """
        if self.ask is None:
            return ""
        now = work_out(self.ask, snapshot)
        if _print_of(self) == _print_of(now):
            return ""
        later = {item.id.lower(): item for item in now.items}
        found: list[str] = []
        for item in self.items:
            other = later.get(item.id.lower())
            label = item.address if item.kind == "public IP" and item.address else item.name
            label = label or item.id
            if other is None:
                found.append(f"{label} is gone")
            elif other.facts != item.facts:
                new = [fact for fact in other.facts if fact not in item.facts]
                found.append(f"{label} is now {', '.join(new)}" if new else f"{label} is different")
        found += [line for line in now.consequences if line not in self.consequences]
        return "; ".join(found) or "what follows from it is different now"


def removal_of_public_ips(
    snapshot: Snapshot, keys: Iterable[str], *, profile: str, protected: bool = False
) -> Removal:
    """Work out the removal of public IPs.

    Args:
        snapshot: The picture on the screen.
        keys: Lower-case ids of the records; those that are gone are left out.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        What goes and what follows. It cannot be undone, so the name has to be typed.
    """
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    return work_out(Ask(Kind.REMOVE_PUBLIC_IP, pairs, profile, protected), snapshot)


def removal_of_nodes(
    snapshot: Snapshot,
    keys: Iterable[tuple[str, str]],
    *,
    profile: str,
    protected: bool = False,
) -> Removal:
    """Work out the removal of pool nodes.

    Args:
        snapshot: The picture on the screen.
        keys: (pool key, node key) pairs; nodes that are gone are left out.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        What goes and what follows; tier 1 for one node of a pool that keeps an active one.
    """
    pairs = tuple(dict.fromkeys(keys))
    return work_out(Ask(Kind.REMOVE_NODE, pairs, profile, protected), snapshot)


def unassignment_of(
    snapshot: Snapshot, key: str, *, profile: str, protected: bool = False
) -> Removal:
    """Work out taking a retained address off its server without losing it.

    Args:
        snapshot: The picture on the screen.
        key: The public IP record's lower-case id.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        What changes and what follows; tier 1 where the server keeps another address.
    """
    return work_out(Ask(Kind.UNASSIGN, ((key, ""),), profile, protected), snapshot)


def move_of(
    snapshot: Snapshot, key: str, to_server_key: str, *, profile: str, protected: bool = False
) -> Removal:
    """Work out giving a retained address to another server.

    Args:
        snapshot: The picture on the screen.
        key: The public IP record's lower-case id.
        to_server_key: Lower-case id of the server that is to have it.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        What changes and what follows; an address without a server is simply assigned (tier 1).
    """
    ask = Ask(Kind.MOVE, ((key, ""),), profile, protected, to_server=to_server_key)
    return work_out(ask, snapshot)


def release_of(
    snapshot: Snapshot, key: str, *, profile: str, protected: bool = False
) -> Removal | None:
    """Work out switching retain off.

    Args:
        snapshot: The picture on the screen.
        key: The public IP record's lower-case id.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        None for an address that a server holds: nothing is lost by that, nobody has to be asked.
    """
    record = snapshot.public_ips.get(key)
    if record is not None and record.server is not None:
        return None
    return work_out(Ask(Kind.RELEASE, ((key, ""),), profile, protected), snapshot)


def work_out(ask: Ask, snapshot: Snapshot) -> Removal:
    """Work out what was asked for from a picture.

    Args:
        ask: What is to be taken away, by id.
        snapshot: The picture to work it out from.

    Returns:
        All that a dialog has to say of it.
    """
    return _WORKERS[ask.kind](ask, snapshot)


# -- public IPs -----------------------------------------------------------------------------------


def _remove_public_ips(ask: Ask, snapshot: Snapshot) -> Removal:
    records = _records(ask, snapshot)
    going = frozenset(record.key for record in records)
    items = tuple(_address_item(snapshot, record, Kind.REMOVE_PUBLIC_IP) for record in records)
    lines = _cut_off(snapshot, records, going)
    if any(record.address for record in records):
        lines.append(_BACK_TO_THE_BLOCK)
    held = [_address(r) for r in records if r.retain and r.server is not None]
    if held and len(records) == 1:
        lines.append("retained: retain is switched off first, then the address is removed")
    elif held:
        lines.append(
            f"retained: {', '.join(held)}: retain is switched off first, then they are removed"
        )
    lines += _moving((_address(record), record.status) for record in records)
    lines += _owners(snapshot, (record.server for record in records))
    title = f"Remove {_count(items, 'public IP')}"
    return _removal(ask, snapshot, title, "Remove", items, lines, weighty=True)


def _unassign(ask: Ask, snapshot: Snapshot) -> Removal:
    records = _records(ask, snapshot)
    items = tuple(_address_item(snapshot, record, Kind.UNASSIGN) for record in records)
    lines = _cut_off(snapshot, records, frozenset(record.key for record in records))
    weighty = bool(lines)
    for record in records:
        if record.retain:
            lines.append(f"{_address(record)} stays yours, without a server")
        else:
            weighty = True
            lines.append(f"not retained: without a server {_address(record)} is lost")
            lines.append(_BACK_TO_THE_BLOCK)
    lines += _moving((_address(record), record.status) for record in records)
    lines += _owners(snapshot, (record.server for record in records))
    title = "Unassign " + ", ".join(_of_server(snapshot, record) for record in records)
    return _removal(ask, snapshot, title, "Unassign", items, lines, weighty=weighty)


def _move(ask: Ask, snapshot: Snapshot) -> Removal:
    records = _records(ask, snapshot)
    to_key = ask.to_server
    target = snapshot.servers.get(to_key)
    to_name = snapshot.server_name(to_key)
    to = Target(to_key if target is None else target.id, to_name)
    items = tuple(_address_item(snapshot, record, Kind.MOVE, to) for record in records)
    verb = "Assign" if all(record.server is None for record in records) else "Move"
    lines: list[str] = []
    for record in records:
        if record.server is not None:
            old = _name(snapshot, record.server)
            lines.append(f"{old} loses {_address(record)} at once; {to_name} gets it")
        else:
            lines.append(f"{to_name} gets {_address(record)}")
    cut = _cut_off(snapshot, records, frozenset(record.key for record in records))
    lines += cut
    already = snapshot.public_ip_of(to_key)
    if already is not None and already.key not in {record.key for record in records}:
        lines.append(f"{to_name} has {_address(already)} already: the service will refuse this")
    if target is None:
        lines.append(f"{to_name} is not in the list of servers")
    lines += _moving((_address(record), record.status) for record in records)
    lines += _owners(snapshot, [*(record.server for record in records), ServerLink(to.id, to.name)])
    title = f"{verb} {', '.join(_of_server(snapshot, record) for record in records)} to {to_name}"
    return _removal(ask, snapshot, title, verb, items, lines, weighty=bool(cut))


def _release(ask: Ask, snapshot: Snapshot) -> Removal:
    records = _records(ask, snapshot)
    items = tuple(_address_item(snapshot, record, Kind.RELEASE) for record in records)
    lines = []
    for record in records:
        if record.server is None:
            lines.append(
                f"{_address(record)} has no server: without retain the record is probably removed"
            )
            lines.append(_BACK_TO_THE_BLOCK)
        else:
            lines.append(f"{_address(record)} goes when {_name(snapshot, record.server)} goes")
    weighty = any(record.server is None for record in records)
    title = f"Stop retaining {', '.join(_of_server(snapshot, record) for record in records)}"
    return _removal(ask, snapshot, title, "Release", items, lines, weighty=weighty)


def _records(ask: Ask, snapshot: Snapshot) -> list[PublicIP]:
    return [snapshot.public_ips[key] for key, _ in ask.keys if key in snapshot.public_ips]


def _address(record: PublicIP) -> str:
    return record.address or record.id


def _of_server(snapshot: Snapshot, record: PublicIP) -> str:
    if record.server is None:
        return _address(record)
    return f"{_address(record)} of {_name(snapshot, record.server)}"


def _address_item(
    snapshot: Snapshot, record: PublicIP, kind: Kind, to: Target | None = None
) -> Item:
    server = record.server
    held_by = None if server is None else Target(server.id, _name(snapshot, server))
    if kind is Kind.MOVE and held_by is None:
        kind = Kind.ASSIGN
    extra: list[str] = []
    if held_by is None:
        extra.append("unassigned")
    if record.retain:
        extra.append("retained")
    if phase(record.status) is not Phase.SETTLED:
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
        _stage(record.status),
    ]
    if server is not None:
        facts.append(server.key)
    return Item(
        kind="public IP",
        name="" if held_by is None else held_by.name,
        address=record.address or "",
        id=record.id,
        request=request,
        extra=tuple(extra),
        facts=tuple(facts),
    )


def _cut_off(snapshot: Snapshot, records: Sequence[PublicIP], going: frozenset[str]) -> list[str]:
    """Name the servers that no public address is left to."""
    names: list[str] = []
    ghosts: list[str] = []
    for link in _links(record.server for record in records if record.address):
        if snapshot.is_ghost(link.key):
            ghosts.append(_name(snapshot, link))
            continue
        left = any(
            other.address and other.key not in going and phase(other.status) is Phase.SETTLED
            for other in snapshot.ips_of.get(link.key, ())
        )
        if not left:
            names.append(_name(snapshot, link))
    lines = []
    if names:
        they = "it" if len(names) == 1 else "they"
        lines.append(
            f"last public address of {', '.join(names)}: {they} cannot be reached from outside"
        )
    if ghosts:
        are = "is" if len(ghosts) == 1 else "are"
        lines.append(f"{', '.join(ghosts)} {are} not in the list of servers any more")
    return lines


# -- pool nodes -----------------------------------------------------------------------------------


def _remove_nodes(ask: Ask, snapshot: Snapshot) -> Removal:
    nodes = [node for pair in ask.keys if (node := _find_node(snapshot, *pair)) is not None]
    items = tuple(_node_item(snapshot, node) for node in nodes)
    lines: list[str] = []
    weighty = len(nodes) != 1
    for pool_key in dict.fromkeys(node.pool_key for node in nodes):
        going = [node for node in nodes if node.pool_key == pool_key]
        line, leaves_one = _pool_after(snapshot, pool_key, going)
        lines.append(line)
        weighty = weighty or not leaves_one
    lines += _moving((_node_name(snapshot, node), node.status) for node in nodes)
    lines += _owners(snapshot, (node.server for node in nodes))
    if len(nodes) == 1:
        pool = _pool_name(snapshot, nodes[0].pool_key)
        title = f"Remove {_node_name(snapshot, nodes[0])} from pool {pool}"
    else:
        title = f"Remove {_count(items, 'pool node')}"
    return _removal(ask, snapshot, title, "Remove", items, lines, weighty=weighty)


def _find_node(snapshot: Snapshot, pool_key: str, node_key: str) -> PoolNode | None:
    node = snapshot.nodes_in(pool_key).get(node_key)
    if node is not None or pool_key in snapshot.nodes:
        return node
    every = (node for nodes in snapshot.nodes_of.values() for node in nodes)
    return next((n for n in every if n.key == node_key and n.pool_key == pool_key), None)


def _pool_after(snapshot: Snapshot, pool_key: str, going: Sequence[PoolNode]) -> tuple[str, bool]:
    """Say how a pool stands afterwards, and whether an active member is known to stay in it."""
    name = _pool_name(snapshot, pool_key)
    if pool_key not in snapshot.nodes:
        return f"pool {name}: members not read yet, who is left is not known", False
    before = snapshot.active_nodes(pool_key)
    taken = sum(1 for node in going if node.status == "ACTIVE")
    after = before - taken
    if after > 0:
        return f"pool {name}: {before} active -> {after}", True
    pool = snapshot.pools.get(pool_key)
    serve = _what_it_serves(pool)
    outside = 0 if pool is None else pool.counts.external
    if outside:
        left = f"only {outside} external {'node is' if outside == 1 else 'nodes are'} left"
    else:
        left = "nothing is left"
    if taken:
        last = "last active node" if taken == 1 else f"the last {taken} active nodes"
        return f"{last} of pool {name}: {left} to serve {serve}", False
    return f"pool {name} has no active node: {left} to serve {serve}", False


def _what_it_serves(pool: LoadBalancerPool | None) -> str:
    if pool is None or pool.endpoint == "-":
        return "it"
    return pool.endpoint


def _node_item(snapshot: Snapshot, node: PoolNode) -> Item:
    name = _node_name(snapshot, node)
    pool = snapshot.pools.get(node.pool_key)
    pool_name = _pool_name(snapshot, node.pool_key)
    endpoint = "" if pool is None or pool.endpoint == "-" else f" ({pool.endpoint})"
    extra = [f"in pool {pool_name}{endpoint}"]
    if phase(node.status) is not Phase.SETTLED:
        extra.append(node.status)
    link = node.server
    address = None if link is None else link.private_ip
    server = None if link is None else snapshot.servers.get(link.key)
    if address is None and server is not None:
        address = snapshot.private_ip_of(server)
    request = Request(
        kind=Kind.REMOVE_NODE,
        region=snapshot.region,
        server=None if link is None else Target(link.id, name),
        pool=Target(node.pool_id if pool is None else pool.id, pool_name),
        node=Target(node.id, name),
    )
    return Item(
        kind="pool node",
        name=name,
        address=address or "",
        id=node.id,
        request=request,
        extra=tuple(extra),
        facts=(
            f"in pool {pool_name}",
            f"server {name}",
            "" if link is None else link.key,
            _stage(node.status),
        ),
    )


def _node_name(snapshot: Snapshot, node: PoolNode) -> str:
    return node.id if node.server is None else _name(snapshot, node.server)


def _pool_name(snapshot: Snapshot, pool_key: str) -> str:
    pool = snapshot.pools.get(pool_key)
    return pool_key if pool is None else pool.name or pool.id


# -- what all of them say -------------------------------------------------------------------------


def _removal(
    ask: Ask,
    snapshot: Snapshot,
    title: str,
    verb: str,
    items: tuple[Item, ...],
    lines: Sequence[str],
    *,
    weighty: bool,
) -> Removal:
    tier: Tier = 3 if ask.protected else 2 if weighty or len(items) > 1 else 1
    where = (ask.profile, snapshot.region, snapshot.tenant)
    return Removal(
        title=title,
        verb=verb,
        items=items,
        consequences=tuple(dict.fromkeys(lines)),
        tier=tier,
        phrases=_phrases(items),
        where=tuple(part for part in where if part),
        ask=ask,
    )


def _phrases(items: Sequence[Item]) -> tuple[str, ...]:
    if len(items) != 1:
        return (str(len(items)),)
    item = items[0]
    told = (item.name,) if item.kind == "pool node" else (item.address, item.name)
    found = [phrase for phrase in dict.fromkeys(told) if phrase.strip()]
    if not any(phrase.isascii() for phrase in found):
        # Not every keyboard can write every name.
        found.append(item.id)
    return tuple(found)


def _count(items: Sequence[Item], noun: str) -> str:
    if len(items) != 1:
        return f"{len(items)} {noun}s"
    item = items[0]
    label = item.address or item.id
    return f"{noun} {label} of {item.name}" if item.name else f"{noun} {label}"


def _name(snapshot: Snapshot, link: ServerLink) -> str:
    return snapshot.server_name(link.key, link.name or link.id)


def _links(links: Iterable[ServerLink | None]) -> list[ServerLink]:
    return list({link.key: link for link in links if link is not None}.values())


def _moving(states: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{name} is still {status}: the service may refuse"
        for name, status in states
        if phase(status) is Phase.MOVING
    ]


def _stage(status: str) -> str:
    return status if phase(status) is Phase.FAILED else phase(status).value


def _owners(snapshot: Snapshot, links: Iterable[ServerLink | None]) -> list[str]:
    """Warn of those who will put back what is taken away."""
    owned: dict[str, list[str]] = {}
    for link in _links(links):
        server = snapshot.servers.get(link.key)
        owner = None if server is None else owner_of(server)
        if owner is not None:
            owned.setdefault(owner, []).append(_name(snapshot, link))
    return [
        f"{', '.join(names)} {'belongs' if len(names) == 1 else 'belong'} to {owner}:"
        " it may undo this"
        for owner, names in owned.items()
    ]


def owner_of(server: Server) -> str | None:
    """Tell who manages a server, as its metadata has it.

    Args:
        server: The server.

    Returns:
        `an Auto Scale group`, `a Heat stack`, or None when nobody does.
    """
    keys = {key.lower() for key, _ in server.metadata}
    if keys & _AUTO_SCALE:
        return "an Auto Scale group"
    if any(key.startswith(_HEAT_PREFIX) for key in keys):
        return "a Heat stack"
    return None


def _print_of(removal: Removal) -> Fingerprint:
    items = tuple((item.id.lower(), *item.facts) for item in removal.items)
    return (*items, removal.consequences, (str(removal.tier),))


_WORKERS: dict[Kind, Callable[[Ask, Snapshot], Removal]] = {
    Kind.REMOVE_PUBLIC_IP: _remove_public_ips,
    Kind.REMOVE_NODE: _remove_nodes,
    Kind.UNASSIGN: _unassign,
    Kind.MOVE: _move,
    Kind.RELEASE: _release,
}
