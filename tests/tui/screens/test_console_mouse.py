"""The mouse: what is clicked is what commands act on."""

from __future__ import annotations

import pytest
from textual import events

from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.widgets.status_line import StatusLine
from tests.support.console import IPS, NARROW, POOLS, SERVERS, Console, Opening


async def click(console: Console, kind: PaneKind, name: str, times: int = 1) -> None:
    """Click a row."""
    table = console.table(kind)
    line = next(y for y, text in enumerate(console.lines(kind)) if name in text)
    await console.pilot.click(table, offset=(5, line), times=times)
    await console.settle()


async def test_command_acts_on_the_row_that_was_clicked(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await click(console, IPS, "203.0.113.12")
        assert console.screen.active is IPS
        assert console.app.focused is console.table(IPS)
        assert console.cursor(IPS) == "203.0.113.12"
        await console.press("t")
        record = console.id_of(IPS, "203.0.113.12").split("/")[-1]
        assert console.changes() == [f"PATCH {record}"]


async def test_footer_names_the_keys_of_the_pane_that_was_clicked(opened: Opening) -> None:
    async with opened() as console:
        await click(console, IPS, "203.0.113.12")
        footer = console.footer
        await console.press("1", "2")
        assert console.footer == footer


async def test_removal_is_about_the_row_that_was_clicked(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await click(console, IPS, "203.0.113.12")
        await console.press("ctrl+d")
        assert [item.address for item in console.removal.items] == ["203.0.113.12"]


async def test_click_on_a_title_focuses_the_pane(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.pilot.click(console.pane(POOLS).query_one(StatusLine))
        await console.settle()
        assert console.screen.active is POOLS
        assert console.app.focused is console.table(POOLS)


async def test_double_click_opens_the_row(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await click(console, IPS, "203.0.113.12", times=2)
        assert console.front == "PagerScreen"
        assert "203.0.113.12" in console.screen_text()


async def test_wheel_moves_neither_focus_nor_cursor(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")

        table = console.table(IPS)
        table.post_message(events.MouseScrollDown(table, 1, 3, 0, 0, 0, False, False, False))
        await console.settle()
        assert console.screen.active is SERVERS
        assert console.cursor(SERVERS) == "web-02"
        assert console.app.focused is console.table(SERVERS)


@pytest.mark.parametrize("where", ["#header", "#message"])
async def test_click_outside_the_panes_changes_nothing(opened: Opening, where: str) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await console.pilot.click(where)
        await console.settle()
        assert console.screen.active is IPS
        assert console.app.focused is console.table(IPS)


async def test_click_on_a_pane_ends_typing(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("/")
        await console.write("web")
        await click(console, IPS, "203.0.113.12")
        assert console.app.focused is console.table(IPS)
        assert console.names(SERVERS) == ["web-01", "web-02", "web-03", "web-04"]
        await console.press("t")
        assert len(console.changes()) == 1


async def test_click_behind_a_dialog_moves_nothing(opened: Opening) -> None:
    async with opened(size=NARROW) as console:
        await console.go(IPS, "203.0.113.12")
        await console.press("ctrl+d")
        await console.pilot.click(offset=(1, 3))
        await console.settle()
        assert [item.address for item in console.removal.items] == ["203.0.113.12"]
        await console.press("escape")
        assert console.cursor(IPS) == "203.0.113.12"


async def test_click_on_a_column_title_sorts_by_it_and_reverses(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        table = console.table(SERVERS)
        place = console.lines(SERVERS)[0].index("STATUS")
        await console.pilot.click(table, offset=(place, 0))
        await console.settle()
        assert console.screen.active is SERVERS
        assert table.sorted_by == ("status", False)
        await console.pilot.click(table, offset=(place, 0))
        await console.settle()
        assert table.sorted_by == ("status", True)
        assert console.table(IPS).sorted_by != ("status", True)


async def test_click_on_a_key_of_the_footer_runs_its_command(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.pilot.click("#footer", offset=(console.footer.index("/ filter"), 0))
        await console.settle()
        assert console.screen.takes_text
        await console.press("escape")
        await console.pilot.click("#footer", offset=(console.footer.index("? more"), 0))
        await console.settle()
        assert console.front == "HelpScreen"


async def test_click_on_the_footer_acts_on_the_row_that_was_clicked(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await click(console, IPS, "203.0.113.12")
        await console.pilot.click("#footer", offset=(console.footer.index("remove"), 0))
        await console.settle()
        assert [item.address for item in console.removal.items] == ["203.0.113.12"]


async def test_click_next_to_the_keys_of_the_footer_changes_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await console.pilot.click("#footer", offset=(119, 0))
        await console.settle()
        assert console.front == "ConsoleScreen"
        assert console.screen.active is IPS
        assert console.changes() == []


async def test_wheel_leaves_the_cursor_on_a_row_in_view(opened: Opening) -> None:
    async with opened(size=(120, 20)) as console:
        await console.go(SERVERS, "web-01")
        table = console.table(SERVERS)
        table.post_message(events.MouseScrollDown(table, 1, 3, 0, 0, 0, False, False, False))
        await console.settle()
        name = console.cursor(SERVERS)
        assert name is not None
        assert any(name in line for line in console.lines(SERVERS))
        await console.press("ctrl+d")
        assert name in console.screen_text()
