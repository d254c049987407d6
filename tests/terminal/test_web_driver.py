"""The console behind Textual's web driver, as `textual serve` runs it."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from rcv3_tui.tui.screens.dialog import HOLD
from tests.support.terminal import COMMAND, TIMEOUT

DRIVER = "textual.drivers.web_driver:WebDriver"


class Page:
    """The other end of the web driver: a page with a terminal."""

    def __init__(self, home: Path, *arguments: str, driver: str = DRIVER) -> None:
        environment = {
            "PATH": os.defpath,
            "HOME": str(home),
            "LANG": "C",
            "TEXTUAL_DRIVER": driver,
            "COLUMNS": "100",
            "ROWS": "30",
        }
        self._process = subprocess.Popen(
            [str(COMMAND), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)
        self._unread = b""
        self._has_begun = False
        self.ended = False

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    def send(self, data: bytes, kind: bytes = b"D") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(kind + len(data).to_bytes(4, "big") + data)
        self._process.stdin.flush()

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + TIMEOUT
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            self._read()

    def wait_gone(self, text: str) -> None:
        deadline = time.monotonic() + TIMEOUT
        while text in self.text:
            assert time.monotonic() < deadline, self.text
            self._read()

    def wait_end(self) -> int:
        deadline = time.monotonic() + TIMEOUT
        while not self.ended:
            assert time.monotonic() < deadline, self.text
            self._read()
        return self._process.wait(TIMEOUT)

    def refusal(self) -> tuple[int, str]:
        _, errors = self._process.communicate(timeout=TIMEOUT)
        return self._process.returncode, errors.decode()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _read(self) -> None:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        if select.select([descriptor], [], [], 0.1)[0]:
            self._unread += os.read(descriptor, 65536)
        if not self._has_begun:
            _, mark, rest = self._unread.partition(b"__GANGLION__\n")
            self._has_begun, self._unread = bool(mark), rest if mark else self._unread
        while self._has_begun and len(self._unread) >= 5:
            size = int.from_bytes(self._unread[1:5], "big")
            if len(self._unread) < 5 + size:
                break
            kind, packet = self._unread[:1], self._unread[5 : 5 + size]
            self._unread = self._unread[5 + size :]
            if kind == b"D":
                self._stream.feed(packet.replace(b"\x1b[?2026$p", b""))
            elif json.loads(packet).get("type") == "exit":
                self.ended = True


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    page = Page(tmp_path, "--demo")
    yield page
    page.close()


def test_console_runs_in_a_page_with_its_dialogs_and_ends(page: Page) -> None:
    page.wait_for(" live ")
    # There is no terminal whose locale restricts the output.
    page.wait_for("●")
    page.send(b"2")
    page.wait_for("\u276f 203.0.113.10")
    page.send(b"\x1b[<NaN;NaN;NaNM\x1bP>|kitty(0.26.5)\x1b\\")
    time.sleep(0.3)
    page.send(b"\x04")
    page.wait_for("Cancel")
    # The dialog ignores type-ahead for this long.
    time.sleep(HOLD + 0.2)
    page.send(b"\x1b")
    page.wait_gone("Cancel")
    page.send(json.dumps({"type": "resize", "width": 80, "height": 24}).encode(), b"M")
    page.wait_for("1 Servers  3 Pools")
    page.send(b"q")
    assert page.wait_end() == 0


@pytest.mark.parametrize("driver", ["nowhere", "nowhere:Driver", "textual.app:Nothing", ":"])
def test_unknown_driver_is_refused_in_one_line(tmp_path: Path, driver: str) -> None:
    page = Page(tmp_path, "--demo", driver=driver)
    code, errors = page.refusal()
    assert code == 2
    assert errors.count("\n") == 1
    assert f"TEXTUAL_DRIVER={driver}" in errors
