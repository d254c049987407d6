"""Every row of the README's key table does what it says, in a terminal of either size."""

from __future__ import annotations

import base64
import csv
import re
from functools import partial
from pathlib import Path

from tests.terminal.conftest import SIZES, Opener, at_once, leave
from tests.terminal.terminal import Terminal


def cursor_is_on(terminal: Terminal, name: str) -> bool:
    return any(re.search(rf"❯\W*{re.escape(name)}(?!\S)", line) for line in terminal.lines)


def clipboard(terminal: Terminal) -> str:
    """What the terminal was asked to keep last."""
    found = re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", terminal.raw)
    return base64.b64decode(found[-1]).decode() if found else ""


def go(terminal: Terminal) -> None:
    """Panes, moving, into and back, views before and after."""
    for key, hint in (("2", "v assign"), ("3", "Enter open"), ("1", "! attention")):
        terminal.press(key)
        terminal.wait_for(hint)
    terminal.press("tab")
    terminal.wait_for("v assign")
    terminal.press("shift+tab")
    terminal.wait_for("! attention")
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
    terminal.press("1")


def look(terminal: Terminal) -> None:
    """Details, JSON with search, filter, attention, order, marks, wide and alone."""
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
    terminal.read_dialog("Sort Servers by")
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
    """Add, remove, retain, assign, undo; what takes something away only ever opens a dialog."""
    terminal.press("/")
    terminal.type("db-01")
    terminal.press("enter", "a")
    terminal.wait_for("add public IP to db-01")
    terminal.wait_row("db-01", "203.0.113.", timeout=30.0)
    terminal.press("escape", "2", "g")
    for key in ("ctrl+d", "delete"):
        terminal.press(key)
        terminal.read_dialog("Cancel")
        terminal.press("escape")
        terminal.wait_gone("Cancel")
    terminal.press("v")
    terminal.wait_for("is not retained: t switches retain on, then v can move it")
    terminal.press("t")
    terminal.wait_row("203.0.113.10", "yes", timeout=30.0)
    terminal.wait_for("u undoes it")
    terminal.press("u")
    terminal.wait_row("203.0.113.10", "no", timeout=30.0)
    terminal.wait_for("203.0.113.10 is not ", timeout=30.0)
    terminal.press("3", "a")
    terminal.wait_for("Add which servers")
    terminal.press("escape", "1")


def take(terminal: Terminal, path: Path) -> None:
    """Copy, curl and save, with the way it went."""
    terminal.press("2", "g", "c")
    terminal.wait_for("copied by OSC 52: 203.0.113.10")
    assert clipboard(terminal) == "203.0.113.10"
    terminal.press("C")
    terminal.read_dialog("Copy what?")
    terminal.press("n")
    terminal.wait_for("copied by OSC 52: web-01")
    terminal.press("x")
    terminal.read_dialog("Copy which curl")
    terminal.press("r")
    terminal.wait_for(lambda: clipboard(terminal).startswith("curl "))
    assert '"X-Auth-Token: $TOKEN"' in clipboard(terminal)
    terminal.press("ctrl+s")
    terminal.wait_for("save to: rcv3-ips-")
    terminal.press("ctrl+u")
    terminal.type(str(path))
    terminal.press("enter")
    terminal.wait_for("saved")
    with path.open(newline="") as file:
        assert any(row["public_ip_v4"] == "203.0.113.10" for row in csv.DictReader(file))


def switch(terminal: Terminal) -> None:
    """Refresh, pause, mouse, mask, and everything that the command line has."""
    terminal.press("ctrl+r")
    terminal.wait_for("refreshing")
    terminal.press("p")
    terminal.wait_for("p resumes")
    terminal.press("p")
    terminal.wait_for("refreshing again")
    terminal.press("m")
    terminal.wait_for("m gives it back")
    assert "?1000" in terminal.left_on
    terminal.press("m")
    terminal.wait_for("select and paste")
    assert "?1000" not in terminal.left_on
    terminal.press("1", "P")
    terminal.wait_for("masked")
    assert "web-01" not in terminal.text
    assert "203.0.113." not in terminal.text
    terminal.press("P")
    terminal.wait_row("web-01")
    for line, shown in (
        ("ips", "v assign"), ("pools", "Enter open"), ("networks", "CIDR"), ("ops", "Operations"),
        ("servers", "! attention"), ("readonly on", "READ-ONLY"), ("readonly off", "changes are"),
        ("interval 30", "refreshing every 30 s"), ("theme nord", "theme nord"),
        ("region XYZ", "no RackConnect in XYZ"), ("profile x", "there are no profiles"),
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
    """Help by both its keys, the messages, the palette."""
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


def test_every_key_does_what_the_table_says(opened: Opener, tmp_path: Path) -> None:
    def walk(terminal: Terminal) -> None:
        terminal.wait_row("web-01", "ACTIVE", "203.0.113.10")
        go(terminal)
        look(terminal)
        change(terminal)
        take(terminal, tmp_path / f"{len(terminal.lines)}.csv")
        switch(terminal)
        read(terminal)
        leave(terminal)

    at_once(walk, [opened("--demo", size=size) for size in SIZES])
