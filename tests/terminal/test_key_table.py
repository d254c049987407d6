"""Every key of docs/keys.md does what its row says, in a narrow and a wide terminal."""

from __future__ import annotations

import base64
import csv
import re
from functools import partial
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    SIZES,
    OpenConsole,
    OpenTerminal,
    add_public_ip,
    quit_console,
)

HELD = "203.0.113.71"


def cursor_is_on(terminal: Terminal, name: str) -> bool:
    return any(re.search(rf"❯\W*{re.escape(name)}(?!\S)", line) for line in terminal.lines)


def clipboard(terminal: Terminal) -> str:
    """Return the text of the last copy to the clipboard."""
    found = re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", terminal.raw)
    return base64.b64decode(found[-1]).decode() if found else ""


def copies_curl(terminal: Terminal) -> None:
    terminal.wait_for(lambda: clipboard(terminal).startswith("curl "))
    assert '"X-Auth-Token: $TOKEN"' in clipboard(terminal)


def go(terminal: Terminal) -> None:
    """Use the keys that move between panes, rows and views."""
    for key, hint in (("2", "v assign"), ("3", "Enter open"), ("1", "D drain")):
        terminal.press(key)
        terminal.wait_for(hint)
    terminal.press("tab")
    terminal.wait_for("v assign")
    terminal.press("shift+tab")
    terminal.wait_for("D drain")
    for key, name in (
        ("G", "web-04"), ("g", "api-01"), ("j", "api-02"), ("k", "api-01"), ("down", "api-02"),
        ("up", "api-01"), ("end", "web-04"), ("home", "api-01"), ("ctrl+f", "web-04"),
        ("ctrl+b", "api-01"), ("pagedown", "web-04"), ("pageup", "api-01"),
    ):  # fmt: skip
        terminal.press(key)
        terminal.wait_for(partial(cursor_is_on, terminal, name))
    terminal.press("3", "enter")
    terminal.wait_for("Nodes of")
    terminal.press("escape")
    terminal.wait_gone("Nodes of")
    terminal.press("[")
    terminal.wait_for("Nodes of")
    terminal.press("]")
    terminal.wait_gone("Nodes of")
    terminal.press("4")
    terminal.wait_for("CIDR")
    terminal.press("escape", "5")
    terminal.wait_for("Operations")
    terminal.press("6")
    terminal.wait_for("No changes have been recorded.")
    terminal.press("1")


def look(terminal: Terminal) -> None:
    """Use the keys for details, JSON, search, filter, sort, marks, columns and zoom."""
    terminal.press("d")
    terminal.wait_for("Cloud server api-01")
    terminal.press("y")
    terminal.wait_for("JSON of")
    terminal.press("/")
    terminal.type("id")
    terminal.press("enter", "n")
    terminal.wait_for("/id: 2 of")
    terminal.press("N")
    terminal.wait_for("/id: 1 of")
    terminal.press("escape", "escape")
    terminal.wait_gone("JSON of")
    terminal.press("i")
    terminal.wait_for("i Cloud server api-01")
    terminal.press("i")
    terminal.wait_gone("i Cloud server api-01")
    terminal.press("/")
    terminal.type("web")
    terminal.press("enter")
    terminal.wait_for("of 8")
    terminal.press("escape")
    terminal.wait_for("/8")
    terminal.press("!")
    terminal.wait_row("batch-01")
    terminal.wait_gone("db-01")
    terminal.press("escape")
    terminal.wait_row("db-01")
    terminal.press("s")
    terminal.wait_dialog("Sort Servers by")
    terminal.press("1")
    terminal.wait_for("NAME▼")
    terminal.press("S")
    terminal.wait_for("NAME▲")
    terminal.press("g", "space")
    terminal.wait_for("1 marked")
    terminal.press("G", "V")
    terminal.wait_for("8 marked")
    terminal.press("ctrl+backslash")
    terminal.wait_gone("marked")
    terminal.press("w")
    terminal.wait_for("IN POOLS")
    terminal.press("w", "f")
    terminal.wait_for("2 Public IPs  3 Pools")
    terminal.press("f", "g")


