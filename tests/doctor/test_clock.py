"""The clock that doctor shows is the one that ages go by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.clock import ManualClock, ServiceClock
from rcv3_tui.doctor import connectivity
from rcv3_tui.doctor.check_result import CheckResult, Level
from rcv3_tui.settings import Settings


async def clock_line(clock: ServiceClock, headers: Mapping[str, str]) -> CheckResult:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, headers=headers, json={}))
    http = HttpClient(transport, 20.0, service_clock=clock)
    settings = Settings(identity_url="http://127.0.0.1:1/v2.0")
    found = [finding async for finding in connectivity.check(http, settings, clock)]
    return found[-1]


@pytest.mark.parametrize(
    "date", [None, "yesterday", "Mon, 01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
async def test_date_that_ages_do_not_go_by_is_not_shown(date: str | None) -> None:
    clock = ServiceClock(ManualClock())
    finding = await clock_line(clock, {} if date is None else {"date": date})
    assert (finding.check, finding.level, clock.offset) == ("clock", Level.NOTE, 0.0)
    assert finding.text == "Identity's response has no usable Date; ages use this machine's clock"


@pytest.mark.parametrize(
    ("ahead", "level", "text"),
    [
        (0, Level.OK, "0 s behind Identity's; ages use the service's"),
        (60, Level.NOTE, "59 s ahead of Identity's; ages use the service's clock"),
        (360, Level.WARN, "359 s ahead of Identity's; ages use the service's clock"),
        (-360, Level.WARN, "360 s behind Identity's; ages use the service's clock"),
    ],
)
async def test_offset_is_that_of_service_clock(ahead: int, level: Level, text: str) -> None:
    local = ManualClock()
    date = format_datetime(local.now() - timedelta(seconds=ahead), usegmt=True)
    finding = await clock_line(ServiceClock(local), {"date": date})
    assert (finding.level, finding.text) == (level, text)


def test_services_with_another_clock_are_reported() -> None:
    local = ManualClock()
    clock = ServiceClock(local)
    clock.observe("rackconnect", local.now() - timedelta(seconds=600), {}, local.now())
    (finding,) = connectivity.services_clock(clock, 0.0)
    assert finding.text == "599 s ahead of the services'; ages use the service's clock"
    assert not list(connectivity.services_clock(clock, clock.offset))
