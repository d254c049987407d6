"""The first requests, sent ahead by one side and wanted by a worker on the other."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from rcv3_tui.api.ahead import End, line
from rcv3_tui.api.asgi import InProcess
from rcv3_tui.clock import ManualClock, SystemClock
from rcv3_tui.model.operation import Operation, State
from rcv3_tui.model.snapshot import MAIN
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync import ahead
from rcv3_tui.sync.changes import Change, SignedIn, Trouble
from rcv3_tui.sync.ledger import SharedLedger
from rcv3_tui.sync.opening import ledger_for
from rcv3_tui.sync.worker import Worker
from tests.sync.bench import Bench, add_ip

LISTS = ("public_ips", "load_balancer_pools", "cloud_networks")


def asked(account: Account) -> Counter[str]:
    """How often each thing was asked for, by the end of its path."""
    return Counter(request.path.rpartition("/")[2] for request in account.requests)


@pytest_asyncio.fixture
async def end() -> AsyncIterator[End]:
    """The end that a worker is given; what asks ahead is done by then."""
    ours, theirs = line()
    ends.append(theirs)
    yield ours
    for each in (ours, ends.pop()):
        each.words.close()


ends: list[End] = []


async def ask(settings: Settings, account: Account) -> None:
    app = create_app(account)
    await ahead.ask(settings, ends[-1], lambda: InProcess(app, settings.timeout))


def is_read(bench: Bench) -> bool:
    pictures = bench.worker.snapshots.values()
    return bool(pictures) and all(p.part(part).is_read for p in pictures for part in MAIN)


async def begun(bench: Bench, holds: Callable[[], bool]) -> None:
    """Start the worker and wait for what comes through a socket, which no clock moves."""
    await bench.start()
    for _ in range(5000):
        if holds():
            break
        await asyncio.sleep(0.001)
    await bench.settle()
    assert holds()


def worker_on(bench: Bench, end: End) -> None:
    worker = Worker(
        bench.settings,
        asgi_app=create_app(bench.account),
        ahead=end,
        clock=bench.clock,
        journal=bench.journal,
    )
    bench.use(worker)


async def test_a_worker_asks_for_nothing_that_was_asked_ahead(
    bench: Bench, account: Account, end: End
) -> None:
    account.add_public_ip(account.add_server("web-01"))
    account.add_pool("RCv3-web")
    await ask(bench.settings, account)
    expected = Counter(["tokens", "detail", *LISTS])
    assert asked(account) == expected

    worker_on(bench, end)
    await begun(bench, lambda: is_read(bench) and bool(asked(account)["details"]))
    await bench.advance(1.0)
    assert bench.snapshot.servers
    assert bench.snapshot.public_ips
    assert bench.snapshot.pools
    # The pool's nodes are no part of what is asked ahead.
    assert asked(account) - expected == Counter(["details"])
    # They are counted where their answers are used.
    assert bench.link.used == len(LISTS) + 1


async def test_a_change_is_taken_as_soon_as_there_is_something_to_change(
    bench: Bench, account: Account, end: End
) -> None:
    server = account.add_server("web-01")
    await ask(bench.settings, account)
    worker_on(bench, end)
    taken: list[Operation] = []

    def submit(change: Change) -> None:
        if isinstance(change, SignedIn):
            taken.extend(bench.submit(add_ip(server)))

    bench.worker.listen(submit)
    await begun(bench, lambda: bool(taken))
    await bench.until(lambda: bench.now(taken[0]).is_ended)
    assert bench.now(taken[0]).state is State.SETTLED
    assert bench.sent == ["POST 201"]


async def test_what_follows_is_asked_as_ever(bench: Bench, account: Account, end: End) -> None:
    await ask(bench.settings, account)
    worker_on(bench, end)
    await begun(bench, lambda: is_read(bench))
    await bench.until(lambda: asked(account)["public_ips"] == 2)
    assert asked(account)["tokens"] == 1


async def test_a_token_that_was_revoked_is_renewed_ahead_once(
    bench: Bench, account: Account, end: End, tmp_path: Path
) -> None:
    bench.set(cache_dir=tmp_path)
    await bench.start()
    await bench.stop()
    (kept,) = list(tmp_path.glob("token-*"))  # noqa: ASYNC240 - nothing else runs
    before = kept.read_bytes()
    account.revoke_tokens()
    account.requests.clear()

    await ask(bench.settings, account)
    assert asked(account)["tokens"] == 1
    # To keep another one, or to drop this one, is for whoever opens the account.
    assert kept.read_bytes() == before

    worker_on(bench, end)
    await begun(bench, lambda: is_read(bench))
    assert asked(account)["tokens"] == 1
    assert asked(account)["detail"] == 2
    assert kept.read_bytes() != before


async def test_refused_credentials_are_tried_once(bench: Bench, account: Account, end: End) -> None:
    bench.set(credentials=Credentials(account.username, api_key=Secret("wrong")))
    await ask(bench.settings, account)
    worker_on(bench, end)
    await begun(bench, lambda: bool(bench.failures))
    (failure,) = bench.failures
    assert failure.trouble is Trouble.CREDENTIALS
    assert asked(account) == Counter(["tokens"])


async def test_without_room_within_the_minute_only_the_servers_are_asked_ahead(
    bench: Bench, account: Account, end: End, tmp_path: Path
) -> None:
    bench.set(cache_dir=tmp_path)
    clock = SystemClock()
    ledger = ledger_for(bench.settings, "http://127.0.0.1/iad/rackconnect/v3/123456", clock)
    assert isinstance(ledger, SharedLedger)
    with ledger.open() as record:
        record.sent = [ledger.now() - second / 10 for second in range(26, 0, -1)]

    await ask(bench.settings, account)
    assert asked(account) == Counter(["tokens", "detail"])
    assert len(ledger.read().sent) == 26


async def test_an_account_that_nobody_reaches_is_left_to_the_worker(
    bench: Bench, account: Account, end: End
) -> None:
    def refuse() -> InProcess:
        raise OSError("the CA bundle ca.pem cannot be read")

    with pytest.raises(OSError, match=r"ca\.pem"):
        await ahead.ask(bench.settings, ends[-1], refuse)
    ends[-1].words.close()
    worker_on(bench, end)
    await begun(bench, lambda: is_read(bench))
    assert asked(account)["public_ips"] == 1


async def test_whoever_asks_ahead_stops_when_nobody_will_want_it(
    bench: Bench, account: Account, end: End
) -> None:
    never = asyncio.Event()

    async def silent(scope: object, receive: object, send: object) -> None:
        await never.wait()

    http = InProcess(silent, 20.0)
    asking = asyncio.create_task(ahead.ask(bench.settings, ends[-1], lambda: http))
    await asyncio.sleep(0.01)
    end.words.close()
    await asyncio.wait_for(asking, 5.0)


def test_nothing_is_begun_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fork", lambda: pytest.fail("there was nothing to ask for"))
    assert ahead.begin(Settings()) is None


def test_nothing_is_begun_beside_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fork", lambda: pytest.fail("a thread would be lacking"))
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert ahead.begin(Settings(credentials=Credentials("ops", Secret("key")))) is None
    finally:
        over.set()
        thread.join()


def test_a_system_that_cannot_split_goes_on_without(
    monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    def fail() -> int:
        raise OSError("no more processes")

    monkeypatch.setattr("os.fork", fail)
    monkeypatch.setattr(ahead, "_can_be_split", lambda: True)
    assert ahead.begin(Settings(credentials=Credentials("ops", Secret("key")))) is None
