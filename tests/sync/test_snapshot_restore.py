"""The last snapshot on disk: shown at once, marked as old, replaced by what is live."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.account_worker import ReadOnlyError
from rcv3_tui.sync.events import ConnectionState, SnapshotChanged
from rcv3_tui.sync.storage import snapshot_cache
from tests.support.sync_harness import SyncHarness, remove_ip, servers

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
def another(furnished: Account, clock: ManualClock, cache_dir: Path) -> Callable[..., SyncHarness]:
    """Make another run of the program, with the same cache."""

    def make(**changed: object) -> SyncHarness:
        harness = SyncHarness(furnished, clock)
        harness.set(**{"cache_dir": cache_dir, **changed})
        return harness

    return make


@asynccontextmanager
async def running(harness: SyncHarness) -> AsyncIterator[SyncHarness]:
    await harness.start()
    try:
        yield harness
    finally:
        await harness.stop()


async def a_first_run(another: Callable[..., SyncHarness], **changed: object) -> Path:
    """Run once, until everything has been read, and give the file that it leaves."""
    harness = another(**changed)
    async with running(harness):
        await harness.advance(10)
        directory = harness.settings.cache_dir
    assert directory is not None
    (path,) = directory.glob("snapshot-*.bin")
    return path


def leave_old_files(directory: Path, count: int) -> None:
    directory.mkdir(parents=True, mode=0o700)
    for number in range(count):
        stale = directory / f"snapshot-{number:020d}-IAD.bin"
        stale.touch()
        os.utime(stale, (number, number))


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.glob("snapshot-*.bin"))


def shown_at_once(harness: SyncHarness) -> Snapshot | None:
    """Return the first snapshot that is published."""
    first = harness.changes[0]
    return first.snapshot if isinstance(first, SnapshotChanged) else None


async def test_cached_snapshot_is_shown_before_any_request(
    another: Callable[..., SyncHarness], furnished: Account
) -> None:
    await a_first_run(another)
    furnished.requests.clear()
    furnished.faults.add(Fault.silence(HOUR))

    async with running(another()) as harness:
        old = shown_at_once(harness)
        assert old is not None
        names = sorted(server.name for server in old.servers.values())
        assert names == ["web-01", "web-02", "web-03"]
        assert len(old.public_ips) == len(old.ips_of) == 3
        assert [len(nodes) for nodes in old.nodes.values()] == [3]
        assert len(old.nodes_of) == 3
        assert all(
            old.fetch_state(part).from_cache
            for part in (ResourceKind.SERVERS, ResourceKind.PUBLIC_IPS, ResourceKind.POOLS)
        )
        assert harness.links[0].state is ConnectionState.CONNECTING
        assert harness.links[0].cached_since == old.fetch_state(ResourceKind.SERVERS).fetched
        assert all(not request.status for request in furnished.requests)


async def test_live_answers_replace_it_by_what_differs(
    another: Callable[..., SyncHarness], furnished: Account, clock: ManualClock
) -> None:
    await a_first_run(another)
    await clock.advance(HOUR)
    furnished.rename_server(next(iter(furnished.region().servers)), "renamed")

    async with running(another()) as harness:
        await harness.advance(10)
        live = harness.snapshot_changes[1:]
        assert len({key for change in live for key in change.diff.servers.changed}) == 1
        assert not any(change.diff.public_ips.removed for change in live)
        assert harness.snapshot.cached_since() is None
        assert harness.snapshot.nodes_from_cache == frozenset()
        assert harness.link.cached_since is None
        assert harness.link.state is ConnectionState.LIVE
        assert all(server.raw for server in harness.snapshot.servers.values())
        assert all(record.raw for record in harness.snapshot.public_ips.values())


async def test_resources_removed_meanwhile_disappear(
    another: Callable[..., SyncHarness], furnished: Account
) -> None:
    await a_first_run(another)
    gone = next(iter(furnished.region().servers))
    furnished.delete_server(gone)

    async with running(another()) as harness:
        await harness.advance(10)
        assert (
            gone
            in next(
                c.diff for c in harness.snapshot_changes if c.diff.servers.removed
            ).servers.removed
        )
        assert gone not in harness.snapshot.servers
        assert len(harness.snapshot.public_ips) == 2


async def test_nothing_is_changed_on_what_earlier_run_read(
    another: Callable[..., SyncHarness], furnished: Account
) -> None:
    await a_first_run(another)
    furnished.faults.add(Fault.status(500, path="/public_ips"))
    record = next(iter(furnished.region().public_ips.values()))

    async with running(another()) as harness:
        with pytest.raises(ReadOnlyError, match="showing cached data"):
            harness.submit(remove_ip(record))
        assert harness.sent == []
        assert (
            not harness.snapshot.is_orphan("no-such-server")
            or harness.snapshot.fetch_state(ResourceKind.SERVERS).is_read
        )


async def test_it_is_not_written_again_while_part_of_it_is_old(
    another: Callable[..., SyncHarness], furnished: Account
) -> None:
    path = await a_first_run(another)
    before = path.read_bytes()
    furnished.faults.add(Fault.status(500, path="/public_ips"))

    async with running(another()) as harness:
        await harness.advance(400)
    assert path.read_bytes() == before


async def test_another_user_does_not_see_it(
    another: Callable[..., SyncHarness], furnished: Account
) -> None:
    await a_first_run(another)

    for other in (
        another(credentials=Credentials("somebody", api_key=Secret("x" * 32))),
        another(profile="another"),
        another(identity_url="http://127.0.0.2/v2.0"),
        another(credentials=None),
        another(regions=("ORD",)),
    ):
        async with running(other) as harness:
            assert shown_at_once(harness) is None


async def test_another_tenant_does_not_use_cached_snapshot(
    another: Callable[..., SyncHarness], furnished: Account
) -> None:
    path = await a_first_run(another)
    old = furnished.tenant_id
    furnished.tenant_id = "654321"
    furnished.revoke_tokens()
    for kept in path.parent.glob("token-*"):
        kept.unlink()

    harness = another()
    async with running(harness):
        assert shown_at_once(harness) is not None
        emptied = next(c for c in harness.snapshot_changes[1:] if c.diff.servers.removed)
        assert emptied.snapshot.servers == {}
        assert old != harness.snapshot.tenant
        assert not path.exists()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 0.999])
@pytest.mark.parametrize("harm", ["cut", "flip"])
async def test_damaged_one_is_dropped_without_word_beyond_log(
    another: Callable[..., SyncHarness], share: float, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = await a_first_run(another)
    data = bytearray(path.read_bytes())
    at = int(len(data) * share)
    if harm == "cut":
        del data[at:]
    else:
        data[at] ^= 0x55
    path.write_bytes(data)

    harness = another()
    with caplog.at_level(logging.WARNING, "rcv3_tui.sync"):
        harness.worker._restorer.show()
    assert harness.changes == []
    assert not path.exists()
    assert "a cached snapshot is dropped" in caplog.text

    async with running(harness):
        await harness.advance(10)
        assert harness.failures == []
        assert harness.link.state is ConnectionState.LIVE


async def test_stale_cache_files_are_dropped(
    another: Callable[..., SyncHarness], clock: ManualClock
) -> None:
    path = await a_first_run(another)
    await clock.advance(snapshot_cache.MAX_AGE.total_seconds() + 60)

    harness = another()
    harness.worker._restorer.show()
    assert harness.changes == []
    assert not path.exists()


async def test_only_its_owner_can_read_it(another: Callable[..., SyncHarness]) -> None:
    path = await a_first_run(another)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    data = path.read_bytes()
    assert b"0123456789abcdef0123456789abcdef" not in data

    path.chmod(0o644)
    harness = another()
    harness.worker._restorer.show()
    assert harness.changes == []
    assert not path.exists()


async def test_unwritable_directory_costs_only_cached_snapshot(
    another: Callable[..., SyncHarness], tmp_path: Path
) -> None:
    (tmp_path / "a-file").touch()
    async with running(another(cache_dir=tmp_path / "a-file" / "cache")) as harness:
        await harness.advance(400)
        assert harness.link.state is ConnectionState.LIVE


async def test_link_in_its_place_is_not_followed(
    another: Callable[..., SyncHarness], tmp_path: Path
) -> None:
    path = await a_first_run(another)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)

    harness = another()
    harness.worker._restorer.show()
    assert harness.changes == []
    assert elsewhere.exists()


async def test_number_of_cache_files_is_limited(
    another: Callable[..., SyncHarness], cache_dir: Path
) -> None:
    leave_old_files(cache_dir, snapshot_cache.MAX_FILES + 5)
    harness = another()
    async with running(harness):
        await harness.advance(10)

    kept = names_in(cache_dir)
    assert len(kept) == snapshot_cache.MAX_FILES
    assert "snapshot-" + "0" * 20 + "-IAD.bin" not in kept


async def test_account_in_several_regions_is_shown_as_it_was(
    account: Account, clock: ManualClock, cache_dir: Path
) -> None:
    del account
    account = Account(regions=("IAD", "DFW"), now=clock.timestamp)
    for region in account.regions:
        account.add_server(f"in-{region}", region=region)

    def make() -> SyncHarness:
        harness = SyncHarness(account, clock)
        harness.set(cache_dir=cache_dir, regions=("ALL",))
        return harness

    async with running(make()) as harness:
        await harness.advance(10)
    harness = make()
    harness.worker._restorer.show()
    assert sorted(change.snapshot.region for change in harness.snapshot_changes) == ["DFW", "IAD"]


async def test_too_large_snapshot_is_not_cached(
    another: Callable[..., SyncHarness], monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    monkeypatch.setattr(snapshot_cache, "MAX_BYTES", 500)
    async with running(another()) as harness:
        await harness.advance(10)
    assert names_in(cache_dir) == []


async def test_large_one_is_shown_from_its_beginning_and_then_whole(
    account: Account, clock: ManualClock, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_cache, "WRITE_CHUNK", 5)
    pool = account.add_pool("web")
    for server in servers(account, 12):
        account.add_public_ip(server)
        account.add_node(pool, server)

    def make() -> SyncHarness:
        harness = SyncHarness(account, clock)
        harness.set(cache_dir=cache_dir)
        return harness

    async with running(make()) as harness:
        await harness.advance(10)
    harness = make()
    harness.worker.show_cached()
    beginning = shown_at_once(harness)
    assert beginning is not None
    names = [server.name for server in beginning.servers.values()]
    assert names == [f"web-{number:02d}" for number in range(1, 6)]
    assert len(beginning.public_ips) == 5
    assert len(beginning.pools) == 1

    harness.worker._restorer.complete()
    whole = harness.snapshot_changes[-1]
    assert len(whole.snapshot.servers) == len(whole.diff.servers.changed) == 12
    assert len(whole.snapshot.nodes_of) == 12
    assert whole.snapshot.cached_since() is not None


async def test_damaged_large_snapshot_is_cleared(
    account: Account, clock: ManualClock, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_cache, "WRITE_CHUNK", 5)
    servers(account, 12)
    harness = SyncHarness(account, clock)
    harness.set(cache_dir=cache_dir)
    async with running(harness):
        await harness.advance(10)
    harness = SyncHarness(account, clock)
    harness.set(cache_dir=cache_dir)
    harness.worker.show_cached()
    monkeypatch.setattr(snapshot_cache, "_read_block", lambda data: snapshot_cache._read_head(data))

    harness.worker._restorer.complete()

    assert harness.snapshot_changes[-1].snapshot.servers == {}
    assert names_in(cache_dir) == []
