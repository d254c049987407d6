"""The terminal between the cached frame and Textual."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Iterator
from typing import Any

import pytest

from rcv3_tui.tui.cached_frame import Frame
from rcv3_tui.tui.held_terminal import HeldTerminal
from rcv3_tui.tui.sgr import PLAIN

NOW = 1_800_000_000.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Line:
    """A pseudo-terminal in place of this process's one."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.openpty()
        self.held = HeldTerminal(Frame(60, 1, NOW, (((" ", PLAIN),) * 60,)), NOW)
        self.held._input = self.held._output = self.theirs

    @property
    def attributes(self) -> list[Any]:
        return termios.tcgetattr(self.theirs)

    @property
    def echoes(self) -> bool:
        return bool(self.attributes[3] & termios.ECHO)

    def written(self) -> str:
        return os.read(self.ours, 65536).decode()


@pytest.fixture
def line() -> Iterator[Line]:
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    # pytest's workers run in the background, where SIGINT may be ignored.
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    line = Line()
    yield line
    line.held.restore()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    os.close(line.ours)
    os.close(line.theirs)


def test_frame_is_written_without_echo(line: Line) -> None:
    before = line.attributes
    line.held.show()
    assert line.written().startswith("\x1b[?1049h\x1b[?25l")
    assert not line.echoes
    line.held.restore()
    assert line.attributes == before
    assert line.written().endswith("\x1b[?1049l\x1b[?25h")
    assert not line.held.is_held


def test_keys_typed_on_the_frame_can_be_read_as_they_were_pressed(line: Line) -> None:
    line.held.show()
    typed = b"j\r\x1a\x1c\x13\x16\x7f"
    os.write(line.ours, typed)
    assert os.read(line.theirs, 100) == typed


def test_restoring_twice_writes_once(line: Line) -> None:
    line.held.show()
    line.held.restore()
    line.written()
    line.held.restore()
    os.write(line.theirs, b"end")
    assert line.written() == "end"


def test_adopted_terminal_is_not_restored(line: Line) -> None:
    before = line.attributes
    line.held.show()
    assert line.held.adopt() == before
    line.held.restore()
    assert not line.echoes
    assert line.held.adopt() is None


def test_signal_handlers_are_put_back(line: Line) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    line.held.show()
    # `nohup` ignores it.
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert callable(signal.getsignal(signal.SIGTERM))
    line.held.restore()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_lent_terminal_reads_lines_with_echo_and_is_not_trusted_afterwards(line: Line) -> None:
    before = line.attributes
    line.held.show()
    line.written()
    with line.held.lend():
        assert line.attributes == before
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert line.written().endswith("\x1b[?25h")
    assert not line.echoes
    assert line.held.lines is None
    assert callable(signal.getsignal(signal.SIGINT))


def test_lending_without_a_frame_does_nothing(line: Line) -> None:
    before = line.attributes
    with line.held.lend():
        assert line.attributes == before


def test_terminal_that_is_gone_is_no_error(line: Line) -> None:
    read, write = os.pipe()
    line.held._input = line.held._output = write
    line.held.show()
    assert not line.held.is_held
    os.close(read)
    os.close(write)


def test_incomplete_frame_is_not_trusted(line: Line) -> None:
    read, write = os.pipe()
    os.close(read)
    line.held._output = write
    line.held.show()
    assert line.held.is_held
    assert line.held.lines is None
    os.close(write)
