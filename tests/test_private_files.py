"""Files and directories of the program's own: nobody else gets in, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rcv3_tui.private_files import atomic_write, atomic_write_all, ensure_private_dir, open_private


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
    ensure_private_dir(tmp_path / "state" / "rcv3-tui")
    assert mode(tmp_path / "state") == mode(tmp_path / "state" / "rcv3-tui") == 0o700


def test_one_that_others_could_enter_is_closed_and_what_leads_to_it_is_left(
    tmp_path: Path,
) -> None:
    above = tmp_path / "state"
    above.mkdir(mode=0o755)
    (above / "rcv3-tui").mkdir(mode=0o755)
    ensure_private_dir(above / "rcv3-tui")
    assert (mode(above), mode(above / "rcv3-tui")) == (0o755, 0o700)


def test_one_that_is_stricter_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o500)
    ensure_private_dir(tmp_path / "mine")
    assert mode(tmp_path / "mine") == 0o500


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(OSError, match="state"):
        ensure_private_dir(tmp_path / "state" / "rcv3-tui")


def test_a_file_is_for_its_owner_alone_whatever_was_there(tmp_path: Path, any_umask: None) -> None:
    path = tmp_path / "kept.json"
    path.write_text("old")
    path.chmod(0o644)

    atomic_write(path, [b"new", b"er"])

    assert path.read_bytes() == b"newer"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("mine")
    link.symlink_to(target)

    atomic_write(link, [b"kept"])

    assert (link.read_text(), link.is_symlink(), target.read_text()) == ("kept", False, "mine")


def _cut_off() -> Iterator[bytes]:
    yield b"half"
    raise OSError("no space left on device")


def test_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("old")

    with pytest.raises(OSError, match="no space left"):
        atomic_write(path, _cut_off())

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_take_its_place_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()

    with pytest.raises(OSError, match="kept"):
        atomic_write(tmp_path / "kept", [b"new"])

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_several_files_are_replaced_only_after_all_are_written(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text("old")
    (tmp_path / "blocker").touch()

    with pytest.raises(OSError, match="blocker"):
        atomic_write_all({first: "new", tmp_path / "blocker" / "second": "new"})

    assert first.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocker", "first"]


OPENINGS = {
    "reading": os.O_RDONLY,
    "appending": os.O_WRONLY | os.O_APPEND | os.O_CREAT,
    "both": os.O_RDWR | os.O_CREAT,
}


@pytest.mark.parametrize("how", OPENINGS)
def test_a_link_is_not_followed(tmp_path: Path, how: str) -> None:
    victim = tmp_path / "profile"
    victim.write_text("export PATH\n")
    link = tmp_path / "journal.jsonl"
    link.symlink_to(victim)
    with pytest.raises(OSError, match=r"journal\.jsonl is a symbolic link"):
        open_private(link, OPENINGS[how])
    assert victim.read_text() == "export PATH\n"


@pytest.mark.parametrize("how", OPENINGS)
def test_what_is_no_regular_file_is_an_error_at_once(tmp_path: Path, how: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="pipe"):
        open_private(pipe, OPENINGS[how])


def test_a_file_that_others_can_write_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.touch()
    path.chmod(0o666)
    os.close(open_private(path, os.O_RDWR))
    assert mode(path) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_or_directory_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "log").touch()
    os.chown(theirs / "log", 4711, 4711)
    with pytest.raises(OSError, match="belongs to another user"):
        open_private(theirs / "log", os.O_RDWR)
    os.chown(theirs, 4711, 4711)
    with pytest.raises(OSError, match="belongs to another user"):
        ensure_private_dir(theirs)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_root_makes_no_directory_in_the_home_of_another(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 4711, 4711)
    with pytest.raises(OSError, match="belongs to another user"):
        ensure_private_dir(home / ".local" / "state" / "rcv3-tui")
    assert list(home.iterdir()) == []
