"""The Changes pane: what changed since the operator left, when, and by whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from rcv3_tui.simulator import Account, Server
from rcv3_tui.tui.pane_kinds import PaneKind
from tests.support.console import NARROW, SERVERS, Console, Opening

CHANGES = PaneKind.CHANGES
SIZES = [NARROW, (120, 40), (200, 50)]


def server(account: Account, name: str) -> Server:
    return next(s for s in account.region().servers.values() if s.name == name)


def set_status(account: Account, name: str, status: str) -> None:
    found = server(account, name)
    found.status = status
    account.region().touch_server(found)


def listed(console: Console) -> Sequence[str]:
    """Return the rows of the pane, with single blanks."""
    lines = [" ".join(line.split()) for line in console.lines(CHANGES)[1:]]
    return [line.removeprefix("❯ ") for line in lines if line]


async def leave_and_return(opened: Opening, directory: Path) -> None:
    """Run a console once, until it has read the account, and leave it for an hour."""
    async with opened(state_dir=directory / "state", cache_dir=directory / "cache") as console:
        await console.advance(90)
    await console.clock.advance(3600)


def again(opened: Opening, directory: Path, size: tuple[int, int] = (120, 40)) -> object:
    return opened(size, state_dir=directory / "state", cache_dir=directory / "cache")


@pytest.mark.parametrize("size", SIZES)
async def test_change_shows_when_what_and_by_whom(
    opened: Opening, demo_account: Account, size: tuple[int, int]
) -> None:
    async with opened(size) as console:
        await console.press("6")
        assert "No changes have been recorded." in console.screen_text()
        set_status(demo_account, "web-01", "ERROR")
        await console.advance(20)

        (row,) = listed(console)
        assert row.startswith("12:00:")
        assert "web-01" in row
        assert "ACTIVE → ERROR" in row
        assert row.endswith("elsewhere")


async def test_own_operation_is_named_as_the_cause(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(20)
        await console.press("6")

        operation = console.operations[0].id.rpartition("-")[2][:4]
        rows = listed(console)
        assert rows
        assert all(row.endswith(f"this console, op {operation}") for row in rows)
        assert "appeared, ADDING" in rows[-1]
        assert "public IP of db-01 appeared" in rows[-1]
        assert "public IP public IP" not in console.screen_text()


async def test_names_and_changes_are_whole_in_eighty_columns(opened: Opening) -> None:
    async with opened(NARROW) as console:
        await console.go(SERVERS, "web-01")
        await console.press("D", "tab", "enter")
        await console.advance(20)
        await console.press("6")

        rows = listed(console)
        assert any("web-01 in RCv3-web-https removed, was ACTIVE op " in row for row in rows)
        assert not any("…" in row for row in rows)


async def test_arrow_of_the_order_matches_the_newest_change_first(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        set_status(demo_account, "web-01", "ERROR")
        await console.advance(20)
        set_status(demo_account, "db-01", "SHUTOFF")
        await console.advance(20)
        await console.press("6")
        assert "db-01" in listed(console)[0]
        assert "WHEN UTC▼" in console.lines(CHANGES)[0]
        await console.press("S")
        assert "web-01" in listed(console)[0]
        assert "WHEN UTC▲" in console.lines(CHANGES)[0]


async def test_header_counts_changes_since_the_operator_left(
    opened: Opening, demo_account: Account, tmp_path: Path
) -> None:
    await leave_and_return(opened, tmp_path)
    set_status(demo_account, "web-01", "ERROR")
    set_status(demo_account, "web-02", "SHUTOFF")

    async with again(opened, tmp_path) as console:  # type: ignore[attr-defined]
        # A node of the account was in transition, too.
        assert "3 changes since you left (12:01)" in console.header
        set_status(demo_account, "db-01", "ERROR")
        await console.advance(20)
        assert "3 changes since you left" in console.header

        await console.press("6")
        assert "since you left" not in console.header
        assert len(listed(console)) == 4
        assert sum("12:01-13:01" in row for row in listed(console)) == 3
    async with again(opened, tmp_path) as console:  # type: ignore[attr-defined]
        assert "since you left" not in console.header
        await console.press("6")
        assert len(listed(console)) == 4


async def test_first_start_shows_no_changes(opened: Opening, tmp_path: Path) -> None:
    async with again(opened, tmp_path) as console:  # type: ignore[attr-defined]
        assert "since you left" not in console.header
        await console.press("6")
        assert listed(console)[0] == "No changes have been recorded."


async def test_enter_goes_to_the_resource_or_reports_that_it_is_gone(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        set_status(demo_account, "web-01", "ERROR")
        demo_account.delete_server(server(demo_account, "db-01").id)
        await console.advance(40)
        await console.press("6")
        gone = next(i for i, row in enumerate(listed(console)) if "server db-01 gone" in row)
        await console.press(*["down"] * gone, "enter")
        assert "server db-01 no longer exists" in console.message
        assert console.screen.active is CHANGES

        await console.press("/")
        await console.write("web-01 status:error")
        await console.press("enter", "g", "enter")
        assert console.screen.active is SERVERS
        assert console.cursor(SERVERS) == "web-01"


async def test_enter_on_a_node_opens_its_pool(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.advance(20)
        region = demo_account.region()
        pool = next(iter(region.pools.values()))
        added = server(demo_account, "db-01")
        demo_account.add_node(pool, added)
        await console.advance(60)
        await console.press("6", "/")
        await console.write("resource:node change:appeared")
        await console.press("enter", "enter")

        assert console.screen.active is PaneKind.NODES
        assert f"Nodes of {pool.name}" in console.title(PaneKind.NODES)
        assert console.cursor(PaneKind.NODES) == "db-01"


async def test_view_is_filtered_sorted_copied_and_saved(
    opened: Opening, demo_account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened() as console:
        set_status(demo_account, "web-01", "ERROR")
        set_status(demo_account, "db-01", "SHUTOFF")
        await console.advance(20)
        await console.command("changes")
        assert [row.split()[2] for row in listed(console)] == ["db-01", "web-01"]
        await console.press("S")
        assert [row.split()[2] for row in listed(console)] == ["web-01", "db-01"]
        await console.press("/")
        await console.write("status:error")
        await console.press("enter")
        assert [row.split()[2] for row in listed(console)] == ["web-01"]
        await console.press("c")
        assert "web-01" in console.message
        await console.command("save changes.json")
        (saved,) = json.loads((tmp_path / "changes.json").read_text())
        assert (saved["name"], saved["from"], saved["to"]) == ("web-01", "ACTIVE", "ERROR")
        assert saved["by"] == "elsewhere"
        await console.command("save changes.csv")
        assert (tmp_path / "changes.csv").read_text().splitlines()[0] == (
            "at,since,resource,id,name,change,from,to,by,operation,region"
        )


async def test_details_show_both_readings(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        set_status(demo_account, "web-01", "ERROR")
        await console.advance(20)
        await console.press("6", "d")

        text = console.screen_text()
        assert "Change of server web-01" in text
        assert "read before" in text


async def test_name_of_a_gone_server_is_masked(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        demo_account.delete_server(server(demo_account, "db-01").id)
        await console.advance(40)
        await console.press("6")
        assert "db-01" in console.screen_text()
        await console.press("P")
        assert "db-01" not in console.screen_text()
        assert "server-" in console.screen_text()
