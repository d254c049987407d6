"""Tokens that end in the middle of a session: renewed once, or nothing is asked any more."""

from __future__ import annotations

from rcv3_tui.model.operation import OperationState
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.events import ConnectionState, SignInProblem
from tests.support.sync_harness import SyncHarness, add_ip


def right(account: Account) -> Credentials:
    return Credentials(account.username, api_key=Secret(account.api_key))


async def lock_out(harness: SyncHarness) -> None:
    """Have the key changed behind the program's back, and let it find out."""
    harness.account.api_key = "another-key-another-key"
    harness.account.revoke_tokens()
    await harness.until(lambda: harness.link.state is ConnectionState.REFUSED, 30)


async def test_revoked_token_is_replaced_once_for_all(
    sync_harness: SyncHarness, account: Account
) -> None:
    await sync_harness.start()

    account.revoke_tokens()
    await sync_harness.advance(31)

    assert account.count("POST", "/tokens") == 2
    assert sync_harness.link_is(ConnectionState.LIVE)
    assert sync_harness.failures == []


async def test_token_is_renewed_before_its_end(sync_harness: SyncHarness, account: Account) -> None:
    account.token_seconds = 4000.0
    sync_harness.set(refresh_interval=120.0)
    await sync_harness.start()

    await sync_harness.clock.advance(4100, turns=15)

    assert account.count("POST", "/tokens") == 2
    assert not any(request.status == 401 for request in account.requests)
    assert sync_harness.link.state is ConnectionState.LIVE


async def test_operation_outlives_its_token(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    operation = await sync_harness.accepted(add_ip(server))
    account.revoke_tokens()

    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 201"]


async def test_refused_credentials_end_polling(sync_harness: SyncHarness, account: Account) -> None:
    await sync_harness.start()
    await lock_out(sync_harness)

    assert [failure.problem for failure in sync_harness.failures] == [SignInProblem.CREDENTIALS]
    assert "sign in again to go on" in sync_harness.failures[0].message
    before = len(account.requests)
    await sync_harness.advance(3600)
    assert len(account.requests) == before
    assert account.count("POST", "/tokens") == 2


async def test_rows_remain_and_connection_shows_cause(
    sync_harness: SyncHarness, account: Account
) -> None:
    account.add_server("web-01")
    await sync_harness.start()
    await lock_out(sync_harness)

    assert len(sync_harness.snapshot.servers) == 1
    assert "Unable to authenticate" in sync_harness.link.cause
    assert sync_harness.link.next_refresh is None


async def test_refused_connection_stays_refused_on_refresh(
    sync_harness: SyncHarness, account: Account
) -> None:
    await sync_harness.start()
    await lock_out(sync_harness)
    before = len(account.requests)

    sync_harness.worker.pause(True)
    sync_harness.worker.pause(False)
    sync_harness.worker.refresh()
    sync_harness.worker.set_interval(5)
    await sync_harness.advance(60)

    assert sync_harness.link.state is ConnectionState.REFUSED
    assert len(account.requests) == before


async def test_new_sign_in_continues_from_old_snapshots(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    gone = account.add_server("web-02")
    await sync_harness.start()
    operation = await sync_harness.one(add_ip(server))
    await lock_out(sync_harness)
    account.delete_server(gone.id)
    collected = len(sync_harness.snapshot_changes)

    sync_harness.worker.sign_in(right(account))
    await sync_harness.settle()

    assert sync_harness.link.state is ConnectionState.LIVE
    assert sync_harness.worker.operations[operation.id] == operation
    removed = [
        p.diff.servers.removed for p in sync_harness.snapshot_changes[collected:] if p.diff.servers
    ]
    assert removed == [{gone.id}]


async def test_settings_survive_new_sign_in(sync_harness: SyncHarness, account: Account) -> None:
    pool = account.add_pool("web-80")
    await sync_harness.start()
    sync_harness.worker.watch_pool("IAD", pool.id.lower())
    sync_harness.worker.set_interval(60)
    await sync_harness.settle()
    await lock_out_slowly(sync_harness)
    sync_harness.worker.sign_in(right(account))
    await sync_harness.settle()
    before = sync_harness.count("GET", f"{pool.id}/nodes")

    await sync_harness.advance(121)

    assert sync_harness.count("GET", f"{pool.id}/nodes") - before == 2
    assert sync_harness.link.interval == 60


async def lock_out_slowly(harness: SyncHarness) -> None:
    harness.account.api_key = "another-key-another-key"
    harness.account.revoke_tokens()
    harness.worker.refresh()
    await harness.until(lambda: harness.link.state is ConnectionState.REFUSED, 90)


async def test_operation_that_cannot_be_followed_any_more_is_unknown(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    operation = await sync_harness.accepted(add_ip(server))

    await lock_out(sync_harness)
    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.UNKNOWN
    assert "its status cannot be read" in sync_harness.now(operation).detail


async def test_operation_after_refused_credentials_sends_nothing(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    await lock_out(sync_harness)
    before = len(account.requests)

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.REJECTED
    assert operation.detail.endswith("nothing was sent")
    assert len(account.requests) == before


async def test_outage_of_identity_is_no_refusal(
    sync_harness: SyncHarness, account: Account
) -> None:
    await sync_harness.start()
    account.revoke_tokens()
    account.faults.add(Fault.status(503, path="/tokens"))
    await sync_harness.advance(60)
    assert sync_harness.link.state is ConnectionState.STALE

    account.faults.clear()
    await sync_harness.advance(16)

    assert sync_harness.link_is(ConnectionState.LIVE)
    assert sync_harness.failures == []
