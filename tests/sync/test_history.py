"""Status changes: seen as pictures come in, kept on the disk, bounded, shared by two copies."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rcv3_tui.model.history import GONE, Seen, steps
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode, PublicIP, ServerLink
from rcv3_tui.model.snapshot import Diff, Part, PartState, Snapshot
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync import history, history_file
from rcv3_tui.sync.history import Entry, History
from rcv3_tui.sync.history_file import HistoryFile, history_path
from rcv3_tui.sync.worker import Worker
from tests.sync.bench import Bench, add_ip
from tests.unit.pictures import NOW, ip, node, pool, server


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Eyes:
    """A history that looks at one picture after the other."""

    def __init__(self, history: History | None = None) -> None:
        self.history = history or History()
        self.snapshot = Snapshot("IAD")
        self.entries: list[Entry] = []

    def look(self, seconds: float, step: tuple[Snapshot, Diff]) -> None:
        """Take the next picture in, whose parts have all been read just now."""
        self.snapshot, diff = step
        for part in Part:
            self.snapshot, _ = self.snapshot.with_part(part, PartState(fetched=at(seconds)))
        self.entries += self.history.take(self.snapshot, diff, at(seconds))

    def ips(self, seconds: float, *records: PublicIP) -> None:
        self.look(seconds, self.snapshot.with_public_ips(records))

    def nodes(self, seconds: float, *nodes: PoolNode) -> None:
        self.look(seconds, self.snapshot.with_nodes("p1", nodes))

    def line(self, part: Part, key: str) -> list[tuple[str, float, bool]]:
        return [
            (seen.status, (seen.at - NOW).total_seconds(), seen.watched)
            for seen in self.history.of(part, key)
        ]


def adding(created: float = 0.0, status: str = "ADDING") -> PublicIP:
    return PublicIP("ip1", status, server=ServerLink("id-web"), created=at(created))


def test_a_new_address_is_followed_from_its_first_status_to_its_end() -> None:
    eyes = Eyes()
    eyes.ips(0)
    eyes.ips(10, adding(9))
    eyes.ips(18, adding(9, "ACTIVE"))
    eyes.ips(40, adding(9, "REMOVING"))
    eyes.ips(45)
    assert eyes.line(Part.PUBLIC_IPS, "ip1") == [
        ("ADDING", 10.0, True),
        ("ACTIVE", 18.0, True),
        ("REMOVING", 40.0, True),
        (GONE, 45.0, True),
    ]
    assert [entry.status for entry in eyes.entries] == ["ADDING", "ACTIVE", "REMOVING", GONE]


def test_what_is_settled_at_the_first_look_is_not_written_down() -> None:
    eyes = Eyes()
    eyes.ips(0, ip("ip1", "web"), ip("ip2", "db"))
    eyes.look(1, eyes.snapshot.with_servers([server("web"), server("db")]))
    eyes.look(2, eyes.snapshot.with_pools([pool("p1", 1)]))
    eyes.nodes(3, node("n1", "web"))
    assert eyes.entries == []


def test_what_moves_at_the_first_look_goes_by_its_own_times() -> None:
    eyes = Eyes()
    eyes.ips(0, adding(-500))
    assert eyes.line(Part.PUBLIC_IPS, "ip1") == [("ADDING", -500.0, False)]
    assert eyes.entries == []
    eyes.ips(10, adding(-500, "ACTIVE"))
    assert eyes.line(Part.PUBLIC_IPS, "ip1") == [("ADDING", -500.0, False), ("ACTIVE", 10.0, True)]


def test_a_change_of_something_settled_names_what_it_was_before() -> None:
    eyes = Eyes()
    eyes.ips(0, ip("ip1", "web", age=1000))
    eyes.ips(10, ip("ip1", "web", "REMOVING", age=1000))
    assert eyes.line(Part.PUBLIC_IPS, "ip1") == [
        ("ACTIVE", -1000.0, False),
        ("REMOVING", 10.0, True),
    ]


def test_a_change_that_happened_while_nobody_looked_is_not_a_measure() -> None:
    eyes = Eyes()
    eyes.ips(0, ip("ip1", "web", age=1000))
    eyes.ips(1000, ip("ip1", "web", "REMOVING", age=1000))
    assert eyes.line(Part.PUBLIC_IPS, "ip1")[-1] == ("REMOVING", 1000.0, False)


def test_nodes_of_a_pool_are_new_only_when_they_are_young() -> None:
    eyes = Eyes()
    eyes.look(0, eyes.snapshot.with_pools([pool("p1", 1)]))
    eyes.nodes(1, node("n1", "web"))
    young = PoolNode("n2", "p1", "ADDING", ServerLink("id-db"), created=at(4))
    old = PoolNode("n3", "p1", "ADDING", ServerLink("id-api"), created=at(-900))
    eyes.nodes(5, node("n1", "web"), young, old)
    assert eyes.line(Part.NODES, "n2") == [("ADDING", 5.0, True)]
    assert eyes.line(Part.NODES, "n3") == [("ADDING", -900.0, False)]
    eyes.nodes(9, node("n1", "web"))
    assert eyes.line(Part.NODES, "n2")[-1] == (GONE, 9.0, True)
    eyes.look(12, eyes.snapshot.with_pools([LoadBalancerPool("p1", "p", "UPDATING")]))
    assert eyes.line(Part.POOLS, "p1")[-1] == ("UPDATING", 12.0, True)


def test_moves_teach_what_is_usual() -> None:
    eyes = Eyes()
    eyes.ips(0)
    for number in range(5):
        assert eyes.history.usual.limit(Part.PUBLIC_IPS, "ADDING") == 300.0
        begin = 10.0 + number * 100
        eyes.ips(begin, adding(begin - 1))
        eyes.ips(begin + 30, adding(begin - 1, "ACTIVE"))
        eyes.ips(begin + 60)
    assert eyes.history.usual.limit(Part.PUBLIC_IPS, "ADDING") == 150.0


def test_an_earlier_run_goes_on_in_this_one() -> None:
    eyes = Eyes()
    eyes.ips(0, adding(-500, "REMOVING"))
    earlier = [
        Entry(at(-400), Part.PUBLIC_IPS, "ip1", "ACTIVE", watched=False),
        Entry(at(-60), Part.PUBLIC_IPS, "ip1", "REMOVING"),
        *(
            Entry(at(-1000 + 10 * n), Part.NODES, "n1", "ADDING" if n % 2 else "ACTIVE")
            for n in range(12)
        ),
    ]
    eyes.history.adopt(earlier)
    assert eyes.line(Part.PUBLIC_IPS, "ip1")[-1][0] == "REMOVING"
    assert eyes.history.usual.medians == {(Part.NODES, "ADDING"): 10.0}


def test_no_more_resources_are_kept_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "RESOURCES_KEPT", 3)
    eyes = Eyes()
    eyes.ips(0)
    for number in range(6):
        eyes.look(
            number + 1,
            eyes.snapshot.with_public_ip(PublicIP(f"x{number}", "ADDING", created=at(number))),
        )
    assert eyes.line(Part.PUBLIC_IPS, "x0") == []
    assert eyes.line(Part.PUBLIC_IPS, "x5") != []


# -- the file ---------------------------------------------------------------------------------


ENTRY = Entry(NOW, Part.PUBLIC_IPS, "ip1", "ADDING")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return history_path(tmp_path / "state", "acme", "123456", "IAD")


def test_what_is_written_is_read_again_by_the_user_alone(path: Path) -> None:
    file = HistoryFile(path)
    assert file.read() == ()
    file.add([ENTRY])
    file.add([Entry(at(8), Part.PUBLIC_IPS, "ip1", "ACTIVE", watched=False)])
    file.add([])
    assert [entry.seen for entry in HistoryFile(path).read()] == [
        Seen(NOW, "ADDING"),
        Seen(at(8), "ACTIVE", watched=False),
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_line_that_cannot_be_read_is_set_aside_and_the_rest_kept(
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


def test_the_file_stays_small_and_keeps_the_newest(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_file, "LARGEST", 1000)
    file = HistoryFile(path)
    for number in range(100):
        file.add([Entry(at(number), Part.PUBLIC_IPS, f"ip{number}", "ADDING")])
        assert path.stat().st_size <= 1100
    kept = file.read()
    assert kept[-1].key == "ip99"
    assert kept[0].key != "ip0"


def test_a_directory_that_cannot_be_written_is_told_to_the_log_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file where the directory should be")
    file = HistoryFile(history_path(blocked, "acme", "123456", "IAD"))
    file.add([ENTRY])
    file.add([ENTRY])
    assert caplog.text.count("are not kept") == 1


def test_a_file_that_cannot_be_opened_is_as_good_as_none(path: Path) -> None:
    path.mkdir(parents=True)
    assert HistoryFile(path).read() == ()


def test_two_copies_share_a_file(path: Path) -> None:
    one, other = HistoryFile(path), HistoryFile(path)
    one.add([ENTRY])
    other.add([ENTRY])
    fresh = History()
    fresh.adopt(one.read())
    assert len(fresh.of(Part.PUBLIC_IPS, "ip1")) == 1


@pytest.mark.parametrize("profile", ["../../etc", "a/b", ".", "prod\nx", "\u00fc" * 300, ""])
def test_a_profile_of_any_name_has_a_file_in_the_directory(tmp_path: Path, profile: str) -> None:
    path = history_path(tmp_path, profile, "123456", "IAD")
    assert path.parent == tmp_path / "history"
    HistoryFile(path).add([ENTRY])
    assert path.is_file()
    assert path != history_path(tmp_path, profile + "x", "123456", "IAD")


# -- the worker -------------------------------------------------------------------------------


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a thread that reads or writes."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the thread has not done it")


async def test_the_worker_sees_an_add_and_the_next_run_knows_of_it(
    bench: Bench, account: Account, state_dir: Path
) -> None:
    server = account.add_server("web-01")
    bench.set(state_dir=state_dir, profile="acme")
    await bench.start()
    operation = await bench.one(add_ip(server))
    key = (operation.resource_id or "").lower()
    first = bench.worker.seen("IAD", Part.PUBLIC_IPS, key)
    assert [seen.status for seen in first] == ["ADDING", "ACTIVE"]
    assert all(seen.watched for seen in first)
    (step, _) = steps(first)
    assert step.seconds is not None
    assert 1 < step.seconds < 30
    file = HistoryFile(history_path(state_dir, "acme", account.tenant_id, "IAD"))
    await until(lambda: len(file.read()) == 2)
    await bench.stop()

    following = Worker(bench.settings, asgi_app=create_app(account), clock=bench.clock)
    bench.use(following)
    await bench.start()
    await until(lambda: following.seen("IAD", Part.PUBLIC_IPS, key) != ())
    assert following.seen("IAD", Part.PUBLIC_IPS, key) == first
    assert following.usual("IAD") is not None


async def test_a_demo_keeps_its_history_in_memory(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    assert bench.worker.usual("IAD") is None
    assert bench.worker.seen("IAD", Part.PUBLIC_IPS, "x") == ()
    await bench.start()
    operation = await bench.one(add_ip(server))
    assert bench.worker.seen("IAD", Part.PUBLIC_IPS, (operation.resource_id or "").lower())
    assert bench.worker.seen("ORD", Part.PUBLIC_IPS, "x") == ()
