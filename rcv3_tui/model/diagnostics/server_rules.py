"""The rules for cloud servers."""

from __future__ import annotations

from rcv3_tui.model.diagnostics.context import RuleContext, RuleResult
from rcv3_tui.model.diagnostics.findings import Finding, ResourceRef, Rule, Severity
from rcv3_tui.model.drain import Drain
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import NO_REASON, Phase, server_phase


def is_server_healthy(snapshot: Snapshot, server: Server) -> bool:
    """Return whether a server is certainly healthy, as nearly all are; False: check the rules."""
    names = snapshot.network_names
    return (
        server.status == "ACTIVE"
        and not server.task_state
        and server.key not in snapshot.drains
        and (not names or any(address.label in names for address in server.addresses[:1]))
    )


def check_server(context: RuleContext, server: Server) -> RuleResult:
    """Check a cloud server: in ERROR, stuck, drained, or not on a RackConnect network."""
    result = RuleResult()
    stage = server_phase(server.status, server.task_state)
    if stage is Phase.FAILED:
        result.findings.append(_error(context, server))
    elif stage is Phase.TRANSITIONING and server.status != "ACTIVE":
        # An ACTIVE server serves during a task: creating an image of it may take hours.
        context.check_duration(
            result,
            context.subject(ResourceKind.SERVERS, server, server.name),
            server.status,
            context.began(ResourceKind.SERVERS, server),
            "Check the server in Cloud Servers; if it persists, give Rackspace Support its id, "
            f"{server.id}.",
            _memberships(context, server.key),
        )
    elif stage in (Phase.STABLE, Phase.OFF) and _is_off_network(context, server):
        result.findings.append(
            context.subject(ResourceKind.SERVERS, server, server.name).finding(
                Severity.NOTE,
                Rule.NO_NETWORK,
                "not on a RackConnect network: it cannot have a public IP or be in a pool",
                "Attach a cloud network that RackConnect is linked to, if the server should be "
                "reached through it.",
                "attach a network",
                since=server.created,
            )
        )
    drain = context.snapshot.drain_of(server.key)
    if drain is not None:
        result.findings.append(_drained(context, server, drain))
    return result


def _drained(context: RuleContext, server: Server, drain: Drain) -> Finding:
    pools = ", ".join(pool.name for pool in drain.pools)
    by = f" by {drain.user}" if drain.user else ""
    note = f" ({drain.note})" if drain.note else ""
    wrong = f"drained{by}{note}; missing from {pools}"
    if any(pool.key not in context.snapshot.nodes for pool in drain.pools):
        wrong += "; not known whether it is back: not all of these pools' nodes are read"
    return context.subject(ResourceKind.SERVERS, server, server.name).finding(
        Severity.WARNING,
        Rule.DRAINED,
        wrong,
        "Restore it when the work is done: D in the console, or rcv3-tui server restore.",
        "restore with D",
        since=drain.since,
    )


def _error(context: RuleContext, server: Server) -> Finding:
    snapshot = context.snapshot
    pools = [
        pool.name if (pool := snapshot.pools.get(node.pool_key)) else node.pool_id
        for node in snapshot.nodes_of.get(server.key, ())
    ]
    fault = (server.fault or f"{NO_REASON} by Cloud Servers").rstrip(".")
    wrong, todo = f"ERROR: {fault}", "repair or rebuild"
    # The advice is the same whichever pools were read; what is known of them is in the finding.
    step = "Take it out of its pools, if it is in any, then repair, rebuild or delete it."
    is_sure = snapshot.knows_all_nodes
    if not pools and not is_sure:
        wrong += "; not known whether a pool counts on it: not all pools' nodes are read"
        todo = "take out of pools"
    elif pools:
        named = f"pool {pools[0]}" if len(pools) == 1 else f"pools {', '.join(pools)}"
        count = "counts" if len(pools) == 1 else "count"
        wrong += f"; {named} still {count} on it"
        wrong += "" if is_sure else "; not all pools' nodes are read"
        todo = "take out of pool"
    return context.subject(ResourceKind.SERVERS, server, server.name).finding(
        Severity.FAILED,
        Rule.SERVER_ERROR,
        wrong,
        step,
        todo,
        since=server.updated or server.created,
        also=_memberships(context, server.key),
    )


def _memberships(context: RuleContext, server_key: str) -> tuple[ResourceRef, ...]:
    nodes = context.snapshot.nodes_of.get(server_key, ())
    return (
        *((ResourceKind.POOLS, node.pool_key) for node in nodes),
        *((ResourceKind.NODES, node.key) for node in nodes),
    )


def _is_off_network(context: RuleContext, server: Server) -> bool:
    names = context.snapshot.network_names
    return (
        bool(names)
        # The server certainly has no public IP only if the list was read.
        and context.snapshot.fetch_state(ResourceKind.PUBLIC_IPS).fetched is not None
        and not any(address.label in names for address in server.addresses)
        and context.snapshot.public_ip_of(server.key) is None
    )
