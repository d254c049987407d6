"""Writing to a terminal that takes its time, or has gone."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from rcv3_tui.tui import terminal_file
from rcv3_tui.tui.terminal_file import TerminalFile

MUCH = "0123456789" * 50_000
"""More than a pipe holds."""


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    """The two ends of a line: ours to read, the program's to write."""
    ours, theirs = os.pipe()
    yield ours, theirs
    for end in (ours, theirs):
        try:
            os.close(end)
        except OSError:
            continue


def read(descriptor: int, size: int) -> str:
    data = b""
    while len(data) < size:
        data += os.read(descriptor, 65536)
    return data.decode()


def test_everything_arrives_in_order(line: tuple[int, int]) -> None:
    file = TerminalFile(line[1])
    for word in ("one ", "tw\u00f6 ", "three"):
        file.write(word)
    file.drain()
    assert os.read(line[0], 100).decode() == "one tw\u00f6 three"


def test_a_line_that_stalls_keeps_nobody_waiting_and_gets_all_later(
    line: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_file, "_STALLED", 0.05)
    file = TerminalFile(line[1])
    file.write(MUCH)
    file.drain()
    file.write("the end")
    assert read(line[0], len(MUCH) + 7) == MUCH + "the end"


def test_a_line_that_does_not_wait_gets_all_as_well(line: tuple[int, int]) -> None:
    os.set_blocking(line[1], False)
    file = TerminalFile(line[1])
    file.write(MUCH)
    assert read(line[0], len(MUCH)) == MUCH


def test_a_terminal_that_has_gone_takes_everything_and_keeps_nothing(
    line: tuple[int, int],
) -> None:
    os.close(line[0])
    file = TerminalFile(line[1])
    file.write("who is there")
    file.drain()
    file.write(MUCH)
    file.drain()
    assert not file._pending


def test_what_no_byte_stands_for_is_replaced(line: tuple[int, int]) -> None:
    file = TerminalFile(line[1])
    file.write("a\ud800b")
    file.drain()
    assert os.read(line[0], 10) == b"a?b"
