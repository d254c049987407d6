"""Keys as a terminal sends them, and the modes and the size of the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from typing import cast

import pytest
from textual import events
from textual.app import App
from textual.geometry import Size
from textual.message import Message

from rcv3_tui.tui.driver import TerminalDriver

# Keys come through a pipe and a thread.
pytestmark = pytest.mark.real_time


class Listener:
    """As much of an app as a driver asks for."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.errors: list[Exception] = []
        self.size = Size(80, 24)

    def post_message(self, message: Message) -> bool:
        self.messages.put_nowait(message)
        return True

    async def _post_message(self, message: Message) -> bool:
        return self.post_message(message)

    def exit(self, result: object, return_code: int) -> None:
        self.ended.set_result(return_code)

    def _handle_exception(self, error: Exception) -> None:
        self.errors.append(error)

    async def key(self) -> str:
        """Wait for the next key; return its name, or its character if it has none."""
        while True:
            message = await asyncio.wait_for(self.messages.get(), 10.0)
            if isinstance(message, events.Key):
                return message.key if message.is_printable is False else message.character or ""


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A pseudo-terminal that is this program's; gives the end of the keyboard."""
    ours, theirs = os.openpty()
    stream = io.TextIOWrapper(io.FileIO(theirs, "r+", closefd=False), write_through=True)
    for name in ("__stdin__", "__stdout__"):
        monkeypatch.setattr(sys, name, stream)
    handlers = {
        number: signal.getsignal(number)
        for number in (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
    }
    yield ours
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for descriptor in (ours, theirs):
        try:
            os.close(descriptor)
        except OSError:
            # Hung up by the test.
            continue


@pytest.fixture
async def listener() -> Listener:
    return Listener()


@pytest.fixture
async def driver(line: int, listener: Listener) -> AsyncIterator[TerminalDriver]:
    interval = sys.getswitchinterval()
    driver = TerminalDriver(cast("App[None]", listener), size=(80, 24))
    driver.start_application_mode()
    # So that the terminal hands keys on as they come.
    await asyncio.sleep(0)
    yield driver
    driver.stop_application_mode()
    driver.close()
    sys.setswitchinterval(interval)


async def test_keys_come_as_they_are_pressed(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    for sent, key in ((b"j", "j"), (b"\x1b[B", "down"), (b"\r", "enter"), (b"\x03", "ctrl+c")):
        os.write(line, sent)
        assert await listener.key() == key


async def test_escape_is_a_key_when_nothing_follows(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"\x1b")
    assert await listener.key() == "escape"
    os.write(line, b"k")
    assert await listener.key() == "k"


async def test_letter_may_arrive_in_two_pieces(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    first, second = "\u00e9".encode()[:1], "\u00e9".encode()[1:]
    os.write(line, first)
    os.write(line, second + b"x")
    assert [await listener.key(), await listener.key()] == ["\u00e9", "x"]


async def test_byte_that_begins_no_letter_is_a_key_of_its_own(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"\xe9")
    assert await listener.key() == "\ufffd"
    os.write(line, b"x")
    assert await listener.key() == "x"


async def test_driver_reports_a_terminal_that_is_gone(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"j")
    assert await listener.key() == "j"
    os.close(line)
    assert await asyncio.wait_for(listener.ended, 10.0) == 129


async def test_keys_are_not_read_while_suspended(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    driver.stop_application_mode()
    driver.start_application_mode()
    os.write(line, b"k")
    assert await listener.key() == "k"
    assert listener.errors == []


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([b"\x1bP>|kitty(0.26.5)\x1b\\"], id="whole"),
        pytest.param([b"\x1bP>|kit", b"ty(0.26.5)\x1b\\"], id="in-two"),
        pytest.param([b"\x1b", b"P>|kitty(0.26.5)\x1b", b"\\"], id="in-three"),
        pytest.param([b"\x90>|tat\x9c"], id="8-bit"),
        pytest.param([b"\x1b[1114112;1;1114112u"], id="no-character"),
        pytest.param([b"\x1b[57441;2u"], id="modifier"),
        pytest.param([b"\x11"], id="flow-control"),
    ],
)
async def test_sequence_that_is_no_key_is_dropped(
    driver: TerminalDriver, listener: Listener, line: int, parts: list[bytes]
) -> None:
    for part in parts:
        os.write(line, part)
        # A line that brings the sequence piece by piece.
        await asyncio.sleep(0.02)
    # Letters that follow within a moment belong to it.
    await asyncio.sleep(0.2)
    os.write(line, b"k")
    assert await listener.key() == "k"
    assert listener.errors == []


async def test_ctrl_on_a_keyboard_of_another_script_is_the_latin_key(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"\x1b[1089::99;5u")
    assert await listener.key() == "ctrl+c"


async def test_report_that_the_parser_fails_on_ends_nothing(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    # Pixels are announced, but there are none to divide by.
    os.write(line, b"\x1b[48;24;80;0;0t\x1b[<0;10;12M")
    os.write(line, b"k")
    assert await listener.key() == "k"
    assert listener.errors == []


async def test_keys_of_one_read_are_sent_together(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"api")
    assert await listener.key() == "a"
    assert [listener.messages.get_nowait() for _ in range(2)]


async def test_window_signal_reports_the_size_also_where_it_is_the_same(
    driver: TerminalDriver, listener: Listener
) -> None:
    driver._in_band_window_resize = True
    os.kill(os.getpid(), signal.SIGWINCH)
    while True:
        message = await asyncio.wait_for(listener.messages.get(), 10.0)
        if isinstance(message, events.Resize):
            break


@pytest.mark.parametrize(
    ("columns", "lines", "size"),
    [("100", "30", (100, 30)), ("", "", (80, 24)), ("x", "-3", (80, 24)), ("0", "99999", (80, 24))],
)
async def test_terminal_without_a_size_takes_it_from_the_environment(
    driver: TerminalDriver,
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
    lines: str,
    size: tuple[int, int],
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", lines)
    assert driver._get_terminal_size() == size


async def test_modes_are_set_again(driver: TerminalDriver, line: int) -> None:
    driver.take_mouse(True)
    os.set_blocking(line, False)
    with contextlib.suppress(BlockingIOError):
        os.read(line, 65536)
    driver.set_modes_again()
    driver.write("end")
    written = b""
    while not written.endswith(b"end"):
        # On a busy machine, the terminal hands it on in pieces.
        assert select.select([line], [], [], 10.0)[0]
        written += os.read(line, 65536)
    for mode in (b"?1049h", b"?25l", b"?1004h", b"?2004h", b"?1000h", b"?1006h", b"=29;1u"):
        assert b"\x1b[" + mode in written


@pytest.mark.parametrize(("columns", "sets_modes"), [(80, True), (120, False)])
async def test_window_signal_of_the_same_size_sets_the_modes_for_another_terminal(
    driver: TerminalDriver,
    listener: Listener,
    line: int,
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    sets_modes: bool,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    os.set_blocking(line, False)
    with contextlib.suppress(BlockingIOError):
        os.read(line, 65536)
    os.kill(os.getpid(), signal.SIGWINCH)
    while not isinstance(await asyncio.wait_for(listener.messages.get(), 10.0), events.Resize):
        pass
    driver.write("after")
    assert (b"\x1b[?1049h" in os.read(line, 65536)) is sets_modes


async def test_report_of_a_mouse_that_is_off_is_dropped(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    driver.take_mouse(False)
    os.write(line, b"\x1b[<0;5;5M\x1b[<0;5;5mk")
    seen: list[Message] = []
    while not isinstance(seen[-1] if seen else None, events.Key):
        seen.append(await asyncio.wait_for(listener.messages.get(), 10.0))
    assert not any(isinstance(message, events.MouseEvent) for message in seen)
