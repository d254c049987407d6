"""Keys as a terminal sends them, read on the event loop or, where that cannot be, by a thread."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from typing import cast

import pytest
from textual import events
from textual.app import App
from textual.message import Message

from rcv3_tui import turns
from rcv3_tui.tui import driver as driver_module
from rcv3_tui.tui.driver import TerminalDriver
from rcv3_tui.turns import Slice

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread reads keys")


class Listener:
    """As much of an app as a driver asks for."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.errors: list[Exception] = []

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
        """Wait for the next key, and tell its name or, where it has none, what it writes."""
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


@pytest.fixture(params=[pytest.param("loop", marks=ON_LINUX), "thread"])
async def driver(
    request: pytest.FixtureRequest,
    line: int,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[TerminalDriver]:
    interval = sys.getswitchinterval()
    if request.param == "thread":
        # As of a terminal that belongs to somebody else.
        monkeypatch.setattr(driver_module, "opened_anew", lambda descriptor, access: None)
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


async def test_an_escape_stands_alone_when_nothing_follows(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"\x1b")
    assert await listener.key() == "escape"
    os.write(line, b"k")
    assert await listener.key() == "k"


async def test_a_letter_may_come_in_two_pieces(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    first, second = "\u00e9".encode()[:1], "\u00e9".encode()[1:]
    os.write(line, first)
    os.write(line, second + b"x")
    assert [await listener.key(), await listener.key()] == ["\u00e9", "x"]


async def test_a_byte_that_begins_no_letter_is_a_key_of_its_own(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"\xe9")
    assert await listener.key() == "\ufffd"
    os.write(line, b"x")
    assert await listener.key() == "x"


async def test_it_says_when_the_terminal_has_gone(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    os.write(line, b"j")
    assert await listener.key() == "j"
    os.close(line)
    assert await asyncio.wait_for(listener.ended, 10.0) == 129


async def test_keys_are_left_alone_while_it_is_suspended(
    driver: TerminalDriver, listener: Listener, line: int
) -> None:
    driver.stop_application_mode()
    driver.start_application_mode()
    os.write(line, b"k")
    assert await listener.key() == "k"
    assert listener.errors == []


@ON_LINUX
@pytest.mark.parametrize("driver", ["loop"], indirect=True)
async def test_a_key_that_waits_ends_a_slice_of_work(
    driver: TerminalDriver, listener: Listener, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLICE_SECONDS", 60.0)
    os.write(line, b"j")
    assert await listener.key() == "j"
    work = Slice()
    assert not any(work.is_over() for _ in range(100_000))
    os.write(line, b"k")
    # Some milliseconds; were the key not noticed, the test would not end.
    while not work.is_over():
        pass
    assert await listener.key() == "k"
