"""The last picture on disk: shown at once, marked as old, replaced by what is live."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.snapshot import Part, Snapshot
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync import cache
from rcv3_tui.sync.changes import LinkState, SnapshotChanged
from rcv3_tui.sync.worker import ReadOnly
from tests.sync.bench import Bench, remove_ip, servers

HOUR = 3600.0


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "rcv3-tui"


@pytest.fixture
def furnished(account: Account) -> Account:
    pool = account.add_pool("web")
    for server in servers(account, 3):
        account.add_public_ip(server)
        account.add_node(pool, server)
    return account


@pytest.fixture
def another(furnished: Account, clock: ManualClock, cache_dir: Path) -> Callable[..., Bench]:
    """Make another run of the program, with the same cache."""

    def make(**changed: object) -> Bench:
        bench = Bench(furnished, clock)
        bench.set(**{"cache_dir": cache_dir, **changed})
        return bench

    return make


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    await bench.start()
    try:
        yield bench
    finally:
        await bench.stop()


async def a_first_run(another: Callable[..., Bench], **changed: object) -> Path:
    """Run once, until everything has been read, and give the file that it leaves."""
    bench = another(**changed)
    async with running(bench):
        await bench.advance(10)
        directory = bench.settings.cache_dir
    assert directory is not None
    (path,) = directory.glob("picture-*.bin")
    return path


def leave_old_files(directory: Path, count: int) -> None:
    directory.mkdir(parents=True, mode=0o700)
    for number in range(count):
        stale = directory / f"picture-{number:020d}-IAD.bin"
        stale.touch()
        os.utime(stale, (number, number))


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.glob("picture-*.bin"))


def shown_at_once(bench: Bench) -> Snapshot | None:
    """The picture that comes before anything else is told."""
    first = bench.changes[0]
    return first.snapshot if isinstance(first, SnapshotChanged) else None


async def test_the_last_picture_is_shown_before_anything_is_asked(
    another: Callable[..., Bench], furnished: Account
) -> None:
    await a_first_run(another)
    furnished.requests.clear()
    furnished.faults.add(Fault.silence(HOUR))

    async with running(another()) as bench:
        old = shown_at_once(bench)
        assert old is not None
        names = sorted(server.name for server in old.servers.values())
        assert names == ["web-01", "web-02", "web-03"]
        assert len(old.public_ips) == len(old.ips_of) == 3
        assert [len(nodes) for nodes in old.nodes.values()] == [3]
        assert len(old.nodes_of) == 3
        assert all(old.part(part).kept for part in (Part.SERVERS, Part.PUBLIC_IPS, Part.POOLS))
        assert bench.links[0].state is LinkState.CONNECTING
        assert bench.links[0].kept_from == old.part(Part.SERVERS).fetched
        assert all(not request.status for request in furnished.requests)


async def test_live_answers_replace_it_by_what_differs(
    another: Callable[..., Bench], furnished: Account, clock: ManualClock
) -> None:
    await a_first_run(another)
    await clock.advance(HOUR)
    furnished.rename_server(next(iter(furnished.region().servers)), "renamed")

    async with running(another()) as bench:
        await bench.advance(10)
        live = bench.pictures[1:]
        assert len({key for change in live for key in change.diff.servers.changed}) == 1
        assert not any(change.diff.public_ips.removed for change in live)
        assert bench.snapshot.kept_from() is None
        assert bench.snapshot.nodes_kept == frozenset()
        assert bench.link.kept_from is None
        assert bench.link.state is LinkState.LIVE
        assert all(server.raw for server in bench.snapshot.servers.values())
        assert all(record.raw for record in bench.snapshot.public_ips.values())


async def test_what_went_meanwhile_goes(another: Callable[..., Bench], furnished: Account) -> None:
    await a_first_run(another)
    gone = next(iter(furnished.region().servers))
    furnished.delete_server(gone)

    async with running(another()) as bench:
        await bench.advance(10)
        assert (
            gone in next(c.diff for c in bench.pictures if c.diff.servers.removed).servers.removed
        )
        assert gone not in bench.snapshot.servers
        assert len(bench.snapshot.public_ips) == 2


async def test_nothing_is_changed_on_what_an_earlier_run_read(
    another: Callable[..., Bench], furnished: Account
) -> None:
    await a_first_run(another)
    furnished.faults.add(Fault.status(500, path="/public_ips"))
    record = next(iter(furnished.region().public_ips.values()))

    async with running(another()) as bench:
        with pytest.raises(ReadOnly, match="old picture"):
            bench.submit(remove_ip(record))
        assert bench.sent == []
        assert (
            not bench.snapshot.is_ghost("no-such-server")
            or bench.snapshot.part(Part.SERVERS).is_read
        )


async def test_it_is_not_written_again_while_a_part_of_it_is_old(
    another: Callable[..., Bench], furnished: Account
) -> None:
    path = await a_first_run(another)
    before = path.read_bytes()
    furnished.faults.add(Fault.status(500, path="/public_ips"))

    async with running(another()) as bench:
        await bench.advance(400)
    assert path.read_bytes() == before


async def test_another_user_does_not_see_it(
    another: Callable[..., Bench], furnished: Account
) -> None:
    await a_first_run(another)

    for other in (
        another(credentials=Credentials("somebody", api_key=Secret("x" * 32))),
        another(profile="another"),
        another(identity_url="http://127.0.0.2/v2.0"),
        another(credentials=None),
        another(regions=("ORD",)),
    ):
        async with running(other) as bench:
            assert shown_at_once(bench) is None


async def test_another_tenant_does_not_keep_it(
    another: Callable[..., Bench], furnished: Account
) -> None:
    path = await a_first_run(another)
    old = furnished.tenant_id
    furnished.tenant_id = "654321"
    furnished.revoke_tokens()
    for kept in path.parent.glob("token-*"):
        kept.unlink()

    bench = another()
    async with running(bench):
        assert shown_at_once(bench) is not None
        emptied = next(c for c in bench.pictures[1:] if c.diff.servers.removed)
        assert emptied.snapshot.servers == {}
        assert old != bench.snapshot.tenant
        assert not path.exists()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 0.999])
@pytest.mark.parametrize("harm", ["cut", "flip"])
async def test_a_damaged_one_is_dropped_without_a_word_beyond_the_log(
    another: Callable[..., Bench], share: float, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = await a_first_run(another)
    data = bytearray(path.read_bytes())
    at = int(len(data) * share)
    if harm == "cut":
        del data[at:]
    else:
        data[at] ^= 0x55
    path.write_bytes(data)

    bench = another()
    with caplog.at_level(logging.WARNING, "rcv3_tui.sync"):
        bench.worker._old.show()
    assert bench.changes == []
    assert not path.exists()
    assert "a kept picture is dropped" in caplog.text

    async with running(bench):
        await bench.advance(10)
        assert bench.failures == []
        assert bench.link.state is LinkState.LIVE


async def test_what_is_no_longer_true_of_anything_is_dropped(
    another: Callable[..., Bench], clock: ManualClock
) -> None:
    path = await a_first_run(another)
    await clock.advance(cache.MOST_AGE.total_seconds() + 60)

    bench = another()
    bench.worker._old.show()
    assert bench.changes == []
    assert not path.exists()


async def test_only_its_owner_can_read_it(another: Callable[..., Bench]) -> None:
    path = await a_first_run(another)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    data = path.read_bytes()
    assert b"0123456789abcdef0123456789abcdef" not in data

    path.chmod(0o644)
    bench = another()
    bench.worker._old.show()
    assert bench.changes == []
    assert not path.exists()


async def test_a_directory_that_cannot_be_written_costs_nothing_but_the_picture(
    another: Callable[..., Bench], tmp_path: Path
) -> None:
    (tmp_path / "a-file").touch()
    async with running(another(cache_dir=tmp_path / "a-file" / "cache")) as bench:
        await bench.advance(400)
        assert bench.link.state is LinkState.LIVE


async def test_a_link_in_its_place_is_not_followed(
    another: Callable[..., Bench], tmp_path: Path
) -> None:
    path = await a_first_run(another)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)

    bench = another()
    bench.worker._old.show()
    assert bench.changes == []
    assert elsewhere.exists()


async def test_no_more_than_so_many_are_kept(
    another: Callable[..., Bench], cache_dir: Path
) -> None:
    leave_old_files(cache_dir, cache.MOST_FILES + 5)
    bench = another()
    async with running(bench):
        await bench.advance(10)

    kept = names_in(cache_dir)
    assert len(kept) == cache.MOST_FILES
    assert "picture-" + "0" * 20 + "-IAD.bin" not in kept


async def test_an_account_in_several_regions_is_shown_as_it_was(
    account: Account, clock: ManualClock, cache_dir: Path
) -> None:
    del account
    account = Account(regions=("IAD", "DFW"), now=clock.timestamp)
    for region in account.regions:
        account.add_server(f"in-{region}", region=region)

    def make() -> Bench:
        bench = Bench(account, clock)
        bench.set(cache_dir=cache_dir, regions=("ALL",))
        return bench

    async with running(make()) as bench:
        await bench.advance(10)
    bench = make()
    bench.worker._old.show()
    assert sorted(change.snapshot.region for change in bench.pictures) == ["DFW", "IAD"]


async def test_a_larger_one_than_is_sensible_is_not_kept(
    another: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 500)
    async with running(another()) as bench:
        await bench.advance(10)
    assert names_in(cache_dir) == []


async def test_a_large_one_is_shown_from_its_beginning_and_then_whole(
    account: Account, clock: ManualClock, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "SLICE", 5)
    pool = account.add_pool("web")
    for server in servers(account, 12):
        account.add_public_ip(server)
        account.add_node(pool, server)

    def make() -> Bench:
        bench = Bench(account, clock)
        bench.set(cache_dir=cache_dir)
        return bench

    async with running(make()) as bench:
        await bench.advance(10)
    bench = make()
    bench.worker.show_kept()
    beginning = shown_at_once(bench)
    assert beginning is not None
    names = [server.name for server in beginning.servers.values()]
    assert names == [f"web-{number:02d}" for number in range(1, 6)]
    assert len(beginning.public_ips) == 5
    assert len(beginning.pools) == 1

    bench.worker._old.complete()
    whole = bench.pictures[-1]
    assert len(whole.snapshot.servers) == len(whole.diff.servers.changed) == 12
    assert len(whole.snapshot.nodes_of) == 12
    assert whole.snapshot.kept_from() is not None


async def test_a_large_one_that_proves_damaged_is_taken_off_the_screen(
    account: Account, clock: ManualClock, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "SLICE", 5)
    servers(account, 12)
    bench = Bench(account, clock)
    bench.set(cache_dir=cache_dir)
    async with running(bench):
        await bench.advance(10)
    bench = Bench(account, clock)
    bench.set(cache_dir=cache_dir)
    bench.worker.show_kept()
    monkeypatch.setattr(cache, "_read_block", lambda data: cache._read_head(data))

    bench.worker._old.complete()

    assert bench.pictures[-1].snapshot.servers == {}
    assert names_in(cache_dir) == []
