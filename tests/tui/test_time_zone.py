"""The zone of the times on the screen."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from rcv3_tui.display_time import DisplayZone, use_zone
from tests.support.console import OPS, SERVERS, Opening


@pytest.fixture
def in_kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine is 5.5 hours ahead of UTC."""
    monkeypatch.setenv("TZ", "IST-5:30")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
    use_zone(DisplayZone.UTC)


@pytest.mark.usefixtures("in_kolkata")
@pytest.mark.parametrize(("zone", "label"), [(DisplayZone.UTC, "UTC"), (DisplayZone.LOCAL, "IST")])
async def test_all_times_of_the_console_are_in_one_zone(
    opened: Opening, zone: DisplayZone, label: str
) -> None:
    async with opened(time_zone=zone) as console:
        now = console.screen.row_model.now()
        shown = now.astimezone() if zone is DisplayZone.LOCAL else now
        await console.go(SERVERS, "web-01")
        await console.press("d")
        stamps = re.findall(r"\d\d:\d\d:\d\d (\w+)", console.screen_text())
        assert stamps
        assert set(stamps) == {label}
        await console.press("escape", "2", "t")
        await console.advance(2)
        await console.press("5")
        is_local = zone is DisplayZone.LOCAL
        head = console.lines(OPS)[0]
        assert ("WHEN U" in head, "LOCAL" in head) == (not is_local, is_local), head
        assert any(f"{shown:%H:%M}" in line for line in console.lines(OPS))
        await console.press("l")
        where = "UTC" if zone is DisplayZone.UTC else "local"
        assert f"times in {where}" in console.screen_text()
