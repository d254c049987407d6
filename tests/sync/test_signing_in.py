"""Signing in: once, with a message for each kind of trouble, and again when asked to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rcv3_tui.api.http_factory import ASGIApp
from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret
from rcv3_tui.simulator import Account, Fault, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import ConnectionState, SignedIn, SignInProblem
from tests.support.sync_harness import SyncHarness, add_ip

WRONG = Credentials("demo", api_key=Secret("wrong-wrong-wrong-wrong"))


def right(account: Account) -> Credentials:
    return Credentials(account.username, api_key=Secret(account.api_key))


async def test_one_request_signs_in_and_returns_user_and_regions(
    sync_harness: SyncHarness, account: Account
) -> None:
    await sync_harness.start()

    assert sync_harness.changes[0] == SignedIn(tenant="123456", user="demo", regions=("IAD",))
    assert sync_harness.worker.signed_in == sync_harness.changes[0]
    assert account.count("POST", "/tokens") == 1


async def test_password_signs_in_as_well(sync_harness: SyncHarness, account: Account) -> None:
    sync_harness.set(credentials=Credentials(account.username, password=Secret(account.password)))
    await sync_harness.start()

    assert sync_harness.worker.signed_in is not None


async def test_wrong_credentials_are_tried_exactly_once(
    sync_harness: SyncHarness, account: Account
) -> None:
    sync_harness.set(credentials=WRONG)
    await sync_harness.start()
    await sync_harness.advance(3600)

    assert [failure.problem for failure in sync_harness.failures] == [SignInProblem.CREDENTIALS]
    assert "Identity rejected user demo and API key" in sync_harness.failures[0].message
    assert "tried once" in sync_harness.failures[0].message
    assert len(account.requests) == 1
    assert "wrong-wrong" not in repr(sync_harness.changes)


async def test_other_credentials_can_be_tried_then(
    sync_harness: SyncHarness, account: Account
) -> None:
    sync_harness.set(credentials=WRONG)
    await sync_harness.start()

    sync_harness.worker.sign_in(right(account))
    await sync_harness.settle()

    assert sync_harness.worker.signed_in is not None
    assert sync_harness.worker.sign_in_failure is None
    assert sync_harness.link.state is ConnectionState.LIVE
    assert account.count("POST", "/tokens") == 2


async def test_without_credentials_it_asks_and_sends_nothing(
    sync_harness: SyncHarness, account: Account
) -> None:
    sync_harness.set(credentials=None)
    await sync_harness.start()
    assert [failure.problem for failure in sync_harness.failures] == [SignInProblem.NO_CREDENTIALS]
    assert account.requests == []

    sync_harness.worker.sign_in(right(account))
    await sync_harness.settle()

    assert sync_harness.link.state is ConnectionState.LIVE


async def test_second_factor_is_named(sync_harness: SyncHarness, account: Account) -> None:
    account.mfa = True
    sync_harness.set(credentials=Credentials(account.username, password=Secret(account.password)))
    await sync_harness.start()

    (failure,) = sync_harness.failures
    assert failure.problem is SignInProblem.SECOND_FACTOR
    assert "sign in with the API key" in failure.message


async def test_unknown_region_is_named_with_those_there_are(
    sync_harness: SyncHarness, account: Account
) -> None:
    sync_harness.set(regions=("SYD",))
    await sync_harness.start()

    (failure,) = sync_harness.failures
    assert failure.problem is SignInProblem.REGION
    assert "no RackConnect v3.0 in SYD; regions that have it: IAD" in failure.message

    sync_harness.worker.sign_in(right(account), region="iad")
    await sync_harness.settle()
    assert sync_harness.link.state is ConnectionState.LIVE


async def test_error_of_identity_is_reported(sync_harness: SyncHarness, account: Account) -> None:
    account.faults.add(Fault.status(500, path="/tokens"))
    await sync_harness.start()

    (failure,) = sync_harness.failures
    assert failure.problem is SignInProblem.SERVICE
    assert "HTTP 500" in failure.message


async def test_plain_http_beyond_this_machine_is_refused(
    sync_harness: SyncHarness, account: Account
) -> None:
    sync_harness.set(identity_url="http://identity.example.com/v2.0")
    await sync_harness.start()

    (failure,) = sync_harness.failures
    assert failure.problem is SignInProblem.CONFIGURATION
    assert account.requests == []


def unless(closed: Callable[[], bool], app: ASGIApp) -> ASGIApp:
    """A service whose port is closed at times."""

    async def door(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        if closed():
            raise ConnectionRefusedError
        await app(scope, receive, send)

    return door


async def test_refused_connection_is_reported_and_retried_on_request(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    is_closed = True
    app = unless(lambda: is_closed, create_app(account))
    sync_harness.use(
        AccountWorker(
            sync_harness.settings, asgi_app=app, clock=clock, journal=sync_harness.journal
        )
    )
    await sync_harness.start()

    (failure,) = sync_harness.failures
    assert failure.problem is SignInProblem.UNREACHABLE
    assert "cannot reach Identity at http://127.0.0.1/v2.0: connection refused" in failure.message
    is_closed = False
    sync_harness.worker.sign_in(right(account))
    await sync_harness.settle()

    assert sync_harness.link.state is ConnectionState.LIVE


async def test_default_region_is_used_without_choice(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    two = regions(clock, "DFW", "IAD")
    two.default_region = "IAD"
    sync_harness.account = two
    sync_harness.set(regions=())
    await sync_harness.start()

    assert sync_harness.worker.signed_in == SignedIn(
        "123456", "demo", ("IAD",), other_regions=("DFW",)
    )


def regions(clock: ManualClock, *names: str) -> Account:
    account = Account(now=clock.timestamp, regions=names)
    account.jitter = 0.0
    for name in names:
        account.add_network(region=name)
        account.add_server(f"web-{name.lower()}", region=name)
    return account


@pytest.mark.parametrize("asked", [("IAD", "DFW"), (ALL_REGIONS,)])
async def test_several_regions_refresh_with_separate_limits(
    sync_harness: SyncHarness, clock: ManualClock, asked: tuple[str, ...]
) -> None:
    sync_harness.account = regions(clock, "IAD", "DFW")
    sync_harness.set(regions=asked)
    await sync_harness.start()

    assert set(sync_harness.worker.snapshots) == {"IAD", "DFW"}
    for name, snapshot in sync_harness.worker.snapshots.items():
        assert [server.name for server in snapshot.servers.values()] == [f"web-{name.lower()}"]
        assert sync_harness.worker.connections[name].state is ConnectionState.LIVE
        assert sync_harness.worker.connections[name].used == 3
    assert sync_harness.account.count("POST", "/tokens") == 1


async def test_failure_of_one_region_leaves_others_live(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    sync_harness.account = regions(clock, "IAD", "DFW")
    sync_harness.set(regions=("IAD", "DFW"))
    await sync_harness.start()

    sync_harness.account.faults.add(Fault.drop(path="/dfw/"))
    await sync_harness.advance(30)

    assert sync_harness.worker.connections["DFW"].state is ConnectionState.STALE
    assert sync_harness.worker.connections["IAD"].state is ConnectionState.LIVE


async def test_open_account_is_left_for_another_sign_in(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    operation = await sync_harness.one(add_ip(server))

    sync_harness.worker.sign_in(right(account))
    await sync_harness.settle()
    await sync_harness.advance(20)

    assert sync_harness.link.state is ConnectionState.LIVE
    assert account.count("POST", "/tokens") == 2
    assert sync_harness.now(operation) == operation
    before = len(account.requests)
    await sync_harness.advance(15)
    # The region is not kept twice.
    assert len(account.requests) - before <= 4
