"""Input from terminals that is not a key changes, opens, quits and masks nothing."""

from __future__ import annotations

import re
import time
from functools import partial

import pytest

from tests.support.terminal import Terminal
from tests.support.terminal_sessions import OpenTerminal, quit_console

ANSWERS = {
    "XTVERSION": b"\x1bP>|kitty(0.26.5)\x1b\\",
    "icon title": b"\x1b]Licon\x1b\\",
    "APC": b"\x1b_text\x1b\\",
    "DA1": b"\x1b[?62;22c",
    "color": b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "DECRQSS": b"\x1bP1$r q\x1b\\",
    "mouse": b"\x1b[<NaN;NaN;NaNM",
    "alternate keys": b"\x1b[97:65;2;65u",
    "8-bit": b"\x90>|tatq\x9c",
    "unbracketed paste": b"api-01",
}


def parts_of(data: bytes, count: int) -> list[bytes]:
    step = -(-len(data) // count)
    return [data[at : at + step] for at in range(0, len(data), step)]


def seen(terminal: Terminal) -> tuple[str, list[str], bool]:
    """The state that must not change: the footer, retain, and visible names."""
    retained = [re.findall(r"203\.0\.113\.\d+|\b(?:yes|no)\b", line) for line in terminal.lines]
    pairs = sorted(str(found) for found in retained if len(found) == len(("address", "retained")))
    return terminal.lines[-1], pairs, "203.0.113.1" in terminal.text


def differs(terminal: Terminal, before: tuple[str, list[str], bool]) -> bool:
    return terminal.has_ended or seen(terminal) != before


@pytest.mark.parametrize(
    "size", [pytest.param((80, 24), marks=pytest.mark.slow), (120, 40)], ids=str
)
def test_answer_of_a_terminal_runs_no_command(
    open_terminal: OpenTerminal, size: tuple[int, int]
) -> None:
    terminal = open_terminal("--demo", size=size)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    for pane, title in (("1", "Servers"), ("2", "Public IPs")):
        terminal.press(pane)
        terminal.wait_for(title)
        terminal.press("down")
        before = seen(terminal)
        for data in ANSWERS.values():
            for count, gap in ((1, 0.0), (2, 0.005), (3, 0.06)):
                for part in parts_of(data, count):
                    terminal.send(part)
                    time.sleep(gap)
                terminal.assert_never(partial(differs, terminal, before), 0.12)
    # An answer that never ends does not block the keyboard.
    terminal.send(b"\x1b]2;tat")
    time.sleep(0.7)
    terminal.press("/")
    terminal.type("web")
    terminal.wait_for("/web")
    terminal.press("escape")
    quit_console(terminal)
