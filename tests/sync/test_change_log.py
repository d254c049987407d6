"""The file of recorded changes: shared, bounded, private, and readable after any death."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcv3_tui.model.changes import ChangeKind, ResourceChange
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.sync.storage import change_log
from rcv3_tui.sync.storage.change_log import CHANGES, ChangeLog
from tests.support.snapshots import NOW


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def status(seconds: float, after: str, key: str = "id-web", **more: object) -> ResourceChange:
    """Return a status change that was read 15 seconds after the reading before."""
    change = ResourceChange(
        at(seconds),
        "IAD",
        ResourceKind.SERVERS,
        key,
        ChangeKind.STATUS,
        before="ACTIVE",
        after=after,
        name="web",
        since=at(seconds - 15),
    )
    return replace(change, **more)


def log(directory: Path, tenant: str = "123456") -> ChangeLog:
    return ChangeLog(directory, tenant=tenant, profile="acme")


def statuses(directory: Path) -> list[str]:
    return [change.after for change in log(directory).read().changes]


def test_recorded_changes_are_read_by_next_run(tmp_path: Path) -> None:
    (recorded,) = log(tmp_path).add([status(0, "ERROR")])

    assert log(tmp_path).read().changes == (recorded,)
    assert recorded.id


def test_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    log(directory).add([status(0, "ERROR")])

    assert stat.S_IMODE((directory / CHANGES).stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_change_that_two_copies_see_is_recorded_once(tmp_path: Path) -> None:
    first, second = log(tmp_path), log(tmp_path)

    second.read()
    (recorded,) = first.add([status(0, "ERROR")])
    again = second.add([status(9, "ERROR")])

    assert set(again) == {recorded}
    assert statuses(tmp_path) == ["ERROR"]


def test_change_that_happens_again_is_recorded_again(tmp_path: Path) -> None:
    first, second = log(tmp_path), log(tmp_path)
    first.add([status(0, "ERROR")])

    second.add([status(60, "ERROR")])
    second.add([status(75, "ACTIVE"), status(90, "ERROR")])

    assert statuses(tmp_path) == ["ERROR", "ERROR", "ACTIVE", "ERROR"]


def test_copy_that_missed_step_does_not_repeat_result(tmp_path: Path) -> None:
    first, second = log(tmp_path), log(tmp_path)
    first.add([status(0, "REBOOT"), status(3, "SHUTOFF")])

    second.add([status(12, "SHUTOFF", before="ACTIVE")])

    assert statuses(tmp_path) == ["REBOOT", "SHUTOFF"]


def test_copy_learns_what_another_one_has_recorded(tmp_path: Path) -> None:
    first, second = log(tmp_path), log(tmp_path)
    second.read()
    first.add([status(0, "REBOOT"), status(3, "SHUTOFF")])

    seen = second.add([status(20, "ERROR", key="id-db")])

    assert [change.after for change in seen] == ["REBOOT", "SHUTOFF", "ERROR"]


def test_own_repeated_change_is_never_dropped(tmp_path: Path) -> None:
    only = log(tmp_path)

    only.add([status(0, "ERROR")])
    only.add([status(5, "ACTIVE"), status(6, "ERROR")])

    assert statuses(tmp_path) == ["ERROR", "ACTIVE", "ERROR"]


def test_difference_to_cached_snapshot_is_not_recorded_twice(tmp_path: Path) -> None:
    log(tmp_path).add([status(0, "ERROR")])

    log(tmp_path).add([status(3600, "ERROR", since=at(-300))])

    assert statuses(tmp_path) == ["ERROR"]


def test_node_that_another_copy_saw_half_hour_ago_is_not_recorded_again(tmp_path: Path) -> None:
    node = ResourceChange(
        NOW, "IAD", ResourceKind.NODES, "n1", ChangeKind.APPEARED, after="ADDING", pool_key="p1"
    )
    log(tmp_path).add([node])

    log(tmp_path).add([replace(node, at=at(1800), after="ACTIVE")])

    assert statuses(tmp_path) == ["ADDING"]


def test_accounts_do_not_see_each_others_changes(tmp_path: Path) -> None:
    log(tmp_path, "1").add([status(0, "ERROR")])
    log(tmp_path, "2").add([status(1, "ERROR")])

    assert len(log(tmp_path, "1").read().changes) == 1
    assert len(ChangeLog(tmp_path, tenant="", profile="acme").read().changes) == 2


def test_torn_last_line_costs_itself_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log(tmp_path).add([status(0, "ERROR"), status(1, "ACTIVE")])
    path = tmp_path / CHANGES
    path.write_bytes(path.read_bytes()[:-20])

    assert statuses(tmp_path) == ["ERROR"]
    log(tmp_path).add([status(60, "SHUTOFF")])
    with caplog.at_level(logging.WARNING):
        assert statuses(tmp_path) == ["ERROR", "SHUTOFF"]
    assert "1 lines of" in caplog.text


@pytest.mark.parametrize(
    "line", ["[]", '{"type":"change"}', '{"type":"left","at":"0001-01-01T00:00:00","tenant":""}']
)
def test_forged_line_is_ignored(tmp_path: Path, line: str) -> None:
    (tmp_path / CHANGES).write_text(f"{line}\n")
    log(tmp_path).add([status(0, "ERROR")])

    assert statuses(tmp_path) == ["ERROR"]


def test_control_characters_in_file_are_escaped(tmp_path: Path) -> None:
    log(tmp_path).add([status(0, "ERROR", name="\x1b[2Jweb")])

    (change,) = log(tmp_path).read().changes
    assert "\x1b" not in change.name


def test_bounded_file_records_when_changes_were_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_log, "MAX_BYTES", 20_000)
    only = log(tmp_path)
    only.mark_left(at(-5))
    for number in range(200):
        only.add([status(number, "ERROR", key=f"id-{number}")])

    contents = log(tmp_path).read()

    assert (tmp_path / CHANGES).stat().st_size <= 20_000
    assert contents.changes[-1].key == "id-199"
    assert contents.dropped == at(199 - len(contents.changes))
    assert contents.left == at(-5)


def test_copy_reads_on_after_another_one_has_dropped_older_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = log(tmp_path), log(tmp_path)
    first.add([status(0, "ERROR", key="id-0")])
    second.read()
    monkeypatch.setattr(change_log, "MAX_BYTES", 5_000)
    for number in range(1, 60):
        first.add([status(number, "ERROR", key=f"id-{number}")])

    assert second.read().changes == log(tmp_path).read().changes


def test_copy_gets_no_change_twice_after_another_one_has_dropped_older_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_log, "MAX_BYTES", 20_000)
    writer, reader = log(tmp_path), log(tmp_path)
    given: list[str] = []

    for number in range(400):
        writer.add([status(number * 60, f"S{number}", key=f"id-{number}")])
        # Often enough to miss nothing; drops happen in between.
        if number % 7 == 0:
            given += [change.after for change in reader.news()]
    given += [change.after for change in reader.news()]

    assert given == [f"S{number}" for number in range(400)]


def test_other_file_with_the_same_inode_number_is_read_from_its_beginning(tmp_path: Path) -> None:
    """A file system may use the inode number of the file before the last one again."""
    elsewhere, reader = log(tmp_path / "elsewhere"), log(tmp_path)
    log(tmp_path).add([status(0, "ERROR")])
    reader.news()
    elsewhere.add([status(number * 60, f"S{number}", key=f"id-{number}") for number in range(5)])

    (tmp_path / CHANGES).write_bytes(elsewhere.path.read_bytes())

    assert [change.after for change in reader.news()] == [f"S{number}" for number in range(5)]


def test_change_that_was_dropped_is_still_known_to_a_copy_that_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_log, "MAX_BYTES", 20_000)
    writer, reader = log(tmp_path), log(tmp_path)
    writer.add([status(0, "ERROR")])
    reader.news()
    for number in range(200):
        writer.add([status(1, f"S{number}", key=f"id-{number}")])
    assert "ERROR" not in statuses(tmp_path)

    reader.add([status(9, "ERROR")])

    assert "ERROR" not in statuses(tmp_path)


def test_last_leaving_counts(tmp_path: Path) -> None:
    assert log(tmp_path).read().left is None
    log(tmp_path).mark_left(at(1))
    log(tmp_path).mark_left(at(2))

    assert log(tmp_path).read().left == at(2)


_WRITER = """
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from rcv3_tui.model.changes import ChangeKind, ResourceChange
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.sync.storage.change_log import ChangeLog

began = datetime(2026, 1, 15, tzinfo=timezone.utc)
log = ChangeLog(Path(sys.argv[1]), tenant="123456", profile="acme")
sys.stdin.readline()
for number in range(100):
    at = began + timedelta(seconds=number)
    log.add([
        ResourceChange(
            at, "IAD", ResourceKind.SERVERS, f"id-{number}", ChangeKind.STATUS,
            after="ERROR", since=at - timedelta(seconds=15),
        )
    ])
"""


def test_two_processes_record_each_change_once(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)], stdin=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.close()

    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    lines = (tmp_path / CHANGES).read_text().splitlines()
    assert sorted(json.loads(line)["change"]["key"] for line in lines) == sorted(
        f"id-{number}" for number in range(100)
    )