def change(terminal: Terminal) -> None:
    """Use the keys that change something; those that remove something only open a dialog."""
    terminal.press("/")
    terminal.type("edge-2")
    add_public_ip(terminal, "enter")
    terminal.wait_for("add public IP to edge-2")
    terminal.wait_row("edge-2", "203.0.113.")
    terminal.press("escape", "2", "g")
    for key in ("ctrl+d", "delete"):
        terminal.press(key)
        terminal.wait_for("Cancel")
        terminal.press("escape")
        terminal.wait_gone("Cancel")
    terminal.wait_row(HELD, "no")
    terminal.press("g", "v")
    hint = "is not retained: t turns retain on, then v can move it"
    terminal.wait_for(hint)
    terminal.press("t")
    if terminal.stays(hint):
        # A busy console drops a changing key that it reads together with other keys.
        terminal.press("t")
    terminal.wait_row(HELD, "yes")
    terminal.wait_for("u undoes it")
    terminal.press("u")
    terminal.wait_row(HELD, "no")
    terminal.wait_for(f"{HELD} is no")
    terminal.press("x")
    terminal.wait_dialog("Copy which curl")
    terminal.press("r")
    copies_curl(terminal)
    terminal.press("3", "a")
    terminal.wait_for("Add which servers")
    terminal.press("escape", "1")


def take(terminal: Terminal, path: Path) -> None:
    """Use the keys that copy and save."""
    terminal.press("2", "g", "c")
    terminal.wait_for("copied by OSC 52: 203.0.113.10")
    assert clipboard(terminal) == "203.0.113.10"
    terminal.press("C")
    terminal.wait_dialog("Copy what?")
    terminal.press("n")
    terminal.wait_for("copied by OSC 52: web-01")
    terminal.press("x")
    copies_curl(terminal)
    terminal.press("ctrl+s")
    terminal.wait_for("save to: rcv3-ips-")
    terminal.press("ctrl+u")
    terminal.type(str(path))
    terminal.press("enter")
    terminal.wait_for("saved")
    with path.open(newline="") as file:
        assert any(row["public_ip_v4"] == "203.0.113.10" for row in csv.DictReader(file))


def switch(terminal: Terminal) -> None:
    """Use the keys for refresh, pause, mouse and mask, and the command line."""
    terminal.press("ctrl+r")
    terminal.wait_for("refreshing")
    terminal.press("p")
    terminal.wait_for("p resumes")
    terminal.press("p")
    terminal.wait_for("refreshing resumed")
    terminal.press("m")
    terminal.wait_for("m releases it")
    assert "?1000" in terminal.modes_left_on
    terminal.press("m")
    terminal.wait_for("selects and pastes")
    assert "?1000" not in terminal.modes_left_on
    terminal.press("1", "P")
    terminal.wait_for("masked")
    assert "web-01" not in terminal.text
    assert "203.0.113." not in terminal.text
    terminal.press("P")
    terminal.wait_row("web-01")
    for line, shown in (
        ("ips", "v assign"), ("pools", "Enter open"), ("networks", "CIDR"), ("ops", "Operations"),
        ("servers", "D drain"), ("readonly on", "READ-ONLY"), ("readonly off", "are enabled"),
        ("interval 30", "refreshing every 30 s"), ("theme nord", "theme nord"),
        ("region XYZ", "no RackConnect in XYZ"), ("profile x", "no profiles"),
        ("themm", "did you mean :theme?"),
    ):  # fmt: skip
        terminal.press("escape", "escape", ":")
        terminal.type(line)
        terminal.press("enter")
        terminal.wait_for(shown)
    terminal.press("escape", ":")
    terminal.type("netw")
    terminal.press("tab", "enter")
    terminal.wait_for("CIDR")
    terminal.press(":", "up", "up", "enter")
    terminal.wait_for("did you mean :theme?")


def read(terminal: Terminal) -> None:
    """Use the keys for help, messages and the palette."""
    for key in ("?", "f1"):
        terminal.press("escape", "1", key)
        terminal.wait_for("go to the Servers pane")
        terminal.press("escape")
        terminal.wait_gone("go to the Servers pane")
    terminal.press("l")
    terminal.wait_for("Messages")
    terminal.press("escape", "ctrl+p")
    terminal.wait_for("a command, or part of it")
    terminal.type("networks")
    terminal.wait_for("list the cloud networks")
    terminal.press("escape")


at_each_size = pytest.mark.parametrize(
    "size", [pytest.param(SIZES[0], marks=pytest.mark.slow), SIZES[1]], ids=str
)
"""The wide terminal; in the slow pass also the narrow one."""


@at_each_size
def test_every_reading_key_does_what_the_key_table_states(
    open_terminal: OpenTerminal, tmp_path: Path, size: tuple[int, int]
) -> None:
    terminal = open_terminal("--demo", size=size)
    terminal.wait_row("web-01", "ACTIVE", "203.0.113.10")
    terminal.wait_live()
    go(terminal)
    look(terminal)
    take(terminal, tmp_path / "view.csv")
    switch(terminal)
    read(terminal)
    quit_console(terminal)


@at_each_size
def test_every_changing_key_does_what_the_key_table_states(
    open_console: OpenConsole, size: tuple[int, int]
) -> None:
    terminal = open_console(size=size)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    change(terminal)
    quit_console(terminal)
