"""Status changes: seen as snapshots come in, kept on the disk, bounded, shared by two copies."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode, PublicIP, ServerLink
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status_timeline import GONE, StatusChange, spans
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.storage import status_history, status_history_file
from rcv3_tui.sync.storage.status_history import HistoryEntry, StatusHistory
from rcv3_tui.sync.storage.status_history_file import HistoryFile, history_path
from tests.support.event_loop import idle
from tests.support.snapshots import NOW, ip, node, pool, server
from tests.support.sync_harness import SyncHarness, add_ip


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Eyes:
    """A history that looks at one snapshot after the other."""

    def __init__(self, history: StatusHistory | None = None) -> None:
        self.history = history or StatusHistory()
        self.snapshot = Snapshot("IAD")
        self.entries: list[HistoryEntry] = []

    def look(self, seconds: float, step: tuple[Snapshot, SnapshotDelta]) -> None:
        """Take the next snapshot in, whose parts have all been read just now."""
        self.snapshot, diff = step
        for part in ResourceKind:
            self.snapshot, _ = self.snapshot.with_fetch_state(part, FetchState(fetched=at(seconds)))
        self.entries += self.history.update(self.snapshot, diff, at(seconds))

    def ips(self, seconds: float, *records: PublicIP) -> None:
        self.look(seconds, self.snapshot.with_public_ips(records))

    def nodes(self, seconds: float, *nodes: PoolNode) -> None:
        self.look(seconds, self.snapshot.with_nodes("p1", nodes))

    def line(self, part: ResourceKind, key: str) -> list[tuple[str, float, bool]]:
        return [
            (seen.status, (seen.at - NOW).total_seconds(), seen.watched)
            for seen in self.history.timeline(part, key)
        ]


def adding(created: float = 0.0, status: str = "ADDING") -> PublicIP:
    return PublicIP("ip1", status, server=ServerLink("id-web"), created=at(created))


def test_new_address_is_followed_from_its_first_status_to_its_end() -> None:
    eyes = Eyes()
    eyes.ips(0)
    eyes.ips(10, adding(9))
    eyes.ips(18, adding(9, "ACTIVE"))
    eyes.ips(40, adding(9, "REMOVING"))
    eyes.ips(45)
    assert eyes.line(ResourceKind.PUBLIC_IPS, "ip1") == [
        ("ADDING", 10.0, True),
        ("ACTIVE", 18.0, True),
        ("REMOVING", 40.0, True),
        (GONE, 45.0, True),
    ]
    assert [entry.status for entry in eyes.entries] == ["ADDING", "ACTIVE", "REMOVING", GONE]


def test_stable_status_in_first_snapshot_is_not_saved() -> None:
    eyes = Eyes()
    eyes.ips(0, ip("ip1", "web"), ip("ip2", "db"))
    eyes.look(1, eyes.snapshot.with_servers([server("web"), server("db")]))
    eyes.look(2, eyes.snapshot.with_pools([pool("p1", 1)]))
    eyes.nodes(3, node("n1", "web"))
    assert eyes.entries == []


def test_transition_in_first_snapshot_uses_times_of_resource() -> None:
    eyes = Eyes()
    eyes.ips(0, adding(-500))
    assert eyes.line(ResourceKind.PUBLIC_IPS, "ip1") == [("ADDING", -500.0, False)]
    assert eyes.entries == []
    eyes.ips(10, adding(-500, "ACTIVE"))
    assert eyes.line(ResourceKind.PUBLIC_IPS, "ip1") == [
        ("ADDING", -500.0, False),
        ("ACTIVE", 10.0, True),
    ]


def test_change_of_something_settled_names_what_it_was_before() -> None:
    eyes = Eyes()
    eyes.ips(0, ip("ip1", "web", age=1000))
    eyes.ips(10, ip("ip1", "web", "REMOVING", age=1000))
    assert eyes.line(ResourceKind.PUBLIC_IPS, "ip1") == [
        ("ACTIVE", -1000.0, False),
        ("REMOVING", 10.0, True),
    ]


def test_unobserved_change_does_not_affect_thresholds() -> None:
    eyes = Eyes()
    eyes.ips(0, ip("ip1", "web", age=1000))
    eyes.ips(1000, ip("ip1", "web", "REMOVING", age=1000))
    assert eyes.line(ResourceKind.PUBLIC_IPS, "ip1")[-1] == ("REMOVING", 1000.0, False)


def test_nodes_of_pool_are_new_only_when_they_are_young() -> None:
    eyes = Eyes()
    eyes.look(0, eyes.snapshot.with_pools([pool("p1", 1)]))
    eyes.nodes(1, node("n1", "web"))
    young = PoolNode("n2", "p1", "ADDING", ServerLink("id-db"), created=at(4))
    old = PoolNode("n3", "p1", "ADDING", ServerLink("id-api"), created=at(-900))
    eyes.nodes(5, node("n1", "web"), young, old)
    assert eyes.line(ResourceKind.NODES, "n2") == [("ADDING", 5.0, True)]
    assert eyes.line(ResourceKind.NODES, "n3") == [("ADDING", -900.0, False)]
    eyes.nodes(9, node("n1", "web"))
    assert eyes.line(ResourceKind.NODES, "n2")[-1] == (GONE, 9.0, True)
    eyes.look(12, eyes.snapshot.with_pools([LoadBalancerPool("p1", "p", "UPDATING")]))
    assert eyes.line(ResourceKind.POOLS, "p1")[-1] == ("UPDATING", 12.0, True)


def test_moves_teach_what_is_usual() -> None:
    eyes = Eyes()
    eyes.ips(0)
    for number in range(5):
        assert eyes.history.thresholds.limit(ResourceKind.PUBLIC_IPS, "ADDING") == 300.0
        begin = 10.0 + number * 100
        eyes.ips(begin, adding(begin - 1))
        eyes.ips(begin + 30, adding(begin - 1, "ACTIVE"))
        eyes.ips(begin + 60)
    assert eyes.history.thresholds.limit(ResourceKind.PUBLIC_IPS, "ADDING") == 150.0


def test_timeline_of_earlier_run_continues() -> None:
    eyes = Eyes()
    eyes.ips(0, adding(-500, "REMOVING"))
    earlier = [
        HistoryEntry(at(-400), ResourceKind.PUBLIC_IPS, "ip1", "ACTIVE", watched=False),
        HistoryEntry(at(-60), ResourceKind.PUBLIC_IPS, "ip1", "REMOVING"),
        *(
            HistoryEntry(
                at(-1000 + 10 * n), ResourceKind.NODES, "n1", "ADDING" if n % 2 else "ACTIVE"
            )
            for n in range(12)
        ),
    ]
    eyes.history.load(earlier)
    assert eyes.line(ResourceKind.PUBLIC_IPS, "ip1")[-1][0] == "REMOVING"
    assert eyes.history.thresholds.medians == {(ResourceKind.NODES, "ADDING"): 10.0}


def test_number_of_timelines_is_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(status_history, "MAX_RESOURCES", 3)
    eyes = Eyes()
    eyes.ips(0)
    for number in range(6):
        eyes.look(
            number + 1,
            eyes.snapshot.with_public_ip(PublicIP(f"x{number}", "ADDING", created=at(number))),
        )
    assert eyes.line(ResourceKind.PUBLIC_IPS, "x0") == []
    assert eyes.line(ResourceKind.PUBLIC_IPS, "x5") != []


# -- the file ---------------------------------------------------------------------------------


ENTRY = HistoryEntry(NOW, ResourceKind.PUBLIC_IPS, "ip1", "ADDING")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return history_path(tmp_path / "state", "acme", "123456", "IAD")


def test_saved_history_is_private_and_read_again(path: Path) -> None:
    file = HistoryFile(path)
    assert file.read() == ()
    file.add([ENTRY])
    file.add([HistoryEntry(at(8), ResourceKind.PUBLIC_IPS, "ip1", "ACTIVE", watched=False)])
    file.add([])
    assert [entry.seen for entry in HistoryFile(path).read()] == [
        StatusChange(NOW, "ADDING"),
        StatusChange(at(8), "ACTIVE", watched=False),
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_unreadable_line_is_moved_to_second_file(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    HistoryFile(path).add([ENTRY])
    with path.open("ab") as file:
        file.write(b'{"at": "never"}\n\xff\xfe\n{"at":')
    HistoryFile(path).add([ENTRY])
    assert HistoryFile(path).read() == (ENTRY, ENTRY)
    assert "3 lines" in caplog.text
    assert b"never" in path.with_suffix(".damaged").read_bytes()
    assert all(json.loads(line) for line in path.read_text().splitlines())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_file_stays_small_with_newest_entries(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_history_file, "MAX_BYTES", 1000)
    file = HistoryFile(path)
    for number in range(100):
        file.add([HistoryEntry(at(number), ResourceKind.PUBLIC_IPS, f"ip{number}", "ADDING")])
        assert path.stat().st_size <= 1100
    kept = file.read()
    assert kept[-1].key == "ip99"
    assert kept[0].key != "ip0"


def test_unwritable_directory_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file where the directory should be")
    file = HistoryFile(history_path(blocked, "acme", "123456", "IAD"))
    file.add([ENTRY])
    file.add([ENTRY])
    assert caplog.text.count("are not saved in") == 1


def test_file_that_cannot_be_opened_is_as_good_as_none(path: Path) -> None:
    path.mkdir(parents=True)
    assert HistoryFile(path).read() == ()


def test_two_copies_share_file(path: Path) -> None:
    one, other = HistoryFile(path), HistoryFile(path)
    one.add([ENTRY])
    other.add([ENTRY])
    fresh = StatusHistory()
    fresh.load(one.read())
    assert len(fresh.timeline(ResourceKind.PUBLIC_IPS, "ip1")) == 1


@pytest.mark.parametrize("profile", ["../../etc", "a/b", ".", "prod\nx", "\u00fc" * 300, ""])
def test_profile_of_any_name_has_file_in_directory(tmp_path: Path, profile: str) -> None:
    path = history_path(tmp_path, profile, "123456", "IAD")
    assert path.parent == tmp_path / "history"
    HistoryFile(path).add([ENTRY])
    assert path.is_file()
    assert path != history_path(tmp_path, profile + "x", "123456", "IAD")


# -- the worker -------------------------------------------------------------------------------


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a thread that reads or writes."""
    await idle()
    assert holds()


