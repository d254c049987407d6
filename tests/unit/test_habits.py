"""What is remembered of the panes from start to start."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rcv3_tui.tui.habits import FILE, Habit, Habits
from rcv3_tui.tui.picture import PaneKind

BY_STATUS = Habit("status", reverse=True, wide=True)


def test_what_is_noted_is_there_at_the_next_start_for_the_user_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = Habits(state)
    assert first.of(PaneKind.SERVERS) == Habit()
    assert first.note(PaneKind.SERVERS, BY_STATUS)
    assert not first.note(PaneKind.SERVERS, BY_STATUS)
    first.write()
    assert Habits(state).of(PaneKind.SERVERS) == BY_STATUS
    assert Habits(state).of(PaneKind.POOLS) == Habit()
    assert stat.S_IMODE((state / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_two_copies_keep_what_the_other_one_noted(tmp_path: Path) -> None:
    one, other = Habits(tmp_path), Habits(tmp_path)
    one.note(PaneKind.SERVERS, BY_STATUS)
    one.write()
    other.note(PaneKind.POOLS, Habit("nodes"))
    other.write()
    assert Habits(tmp_path).of(PaneKind.SERVERS) == BY_STATUS
    assert Habits(tmp_path).of(PaneKind.POOLS) == Habit("nodes")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"servers": 1}', b"\xff\xfe", b"9" * 70_000])
def test_a_file_that_cannot_be_read_is_set_aside(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(data)
    assert Habits(tmp_path).of(PaneKind.SERVERS) == Habit()
    assert "set aside" in caplog.text
    assert (tmp_path / "panes.damaged").read_bytes() == data
    assert not (tmp_path / FILE).exists()


def test_what_another_version_wrote_besides_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"servers": {"sort": "age", "colour": "red"}, "moons": {}}')
    assert Habits(tmp_path).of(PaneKind.SERVERS) == Habit("age")


def test_a_place_that_cannot_be_used_costs_nothing_but_the_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file")
    habits = Habits(blocked)
    habits.note(PaneKind.SERVERS, BY_STATUS)
    habits.write()
    assert habits.of(PaneKind.SERVERS) == BY_STATUS
    assert "not kept" in caplog.text


def test_without_a_place_only_this_run_remembers() -> None:
    habits = Habits(None)
    assert not habits.note(PaneKind.SERVERS, BY_STATUS)
    habits.write()
    assert habits.of(PaneKind.SERVERS) == BY_STATUS
