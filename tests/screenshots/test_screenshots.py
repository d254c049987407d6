"""The screenshots of the documentation: reproducible, complete, and all in the repository."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.screenshots.box_lines import box_path
from tests.screenshots.capture import Capture, CellStyle
from tests.screenshots.recorder import record
from tests.screenshots.screenshots import RECORDING, SCREENSHOTS, capture_screenshot
from tests.screenshots.session import SMALL
from tests.screenshots.svg import Frame, render_animation, render_svg

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "name",
    [
        "overview",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("trouble", "command", "stale")),
    ],
)
async def test_screenshot_is_reproducible(name: str) -> None:
    screenshot = next(each for each in SCREENSHOTS if each.name == name)
    first, second = (
        await capture_screenshot(screenshot, SMALL),
        await capture_screenshot(screenshot, SMALL),
    )
    assert first == second
    assert len(first) == 24
    assert {sum(cells for _, cells, _ in row) for row in first} == {80}


async def test_svg_contains_the_screen_and_refers_to_nothing_outside() -> None:
    screenshot = next(each for each in SCREENSHOTS if each.name == "trouble")
    text = render_svg(await capture_screenshot(screenshot, SMALL), "a < b")
    ElementTree.fromstring(text)  # noqa: S314 - written by this test
    assert "failed-plain" in text
    assert "a &lt; b" in text
    assert re.findall(r"(?:href|src|url)", text) == []


@pytest.mark.slow
async def test_recording_is_small_and_repeats() -> None:
    text = await record()
    ElementTree.fromstring(text)  # noqa: S314 - written by this test
    assert len(text.encode()) < 300_000
    assert "ADDING" in text
    assert "Cancel" in text
    assert 'repeatCount="indefinite"' in text


def test_animation_contains_an_unchanged_line_once() -> None:
    def screen(word: str) -> Capture:
        return ((("still", 5, CellStyle()),), ((word, 5, CellStyle()),))

    text = render_animation([Frame(screen("one"), 1.0), Frame(screen("two"), 3.0)], "t")
    assert text.count(">still<") == 1
    assert text.count("<animate ") == 2
    assert 'values="visible;hidden" keyTimes="0;0.25"' in text
    assert 'values="hidden;visible" keyTimes="0;0.25"' in text


def test_repository_holds_exactly_the_screenshots() -> None:
    wanted = {name for each in SCREENSHOTS for name in each.files}
    assert {path.name for path in (ROOT / "screenshots").iterdir()} == wanted | {RECORDING}


def test_documents_show_or_link_every_screenshot() -> None:
    text = "".join(page.read_text() for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    linked = set(re.findall(r"\]\((?:\.\./)?screenshots/([^)]+)\)", text))
    assert {f"{each.name}.svg" for each in SCREENSHOTS} | {RECORDING} <= linked


def _filled(path: Path) -> float:
    """Return the part of a picture's lines that have a text."""
    text = path.read_text()
    height = re.search(r'viewBox="0 0 \S+ (\d+)', text)
    assert height is not None
    return len(set(re.findall(r'<text class="\w+" x="\S+" y="([^"]+)"', text))) / (
        (int(height[1]) - 40) // 18
    )


@pytest.mark.parametrize("name", [name for each in SCREENSHOTS for name in each.files])
def test_screenshot_shows_text_on_half_of_its_lines(name: str) -> None:
    assert _filled(ROOT / "screenshots" / name) >= 0.5


def test_screenshots_show_no_loopback_address() -> None:
    pages = (ROOT / "screenshots").iterdir()
    assert [page.name for page in pages if "127.0.0.1" in page.read_text()] == []


def test_first_picture_shows_a_failure_with_its_reason_an_addition_and_the_inspector() -> None:
    text = (ROOT / "screenshots" / "hero.svg").read_text()
    assert "ADD_FAILED Unable to communicate with network device" in text
    assert "ADDING 5s" in text
    assert "Cloud server batch-01" in text
    assert "1-14/14" in text


def test_box_lines_join_from_line_to_line() -> None:
    row = (("│ a", 3, CellStyle()),)
    text = render_svg((row, row), "t")
    lines = [
        (float(top), float(height))
        for top, height in re.findall(r'd="M\S+ (\S+?)h1v(\S+?)h-1z"', text)
    ]
    assert len(lines) == 2
    assert lines[0][0] + lines[0][1] == lines[1][0]
    assert "│" not in text


def test_box_corner_reaches_its_two_edges_alone() -> None:
    assert box_path("┌", 0, 0, 8, 18) == "M3.5 8.5h4.5v1h-4.5zM3.5 8.5h1v9.5h-1z"
