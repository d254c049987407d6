"""Tokens that end in the middle of a session: renewed once, or nothing is asked any more."""

from __future__ import annotations

from rcv3_tui.model.operation import State
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.changes import LinkState, Trouble
from tests.sync.bench import Bench, add_ip


def right(account: Account) -> Credentials:
    return Credentials(account.username, api_key=Secret(account.api_key))


async def lock_out(bench: Bench) -> None:
    """Have the key changed behind the program's back, and let it find out."""
    bench.account.api_key = "another-key-another-key"
    bench.account.revoke_tokens()
    await bench.until(lambda: bench.link.state is LinkState.REFUSED, 30)


async def test_a_revoked_token_is_replaced_once_for_all(bench: Bench, account: Account) -> None:
    await bench.start()

    account.revoke_tokens()
    await bench.advance(31)

    assert account.count("POST", "/tokens") == 2
    assert bench.link_is(LinkState.LIVE)
    assert bench.failures == []


async def test_a_token_is_renewed_before_its_end(bench: Bench, account: Account) -> None:
    account.token_seconds = 4000.0
    bench.set(refresh_interval=120.0)
    await bench.start()

    await bench.clock.advance(4100, turns=15)

    assert account.count("POST", "/tokens") == 2
    assert not any(request.status == 401 for request in account.requests)
    assert bench.link.state is LinkState.LIVE


async def test_an_operation_outlives_its_token(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    await bench.start()
    (operation,) = bench.submit(add_ip(server))
    await bench.until(lambda: bench.now(operation).state is State.ACCEPTED)
    account.revoke_tokens()

    await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).state is State.SETTLED
    assert bench.sent == ["POST 201"]


async def test_refused_credentials_end_the_polling(bench: Bench, account: Account) -> None:
    await bench.start()
    await lock_out(bench)

    assert [failure.trouble for failure in bench.failures] == [Trouble.CREDENTIALS]
    assert "sign in again to go on" in bench.failures[0].message
    before = len(account.requests)
    await bench.advance(3600)
    assert len(account.requests) == before
    assert account.count("POST", "/tokens") == 2


async def test_the_rows_stay_and_the_link_says_why(bench: Bench, account: Account) -> None:
    account.add_server("web-01")
    await bench.start()
    await lock_out(bench)

    assert len(bench.snapshot.servers) == 1
    assert "Unable to authenticate" in bench.link.cause
    assert bench.link.next_refresh is None


async def test_no_key_press_makes_a_refused_link_look_live(bench: Bench, account: Account) -> None:
    await bench.start()
    await lock_out(bench)
    before = len(account.requests)

    bench.worker.pause(True)
    bench.worker.pause(False)
    bench.worker.refresh()
    bench.worker.set_interval(5)
    await bench.advance(60)

    assert bench.link.state is LinkState.REFUSED
    assert len(account.requests) == before


async def test_signing_in_again_goes_on_where_it_was(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    gone = account.add_server("web-02")
    await bench.start()
    operation = await bench.one(add_ip(server))
    await lock_out(bench)
    account.delete_server(gone.id)
    told = len(bench.pictures)

    bench.worker.sign_in(right(account))
    await bench.settle()

    assert bench.link.state is LinkState.LIVE
    assert bench.worker.operations[operation.id] == operation
    removed = [p.diff.servers.removed for p in bench.pictures[told:] if p.diff.servers]
    assert removed == [{gone.id}]


async def test_what_was_set_before_holds_after_signing_in_again(
    bench: Bench, account: Account
) -> None:
    pool = account.add_pool("web-80")
    await bench.start()
    bench.worker.look_at("IAD", pool.id.lower())
    bench.worker.set_interval(60)
    await bench.settle()
    await lock_out_slowly(bench)
    bench.worker.sign_in(right(account))
    await bench.settle()
    before = bench.count("GET", f"{pool.id}/nodes")

    await bench.advance(121)

    assert bench.count("GET", f"{pool.id}/nodes") - before == 2
    assert bench.link.interval == 60


async def lock_out_slowly(bench: Bench) -> None:
    bench.account.api_key = "another-key-another-key"
    bench.account.revoke_tokens()
    bench.worker.refresh()
    await bench.until(lambda: bench.link.state is LinkState.REFUSED, 90)


async def test_an_operation_that_cannot_be_followed_any_more_is_unknown(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    await bench.start()
    (operation,) = bench.submit(add_ip(server))
    await bench.until(lambda: bench.now(operation).state is State.ACCEPTED)

    await lock_out(bench)
    await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).state is State.UNKNOWN
    assert "cannot see how it goes any more" in bench.now(operation).detail


async def test_an_operation_asked_for_after_that_sends_nothing(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    await bench.start()
    await lock_out(bench)
    before = len(account.requests)

    operation = await bench.one(add_ip(server))

    assert operation.state is State.REJECTED
    assert operation.detail.endswith("nothing was sent")
    assert len(account.requests) == before


async def test_an_outage_of_identity_is_no_refusal(bench: Bench, account: Account) -> None:
    await bench.start()
    account.revoke_tokens()
    account.faults.add(Fault.status(503, path="/tokens"))
    await bench.advance(60)
    assert bench.link.state is LinkState.STALE

    account.faults.clear()
    await bench.advance(16)

    assert bench.link_is(LinkState.LIVE)
    assert bench.failures == []
