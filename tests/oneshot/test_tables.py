"""Tables: whole in a pipe, fitted to a terminal, and safe on both."""

from __future__ import annotations

import re

import pytest

from rcv3_tui.oneshot.out import Looks
from rcv3_tui.oneshot.widths import cut, pad, width
from rcv3_tui.simulator import HOSTILE_NAMES, Account
from tests.oneshot.desk import Desk

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def furnished(account: Account) -> None:
    """Names of every length, an address that moves, one that failed."""
    for name in HOSTILE_NAMES:
        account.add_server(name)
    moving, failed = account.add_server("on-its-way"), account.add_server("unlucky")
    account.add_public_ip(moving, status="ADDING", age=12.0, moves_after=600.0)
    account.add_public_ip(failed, status="ADD_FAILED", detail="no free address in the block")


def screen(columns: int, rows: int = 24, *, colours: bool = False, ascii: bool = False) -> Looks:
    return Looks(is_terminal=True, colours=colours, ascii=ascii, columns=columns, rows=rows)


async def test_into_a_pipe_goes_everything_whole(desk: Desk) -> None:
    said = await desk.ask("servers")
    assert "long-" + "n" * 295 in said.out
    assert "\x1b" not in said.out
    assert not any(char in said.out for char in "│┃─━●◐✗…")


async def test_a_pipe_gets_statuses_as_the_api_spells_them(desk: Desk) -> None:
    said = await desk.ask("ips", columns=("status",))
    assert said.lines == ["STATUS", "ADDING", "ADD_FAILED"]


@pytest.mark.parametrize("columns", [200, 80, 40, 20, 7, 1])
@pytest.mark.parametrize("noun", ["", "servers", "ips", "networks"])
async def test_no_line_is_wider_than_the_terminal(desk: Desk, noun: str, columns: int) -> None:
    desk.looks = screen(columns, colours=True)
    said = await desk.ask(noun)
    for line in said.lines:
        # Below a dozen columns the words that lead a finding stay whole.
        assert width(COLOUR.sub("", line)) <= max(columns, 12), line


async def test_a_terminal_shows_signs_and_how_long_a_move_has_lasted(desk: Desk) -> None:
    desk.looks = screen(100)
    said = await desk.ask("ips")
    assert "◐ ADDING 12s" in said.out
    assert "✗ ADD_FAILED" in said.out
    assert "\x1b" not in said.out


async def test_without_utf8_the_signs_are_ascii(desk: Desk) -> None:
    desk.looks = screen(100, ascii=True)
    said = await desk.ask("ips")
    assert "~ ADDING 12s" in said.out
    assert said.out.isascii()


async def test_colours_are_there_where_the_terminal_has_them(desk: Desk) -> None:
    desk.looks = screen(100, colours=True)
    said = await desk.ask("ips")
    assert "\x1b[1;31m✗ ADD_FAILED" in said.out
    assert COLOUR.sub("", said.out).count("\x1b") == 0


async def test_a_narrow_terminal_keeps_address_and_status(desk: Desk) -> None:
    desk.looks = screen(30)
    said = await desk.ask("ips")
    assert said.lines[0].split() == ["ADDRESS", "STATUS"] or "STATUS" in said.lines[0]
    assert "DETAIL" not in said.lines[0]


async def test_columns_that_were_asked_for_are_never_left_out(desk: Desk) -> None:
    desk.looks = screen(20)
    said = await desk.ask("ips", columns=("address", "status", "server", "detail", "retain"))
    assert len(said.lines[0].split("  ")) >= 5


async def test_on_a_terminal_a_column_without_any_value_is_left_out(desk: Desk) -> None:
    desk.looks = screen(200)
    said = await desk.ask("ips", filter="on-its-way")
    assert "DETAIL" not in said.lines[0]


# Cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("\u5e7f\u57df", 4), ("e\u0301", 1), ("\U0001f525", 2)]
)
def test_wide_letters_take_two_cells_and_marks_none(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 4, "abc…"),
        ("\u5e7f\u57df\u7f51", 4, "\u5e7f…"),
        ("ab", 0, ""),
    ],
)
def test_what_is_cut_says_so_and_fits(text: str, cells: int, shown: str) -> None:
    assert cut(text, cells) == shown
    assert width(cut(text, cells)) <= cells


def test_blanks_fill_up_on_either_side() -> None:
    assert pad("\u5e7f", 4) == "\u5e7f  "
    assert pad("7", 3, right=True) == "  7"
