"""Every kind of operation: what is requested, by which HTTP request, and the account afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rcv3_tui.model.operation import OperationKind, Request
from rcv3_tui.simulator import Node, Pool, PublicIP, Server
from tests.faults.profile import REGION
from tests.faults.world import Holdings, World, target


@dataclass(frozen=True)
class Case:
    """One kind of operation, as it is asked for in a `World`."""

    name: str
    method: str
    path: Callable[[World], str]
    """Finds the changing request, as a regular expression."""
    requests: Callable[[World], Sequence[Request]]
    goals: Callable[[World], Sequence[Holdings]]
    """What each request makes of the account."""
    before: Holdings = field(default_factory=dict)
    """What an earlier step of it makes of the account, which stays if this one is refused."""

    def __str__(self) -> str:
        return self.name


def _address(kind: OperationKind, record: PublicIP, *, to: Server | None = None) -> list[Request]:
    return [
        Request(
            kind=kind,
            region=REGION,
            server=None if to is None else target(to),
            public_ip=target(record),
            held_by=None if record.server is None else target(record.server),
        )
    ]


def _join(server: Server, pool: Pool) -> Request:
    return Request(
        kind=OperationKind.ADD_NODE, region=REGION, server=target(server), pool=target(pool)
    )


def _leave(node: Node) -> Request:
    return Request(
        kind=OperationKind.REMOVE_NODE,
        region=REGION,
        server=target(node.server),
        pool=target(node.pool),
        node=target(node),
    )


def _record(record: PublicIP) -> str:
    return f"/public_ips/{record.id}$"


def _name(record: PublicIP) -> str:
    return record.address or ""


_BULK = "/load_balancer_pools/nodes$"

ADD_PUBLIC_IP = Case(
    "add-public-ip",
    "POST",
    lambda w: "/public_ips$",
    lambda w: [Request(kind=OperationKind.ADD_PUBLIC_IP, region=REGION, server=target(w.web_01))],
    lambda w: [{"addresses of web-01": "a new one"}],
)
ADD_UNASSIGNED = Case(
    "add-public-ip-without-a-server",
    "POST",
    lambda w: "/public_ips$",
    lambda w: [Request(kind=OperationKind.ADD_PUBLIC_IP, region=REGION, retain=True)],
    lambda w: [{"addresses of nobody": ", ".join(sorted((_name(w.spare), "a new one")))}],
)
REMOVE_PUBLIC_IP = Case(
    "remove-public-ip",
    "DELETE",
    lambda w: _record(w.plain),
    lambda w: _address(OperationKind.REMOVE_PUBLIC_IP, w.plain),
    lambda w: [{_name(w.plain): "gone", "addresses of web-02": "none"}],
)
REMOVE_RETAINED = Case(
    "remove-retained",
    "DELETE",
    lambda w: _record(w.kept),
    lambda w: _address(OperationKind.REMOVE_PUBLIC_IP, w.kept),
    lambda w: [{_name(w.kept): "gone", "addresses of web-03": "none"}],
    before={"addresses of web-03": "203.0.113.11", "203.0.113.11": "with web-03"},
)
"""The removal proper, the second of two steps."""

RETAIN = Case(
    "retain",
    "PATCH",
    lambda w: _record(w.plain),
    lambda w: _address(OperationKind.RETAIN, w.plain),
    lambda w: [{_name(w.plain): "with web-02, retained"}],
)
RELEASE = Case(
    "release",
    "PATCH",
    lambda w: _record(w.kept),
    lambda w: _address(OperationKind.RELEASE, w.kept),
    lambda w: [{_name(w.kept): "with web-03"}],
)
ASSIGN = Case(
    "assign",
    "PATCH",
    lambda w: _record(w.spare),
    lambda w: _address(OperationKind.ASSIGN, w.spare, to=w.web_01),
    lambda w: [
        {
            _name(w.spare): "with web-01, retained",
            "addresses of web-01": _name(w.spare),
            "addresses of nobody": "none",
        }
    ],
)
MOVE = Case(
    "move",
    "PATCH",
    lambda w: _record(w.kept),
    lambda w: _address(OperationKind.MOVE, w.kept, to=w.web_01),
    lambda w: [
        {
            _name(w.kept): "with web-01, retained",
            "addresses of web-01": _name(w.kept),
            "addresses of web-03": "none",
        }
    ],
)
UNASSIGN = Case(
    "unassign",
    "PATCH",
    lambda w: _record(w.kept),
    lambda w: _address(OperationKind.UNASSIGN, w.kept),
    lambda w: [
        {
            _name(w.kept): "with nobody, retained",
            "addresses of nobody": ", ".join(sorted((_name(w.kept), _name(w.spare)))),
            "addresses of web-03": "none",
        }
    ],
)
ADD_NODE = Case(
    "add-node",
    "POST",
    lambda w: f"/load_balancer_pools/{w.web_80.id}/nodes$",
    lambda w: [_join(w.web_01, w.web_80)],
    lambda w: [{"web-01 in web-80": "yes"}],
)
ADD_NODES = Case(
    "add-nodes",
    "POST",
    lambda w: _BULK,
    lambda w: [
        _join(w.web_01, w.web_80),
        _join(w.web_01, w.web_443),
        _join(w.web_02, w.web_443),
    ],
    lambda w: [
        {"web-01 in web-80": "yes"},
        {"web-01 in web-443": "yes"},
        {"web-02 in web-443": "yes"},
    ],
)
REMOVE_NODE = Case(
    "remove-node",
    "DELETE",
    lambda w: f"/load_balancer_pools/{w.web_80.id}/nodes/{w.node_02.id}$",
    lambda w: [_leave(w.node_02)],
    lambda w: [{"web-02 in web-80": "no"}],
)
REMOVE_NODES = Case(
    "remove-nodes",
    "DELETE",
    lambda w: _BULK,
    lambda w: [_leave(w.node_02), _leave(w.node_03), _leave(w.node_03_too)],
    lambda w: [
        {"web-02 in web-80": "no"},
        {"web-03 in web-80": "no"},
        {"web-03 in web-443": "no"},
    ],
)

ADDRESS_CHANGES = (RETAIN, RELEASE, ASSIGN, MOVE, UNASSIGN)
CASES = (
    ADD_PUBLIC_IP,
    ADD_UNASSIGNED,
    REMOVE_PUBLIC_IP,
    REMOVE_RETAINED,
    *ADDRESS_CHANGES,
    ADD_NODE,
    ADD_NODES,
    REMOVE_NODE,
    REMOVE_NODES,
)

CASES_WITH_TARGET = tuple(case for case in CASES if case is not ADD_UNASSIGNED)
"""Those of which a second request changes nothing. Two operators who each add a public IP without a
server each get one."""
