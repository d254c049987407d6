"""The details of a row follow the fields of its view."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.views.details import DetailLine, detail_lines
from rcv3_tui.views.pools import POOLS
from rcv3_tui.views.public_ips import PUBLIC_IPS
from rcv3_tui.views.servers import SERVERS
from tests.support.rows import NOW, ago, ip_row, pool_row, record, server_row


def test_details_show_fields_in_the_order_of_the_view() -> None:
    row = server_row("BUILD", "spawning")
    lines = {line.label: line for line in detail_lines(SERVERS, row, NOW)}
    assert list(lines)[:5] == ["name", "id", "region", "status", "task state"]
    assert lines["status"] == DetailLine("status", "BUILD", "moving")


def test_field_without_value_is_left_out_or_explained() -> None:
    lines = {line.label: line.text for line in detail_lines(SERVERS, server_row(), NOW)}
    assert "fault" not in lines
    assert "progress" not in lines
    assert lines["image"] == "none: boots from a volume"
    assert lines["updated"] == "never"


def test_time_is_shown_with_its_age() -> None:
    row = ip_row(record(created=ago(7200)))
    lines = {line.label: line.text for line in detail_lines(PUBLIC_IPS, row, NOW)}
    assert lines["created"] == "2026-01-15 10:00:00 UTC  (2h00 ago)"


def test_failure_without_reason_is_named_as_such() -> None:
    row = pool_row()
    failed = replace(row, pool=replace(row.pool, status="UPDATE_FAILED", status_detail=None))
    (line,) = (line for line in detail_lines(POOLS, failed, NOW) if line.label == "detail")
    assert line == DetailLine("detail", "no reason given by RackConnect", "failed")


@pytest.mark.parametrize(("status", "text"), [("ADDING", "none yet"), ("ADD_FAILED", "none")])
def test_missing_address_is_expected_only_in_transition(status: str, text: str) -> None:
    row = ip_row(record(status=status, address=None))
    lines = {line.label: line.text for line in detail_lines(PUBLIC_IPS, row, NOW)}
    assert lines["address"] == text
