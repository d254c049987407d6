"""The rules for load balancer pools and their nodes."""

from __future__ import annotations

from collections.abc import Iterator

from rcv3_tui.model.diagnostics.context import RuleContext, RuleResult, Subject
from rcv3_tui.model.diagnostics.findings import Finding, ResourceRef, Rule, Severity
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode
from rcv3_tui.model.status import Phase, failure_text, phase

_TODO = {"ADD_FAILED": "remove, add again", "REMOVE_FAILED": "remove again"}


def check_pool(context: RuleContext, pool: LoadBalancerPool) -> RuleResult:
    """Check a pool: failed, stuck, or fewer than two active nodes."""
    result = RuleResult()
    region = context.snapshot.region
    subject = Subject(region, ResourceKind.POOLS, pool.key, pool.id, f"pool {pool.name}")
    to_support = f"Give Rackspace Support the id of the pool, {pool.id}."
    stage = phase(pool.status)
    if stage is Phase.FAILED:
        wrong = failure_text(pool)
        result.findings.append(
            subject.finding(Severity.FAILED, Rule.FAILED, wrong, to_support, "ask Support")
        )
    elif stage is Phase.TRANSITIONING and context.since is not None:
        # A pool has no times of its own, so only an observed change can be dated.
        began = context.since(ResourceKind.POOLS, pool.key, pool.status)
        context.check_duration(result, subject, pool.status, began, to_support)
    result.findings += _check_members(context, pool, subject)
    return result


def _check_members(
    context: RuleContext, pool: LoadBalancerPool, subject: Subject
) -> Iterator[Finding]:
    # If the nodes were not read, at most as many as the service counts can be active.
    counted = own = pool.counts.cloud_servers
    others = pool.counts.external
    nodes = context.snapshot.nodes.get(pool.key)
    if nodes is not None:
        own = sum(1 for node in nodes.values() if _is_serving(context, node))
    if (own or 0) + (others or 0) >= 2:
        return
    if own is None or others is None:
        yield _unknown(subject, "the service does not say how many members it has")
        return
    if nodes is not None and counted is not None and len(nodes) < counted:
        members = "1 cloud server" if counted == 1 else f"{counted} cloud servers"
        wrong = f"the service counts {members} in it, and lists {len(nodes)}"
        yield _unknown(subject, wrong)
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
            f"{'one active node' if nodes is not None else 'one active node at most'}: nothing is "
            f"left{where} if it fails",
            "Add another server to the pool.",
            "add a server",
        )


def _unknown(subject: Subject, wrong: str) -> Finding:
    """Return the finding of a pool whose active nodes are not known."""
    step = f"Check again in a minute. If it persists, give Rackspace Support its id, {subject.id}."
    return subject.finding(Severity.UNKNOWN, Rule.UNREAD, wrong, step, "not known")


def _is_serving(context: RuleContext, node: PoolNode) -> bool:
    if node.status != "ACTIVE":
        return False
    return node.server is None or not context.snapshot.is_orphan(node.server.key)


def check_node(context: RuleContext, node: PoolNode) -> RuleResult:
    """Check a node: its server no longer exists, failed, or stuck."""
    result = RuleResult()
    snapshot = context.snapshot
    link = node.server
    stage = phase(node.status)
    ghost = link is not None and snapshot.is_orphan(link.key)
    if stage is Phase.STABLE and not ghost:
        return result
    found = snapshot.pools.get(node.pool_key)
    pool = found.name if found is not None else node.pool_id
    name = "?" if link is None else snapshot.server_name(link.key, link.name or link.id)
    subject = context.subject(ResourceKind.NODES, node, f"{name} in pool {pool}")
    also: tuple[ResourceRef, ...] = ((ResourceKind.POOLS, node.pool_key),)
    if link is not None:
        also = (*also, (ResourceKind.SERVERS, link.key))
    since = node.updated or node.created
    ids = f"Rackspace Support the ids of node {node.id} and pool {node.pool_id}."
    if ghost:
        wrong = f"ghost node: {node.status}, but cloud server {name} no longer exists"
        step = f"Remove this node alone; if that is rejected, give {ids}"
        result.findings.append(
            subject.finding(
                Severity.WARNING,
                Rule.ORPHAN,
                wrong,
                step,
                "remove the node",
                since=since,
                also=also,
            )
        )
    elif stage is Phase.FAILED:
        wrong = failure_text(node)
        step = _after_failure(node, name, pool)
        result.findings.append(
            subject.finding(
                Severity.FAILED,
                Rule.FAILED,
                wrong,
                step,
                _TODO.get(node.status, "check, try again"),
                since=since,
                also=also,
            )
        )
    else:
        began = context.began(ResourceKind.NODES, node)
        step = f"RackConnect may have got stuck: give {ids}"
        context.check_duration(result, subject, node.status, began, step, also)
    return result


def _after_failure(node: PoolNode, name: str, pool: str) -> str:
    if node.status == "ADD_FAILED":
        step = f"Remove the failed node, then add {name} to {pool} again."
    elif node.status == "REMOVE_FAILED":
        step = "Remove it again."
    else:
        step = "Check its details, then try again."
    return f"{step} If it fails again, give Rackspace Support the id, {node.id}."
