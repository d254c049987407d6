"""A public IP from the key that asks for it to the row that is gone."""

from __future__ import annotations

import pytest

from tests.terminal.conftest import Console
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
"""The address that edge-1 has from the start."""

SIZES = [(80, 24), (120, 40)]




@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_address_comes_to_be_and_goes_again(
    console: Console, stranger: Stranger, size: tuple[int, int]
) -> None:
    terminal = console(size=size)
    terminal.wait_row("edge-2", "192.0.2.22", "ACTIVE")
    terminal.press("down", "a")
    terminal.wait_for(lambda: "ADDING" in terminal.row("edge-2"))
    terminal.wait_for(lambda: "ADDING 1s" in terminal.row("edge-2"))
    terminal.wait_row("edge-2", "203.0.113.")
    assert len(stranger.sent("POST", "/public_ips")) == 1
    address = next(w for w in terminal.row("edge-2").split() if w.startswith("203.0.113."))
    assert stranger.sent("POST", "/public_ips")[0].body["cloud_server"]["id"] == (
        stranger.servers[1].id
    )

    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    record = stranger.public_ips[1]
    for words in (address, "edge-2", record.id, "ORD"):
        assert words in terminal.words
    terminal.type(address)
    terminal.press("tab", "enter")
    terminal.wait_for(lambda: "REMOVING" in terminal.text)
    terminal.wait_for(lambda: address not in terminal.row("edge-2"))
    assert [r.path.rpartition("/")[2] for r in stranger.sent("DELETE")] == [record.id]
    assert len(stranger.sent("POST", "/public_ips")) == 1
    terminal.press("2")
    terminal.wait_row(HELD, "edge-1")
    terminal.wait_for(lambda: not terminal.row(address))
    leave(terminal)


def leave(terminal: Terminal) -> None:
    """Quit and look at what is left behind."""
    terminal.press("q")
    assert terminal.wait_end() == 0
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h") >= 0
    assert terminal.left_on == []
    assert terminal.is_restored
    assert terminal.farewell == ""
