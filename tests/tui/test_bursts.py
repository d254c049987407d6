"""Several keys that come at once, as a lagging line brings them."""

from __future__ import annotations

import pytest

from tests.tui.builders import IPS, NARROW, SERVERS, WIDE, Opening


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_follows_a_slash_is_typed_and_no_command(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size=size) as console:
        await console.write("/web")
        await console.settle()
        assert console.names(SERVERS) == ["web-01", "web-02", "web-03", "web-04"]
        assert not console.pane(SERVERS).table.wide
        assert not console.app.worker.paused


async def test_a_whole_command_is_typed_in_one_burst(opened: Opening) -> None:
    async with opened() as console:
        for key in ("colon", "i", "p", "s", "enter"):
            console.send(key, 1.0)
        await console.settle()
        assert console.app.focused is console.table(IPS)


async def test_a_filter_that_is_entered_in_a_burst_stays_and_the_keys_go_on_in_the_pane(
    opened: Opening,
) -> None:
    async with opened() as console:
        for key in ("slash", "w", "e", "b", "enter", "down", "down"):
            console.send(key, 1.0)
        await console.settle()
        assert console.cursor(SERVERS) == "web-03"


async def test_keys_for_a_page_that_closes_do_not_get_lost(opened: Opening) -> None:
    async with opened() as console:
        for key in ("d", "escape", "d", "escape", "2"):
            console.send(key, 1.0)
        await console.settle()
        await console.settle()
        assert console.app.focused is console.table(IPS)
