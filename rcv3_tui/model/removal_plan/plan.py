"""The values of a removal plan, and the texts that plans of every resource share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from msgspec import Struct

from rcv3_tui.model.operation import Request
from rcv3_tui.model.resources import Server, ServerLink
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase

ConfirmationLevel = Literal[0, 1, 2, 3]
"""What confirms a plan: 0 Enter, nothing is lost; 1 one key press; 2 typing the name; 3 as 2,
protected profile."""

_AUTO_SCALE = frozenset({"rax:auto_scaling_group_id", "rax:autoscale:group:id"})
_HEAT_PREFIX = "rax-heat"

_PLURALS = {"public IP": "addresses", "pool node": "nodes"}
"""One lower-case word for each kind, which is quick to type."""


class RemovalItem(Struct, frozen=True):
    """One resource that is removed or reassigned, with its full names and ids."""

    kind: str
    """`public IP`, `pool node`, or `membership`: a node that is added again."""
    name: str
    """The server's name, empty for a public IP without a server."""
    address: str
    """The public address, for a node the server's private one; empty when there is none."""
    id: str
    """The record's own id, as the service spells it."""
    request: Request
    """The change, bound to the ids seen."""
    extra: tuple[str, ...] = ()
    """More about it: the pool, the status unless it is stable, retained or not."""
    facts: tuple[str, ...] = ()
    """What must still be true when the change is confirmed."""


class RemovalRequest(Struct, frozen=True):
    """What was requested, so that the plan can be made again from a later snapshot."""

    planner: Callable[[RemovalRequest, Snapshot], RemovalPlan]
    """Makes the plan; each resource's file has its own."""
    keys: tuple[tuple[str, str], ...]
    """Public IPs: (record key, empty). Nodes: (pool key, node key). Servers: (server key, empty).
    Additions: see `additions`."""
    profile: str
    protected: bool = False
    to_server: str = ""

    def plan(self, snapshot: Snapshot) -> RemovalPlan:
        """Make the plan from a snapshot."""
        return self.planner(self, snapshot)


class RemovalPlan(Struct, frozen=True):
    """A change that takes something away, with all that a dialog shows of it."""

    title: str
    verb: str
    """The label of the confirming button: Remove, Move, Unassign, Release, Drain, Restore, Add."""
    items: tuple[RemovalItem, ...]
    """Empty: none of the requested resources exists any more."""
    consequences: tuple[str, ...]
    level: ConfirmationLevel
    confirmation_phrases: tuple[str, ...]
    """Typing any of these enables the confirming button of level 2 and 3."""
    where: tuple[str, ...]
    """Profile, region and tenant, as far as they are known."""
    source: RemovalRequest | None = None
    """What the plan was made from; None: it cannot drift, but for its parts."""
    parts: tuple[RemovalPlan, ...] = ()
    """The plans of several regions that this one puts together."""

    @property
    def requests(self) -> tuple[Request, ...]:
        """The changes to submit once the plan is confirmed."""
        return tuple(item.request for item in self.items)


def build_plan(
    request: RemovalRequest,
    snapshot: Snapshot,
    title: str,
    verb: str,
    items: tuple[RemovalItem, ...],
    consequences: Sequence[str],
    *,
    high_impact: bool,
) -> RemovalPlan:
    """Build a plan; several items or a high impact need a typed confirmation.

    Args:
        request: What was requested.
        snapshot: The snapshot that the plan is made from.
        title: The title of the dialog.
        verb: The label of the confirming button.
        items: What is removed.
        consequences: What follows, one line each; duplicates are dropped.
        high_impact: One key press is not enough to confirm it.
    """
    typed = high_impact or len(items) > 1
    where = (request.profile, snapshot.region, snapshot.tenant)
    return RemovalPlan(
        title=title,
        verb=verb,
        items=items,
        consequences=tuple(dict.fromkeys(consequences)),
        level=3 if request.protected else 2 if typed else 1,
        confirmation_phrases=_confirmation_phrases(items),
        where=tuple(part for part in where if part),
        source=request,
    )


