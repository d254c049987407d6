"""In which rows a running operation is shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.tui.running_operations import RunningOperations
from tests.support.rows import operation

WEB, DB = Target("web", "web"), Target("db", "db")
REQUEST = Request(
    kind=OperationKind.MOVE,
    region="IAD",
    server=DB,
    held_by=WEB,
    public_ip=Target("ip1", "ip1"),
    pool=Target("p1", "p1"),
    node=Target("n1", "n1"),
)


def running(kind: OperationKind, key: str = "op-1") -> Operation:
    return replace(operation(), id=key, request=replace(REQUEST, kind=kind))


def started(*operations: Operation) -> RunningOperations:
    found = RunningOperations()
    for each in operations:
        found.apply(each)
    return found


@pytest.mark.parametrize(
    ("kind", "server"),
    [
        (OperationKind.ADD_PUBLIC_IP, "db"),
        (OperationKind.ASSIGN, "db"),
        (OperationKind.MOVE, "db"),
        (OperationKind.UNASSIGN, "web"),
        (OperationKind.REMOVE_PUBLIC_IP, "web"),
        (OperationKind.ADD_NODE, ""),
        (OperationKind.REMOVE_NODE, ""),
    ],
)
def test_server_row_shows_operations_on_its_public_ip_only(
    kind: OperationKind, server: str
) -> None:
    found = started(running(kind))
    shown = {key for key in ("web", "db") if found.on("IAD", ResourceKind.SERVERS, key)}
    assert shown == ({server} if server else set())


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (ResourceKind.PUBLIC_IPS, "ip1"),
        (ResourceKind.POOLS, "p1"),
        (ResourceKind.NODES, "n1"),
    ],
)
def test_row_of_a_target_shows_the_operation(kind: ResourceKind, key: str) -> None:
    found = started(running(OperationKind.ADD_NODE))
    assert found.on("IAD", kind, key) is not None
    assert found.on("IAD", kind, "other") is None
    assert found.on("ORD", kind, key) is None
    assert found.on("IAD", ResourceKind.NETWORKS, key) is None


def test_latest_operation_on_a_resource_is_shown() -> None:
    first, second = running(OperationKind.MOVE, "op-1"), running(OperationKind.MOVE, "op-2")
    assert started(first, second).on("IAD", ResourceKind.PUBLIC_IPS, "ip1") == second


def test_ended_operation_is_not_shown() -> None:
    first = running(OperationKind.MOVE)
    ended = replace(first, state=OperationState.SETTLED)
    assert started(first, ended).on("IAD", ResourceKind.PUBLIC_IPS, "ip1") is None
