"""Directories of the program's own: nobody else gets in, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rcv3_tui.private import make_private


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