def drift_since(plan: RemovalPlan, snapshot: Snapshot) -> str:
    """Describe what differs from a plan in a later snapshot.

    Args:
        plan: The plan as the dialog shows it.
        snapshot: The later snapshot.

    Returns:
        One line; empty if everything shown is still true.
    """
    for part in plan.parts:
        if part.items[0].request.region == snapshot.region:
            return drift_since(part, snapshot)
    if plan.source is None:
        return ""
    now = plan.source.plan(snapshot)
    if _fingerprint(plan) == _fingerprint(now):
        return ""
    later = {item.id.lower(): item for item in now.items}
    drift: list[str] = []
    for item in plan.items:
        other = later.get(item.id.lower())
        label = item.address if item.kind == "public IP" and item.address else item.name
        label = label or item.id
        if other is None:
            drift.append(f"{label} is gone")
        elif other.facts != item.facts:
            new = [fact for fact in other.facts if fact not in item.facts]
            drift.append(f"{label} is now {', '.join(new)}" if new else f"{label} is different")
    drift += [line for line in now.consequences if line not in plan.consequences]
    return "; ".join(drift) or "what follows from it is different now"


def _fingerprint(plan: RemovalPlan) -> tuple[tuple[str, ...], ...]:
    """Return what must not differ: ids, facts, consequences and level; not ages or poll counts."""
    items = tuple((item.id.lower(), *item.facts) for item in plan.items)
    return (*items, plan.consequences, (str(plan.level),))


def _confirmation_phrases(items: Sequence[RemovalItem]) -> tuple[str, ...]:
    if len(items) != 1:
        return (count_phrase(len(items), items[0].kind if items else ""),)
    item = items[0]
    names = (item.name,) if item.kind == "pool node" else (item.address, item.name)
    phrases = [phrase for phrase in dict.fromkeys(names) if phrase.strip()]
    if not any(phrase.isascii() for phrase in phrases):
        # Not every keyboard can write every name.
        phrases.append(item.id)
    return tuple(phrases)


def count_phrase(count: int, kind: str) -> str:
    """Return what has to be typed for several resources: how many of what, `12 nodes`.

    Args:
        count: How many there are.
        kind: The kind of an item, or `server`.
    """
    return f"{count} {_PLURALS.get(kind, f'{kind}s')}"


def count_text(items: Sequence[RemovalItem], noun: str) -> str:
    """Return how many items there are, or the name of the only one."""
    if len(items) != 1:
        return f"{len(items)} {noun}s"
    item = items[0]
    label = item.address or item.id
    return f"{noun} {label} of {item.name}" if item.name else f"{noun} {label}"


def link_name(snapshot: Snapshot, link: ServerLink) -> str:
    """Return the name of a linked server."""
    return snapshot.server_name(link.key, link.name or link.id)


def unique_links(links: Iterable[ServerLink | None]) -> list[ServerLink]:
    """Return each linked server once."""
    return list({link.key: link for link in links if link is not None}.values())


def transition_warnings(states: Iterable[tuple[str, str]]) -> list[str]:
    """Warn of resources in transition, whose change the service may refuse.

    Args:
        states: The name and the status of each resource.
    """
    return [
        f"{name} is still {status}: the service may refuse"
        for name, status in states
        if phase(status) is Phase.TRANSITIONING
    ]


def status_fact(status: str) -> str:
    """Return what has to stay true of a status: its phase, and how it failed."""
    return status if phase(status) is Phase.FAILED else phase(status).value


def manager_warnings(snapshot: Snapshot, links: Iterable[ServerLink | None]) -> list[str]:
    """Warn of services that may undo a change of the servers that they manage."""
    managed: dict[str, list[str]] = {}
    for link in unique_links(links):
        server = snapshot.servers.get(link.key)
        manager = None if server is None else managed_by(server)
        if manager is not None:
            managed.setdefault(manager, []).append(link_name(snapshot, link))
    return [
        f"{', '.join(names)} {'belongs' if len(names) == 1 else 'belong'} to {manager}:"
        " it may undo this"
        for manager, names in managed.items()
    ]


def managed_by(server: Server) -> str | None:
    """Return what manages a server, according to its metadata.

    Args:
        server: The server.

    Returns:
        `an Auto Scale group`, `a Heat stack`, or None.
    """
    keys = {key.lower() for key, _ in server.metadata}
    if keys & _AUTO_SCALE:
        return "an Auto Scale group"
    if any(key.startswith(_HEAT_PREFIX) for key in keys):
        return "a Heat stack"
    return None
