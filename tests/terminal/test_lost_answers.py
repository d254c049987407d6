"""A change whose answer does not come back as it should: done once, and told as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.terminal import mishaps
from tests.terminal.conftest import Console, journal_of, leave
from tests.terminal.mishaps import Mishap, Play
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
LOST = "applied, answer was lost"
SIZE = (160, 40)


@dataclass(frozen=True)
class Change:
    """One change: the keys that ask for it, its request, and what it makes of the account."""

    name: str
    request: str
    ask: Callable[[Terminal], None]
    is_done: Callable[[Stranger], bool]
    operations: int = 1
    retained: bool = False
    """The address is a retained one to begin with."""

    def __str__(self) -> str:
        return self.name


def add(terminal: Terminal) -> None:
    terminal.press("down", "a")


def remove(terminal: Terminal) -> None:
    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.type("edge-1")
    terminal.press("tab", "enter")


def retain(terminal: Terminal) -> None:
    terminal.press("2", "t")


def move(terminal: Terminal) -> None:
    terminal.press("2", "v")
    terminal.read_dialog("is with edge-1")
    terminal.press("m")
    terminal.read_dialog("to which server?")
    terminal.type("store-1")
    terminal.wait_for("1 of 4")
    terminal.press("enter")
    terminal.read_dialog("Cancel")
    terminal.type(HELD)
    terminal.press("tab", "enter")


def add_nodes(terminal: Terminal) -> None:
    terminal.press("3")
    terminal.wait_for("0+2=2")
    terminal.press("a")
    terminal.read_dialog("shop-spare?")
    terminal.type("store")
    terminal.wait_for("2 of 4")
    terminal.press("space", "space", "enter")


def remove_nodes(terminal: Terminal) -> None:
    terminal.press("3", "down", "enter")
    terminal.wait_for("Nodes of shop-web")
    terminal.wait_row("edge-2", "ACTIVE")
    terminal.press("space", "space", "ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.type("2")
    terminal.press("tab", "enter")


ADD = Change(
    "add-public-ip",
    "POST /v3/771204/public_ips",
    add,
    lambda at: len(at.addresses_of(at.servers[1])) == 1,
)
REMOVE = Change(
    "remove-public-ip", "DELETE /v3/771204/public_ips", remove, lambda at: not at.public_ips
)
RETAIN = Change(
    "retain-public-ip", "PATCH /v3/771204/public_ips", retain, lambda at: at.public_ips[0].retain
)
MOVE = Change(
    "move-public-ip",
    "PATCH /v3/771204/public_ips",
    move,
    lambda at: at.public_ips[0].server is at.servers[2],
    retained=True,
)
ADD_NODES = Change(
    "add-nodes",
    "POST /v3/771204/load_balancer_pools/nodes",
    add_nodes,
    lambda at: at.members_of(at.pools[1]) == ["store-1", "store-2"],
    operations=2,
)
REMOVE_NODES = Change(
    "remove-nodes",
    "DELETE /v3/771204/load_balancer_pools/nodes",
    remove_nodes,
    lambda at: at.members_of(at.pools[0]) == [],
    operations=2,
)
CHANGES = (ADD, REMOVE, RETAIN, MOVE, ADD_NODES, REMOVE_NODES)

OF_ADDING: dict[str, tuple[Play, bool]] = {
    "500-before": (mishaps.fault, False),
    "500-after": (mishaps.fault, True),
    "silence-before": (mishaps.silence, False),
    "silence-after": (mishaps.silence, True),
    "cut-off": (mishaps.cut_off, True),
    "web-page": (mishaps.web_page, True),
    "401": (mishaps.token_refused, False),
}


@pytest.fixture
def stranger(stranger: Stranger) -> Stranger:
    """Run a service that gets its changes done soon."""
    stranger.life = 0.4
    return stranger


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not-applied"])
def test_a_change_whose_answer_is_dropped_is_looked_up_and_done_once(
    console: Console, stranger: Stranger, change: Change, applied: bool
) -> None:
    mishap = Mishap(change.request, mishaps.dropped, applied=applied)
    go_wrong(console, stranger, change, mishap)


@pytest.mark.parametrize("fault", OF_ADDING)
def test_whatever_the_answer_to_an_add_is_there_is_one_address_in_the_end(
    console: Console, stranger: Stranger, fault: str
) -> None:
    play, applied = OF_ADDING[fault]
    go_wrong(console, stranger, ADD, Mishap(ADD.request, play, applied=applied))


def test_a_change_that_came_too_fast_is_sent_again_as_soon_as_the_service_said(
    console: Console, stranger: Stranger
) -> None:
    stranger.mishaps.append(Mishap(ADD.request, mishaps.too_fast))
    terminal = console(size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    ADD.ask(terminal)
    terminal.wait_for("too many requests")
    terminal.wait_for(lambda: ADD.is_done(stranger))
    first, second = stranger.sent("POST", "/public_ips")
    assert second.at - first.at >= 2.0
    # The service has done it before the console knows.
    terminal.wait_for("is ACTIVE (")
    leave(terminal)


def go_wrong(console: Console, stranger: Stranger, change: Change, mishap: Mishap) -> None:
    """Ask for a change that something happens to, and see to its end and to what is told."""
    stranger.mishaps.append(mishap)
    stranger.public_ips[0].retain = change.retained
    terminal = console("--timeout", "1", size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    change.ask(terminal)
    terminal.wait_for(mishap.happened.is_set)
    terminal.press("5")
    told = LOST if mishap.applied else ""
    terminal.wait_for(lambda: len(settled(terminal, told)) == change.operations, timeout=30.0)
    assert change.is_done(stranger)
    method, _, piece = change.request.partition(" ")
    assert len(stranger.sent(method, piece)) == (1 if mishap.applied else 2)
    outcomes = [e["detail"] for e in journal_of(terminal) if e["state"] == "settled"]
    assert len(outcomes) == change.operations
    assert all((LOST in outcome) == mishap.applied for outcome in outcomes)
    if change is ADD:
        address = stranger.addresses_of(stranger.servers[1])[0].address or "no address"
        terminal.press("2")
        terminal.wait_row(address, "ACTIVE", "edge-2")
    leave(terminal)


def settled(terminal: Terminal, told: str) -> list[str]:
    """Give the lines of operations that ended well, with some words in them."""
    return [line for line in terminal.lines if " settled " in line and told in line]
