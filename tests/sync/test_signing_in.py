"""Signing in: once, with a message for each kind of trouble, and again when asked to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rcv3_tui.api.asgi import ASGIApp
from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret
from rcv3_tui.simulator import Account, Fault, create_app
from rcv3_tui.sync.changes import LinkState, SignedIn, Trouble
from rcv3_tui.sync.worker import Worker
from tests.sync.bench import Bench, add_ip

WRONG = Credentials("demo", api_key=Secret("wrong-wrong-wrong-wrong"))


def right(account: Account) -> Credentials:
    return Credentials(account.username, api_key=Secret(account.api_key))


async def test_one_request_signs_in_and_says_who_and_where(bench: Bench, account: Account) -> None:
    await bench.start()

    assert bench.changes[0] == SignedIn(tenant="123456", user="demo", regions=("IAD",))
    assert bench.worker.signed_in == bench.changes[0]
    assert account.count("POST", "/tokens") == 1


async def test_a_password_signs_in_as_well(bench: Bench, account: Account) -> None:
    bench.set(credentials=Credentials(account.username, password=Secret(account.password)))
    await bench.start()

    assert bench.worker.signed_in is not None


async def test_wrong_credentials_are_tried_exactly_once(bench: Bench, account: Account) -> None:
    bench.set(credentials=WRONG)
    await bench.start()
    await bench.advance(3600)

    assert [failure.trouble for failure in bench.failures] == [Trouble.CREDENTIALS]
    assert "Identity refused user demo and API key" in bench.failures[0].message
    assert "tried once" in bench.failures[0].message
    assert len(account.requests) == 1
    assert "wrong-wrong" not in repr(bench.changes)


async def test_other_credentials_can_be_tried_then(bench: Bench, account: Account) -> None:
    bench.set(credentials=WRONG)
    await bench.start()

    bench.worker.sign_in(right(account))
    await bench.settle()

    assert bench.worker.signed_in is not None
    assert bench.worker.trouble is None
    assert bench.link.state is LinkState.LIVE
    assert account.count("POST", "/tokens") == 2


async def test_without_credentials_it_asks_and_sends_nothing(
    bench: Bench, account: Account
) -> None:
    bench.set(credentials=None)
    await bench.start()
    assert [failure.trouble for failure in bench.failures] == [Trouble.NO_CREDENTIALS]
    assert account.requests == []

    bench.worker.sign_in(right(account))
    await bench.settle()

    assert bench.link.state is LinkState.LIVE


async def test_a_second_factor_is_named(bench: Bench, account: Account) -> None:
    account.mfa = True
    bench.set(credentials=Credentials(account.username, password=Secret(account.password)))
    await bench.start()

    (failure,) = bench.failures
    assert failure.trouble is Trouble.SECOND_FACTOR
    assert "sign in with the API key" in failure.message


async def test_an_unknown_region_is_named_with_those_there_are(
    bench: Bench, account: Account
) -> None:
    bench.set(regions=("SYD",))
    await bench.start()

    (failure,) = bench.failures
    assert failure.trouble is Trouble.REGION
    assert "no RackConnect v3.0 in SYD; regions that have it: IAD" in failure.message

    bench.worker.sign_in(right(account), region="iad")
    await bench.settle()
    assert bench.link.state is LinkState.LIVE


async def test_a_fault_of_identity_is_told(bench: Bench, account: Account) -> None:
    account.faults.add(Fault.status(500, path="/tokens"))
    await bench.start()

    (failure,) = bench.failures
    assert failure.trouble is Trouble.SERVICE
    assert "HTTP 500" in failure.message


async def test_plain_http_beyond_this_machine_is_refused(bench: Bench, account: Account) -> None:
    bench.set(identity_url="http://identity.example.com/v2.0")
    await bench.start()

    (failure,) = bench.failures
    assert failure.trouble is Trouble.CONFIGURATION
    assert account.requests == []


def unless(closed: Callable[[], bool], app: ASGIApp) -> ASGIApp:
    """A service whose port is closed at times."""

    async def door(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        if closed():
            raise ConnectionRefusedError
        await app(scope, receive, send)

    return door


async def test_a_refused_connection_is_told_and_tried_again_when_asked_to(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    is_closed = True
    app = unless(lambda: is_closed, create_app(account))
    bench.use(Worker(bench.settings, asgi_app=app, clock=clock, journal=bench.journal))
    await bench.start()

    (failure,) = bench.failures
    assert failure.trouble is Trouble.UNREACHABLE
    assert "cannot reach Identity at http://127.0.0.1/v2.0: connection refused" in failure.message
    is_closed = False
    bench.worker.sign_in(right(account))
    await bench.settle()

    assert bench.link.state is LinkState.LIVE


async def test_without_a_choice_the_default_region_is_taken(
    bench: Bench, clock: ManualClock
) -> None:
    two = regions(clock, "DFW", "IAD")
    two.default_region = "IAD"
    bench.account = two
    bench.set(regions=())
    await bench.start()

    assert bench.worker.signed_in == SignedIn("123456", "demo", ("IAD",), others=("DFW",))


def regions(clock: ManualClock, *names: str) -> Account:
    account = Account(now=clock.timestamp, regions=names)
    account.jitter = 0.0
    for name in names:
        account.add_network(region=name)
        account.add_server(f"web-{name.lower()}", region=name)
    return account


@pytest.mark.parametrize("asked", [("IAD", "DFW"), (ALL_REGIONS,)])
async def test_several_regions_are_kept_at_once_each_with_its_own_budget(
    bench: Bench, clock: ManualClock, asked: tuple[str, ...]
) -> None:
    bench.account = regions(clock, "IAD", "DFW")
    bench.set(regions=asked)
    await bench.start()

    assert set(bench.worker.snapshots) == {"IAD", "DFW"}
    for name, snapshot in bench.worker.snapshots.items():
        assert [server.name for server in snapshot.servers.values()] == [f"web-{name.lower()}"]
        assert bench.worker.links[name].state is LinkState.LIVE
        assert bench.worker.links[name].used == 3
    assert bench.account.count("POST", "/tokens") == 1


async def test_trouble_in_one_region_leaves_the_others_live(
    bench: Bench, clock: ManualClock
) -> None:
    bench.account = regions(clock, "IAD", "DFW")
    bench.set(regions=("IAD", "DFW"))
    await bench.start()

    bench.account.faults.add(Fault.drop(path="/dfw/"))
    await bench.advance(30)

    assert bench.worker.links["DFW"].state is LinkState.STALE
    assert bench.worker.links["IAD"].state is LinkState.LIVE


async def test_an_open_account_is_left_for_another_sign_in(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    await bench.start()
    operation = await bench.one(add_ip(server))

    bench.worker.sign_in(right(account))
    await bench.settle()
    await bench.advance(20)

    assert bench.link.state is LinkState.LIVE
    assert account.count("POST", "/tokens") == 2
    assert bench.now(operation) == operation
    before = len(account.requests)
    await bench.advance(15)
    # The region is not kept twice.
    assert len(account.requests) - before <= 4
