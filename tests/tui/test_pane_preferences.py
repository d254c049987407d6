"""What is remembered of the panes from start to start."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.pane_preferences import FILE, PanePreference, PanePreferences

BY_STATUS = PanePreference("status", reverse=True, wide=True)


def test_preferences_are_restored_at_the_next_start(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = PanePreferences(state)
    assert first.of(PaneKind.SERVERS) == PanePreference()
    assert first.note(PaneKind.SERVERS, BY_STATUS)
    assert not first.note(PaneKind.SERVERS, BY_STATUS)
    first.write()
    assert PanePreferences(state).of(PaneKind.SERVERS) == BY_STATUS
    assert PanePreferences(state).of(PaneKind.POOLS) == PanePreference()
    assert stat.S_IMODE((state / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_two_copies_preserve_each_others_preferences(tmp_path: Path) -> None:
    one, other = PanePreferences(tmp_path), PanePreferences(tmp_path)
    one.note(PaneKind.SERVERS, BY_STATUS)
    one.write()
    other.note(PaneKind.POOLS, PanePreference("nodes"))
    other.write()
    assert PanePreferences(tmp_path).of(PaneKind.SERVERS) == BY_STATUS
    assert PanePreferences(tmp_path).of(PaneKind.POOLS) == PanePreference("nodes")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"servers": 1}', b"\xff\xfe", b"9" * 70_000])
def test_file_that_cannot_be_read_is_set_aside(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(data)
    assert PanePreferences(tmp_path).of(PaneKind.SERVERS) == PanePreference()
    assert "set aside" in caplog.text
    assert (tmp_path / "panes.damaged").read_bytes() == data
    assert not (tmp_path / FILE).exists()


def test_unknown_preferences_of_another_version_are_ignored(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"servers": {"sort": "age", "color": "red"}, "moons": {}}')
    assert PanePreferences(tmp_path).of(PaneKind.SERVERS) == PanePreference("age")


def test_unusable_directory_only_prevents_saving(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file")
    preferences = PanePreferences(blocked)
    preferences.note(PaneKind.SERVERS, BY_STATUS)
    preferences.write()
    assert preferences.of(PaneKind.SERVERS) == BY_STATUS
    assert "were not saved" in caplog.text


def test_preferences_without_a_directory_last_for_this_run() -> None:
    preferences = PanePreferences(None)
    assert not preferences.note(PaneKind.SERVERS, BY_STATUS)
    preferences.write()
    assert preferences.of(PaneKind.SERVERS) == BY_STATUS
