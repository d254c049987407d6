"""A token of another tool expires in the middle of a session: asked for once, nothing is lost."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import OperationState
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.events import ConnectionState, SignInProblem
from tests.support.sync_harness import SyncHarness, add_ip, add_node, once, remove_ip, servers


class Command:
    """Stands for a `token_command`: returns a new token of the account each time."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.runs = 0

    def read(self) -> Secret:
        self.runs += 1
        return Secret(self._account.new_token().id)


@pytest.fixture
def by_token(sync_harness: SyncHarness, account: Account) -> SyncHarness:
    """A worker that signs in with a token, and somebody who answers when it expires."""
    account.other_tenants = ("222222",)
    sync_harness.set(credentials=token_of(account), tenant=account.tenant_id)
    sync_harness.worker.can_ask = True
    return sync_harness


def token_of(account: Account) -> Credentials:
    return Credentials(token=Secret(account.new_token().id))


async def expire(harness: SyncHarness) -> None:
    harness.account.revoke_tokens()
    await harness.until(lambda: bool(harness.failures), 60)


async def test_token_and_tenant_open_account(by_token: SyncHarness, account: Account) -> None:
    account.add_server("web-01")
    await by_token.start()

    assert by_token.link_is(ConnectionState.LIVE)
    signed_in = by_token.worker.signed_in
    assert signed_in is not None
    assert (signed_in.tenant, signed_in.user) == (account.tenant_id, account.username)
    assert not any("222222" in request.path for request in account.requests)


async def test_running_operation_continues_after_new_token(
    by_token: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await by_token.start()
    operation = await by_token.accepted(add_ip(server))
    await expire(by_token)
    await by_token.advance(600)
    assert not by_token.now(operation).is_ended

    by_token.worker.sign_in(token_of(account))
    await by_token.until(lambda: by_token.now(operation).is_ended)

    assert by_token.now(operation).state is OperationState.SETTLED
    assert by_token.sent == ["POST 201"]
    assert [failure.problem for failure in by_token.failures] == [SignInProblem.CREDENTIALS]
    assert by_token.link_is(ConnectionState.LIVE)


async def test_queued_operations_are_sent_once_each_after_new_token(
    by_token: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    many = servers(account, 12)
    retained = account.add_public_ip(many[0])
    await by_token.start()
    taken = by_token.submit(
        remove_ip(retained), *(add_ip(each) for each in many[1:]), add_node(many[0], pool)
    )
    await by_token.until(lambda: len(by_token.sent) >= 2)
    await expire(by_token)

    by_token.worker.sign_in(token_of(account))
    await by_token.until(lambda: all(by_token.now(each).is_ended for each in taken))

    assert {by_token.now(each).state for each in taken} == {OperationState.SETTLED}
    # A 401 changed nothing, and was followed by a new comparison.
    assert sum(each in ("POST 201", "DELETE 204") for each in by_token.sent) == len(taken)
    assert len(by_token.failures) == 1


async def test_change_applied_with_expired_token_is_not_sent_again(
    by_token: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await by_token.start()
    account.faults.add(Fault.status(401, method="POST", path="/public_ips", after=True, times=1))
    (operation,) = by_token.submit(add_ip(server))
    once(by_token, OperationState.SENT, account.revoke_tokens)
    await by_token.until(lambda: bool(by_token.failures), 60)

    by_token.worker.sign_in(token_of(account))
    await by_token.until(lambda: by_token.now(operation).is_ended)

    assert by_token.now(operation).state is OperationState.SETTLED
    assert len(account.region().public_ips) == 1
    assert len(by_token.sent) == by_token.sent.count("POST 401") + by_token.sent.count("POST 201")


async def test_operation_stopped_while_waiting_is_not_sent_after_sign_in(
    by_token: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await by_token.start()
    await expire(by_token)
    (operation,) = by_token.submit(add_ip(server))
    await by_token.advance(5)
    by_token.worker.cancel_batch()

    by_token.worker.sign_in(token_of(account))
    await by_token.until(lambda: by_token.now(operation).is_ended)

    assert by_token.now(operation).state is OperationState.REJECTED
    assert by_token.sent == []


async def test_operation_submitted_during_login_waits_for_it(
    by_token: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await by_token.start()
    await expire(by_token)
    (operation,) = by_token.submit(add_ip(server))
    await by_token.advance(120)
    assert by_token.sent == []

    by_token.worker.sign_in(token_of(account))
    await by_token.until(lambda: by_token.now(operation).is_ended)

    assert by_token.now(operation).state is OperationState.SETTLED


async def test_second_expired_token_asks_again_and_still_loses_nothing(
    by_token: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await by_token.start()
    operation = await by_token.accepted(add_ip(server))
    await expire(by_token)
    by_token.worker.sign_in(Credentials(token=Secret("mistyped-token-0123456789")))
    await by_token.until(lambda: len(by_token.failures) == 2)
    assert not by_token.now(operation).is_ended

    by_token.worker.sign_in(token_of(account))
    await by_token.until(lambda: by_token.now(operation).is_ended)

    assert by_token.now(operation).state is OperationState.SETTLED


async def test_paused_console_asks_for_sign_in(by_token: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    await by_token.start()
    by_token.worker.pause(True)
    account.revoke_tokens()
    (operation,) = by_token.submit(add_ip(server))

    await by_token.until(lambda: bool(by_token.failures), 30)

    assert not by_token.now(operation).is_ended
    assert "sign in again to go on" in by_token.failures[0].message


@pytest.mark.usefixtures("no_threads")
async def test_token_command_runs_again_without_prompt(
    sync_harness: SyncHarness, account: Account
) -> None:
    command = Command(account)
    credentials = Credentials(token=command.read(), token_source=command)
    sync_harness.set(credentials=credentials, tenant=account.tenant_id)
    server = account.add_server("web-01")
    await sync_harness.start()
    operation = await sync_harness.accepted(add_ip(server))
    account.revoke_tokens()

    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)
    await sync_harness.advance(60)

    assert command.runs == 2
    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert sync_harness.failures == []
    assert sync_harness.link_is(ConnectionState.LIVE)


async def test_operation_without_operator_ends_as_unknown(
    by_token: SyncHarness, account: Account
) -> None:
    by_token.worker.can_ask = False
    server = account.add_server("web-01")
    await by_token.start()
    operation = await by_token.accepted(add_ip(server))
    await expire(by_token)

    await by_token.until(lambda: by_token.now(operation).is_ended)

    assert by_token.now(operation).state is OperationState.UNKNOWN


async def test_sign_in_to_another_account_ends_operations_of_first(
    by_token: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await by_token.start()
    operation = await by_token.accepted(add_ip(server))
    await expire(by_token)

    by_token.worker.sign_in(token_of(account), tenant="333333")
    await by_token.until(lambda: by_token.now(operation).is_ended)

    assert by_token.now(operation).state is OperationState.UNKNOWN


async def test_rows_remain_while_token_is_requested(
    by_token: SyncHarness, account: Account
) -> None:
    account.add_server("web-01")
    await by_token.start()
    await expire(by_token)
    assert by_token.link_is(ConnectionState.REFUSED)
    assert len(by_token.snapshot.servers) == 1
