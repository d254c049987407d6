"""What an operator asked for, in words, and the steps that it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rcv3_tui.model.operation import Kind, Operation, Request, State, Target

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=9)
WEB = Target("AA-01", "web-01")
DB = Target("aa-02", "db-01")
ADDRESS = Target("ip-01", "203.0.113.10")
POOL = Target("pool-01", "web-80")


def request(kind: Kind, **targets: Target) -> Request:
    return Request(kind=kind, region="IAD", **targets)


def planned(detail: str = "") -> Operation:
    asked = request(Kind.ADD_PUBLIC_IP, server=WEB)
    return Operation(
        id="op-1", request=asked, state=State.PLANNED, asked=NOW, changed=NOW, detail=detail
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (request(Kind.ADD_PUBLIC_IP, server=WEB), "add public IP to web-01"),
        (request(Kind.ADD_PUBLIC_IP), "add public IP without a server"),
        (
            request(Kind.REMOVE_PUBLIC_IP, public_ip=ADDRESS, held_by=WEB),
            "remove public IP 203.0.113.10 of web-01",
        ),
        (request(Kind.REMOVE_PUBLIC_IP, public_ip=ADDRESS), "remove public IP 203.0.113.10"),
        (
            request(Kind.RETAIN, public_ip=ADDRESS, held_by=WEB),
            "retain public IP 203.0.113.10 of web-01",
        ),
        (request(Kind.RELEASE, public_ip=ADDRESS), "stop retaining public IP 203.0.113.10"),
        (
            request(Kind.ASSIGN, public_ip=ADDRESS, server=DB),
            "assign public IP 203.0.113.10 to db-01",
        ),
        (
            request(Kind.MOVE, public_ip=ADDRESS, server=DB, held_by=WEB),
            "move public IP 203.0.113.10 to db-01",
        ),
        (
            request(Kind.UNASSIGN, public_ip=ADDRESS, held_by=WEB),
            "unassign public IP 203.0.113.10 of web-01",
        ),
        (request(Kind.ADD_NODE, server=WEB, pool=POOL), "add node web-01 to web-80"),
        (request(Kind.REMOVE_NODE, server=WEB, pool=POOL), "remove node web-01 from web-80"),
        (request(Kind.REMOVE_NODE), "remove node ? from ?"),
        (request(Kind.RETAIN), "retain public IP ?"),
    ],
)
def test_a_request_says_in_words_what_it_is(asked: Request, sentence: str) -> None:
    assert asked.sentence == sentence


def test_ids_are_compared_in_lower_case() -> None:
    assert WEB.key == "aa-01"


def test_a_step_is_a_new_value() -> None:
    operation = planned()

    sent = operation.step(State.SENT, LATER)

    assert operation == planned()
    assert (sent.state, sent.changed, sent.seconds) == (State.SENT, LATER, 9.0)


def test_a_step_keeps_what_it_is_not_told() -> None:
    accepted = planned().step(
        State.ACCEPTED, NOW, detail="on its way", resource_id="ip-1", status="ADDING"
    )

    settled = accepted.step(State.SETTLED, LATER)

    assert (settled.detail, settled.resource_id, settled.status) == ("on its way", "ip-1", "ADDING")


def test_an_empty_detail_takes_the_words_back() -> None:
    assert planned(detail="waits").step(State.PLANNED, NOW, detail="").detail == ""


def test_the_time_is_that_of_the_state_not_of_the_last_look() -> None:
    accepted = planned().step(State.ACCEPTED, NOW, status="ADDING")

    seen = accepted.step(State.ACCEPTED, LATER, status="ACTIVE")

    assert (seen.changed, seen.status) == (NOW, "ACTIVE")


@pytest.mark.parametrize(
    ("state", "ended", "trouble"),
    [
        (State.PLANNED, False, False),
        (State.SENT, False, False),
        (State.ACCEPTED, False, False),
        (State.SETTLED, True, False),
        (State.FAILED, True, True),
        (State.REJECTED, True, True),
        (State.UNKNOWN, True, True),
    ],
)
def test_which_states_are_ends_and_which_are_trouble(
    state: State, ended: bool, trouble: bool
) -> None:
    operation = planned().step(state, LATER)

    assert (operation.is_ended, operation.is_trouble) == (ended, trouble)
