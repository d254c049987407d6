"""Tables: whole in a pipe, fitted to a terminal, and safe on both."""

from __future__ import annotations

import re

import pytest

from rcv3_tui.simulator import HOSTILE_NAMES, Account
from rcv3_tui.status.output import OutputStyle
from rcv3_tui.text_width import cell_width
from tests.support.status_harness import StatusHarness

COLOR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def furnished(account: Account) -> None:
    """Names of every length, an address that moves, one that failed."""
    for name in HOSTILE_NAMES:
        account.add_server(name)
    moving, failed = account.add_server("on-its-way"), account.add_server("unlucky")
    account.add_public_ip(moving, status="ADDING", age=12.0, moves_after=600.0)
    account.add_public_ip(failed, status="ADD_FAILED", detail="no free address in the block")


def screen(
    columns: int, rows: int = 24, *, colors: bool = False, ascii: bool = False
) -> OutputStyle:
    return OutputStyle(is_terminal=True, colors=colors, ascii=ascii, columns=columns, rows=rows)


async def test_pipe_gets_untruncated_values(status_harness: StatusHarness) -> None:
    result = await status_harness.run("servers")
    assert "long-" + "n" * 295 in result.out
    assert "\x1b" not in result.out
    assert not any(char in result.out for char in "│┃─━●◐✗…")


async def test_pipe_gets_statuses_as_the_api_spells_them(status_harness: StatusHarness) -> None:
    result = await status_harness.run("ips", columns=("status",))
    assert result.lines == ["STATUS", "ADDING", "ADD_FAILED"]


@pytest.mark.parametrize("columns", [200, 80, 40, 20, 7, 1])
@pytest.mark.parametrize("noun", ["", "servers", "ips", "networks"])
async def test_no_line_is_wider_than_the_terminal(
    status_harness: StatusHarness, noun: str, columns: int
) -> None:
    status_harness.looks = screen(columns, colors=True)
    result = await status_harness.run(noun)
    for line in result.lines:
        # Below a dozen columns the words that lead a finding stay whole.
        assert cell_width(COLOR.sub("", line)) <= max(columns, 12), line


async def test_terminal_shows_glyphs_and_age_of_transitions(
    status_harness: StatusHarness,
) -> None:
    status_harness.looks = screen(100)
    result = await status_harness.run("ips")
    assert "◐ ADDING 12s" in result.out
    assert "✗ ADD_FAILED" in result.out
    assert "\x1b" not in result.out


async def test_without_utf8_the_signs_are_ascii(status_harness: StatusHarness) -> None:
    status_harness.looks = screen(100, ascii=True)
    result = await status_harness.run("ips")
    assert "~ ADDING 12s" in result.out
    assert result.out.isascii()


async def test_colors_are_used_if_the_terminal_has_them(status_harness: StatusHarness) -> None:
    status_harness.looks = screen(100, colors=True)
    result = await status_harness.run("ips")
    assert "\x1b[1;31m✗ ADD_FAILED" in result.out
    assert COLOR.sub("", result.out).count("\x1b") == 0


async def test_narrow_terminal_shows_address_and_status(status_harness: StatusHarness) -> None:
    status_harness.looks = screen(30)
    result = await status_harness.run("ips")
    assert result.lines[0].split() == ["ADDRESS", "STATUS"] or "STATUS" in result.lines[0]
    assert "DETAIL" not in result.lines[0]


async def test_requested_columns_are_never_dropped(
    status_harness: StatusHarness,
) -> None:
    status_harness.looks = screen(20)
    result = await status_harness.run(
        "ips", columns=("address", "status", "server", "detail", "retain")
    )
    assert len(result.lines[0].split("  ")) >= 5


async def test_terminal_omits_empty_columns(
    status_harness: StatusHarness,
) -> None:
    status_harness.looks = screen(200)
    result = await status_harness.run("ips", filter="on-its-way")
    assert "DETAIL" not in result.lines[0]
