"""What is wrong with a cloud server."""

from __future__ import annotations

from rcv3_tui.model.attention.case import Case, Judgement
from rcv3_tui.model.attention.findings import Finding, Row, Rule, Severity
from rcv3_tui.model.resources import Server
from rcv3_tui.model.snapshot import Part, Snapshot
from rcv3_tui.model.status import Phase, server_phase


def is_plainly_well(snapshot: Snapshot, server: Server) -> bool:
    """Tell at a glance that nothing is wrong with a server, as nearly all are; False: look."""
    names = snapshot.network_names
    return (
        server.status == "ACTIVE"
        and not server.task_state
        and (not names or any(address.label in names for address in server.addresses[:1]))
    )


def judge_server(case: Case, server: Server) -> Judgement:
    """Say what is wrong with a cloud server: in ERROR, stuck, or on no RackConnect network."""
    said = Judgement()
    stage = server_phase(server.status, server.task_state)
    if stage is Phase.FAILED:
        said.findings.append(_error(case, server))
    elif stage is Phase.MOVING and server.status != "ACTIVE":
        # An ACTIVE server with a task serves meanwhile: a snapshot of it may take hours.
        case.moving(
            said,
            case.subject(Part.SERVERS, server, server.name),
            server.status,
            case.began(Part.SERVERS, server),
            "Look at the server in Cloud Servers; if it goes on, give Rackspace Support its id, "
            f"{server.id}.",
            _memberships(case, server.key),
        )
    elif stage in (Phase.SETTLED, Phase.OFF) and _is_off_network(case, server):
        said.findings.append(
            case.subject(Part.SERVERS, server, server.name).finding(
                Severity.NOTE,
                Rule.NO_NETWORK,
                "not on a RackConnect network: it can have no public IP and be in no pool",
                "Attach a cloud network that RackConnect is linked to, if the server is meant to "
                "be reached through it.",
                "attach a network",
                since=server.created,
            )
        )
    return said


def _error(case: Case, server: Server) -> Finding:
    snapshot = case.snapshot
    pools = [
        pool.name if (pool := snapshot.pools.get(node.pool_key)) else node.pool_id
        for node in snapshot.nodes_of.get(server.key, ())
    ]
    fault = (server.fault or "no reason given by Cloud Servers").rstrip(".")
    wrong = f"ERROR: {fault}"
    step, todo = "Repair, rebuild or delete it in Cloud Servers.", "repair or rebuild"
    if pools:
        named = f"pool {pools[0]}" if len(pools) == 1 else f"pools {', '.join(pools)}"
        count = "counts" if len(pools) == 1 else "count"
        wrong += f"; {named} still {count} on it"
        step = f"Take it out of {named}, then repair or rebuild it in Cloud Servers."
        todo = "take out of pool"
    return case.subject(Part.SERVERS, server, server.name).finding(
        Severity.FAILED,
        Rule.SERVER_ERROR,
        wrong,
        step,
        todo,
        since=server.updated or server.created,
        also=_memberships(case, server.key),
    )


def _memberships(case: Case, server_key: str) -> tuple[Row, ...]:
    nodes = case.snapshot.nodes_of.get(server_key, ())
    return (
        *((Part.POOLS, node.pool_key) for node in nodes),
        *((Part.NODES, node.key) for node in nodes),
    )


def _is_off_network(case: Case, server: Server) -> bool:
    names = case.snapshot.network_names
    return (
        bool(names)
        and not any(address.label in names for address in server.addresses)
        and case.snapshot.public_ip_of(server.key) is None
    )
