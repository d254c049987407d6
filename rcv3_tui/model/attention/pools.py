"""What is wrong with a load balancer pool, and with a node of one."""

from __future__ import annotations

from collections.abc import Iterator

from rcv3_tui.model.attention.case import Case, Judgement, Subject, failure
from rcv3_tui.model.attention.findings import Finding, Row, Rule, Severity
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode
from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase, phase

_TODO = {"ADD_FAILED": "remove, add again", "REMOVE_FAILED": "remove again"}


def judge_pool(case: Case, pool: LoadBalancerPool) -> Judgement:
    """Say what is wrong with a pool: failed, stuck, or with fewer than two active nodes."""
    said = Judgement()
    region = case.snapshot.region
    subject = Subject(region, Part.POOLS, pool.key, pool.id, f"pool {pool.name}")
    to_support = f"Give Rackspace Support the id of the pool, {pool.id}."
    stage = phase(pool.status)
    if stage is Phase.FAILED:
        wrong = failure(pool.status, pool.status_detail)
        said.findings.append(
            subject.finding(Severity.FAILED, Rule.FAILED, wrong, to_support, "ask Support")
        )
    elif stage is Phase.MOVING and case.since is not None:
        # A pool has no times of its own: only what has been seen tells.
        began = case.since(Part.POOLS, pool.key, pool.status)
        case.moving(said, subject, pool.status, began, to_support)
    said.findings += _staffing(case, pool, subject)
    return said


def _staffing(case: Case, pool: LoadBalancerPool, subject: Subject) -> Iterator[Finding]:
    own = pool.counts.cloud_servers
    nodes = case.snapshot.nodes.get(pool.key)
    if nodes is not None:
        own = sum(1 for node in nodes.values() if _serves(case, node))
    others = pool.counts.external
    if own + others >= 2:
        return
    where = "" if pool.endpoint == "-" else f" to serve {pool.endpoint}"
    if own + others == 0:
        yield subject.finding(
            Severity.FAILED,
            Rule.POOL_EMPTY,
            f"no active node: nothing is there{where}",
            "Add servers to the pool.",
            "add servers",
        )
    elif own == 0:
        yield subject.finding(
            Severity.WARNING,
            Rule.POOL_EMPTY,
            "no active cloud server; its one external member may be just the placeholder",
            "Add servers to the pool, unless its external member serves what it is for.",
            "add servers",
        )
    else:
        yield subject.finding(
            Severity.WARNING,
            Rule.POOL_THIN,
            f"one active node: nothing is left{where} if it fails",
            "Add another server to the pool.",
            "add a server",
        )


def _serves(case: Case, node: PoolNode) -> bool:
    if node.status != "ACTIVE":
        return False
    return node.server is None or not case.snapshot.is_ghost(node.server.key)


def judge_node(case: Case, node: PoolNode) -> Judgement:
    """Say what is wrong with a pool's node: a ghost, failed, or stuck."""
    said = Judgement()
    snapshot = case.snapshot
    link = node.server
    stage = phase(node.status)
    ghost = link is not None and snapshot.is_ghost(link.key)
    if stage is Phase.SETTLED and not ghost:
        return said
    found = snapshot.pools.get(node.pool_key)
    pool = found.name if found is not None else node.pool_id
    name = "?" if link is None else snapshot.server_name(link.key, link.name or link.id)
    subject = case.subject(Part.NODES, node, f"{name} in pool {pool}")
    also: tuple[Row, ...] = ((Part.POOLS, node.pool_key),)
    if link is not None:
        also = (*also, (Part.SERVERS, link.key))
    since = node.updated or node.created
    ids = f"Rackspace Support the ids of node {node.id} and pool {node.pool_id}."
    if ghost:
        wrong = f"ghost node: {node.status}, but cloud server {name} no longer exists"
        step = f"Remove the node, by itself; if that is refused, give {ids}"
        said.findings.append(
            subject.finding(
                Severity.WARNING, Rule.GHOST, wrong, step, "remove the node", since=since, also=also
            )
        )
    elif stage is Phase.FAILED:
        wrong = failure(node.status, node.status_detail)
        step = _after_failure(node, name, pool)
        said.findings.append(
            subject.finding(
                Severity.FAILED,
                Rule.FAILED,
                wrong,
                step,
                _TODO.get(node.status, "look, try again"),
                since=since,
                also=also,
            )
        )
    else:
        began = case.began(Part.NODES, node)
        step = f"RackConnect may have got stuck: give {ids}"
        case.moving(said, subject, node.status, began, step, also)
    return said


def _after_failure(node: PoolNode, name: str, pool: str) -> str:
    if node.status == "ADD_FAILED":
        step = f"Remove the failed node, then add {name} to {pool} again."
    elif node.status == "REMOVE_FAILED":
        step = "Remove it once more."
    else:
        step = "Look at its details, then try again."
    return f"{step} If it fails again, give Rackspace Support the id, {node.id}."