async def test_worker_sees_add_and_next_run_knows_of_it(
    sync_harness: SyncHarness, account: Account, state_dir: Path
) -> None:
    server = account.add_server("web-01")
    sync_harness.set(state_dir=state_dir, profile="acme")
    await sync_harness.start()
    operation = await sync_harness.one(add_ip(server))
    key = (operation.resource_id or "").lower()
    first = sync_harness.worker.timeline("IAD", ResourceKind.PUBLIC_IPS, key)
    assert [seen.status for seen in first] == ["ADDING", "ACTIVE"]
    assert all(seen.watched for seen in first)
    (step, _) = spans(first)
    assert step.seconds is not None
    assert 1 < step.seconds < 30
    file = HistoryFile(history_path(state_dir, "acme", account.tenant_id, "IAD"))
    await until(lambda: len(file.read()) == 2)
    await sync_harness.stop()

    following = AccountWorker(
        sync_harness.settings, asgi_app=create_app(account), clock=sync_harness.clock
    )
    sync_harness.use(following)
    await sync_harness.start()
    await until(lambda: following.timeline("IAD", ResourceKind.PUBLIC_IPS, key) != ())
    assert following.timeline("IAD", ResourceKind.PUBLIC_IPS, key) == first
    assert following.thresholds("IAD") is not None


async def test_demo_history_is_in_memory_only(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    assert sync_harness.worker.thresholds("IAD") is None
    assert sync_harness.worker.timeline("IAD", ResourceKind.PUBLIC_IPS, "x") == ()
    await sync_harness.start()
    operation = await sync_harness.one(add_ip(server))
    assert sync_harness.worker.timeline(
        "IAD", ResourceKind.PUBLIC_IPS, (operation.resource_id or "").lower()
    )
    assert sync_harness.worker.timeline("ORD", ResourceKind.PUBLIC_IPS, "x") == ()
