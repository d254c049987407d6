"""The file of a cached frame, and what of it is shown."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pyte
import pytest

from rcv3_tui.tui.cached_frame import (
    MAX_AGE,
    MAX_FILES,
    Frame,
    FrameStore,
    age_label,
    decode,
    dimmed,
    encode,
    file_states,
    render,
)
from rcv3_tui.tui.sgr import PLAIN, ScreenCell, SgrStyle

NOW = 1_800_000_000.0
"""2027-01-15 08:00 UTC."""

BOLD = SgrStyle("1", "38;5;4", "48;5;0", "https://example.com")
WIDE: list[ScreenCell] = [("\u6570", PLAIN), ("", PLAIN)]


def cells(text: str, style: SgrStyle = PLAIN) -> list[ScreenCell]:
    return [(char, style) for char in text]


def frame(taken_at: float = NOW, width: int = 60, *files: Path) -> Frame:
    lines = (
        dimmed(cells("rcv3 acme".ljust(width))),
        dimmed([*cells("web-01", BOLD), *WIDE, *cells(" " * (width - 8))]),
    )
    return Frame(width, 2, taken_at, lines, file_states(map(str, files)))


def shown(output: str, width: int = 60) -> list[str]:
    screen = pyte.Screen(width, 2)
    pyte.Stream(screen).feed(output)
    return [line.rstrip() for line in screen.display]


@pytest.fixture
def store(tmp_path: Path) -> FrameStore:
    return FrameStore(tmp_path / "cache" / "frames", "key")


def files_of(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "cache" / "frames").iterdir())


def test_frame_is_shown_with_its_age_at_the_end_of_the_header() -> None:
    lines = shown(render(frame(NOW - 300).labelled(NOW)))
    assert lines[0] == "rcv3 acme                cached 07:55 UTC, 5m ago - loading"
    assert lines[1].startswith("web-01\u6570")


def test_label_covers_the_left_part_where_there_is_no_room() -> None:
    for width in (50, 51):
        lines = ((*WIDE * (width // 2), *cells(" " * (width % 2))),)
        header = Frame(width, 1, NOW, lines).labelled(NOW)[0]
        assert len(header) == width
        text = "".join(text for text, _ in header)
        assert text.rstrip().endswith(" cached 08:00 UTC, 0s ago - loading")
        # No half of a wide character remains.
        assert sum(1 if char.isascii() else 2 for char in text) == width


def test_no_frame_is_stored_where_its_age_has_no_room(store: FrameStore, tmp_path: Path) -> None:
    store.save(frame(NOW, 49))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "cached 08:00 UTC, 0s ago - loading"),
        (59, "cached 07:59 UTC, 59s ago - loading"),
        (7200, "cached 06:00 UTC, 2h ago - loading"),
        (3 * 86400, "cached 2027-01-12 08:00 UTC, 3d ago - loading"),
    ],
)
def test_label_has_time_and_age(seconds: float, expected: str) -> None:
    assert age_label(NOW - seconds, NOW) == expected


def test_label_is_in_the_zone_of_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "IST-5:30")
    time.tzset()
    try:
        local = frame(NOW)._replace(is_local=True)
        assert decode(encode(local)) == local
        assert "cached 13:30 IST" in shown(render(local.labelled(NOW)))[0]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_text_is_faint_and_wide_blanks_are_left_alone() -> None:
    line = dimmed([*cells("a b", BOLD), *cells(" " * 9, BOLD)])
    assert {style.attributes for _, style in line[:3]} == {"2"}
    assert {style.attributes for _, style in line[3:]} == {"1"}
    assert not any(style.link for _, style in line)


def test_unprintable_cell_is_replaced() -> None:
    assert [text for text, _ in dimmed(cells("a\x1b\u202e"))] == ["a", "?", "?"]


def test_stored_frame_is_the_same(store: FrameStore, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("x")
    stored = frame(NOW, 60, config, tmp_path / "missing")
    store.save(stored)
    assert store.load(60, 2, NOW + 60) == stored
    (path,) = files_of(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_frame_of_another_size_start_or_time_is_not_shown(
    store: FrameStore, tmp_path: Path
) -> None:
    store.save(frame())
    assert store.load(61, 2, NOW) is None
    assert FrameStore(tmp_path / "cache" / "frames", "other").load(60, 2, NOW) is None
    assert store.load(60, 2, NOW) is not None
    # The clock was set back: the age would be wrong.
    assert store.load(60, 2, NOW - 3600) is None
    assert files_of(tmp_path) == []
    store.save(frame())
    assert store.load(60, 2, NOW + MAX_AGE + 1) is None


@pytest.mark.parametrize("change", ["write", "replace", "remove", "appear", "chmod"])
def test_frame_is_not_shown_after_a_configuration_file_changed(
    store: FrameStore, tmp_path: Path, change: str
) -> None:
    config, missing = tmp_path / "config.toml", tmp_path / "clouds.yaml"
    config.write_text("profile = 1")
    store.save(frame(NOW, 60, config, missing))
    assert store.load(60, 2, NOW) is not None
    if change == "write":
        times = config.stat()
        config.write_text("profile = 2")
        # The same size and the same time.
        os.utime(config, ns=(times.st_atime_ns, times.st_mtime_ns))
    elif change == "replace":
        other = tmp_path / "other"
        other.write_text("profile = 1")
        other.replace(config)
    elif change == "remove":
        config.unlink()
    elif change == "appear":
        missing.write_text("clouds:")
    else:
        config.chmod(0o640)
    assert store.load(60, 2, NOW) is None


def test_relative_name_means_the_file_of_the_current_directory(
    store: FrameStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for directory in (here, there):
        directory.mkdir()
    monkeypatch.chdir(here)
    store.save(frame(NOW, 60, Path("clouds.yaml")))
    monkeypatch.chdir(there)
    assert store.load(60, 2, NOW) is not None
    (there / "clouds.yaml").write_text("clouds:")
    assert store.load(60, 2, NOW) is None


def damaged(**changed: object) -> bytes:
    return json.dumps(json.loads(encode(frame())) | changed).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[1, 2]",
        b"[" * 100_000,
        encode(frame())[:-20],
        damaged(format=99),
        damaged(size=[60]),
        damaged(size=[60, 3]),
        damaged(taken_at="now"),
        damaged(taken_at=float("nan")),
        damaged(lines=[[["a" * 60, 9]], [["b" * 60, 0]]]),
        damaged(lines=[[["a" * 59, 0]], [["b" * 60, 0]]]),
        damaged(lines=[[["\x1b[2J".ljust(60), 0]], [["b" * 60, 0]]]),
        damaged(styles=[["0m\x1b[2J", "", ""]] * 9),
        damaged(styles=[["2", ""]] * 9 + [[1]]),
        damaged(files=[["x", ["y"]]]),
    ],
)
def test_damaged_file_is_dropped_silently(store: FrameStore, tmp_path: Path, data: bytes) -> None:
    store.save(frame())
    (path,) = files_of(tmp_path)
    path.write_bytes(data)
    assert store.load(60, 2, NOW) is None
    assert not path.exists()


def test_symbolic_link_is_not_followed(store: FrameStore, tmp_path: Path) -> None:
    store.save(frame())
    (path,) = files_of(tmp_path)
    other = tmp_path / "other"
    path.rename(other)
    path.symlink_to(other)
    assert store.load(60, 2, NOW) is None


def test_oldest_frames_are_deleted(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 3):
        FrameStore(tmp_path / "cache" / "frames", f"key{number}").save(frame())
        newest = tmp_path / "cache" / "frames" / f"key{number}-60x2.json"
        os.utime(newest, (number, number))
    assert len(files_of(tmp_path)) == MAX_FILES
    assert newest.exists()


def test_huge_frame_is_not_stored(store: FrameStore, tmp_path: Path) -> None:
    line = tuple((chr(0x4E00 + number % 999), SgrStyle(str(number))) for number in range(9999))
    store.save(Frame(9999, 30, NOW, (line,) * 30))
    assert not (tmp_path / "cache").exists()


def test_deleting_leaves_frames_of_other_starts(store: FrameStore, tmp_path: Path) -> None:
    other = FrameStore(tmp_path / "cache" / "frames", "other")
    for each in (store, other):
        each.save(frame())
    store.delete()
    assert store.load(60, 2, NOW) is None
    assert other.load(60, 2, NOW) is not None


def test_frame_survives_its_file_format() -> None:
    assert decode(encode(frame())) == frame()
