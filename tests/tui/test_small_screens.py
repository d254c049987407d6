"""On small terminals what matters most is what stays."""

from __future__ import annotations

import pytest

from rcv3_tui.pictures import PICTURES, frame_of
from rcv3_tui.pictures.stage import SMALL

SIZES = ((80, 24), (60, 15), (40, 12), (20, 5))


@pytest.mark.parametrize("size", SIZES)
async def test_the_footer_ends_with_the_way_to_every_key(size: tuple[int, int]) -> None:
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


async def test_at_80_columns_nothing_of_the_header_but_the_budgets_unit_goes() -> None:
    header = (await _lines("operations", SMALL))[0]
    for words in ("demo", "IAD", "tenant 123456", "1 operation", "live", "/30"):
        assert words in header


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (50, 14)])
async def test_what_follows_from_a_removal_is_in_view_as_it_opens(size: tuple[int, int]) -> None:
    for name in ("removal", "removal-several"):
        text = "\n".join(await _lines(name, size))
        assert "last public address of web-03" in text
        assert "Cancel" in text


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_the_way_out_of_a_list_is_told_whole(size: tuple[int, int]) -> None:
    assert "Enter takes, Esc clears" in "\n".join(await _lines("picker", size))


async def test_a_pools_port_is_not_cut_off_beside_two_other_panes() -> None:
    assert "198.51.100.5:8443" in "\n".join(await _lines("overview", (120, 40)))


async def test_an_error_is_told_whole_in_its_pane() -> None:
    words = " ".join(" ".join(await _lines("error", SMALL)).split())
    assert "contact Support for assistance" in words


async def _lines(name: str, size: tuple[int, int]) -> list[str]:
    shown = next(each for each in PICTURES if each.name == name)
    return ["".join(text for text, _, _ in row).rstrip() for row in await frame_of(shown, size)]
