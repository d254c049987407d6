"""What an operator asked for, in words, and the steps that it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from rcv3_tui.model.operation import (
    Operation,
    OperationKind,
    OperationState,
    Purpose,
    Request,
    Target,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=9)
WEB = Target("AA-01", "web-01")
DB = Target("aa-02", "db-01")
ADDRESS = Target("ip-01", "203.0.113.10")
POOL = Target("pool-01", "web-80")


def request(kind: OperationKind, **targets: Target) -> Request:
    return replace(Request(kind=kind, region="IAD"), **targets)


def planned(detail: str = "") -> Operation:
    asked = request(OperationKind.ADD_PUBLIC_IP, server=WEB)
    return Operation(
        id="op-1",
        request=asked,
        state=OperationState.PLANNED,
        asked=NOW,
        changed=NOW,
        detail=detail,
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (request(OperationKind.ADD_PUBLIC_IP, server=WEB), "add public IP to web-01"),
        (request(OperationKind.ADD_PUBLIC_IP), "add public IP without a server"),
        (
            request(OperationKind.REMOVE_PUBLIC_IP, public_ip=ADDRESS, held_by=WEB),
            "remove public IP 203.0.113.10 of web-01",
        ),
        (
            request(OperationKind.REMOVE_PUBLIC_IP, public_ip=ADDRESS),
            "remove public IP 203.0.113.10",
        ),
        (
            request(OperationKind.RETAIN, public_ip=ADDRESS, held_by=WEB),
            "retain public IP 203.0.113.10 of web-01",
        ),
        (
            request(OperationKind.RELEASE, public_ip=ADDRESS),
            "stop retaining public IP 203.0.113.10",
        ),
        (
            request(OperationKind.ASSIGN, public_ip=ADDRESS, server=DB),
            "assign public IP 203.0.113.10 to db-01",
        ),
        (
            request(OperationKind.MOVE, public_ip=ADDRESS, server=DB, held_by=WEB),
            "move public IP 203.0.113.10 to db-01",
        ),
        (
            request(OperationKind.UNASSIGN, public_ip=ADDRESS, held_by=WEB),
            "unassign public IP 203.0.113.10 of web-01",
        ),
        (request(OperationKind.ADD_NODE, server=WEB, pool=POOL), "add node web-01 to web-80"),
        (
            request(OperationKind.REMOVE_NODE, server=WEB, pool=POOL),
            "remove node web-01 from web-80",
        ),
        (request(OperationKind.REMOVE_NODE), "remove node ? from ?"),
        (
            replace(
                request(OperationKind.REMOVE_NODE, server=WEB, pool=POOL), purpose=Purpose.DRAIN
            ),
            "drain web-01 from web-80",
        ),
        (
            replace(request(OperationKind.ADD_NODE, server=WEB), purpose=Purpose.RESTORE),
            "restore web-01 to every pool",
        ),
        (request(OperationKind.RETAIN), "retain public IP ?"),
    ],
)
def test_request_describes_itself(asked: Request, sentence: str) -> None:
    assert asked.sentence == sentence


def test_ids_are_compared_in_lower_case() -> None:
    assert WEB.key == "aa-01"


def test_step_is_a_new_value() -> None:
    operation = planned()

    sent = operation.step(OperationState.SENT, LATER)

    assert operation == planned()
    assert (sent.state, sent.changed, sent.seconds) == (OperationState.SENT, LATER, 9.0)


def test_step_preserves_other_values() -> None:
    accepted = planned().step(
        OperationState.ACCEPTED, NOW, detail="on its way", resource_id="ip-1", status="ADDING"
    )

    settled = accepted.step(OperationState.SETTLED, LATER)

    assert (settled.detail, settled.resource_id, settled.status) == ("on its way", "ip-1", "ADDING")


def test_empty_detail_clears_the_text() -> None:
    assert planned(detail="waits").step(OperationState.PLANNED, NOW, detail="").detail == ""


def test_changed_is_the_time_of_the_state() -> None:
    accepted = planned().step(OperationState.ACCEPTED, NOW, status="ADDING")

    seen = accepted.step(OperationState.ACCEPTED, LATER, status="ACTIVE")

    assert (seen.changed, seen.status) == (NOW, "ACTIVE")


@pytest.mark.parametrize(
    ("state", "ended", "trouble"),
    [
        (OperationState.PLANNED, False, False),
        (OperationState.SENT, False, False),
        (OperationState.ACCEPTED, False, False),
        (OperationState.SETTLED, True, False),
        (OperationState.FAILED, True, True),
        (OperationState.REJECTED, True, True),
        (OperationState.UNKNOWN, True, True),
    ],
)
def test_states_are_ended_or_trouble(state: OperationState, ended: bool, trouble: bool) -> None:
    operation = planned().step(state, LATER)

    assert (operation.is_ended, operation.is_trouble) == (ended, trouble)
