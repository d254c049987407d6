"""Small terminals show what matters most."""

from __future__ import annotations

import pytest

from tests.screenshots.screenshots import SCREENSHOTS, capture_screenshot
from tests.screenshots.session import SMALL

SLOW = pytest.mark.slow
SIZES = (
    (80, 24),
    pytest.param((60, 15), marks=SLOW),
    pytest.param((40, 12), marks=SLOW),
    (20, 5),
)
"""The usual size and the smallest; in the slow pass those between them."""


@pytest.mark.parametrize("size", SIZES)
async def test_footer_ends_with_the_help_key(size: tuple[int, int]) -> None:
    for name in ("overview", "public-ips", "nodes"):
        assert (await _lines(name, size))[-1].endswith("? more"), name


@pytest.mark.parametrize("size", SIZES)
async def test_profile_and_state_of_the_line_stay_apart_in_the_header(
    size: tuple[int, int],
) -> None:
    header = (await _lines("stale", size))[0]
    assert header.split()[:2] in (["rcv3", "demo"], ["demo", "IAD"], ["demo", "…"])
    assert " stale 4" in header
    assert " live" in (await _lines("protected", size))[0]


async def test_header_drops_only_the_rate_limits_unit_at_80_columns() -> None:
    header = (await _lines("operations", SMALL))[0]
    for words in ("demo", "IAD", "tenant 123456", "1 operation", "live", "/30"):
        assert words in header


@pytest.mark.parametrize("size", [(80, 24), pytest.param((60, 15), marks=SLOW), (50, 14)])
async def test_consequences_are_in_view_when_the_dialog_opens(size: tuple[int, int]) -> None:
    for name, servers in (("removal", "web-03"), ("removal-several", "web-01, web-03")):
        text = "\n".join(await _lines(name, size))
        assert f"last public address of {servers}: " in text
        assert "Cancel" in text


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_footer_of_a_list_names_the_way_back(size: tuple[int, int]) -> None:
    assert "Enter chooses, Esc clears" in "\n".join(await _lines("picker", size))


async def test_pool_port_is_visible_with_three_panes() -> None:
    assert "198.51.100.5:8443" in "\n".join(await _lines("overview", (120, 40)))


async def test_error_is_shown_in_full_in_its_pane() -> None:
    words = " ".join(" ".join(await _lines("error", SMALL)).split())
    assert "contact Support for assistance" in words


async def _lines(name: str, size: tuple[int, int]) -> list[str]:
    screenshot = next(each for each in SCREENSHOTS if each.name == name)
    rows = await capture_screenshot(screenshot, size)
    return ["".join(text for text, _, _ in row).rstrip() for row in rows]
