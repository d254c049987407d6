"""Files and directories of the program's own: nobody else gets in, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rcv3_tui.private import make_private, stage, write_whole


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_a_new_directory_is_for_its_owner_alone_and_so_is_what_leads_to_it(
    tmp_path: Path, any_umask: None
) -> None:
    make_private(tmp_path / "state" / "rcv3-tui")
    assert mode(tmp_path / "state") == mode(tmp_path / "state" / "rcv3-tui") == 0o700


def test_one_that_others_could_enter_is_closed_and_what_leads_to_it_is_left(
    tmp_path: Path,
) -> None:
    above = tmp_path / "state"
    above.mkdir(mode=0o755)
    (above / "rcv3-tui").mkdir(mode=0o755)
    make_private(above / "rcv3-tui")
    assert (mode(above), mode(above / "rcv3-tui")) == (0o755, 0o700)


def test_one_that_is_stricter_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o500)
    make_private(tmp_path / "mine")
    assert mode(tmp_path / "mine") == 0o500


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(OSError, match="state"):
        make_private(tmp_path / "state" / "rcv3-tui")


def test_a_file_is_for_its_owner_alone_whatever_was_there(tmp_path: Path, any_umask: None) -> None:
    path = tmp_path / "kept.json"
    path.write_text("old")
    path.chmod(0o644)

    write_whole(path, [b"new", b"er"])

    assert path.read_bytes() == b"newer"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("mine")
    link.symlink_to(target)

    write_whole(link, [b"kept"])

    assert (link.read_text(), link.is_symlink(), target.read_text()) == ("kept", False, "mine")


def _cut_off() -> Iterator[bytes]:
    yield b"half"
    raise OSError("no space left on device")


@pytest.mark.parametrize("write", [write_whole, stage])
def test_what_cannot_be_written_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, write: Callable[[Path, Iterator[bytes]], object]
) -> None:
    path = tmp_path / "kept.json"
    path.write_text("old")

    with pytest.raises(OSError, match="no space left"):
        write(path, _cut_off())

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_take_its_place_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()

    with pytest.raises(OSError, match="kept"):
        write_whole(tmp_path / "kept", [b"new"])

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_staged_file_waits_beside_the_other(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("old")

    beside = stage(path, [b"new"], synced=True)

    assert (path.read_text(), beside.read_text(), mode(beside)) == ("old", "new", 0o600)
    assert beside.parent == tmp_path
