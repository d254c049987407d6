"""The console in xterm, on a virtual screen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support import terminal_probe
from tests.support.real_scenario import (
    ADDRESS,
    SECONDS,
    SIZE,
    change_size,
    quit_console,
    start,
    work,
)
from tests.support.real_session import BEFORE, ConsoleScript, colors_in, program, version_of
from tests.support.real_table import AddRow, Row
from tests.support.xterm_window import XTermWindow

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """Run an X server without a screen, on the first free display."""
    server = program("Xvfb")
    reading, writing = os.pipe()
    running = subprocess.Popen(
        [server, "-displayfd", str(writing), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        name = number.readline().strip()
    if not name:
        running.wait()
        pytest.skip("Xvfb does not start here")
    yield f":{name}"
    running.terminate()
    running.wait()


@pytest.fixture
def probed(short: Path, environment: Mapping[str, str]) -> ConsoleScript:
    """Return a script that also queries the terminal's modes before and after the console."""
    probe = [sys.executable, "-I", "-S", terminal_probe.__file__]
    return ConsoleScript(short, environment, probe=probe)


@pytest.fixture
def open_xterm(
    display: str, probed: ConsoleScript, environment: dict[str, str], request: pytest.FixtureRequest
) -> XTermWindow:
    """Open xterm with the console and the resources of the test's parameters."""
    window = XTermWindow(
        program("xterm"),
        display,
        probed.command,
        directory=probed.directory,
        environment=environment,
        size=SIZE,
        resources=getattr(request, "param", ()),
    )
    request.addfinalizer(window.close)
    window.open()
    return window


def test_console_in_xterm(
    open_xterm: XTermWindow, probed: ConsoleScript, expected: list[str], add_row: AddRow
) -> None:
    window = open_xterm
    start(window, expected)
    announced = work(window)
    assert "OSC 52" in announced
    # By default, it lets no program set the clipboard.
    assert window.clipboard == ""
    change_size(window)
    colors, is_hidden = colors_in(window.raw), window.is_cursor_hidden
    quit_console(window, probed)
    assert "?1049;2$y" in probed.read("probed-after")
    assert BEFORE in window.text
    assert "Servers" not in window.text
    window.press("enter")
    assert window.wait_end() == 0
    add_row(
        Row(
            "xterm",
            version_of(program("xterm"), "-version"),
            probed.term,
            colors,
            "hidden" if is_hidden else "shown",
            "by OSC 52; does not arrive, unless `disallowedWindowOps` is empty",
            "the earlier screen",
        )
    )


@pytest.mark.parametrize("open_xterm", [("*disallowedWindowOps:",)], indirect=True)
def test_xterm_that_allows_it_sets_the_clipboard(open_xterm: XTermWindow) -> None:
    start(open_xterm)
    open_xterm.press("/")
    open_xterm.type("web-02")
    open_xterm.wait_for("1-1/1 of 8", SECONDS)
    open_xterm.press("enter", "c")
    open_xterm.wait_for(lambda: open_xterm.clipboard == ADDRESS, SECONDS)
