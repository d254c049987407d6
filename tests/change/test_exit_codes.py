"""The exit code of every outcome, and that each change is sent exactly once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account, Fault
from tests.support.change_harness import ChangeHarness, journal

POST: dict[str, Any] = {"method": "POST", "path": "/public_ips$"}


async def test_failed_operation_is_1(change_harness: ChangeHarness, account: Account) -> None:
    account.add_server("web-01")
    account.plan_failure("public_ip", "ADD_FAILED")

    result = await change_harness.run("ip add", "web-01")

    assert result.code is ExitCode.ATTENTION
    assert result.states == ["failed"]


async def test_refused_credentials_are_3(change_harness: ChangeHarness, account: Account) -> None:
    account.add_server("web-01")
    account.api_key = "another"

    result = await change_harness.run("ip add", "web-01")

    assert result.code is ExitCode.CREDENTIALS_REFUSED
    assert result.out == ""


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (lambda: Fault.drop(path="/public_ips"), ExitCode.UNREACHABLE),
        (lambda: Fault.status(500, path="/public_ips"), ExitCode.SERVICE_ERROR),
    ],
)
async def test_unreadable_account_is_4_or_5(
    change_harness: ChangeHarness, account: Account, fault: Callable[[], Fault], code: ExitCode
) -> None:
    account.add_server("web-01")
    account.faults.add(fault())

    result = await change_harness.run("ip add", "web-01")

    assert result.code is code
    assert "nothing was sent" in result.err
    assert change_harness.changes == {}


async def test_rejection_by_the_service_is_5(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")
    account.faults.add(Fault.status(409, body="No free address", times=1, **POST))

    result = await change_harness.run("ip add", "web-01")

    assert result.code is ExitCode.SERVICE_ERROR
    assert result.states == ["rejected"]
    assert "No free address" in result.out


async def test_rejection_of_a_stuck_address_is_5_since_a_request_was_sent(
    change_harness: ChangeHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), status="ADDING", age=86400.0 * 90)

    result = await change_harness.run("ip remove", record.id, yes=True)

    assert result.code is ExitCode.SERVICE_ERROR
    assert "ask Support" in result.out
    assert change_harness.changes == {"DELETE": 1}


async def test_drift_right_before_sending_is_6(
    change_harness: ChangeHarness, account: Account
) -> None:
    first, second = account.add_server("web-01"), account.add_server("web-02")
    record = account.add_public_ip(first, retain=True)
    change_harness.answer("web-01", meanwhile=lambda: account.region().assign_ip(record, second))

    result = await change_harness.run("ip remove", "web-01")

    assert result.code is ExitCode.NOTHING_SENT
    assert result.states == ["rejected"]
    assert "it is with web-02 now" in result.out
    assert change_harness.changes == {}


async def test_operation_that_does_not_settle_in_time_is_7_and_stays_in_the_journal(
    change_harness: ChangeHarness, account: Account, tmp_path: Path
) -> None:
    account.add_server("web-01")
    account.adding_seconds = 3600.0
    change_harness.set(state_dir=tmp_path / "state")

    result = await change_harness.run("ip add", "web-01", wait=30.0)

    assert result.code is ExitCode.NOT_SETTLED
    assert result.states == ["accepted"]
    lines = journal(tmp_path / "state")
    assert [line["state"] for line in lines] == ["planned", "sent", "accepted"]
    assert f"rcv3-tui operations {lines[0]['operation']}" in result.err


async def test_unknown_outcome_is_7(change_harness: ChangeHarness, account: Account) -> None:
    account.add_server("web-01")
    account.faults.add(Fault.drop(times=1, **POST))

    def cut_the_line() -> None:
        account.faults.add(Fault.drop(path="/rackconnect/"))

    task = change_harness.start("ip add", "web-01", wait=1200.0)
    await change_harness.until(lambda: change_harness.changes["POST"] == 1)
    cut_the_line()
    result = await change_harness.finish(task)

    assert result.code is ExitCode.NOT_SETTLED
    assert result.states == ["unknown"]
    assert change_harness.changes == {"POST": 1}


async def test_some_settled_and_some_not_sent_is_1(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")
    gone = account.add_server("web-02")
    account.add_public_ip(gone)
    record = next(iter(account.region().public_ips.values()))
    record.status = "REMOVING"
    record.touch()

    result = await change_harness.run("ip add", "web-01", "web-02")

    assert sorted(result.states) == ["rejected", "settled"]
    assert result.code is ExitCode.ATTENTION


# Exactly once ------------------------------------------------------------------------------------

VERBS: dict[str, tuple[Callable[[Account], list[str]], str, dict[str, Any]]] = {
    "ip add": (lambda account: [account.add_server("web-01").name], "POST", {}),
    "ip remove": (
        lambda account: [account.add_public_ip(account.add_server("web-01")).id],
        "DELETE",
        {},
    ),
    "ip retain": (
        lambda account: [account.add_public_ip(account.add_server("web-01")).id],
        "PATCH",
        {},
    ),
    "ip assign": (
        lambda account: [account.add_public_ip(retain=True).id, account.add_server("web-01").name],
        "PATCH",
        {},
    ),
    "ip unassign": (
        lambda account: [account.add_public_ip(account.add_server("web-01"), retain=True).id],
        "PATCH",
        {},
    ),
    "pool add": (
        lambda account: [account.add_pool("web-80").name, account.add_server("web-01").name],
        "POST",
        {},
    ),
    "pool remove": (
        lambda account: [
            account.add_node(account.add_pool("web-80"), account.add_server("web-01")).pool.name,
            "web-01",
        ],
        "DELETE",
        {},
    ),
}


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("verb", VERBS)
async def test_change_whose_connection_drops_is_applied_once(
    change_harness: ChangeHarness, account: Account, verb: str, applied: bool
) -> None:
    prepare, method, options = VERBS[verb]
    names = prepare(account)
    account.faults.add(Fault.drop(method=method, path="/rackconnect/", times=1, after=applied))

    result = await change_harness.run(verb, *names, yes=True, **options)

    assert result.code is ExitCode.OK
    assert result.states == ["settled"]
    # Before: the first request was lost, which the probe has proven; it is sent once more.
    assert change_harness.changes == {method: 1 if applied else 2}


@pytest.mark.parametrize("verb", VERBS)
async def test_second_run_of_the_same_command_sends_nothing(
    change_harness: ChangeHarness, account: Account, verb: str
) -> None:
    prepare, method, options = VERBS[verb]
    names = prepare(account)
    await change_harness.run(verb, *names, yes=True, **options)
    assert change_harness.changes == {method: 1}

    again = await change_harness.run(verb, *names, yes=True, **options)

    # An address that is gone is an unknown name.
    assert again.code is (ExitCode.USAGE if verb == "ip remove" else ExitCode.OK)
    assert change_harness.changes == {method: 1}


# Ctrl+C, and killed ------------------------------------------------------------------------------


async def test_interrupt_stops_what_was_not_sent_for_good(
    change_harness: ChangeHarness, account: Account, tmp_path: Path
) -> None:
    servers = [account.add_server(f"web-{number:02d}") for number in range(12)]
    change_harness.set(state_dir=tmp_path / "state")

    task = change_harness.start("ip add", *(server.name for server in servers))
    await change_harness.until(lambda: change_harness.changes["POST"] >= 3)
    assert change_harness.command is not None
    change_harness.command.interrupted.set()
    result = await change_harness.finish(task)

    sent = change_harness.changes["POST"]
    assert result.code is ExitCode.INTERRUPTED
    assert f"interrupted: {12 - sent} not sent, now or later" in result.err
    assert result.out.count("stopped before it was sent") == 12 - sent
    await change_harness.run("ip retain", servers[0].id, seconds=600)
    assert change_harness.changes["POST"] == sent


async def test_interrupt_ends_the_wait_for_what_an_earlier_run_left_open(
    change_harness: ChangeHarness, account: Account, tmp_path: Path
) -> None:
    names = [account.add_server(f"web-{number:02d}").name for number in range(80)]
    change_harness.set(state_dir=tmp_path / "state")
    task = change_harness.start("ip add", *names)
    await change_harness.until(lambda: change_harness.changes["POST"] >= 2)
    task.cancel()
    await asyncio.wait([task])
    other = account.add_server("other")

    clock = change_harness.clock
    task = change_harness.start("ip add", other.name, wait=10.0)
    began = clock.monotonic()
    # Its own wait is over then, and it waits for the others.
    await change_harness.until(lambda: clock.monotonic() - began >= 30.0)
    assert not task.done()
    assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    pressed = clock.monotonic()
    signal.raise_signal(signal.SIGINT)
    result = await change_harness.finish(task)

    assert clock.monotonic() - pressed < 3.0
    assert result.code is ExitCode.INTERRUPTED
    assert "not sent, now or later" in result.err


async def test_next_command_finishes_what_a_killed_one_left_open(
    change_harness: ChangeHarness, account: Account, tmp_path: Path
) -> None:
    names = [account.add_server(f"web-{number:02d}").name for number in range(6)]
    other = account.add_server("other")
    change_harness.set(state_dir=tmp_path / "state")
    task = change_harness.start("ip add", *names)
    await change_harness.until(lambda: change_harness.changes["POST"] >= 2)
    task.cancel()
    await asyncio.wait([task])
    await change_harness.clock.advance(60)

    result = await change_harness.run("ip add", other.name)

    assert result.code is ExitCode.OK
    assert "left open by an earlier run" in result.err
    assert change_harness.changes["POST"] == 7
    records = account.region().public_ips.values()
    assert sorted(str(record.server and record.server.name) for record in records) == sorted(
        [*names, "other"]
    )


async def test_unwritable_journal_sends_nothing_and_is_6(
    change_harness: ChangeHarness, account: Account, tmp_path: Path
) -> None:
    account.add_server("web-01")
    (tmp_path / "file").write_text("")
    change_harness.set(state_dir=tmp_path / "file" / "state")

    result = await change_harness.run("ip add", "web-01")

    assert result.code is ExitCode.NOTHING_SENT
    assert "the journal cannot be written" in result.out
    assert change_harness.changes == {}
