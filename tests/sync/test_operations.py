"""Operations among themselves: once, in turn, each with an end, all of it in the journal."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import Kind, Request, State, Target
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.changes import Change, OperationChanged
from rcv3_tui.sync.worker import ReadOnly
from tests.sync.bench import (
    Bench,
    add_ip,
    add_node,
    change_ip,
    remove_ip,
    remove_node,
    servers,
)


async def test_the_same_change_asked_for_twice_is_one(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    await bench.start()

    first, second = bench.submit(add_ip(server), add_ip(server))
    (third,) = bench.submit(add_ip(server))
    await bench.until(lambda: bench.now(first).is_ended)

    assert first.id == second.id == third.id
    assert bench.sent == ["POST 201"]


async def test_the_same_change_may_be_asked_for_again_when_it_has_ended(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await bench.start()

    first = await bench.one(remove_ip(record))
    second = await bench.one(remove_ip(record))

    assert first.id != second.id
    assert second.detail == "203.0.113.10 was gone already"


async def test_another_change_of_the_same_thing_is_turned_away(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await bench.start()

    retain, remove = await bench.carry_out(change_ip(Kind.RETAIN, record), remove_ip(record))

    assert retain.state is State.SETTLED
    assert (remove.state, remove.detail) == (
        State.REJECTED,
        "retain public IP 203.0.113.10 of web-01 is under way; nothing was sent",
    )
    assert bench.sent == ["PATCH 200"]


async def test_a_node_that_stuck_while_added_can_be_removed(bench: Bench, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.adding_seconds = 1e6
    await bench.start()
    bench.submit(add_node(server, pool))
    await bench.advance(400)
    (node,) = pool.nodes.values()

    operation = await bench.one(remove_node(node))

    assert operation.state is State.SETTLED


async def test_a_change_in_a_region_that_is_not_open_is_turned_away(
    bench: Bench, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    await bench.start()
    here = Target(server.id, server.name)
    there = Target(pool.id, pool.name)
    requests = [
        Request(kind=Kind.ADD_PUBLIC_IP, region="SYD", server=here),
        Request(kind=Kind.ADD_NODE, region="SYD", server=here, pool=there),
    ]

    operations = await bench.carry_out(*requests, seconds=5)

    assert [op.state for op in operations] == [State.REJECTED] * 2
    assert {op.detail for op in operations} == {"region SYD is not open; nothing was sent"}


async def test_a_request_that_lacks_a_target_sends_nothing(bench: Bench, account: Account) -> None:
    await bench.start()

    operations = await bench.carry_out(
        Request(kind=Kind.ADD_PUBLIC_IP, region="IAD"),
        Request(kind=Kind.REMOVE_PUBLIC_IP, region="IAD"),
        Request(kind=Kind.REMOVE_NODE, region="IAD"),
    )

    assert [op.state for op in operations] == [State.REJECTED] * 3
    assert operations[0].detail == (
        "unexpected ValueError: the request names no server; nothing was sent"
    )
    assert bench.sent == []


async def test_read_only_takes_nothing(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    bench.set(read_only=True)
    await bench.start()

    with pytest.raises(ReadOnly, match="read-only"):
        bench.submit(add_ip(server))

    assert bench.worker.operations == {}
    assert bench.journal.lines == []


async def test_a_protected_profile_opens_read_only_until_that_is_lifted(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    bench.set(protected=True)
    await bench.start()
    with pytest.raises(ReadOnly):
        bench.submit(add_ip(server))

    bench.worker.read_only = False

    assert (await bench.one(add_ip(server))).state is State.SETTLED


async def test_nothing_is_taken_before_the_sign_in(bench: Bench, account: Account) -> None:
    with pytest.raises(ReadOnly, match="not signed in"):
        bench.submit(add_ip(account.add_server("web-01")))


async def test_a_listener_that_fails_does_not_decide_an_operations_fate(
    bench: Bench, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    server = account.add_server("web-01")
    await bench.start()

    def broken(change: Change) -> None:
        if isinstance(change, OperationChanged):
            raise RuntimeError("the screen is gone")

    bench.worker.listen(broken)
    operation = await bench.one(add_ip(server))

    assert operation.state is State.SETTLED
    assert "a listener failed on OperationChanged" in caplog.text


# -- the journal ----------------------------------------------------------------------------------


async def test_the_intent_is_written_before_the_request_leaves(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert bench.journal.lines == [
        (State.PLANNED, operation.id, 0),
        (State.SENT, operation.id, 0),
        (State.ACCEPTED, operation.id, 1),
        (State.SETTLED, operation.id, 1),
    ]


async def test_the_precondition_is_written_with_it(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    failed = account.add_public_ip(server, status="ADD_FAILED")
    await bench.start()

    await bench.one(add_ip(server))

    assert bench.journal.known[bench.journal.states.index(State.SENT)] == (failed.id,)


async def test_each_of_many_is_written_before_the_one_request_leaves(
    bench: Bench, account: Account
) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    await bench.start()

    operations = await bench.carry_out(*(add_node(server, pool) for server in made))

    ahead = [line for line in bench.journal.lines if line[0] in (State.PLANNED, State.SENT)]
    assert {count for _, _, count in ahead} == {0}
    for operation in operations:
        written = [state for state, id_, _ in bench.journal.lines if id_ == operation.id]
        assert written[:2] == [State.PLANNED, State.SENT]
        assert written[-1] is State.SETTLED


@pytest.mark.parametrize("state", [State.PLANNED, State.SENT])
async def test_nothing_is_sent_that_cannot_be_written_down(
    bench: Bench, account: Account, state: State
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    node = account.add_node(account.add_pool("web-81"), server)
    record = account.add_public_ip(account.add_server("web-02"))
    bench.journal.fails_on = state
    await bench.start()

    operations = await bench.carry_out(
        add_ip(server), remove_ip(record), add_node(server, pool), remove_node(node)
    )

    assert {operation.state for operation in operations} == {State.REJECTED}
    assert all("the journal cannot be written" in op.detail for op in operations)
    assert bench.sent == []
    assert not any(State.SENT in bench.states(operation) for operation in operations)


async def test_an_outcome_that_cannot_be_written_down_is_shown_all_the_same(
    bench: Bench, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    server = account.add_server("web-01")
    bench.journal.fails_on = State.SETTLED
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.SETTLED
    assert "was not written down" in caplog.text


async def test_every_end_is_written_down(bench: Bench, account: Account) -> None:
    made, pool = servers(account, 4), account.add_pool("web-80")
    record = account.add_public_ip(made[0])
    account.plan_failure("node", "ADD_FAILED")
    account.faults.add(Fault.status(409, body="No", method="POST", path="public_ips", times=1))
    await bench.start()

    operations = await bench.carry_out(
        add_ip(made[1]),
        add_ip(made[0]),
        change_ip(Kind.RETAIN, record),
        remove_ip(record),
        add_node(made[2], pool),
        add_node(made[3], pool),
    )

    last = {id_: state for state, id_, _ in bench.journal.lines}
    assert {operation.id: operation.state for operation in operations} == last


async def test_stopping_leaves_the_journal_at_what_was_sent(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    await bench.start()
    (operation,) = bench.submit(add_ip(server))
    await bench.until(lambda: bench.now(operation).state is State.ACCEPTED)

    await bench.stop()

    assert bench.journal.states == [State.PLANNED, State.SENT, State.ACCEPTED]
    assert bench.sent == ["POST 201"]
