"""Writing to a terminal that takes its time, or has gone."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator

import pytest

from rcv3_tui.tui import nonblocking_writer
from rcv3_tui.tui.nonblocking_writer import NonBlockingWriter

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
    file = NonBlockingWriter(line[1])
    for word in ("one ", "tw\u00f6 ", "three"):
        file.write(word)
    file.drain()
    assert os.read(line[0], 100).decode() == "one tw\u00f6 three"


def test_stalled_connection_does_not_block_and_receives_everything_later(
    line: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonblocking_writer, "_STALLED", 0.05)
    file = NonBlockingWriter(line[1])
    file.write(MUCH)
    file.drain()
    file.write("the end")
    assert read(line[0], len(MUCH) + 7) == MUCH + "the end"


def test_nonblocking_terminal_receives_everything(line: tuple[int, int]) -> None:
    os.set_blocking(line[1], False)
    file = NonBlockingWriter(line[1])
    file.write(MUCH)
    assert read(line[0], len(MUCH)) == MUCH


def test_terminal_that_is_gone_drops_everything(
    line: tuple[int, int],
) -> None:
    os.close(line[0])
    file = NonBlockingWriter(line[1])
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


def test_terminal_is_written_to_at_once(terminal: tuple[int, int]) -> None:
    file = NonBlockingWriter(terminal[1])
    file.write("one ")
    file.write("two")
    assert file._thread is None
    assert read(terminal[0], 7) == "one two"
    # Other users of the terminal find it as it was.
    assert os.get_blocking(terminal[1])


def test_text_that_is_not_accepted_at_once_arrives_in_order(terminal: tuple[int, int]) -> None:
    file = NonBlockingWriter(terminal[1])
    file.write("begin ")
    file.write(MUCH)
    file.write(" and the end")
    whole = f"begin {MUCH} and the end"
    assert read(terminal[0], len(whole)) == whole
    file.drain()
    file.write(" again")
    assert read(terminal[0], 6) == " again"


def test_terminal_that_cannot_be_reopened_is_still_written_to(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> str:
        raise OSError("no such device")

    monkeypatch.setattr("os.ttyname", fail)
    file = NonBlockingWriter(terminal[1])
    file.write("as ever")
    assert read(terminal[0], 7) == "as ever"


def test_undecodable_byte_is_replaced(line: tuple[int, int]) -> None:
    file = NonBlockingWriter(line[1])
    file.write("a\ud800b")
    file.drain()
    assert os.read(line[0], 10) == b"a?b"
