"""What an earlier run read: plainly marked, replaced in place, and never changed upon."""

from __future__ import annotations

from pathlib import Path

from rcv3_tui.simulator import Account, Fault
from tests.support.console import Console, Opening


def line(console: Console, number: int) -> str:
    return console.screen_text().splitlines()[number]


async def test_cached_data_shows_its_age_until_live_data_replaces_it(
    opened: Opening, demo_account: Account, tmp_path: Path
) -> None:
    async with opened(cache_dir=tmp_path) as console:
        await console.advance(10)
    await console.clock.advance(3 * 3600)
    demo_account.faults.add(Fault.silence(30.0, path="/(servers|rackconnect)/"))
    demo_account.faults.sleep = console.clock.sleep

    async with opened(cache_dir=tmp_path, wait=False) as console:
        await console.settle()
        assert "cached data from 12:00 UTC (3h00 ago)" in line(console, 0)
        assert "from 12:00 UTC" in line(console, 1)
        assert "web-01" in console.screen_text()
        await console.press("down", "down", "down", "down")
        under = console.screen.pane.table.cursor_id

        await console.press("ctrl+d")
        assert console.front == "ConsoleScreen"
        assert "changes are disabled until it refreshes" in console.screen_text()
        await console.press("y")
        assert console.front == "ConsoleScreen"
        assert "arrives with the next refresh" in console.screen_text()

        demo_account.faults.clear()
        await console.advance(40)
        assert "cached data" not in line(console, 0)
        assert "from 12:00" not in line(console, 1)
        assert console.app.screen.pane.table.cursor_id == under  # type: ignore[attr-defined]
        assert console.changes() == []
        await console.add()
        assert "cached data" not in line(console, -2)
