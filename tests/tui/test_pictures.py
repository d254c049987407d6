"""The pictures of the documentation: the same each time, whole, and all there."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rcv3_tui.pictures import PICTURES, RECORDING, SIZES, frame_of
from rcv3_tui.pictures.frame import Frame, Paint
from rcv3_tui.pictures.recording import record
from rcv3_tui.pictures.stage import SMALL
from rcv3_tui.pictures.svg import Moment, picture, recording

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["overview", "trouble", "command", "stale"])
async def test_a_picture_is_the_same_each_time(name: str) -> None:
    shown = next(each for each in PICTURES if each.name == name)
    first, second = await frame_of(shown, SMALL), await frame_of(shown, SMALL)
    assert first == second
    assert len(first) == 24
    assert {sum(cells for _, cells, _ in row) for row in first} == {80}


async def test_what_is_on_the_screen_is_in_the_file_and_nothing_from_elsewhere() -> None:
    shown = next(each for each in PICTURES if each.name == "trouble")
    text = picture(await frame_of(shown, SMALL), "a < b")
    ElementTree.fromstring(text)  # noqa: S314 - it was made here
    assert "failed-plain" in text
    assert "a &lt; b" in text
    assert re.findall(r"(?:href|src|url)", text) == []


async def test_the_recording_is_small_and_goes_round_and_round() -> None:
    text = await record()
    ElementTree.fromstring(text)  # noqa: S314 - it was made here
    assert len(text.encode()) < 300_000
    assert "ADDING" in text
    assert "Cancel" in text
    assert 'repeatCount="indefinite"' in text


def test_a_line_that_changes_is_switched_and_one_that_stays_is_there_once() -> None:
    def frame(word: str) -> Frame:
        return ((("still", 5, Paint()),), ((word, 5, Paint()),))

    text = recording([Moment(frame("one"), 1.0), Moment(frame("two"), 3.0)], "t")
    assert text.count(">still<") == 1
    assert text.count("<animate ") == 2
    assert 'values="visible;hidden" keyTimes="0;0.25"' in text
    assert 'values="hidden;visible" keyTimes="0;0.25"' in text


def test_every_picture_is_in_the_repository_and_no_other() -> None:
    wanted = {f"{each.name}{suffix}.svg" for each in PICTURES for suffix in SIZES}
    assert {path.name for path in (ROOT / "screenshots").iterdir()} == wanted | {RECORDING}


def test_the_pictures_that_the_readme_shows_are_there() -> None:
    shown = re.findall(r"\]\((screenshots/[^)]+)\)", (ROOT / "README.md").read_text())
    assert shown
    for path in shown:
        assert (ROOT / path).is_file(), path
