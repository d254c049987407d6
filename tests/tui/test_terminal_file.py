"""Writing to a terminal that takes its time, or has gone."""

from __future__ import annotations

import os
import tty
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


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The two ends of a terminal that translates nothing."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    yield ours, theirs
    for end in (ours, theirs):
        os.close(end)


def test_a_terminal_is_written_to_at_once(terminal: tuple[int, int]) -> None:
    file = TerminalFile(terminal[1])
    file.write("one ")
    file.write("two")
    assert file._thread is None
    assert read(terminal[0], 7) == "one two"
    # Whoever shares the terminal finds it as it was.
    assert os.get_blocking(terminal[1])


def test_what_a_terminal_does_not_take_at_once_comes_in_order(terminal: tuple[int, int]) -> None:
    file = TerminalFile(terminal[1])
    file.write("begin ")
    file.write(MUCH)
    file.write(" and the end")
    whole = f"begin {MUCH} and the end"
    assert read(terminal[0], len(whole)) == whole
    file.drain()
    file.write(" again")
    assert read(terminal[0], 6) == " again"


def test_a_terminal_that_cannot_be_opened_anew_is_written_to_all_the_same(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> str:
        raise OSError("no such device")

    monkeypatch.setattr("os.ttyname", fail)
    file = TerminalFile(terminal[1])
    file.write("as ever")
    assert read(terminal[0], 7) == "as ever"


def test_what_no_byte_stands_for_is_replaced(line: tuple[int, int]) -> None:
    file = TerminalFile(line[1])
    file.write("a\ud800b")
    file.drain()
    assert os.read(line[0], 10) == b"a?b"
