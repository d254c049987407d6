"""An operation whose response is lost or wrong is applied once and reported correctly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.support import network_faults
from tests.support.independent_server import IndependentServer
from tests.support.network_faults import NetworkFault, Play
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    add_public_ip,
    confirm,
    quit_console,
    read_journal,
)

HELD = "203.0.113.71"
LOST = "applied, response was lost"
SIZE = (200, 40)
slow = pytest.mark.slow


@dataclass(frozen=True)
class Change:
    """One change: its keys, its request, and its effect on the account."""

    name: str
    request: str
    ask: Callable[[Terminal], None]
    is_done: Callable[[IndependentServer], bool]
    operations: int = 1
    retained: bool = False
    """Whether the address is retained at first."""

    def __str__(self) -> str:
        return self.name


def add(terminal: Terminal) -> None:
    add_public_ip(terminal, "down")


def remove(terminal: Terminal) -> None:
    terminal.press("ctrl+d")
    confirm(terminal, "edge-1")


def retain(terminal: Terminal) -> None:
    terminal.press("2", "t")


def move(terminal: Terminal) -> None:
    terminal.press("2", "v")
    terminal.wait_dialog("is with edge-1")
    terminal.press("m")
    terminal.wait_dialog("to which server?")
    terminal.type("store-1")
    terminal.wait_for("1 of 4")
    terminal.press("enter")
    confirm(terminal, HELD)


def add_nodes(terminal: Terminal) -> None:
    terminal.press("3")
    terminal.wait_for("0+2=2")
    terminal.press("a")
    terminal.wait_dialog("shop-spare?")
    terminal.type("store")
    terminal.wait_for("2 of 4")
    terminal.press("space", "space", "enter")


def remove_nodes(terminal: Terminal) -> None:
    terminal.press("3", "down", "enter")
    terminal.wait_for("Nodes of shop-web")
    terminal.wait_for("1-2/2")
    terminal.press("space")
    terminal.wait_for("1 marked")
    terminal.press("space")
    terminal.wait_for("2 marked")
    terminal.press("ctrl+d")
    confirm(terminal, "2 nodes")


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

WRONG_RESPONSES: tuple[tuple[str, Play, bool], ...] = (("web-page", network_faults.web_page, True),)
MORE_WRONG_RESPONSES: tuple[tuple[str, Play, bool], ...] = (
    ("silence-after", network_faults.no_answer, True),
    ("500-before", network_faults.server_error, False),
    ("500-after", network_faults.server_error, True),
    ("silence-before", network_faults.no_answer, False),
    ("cut-off", network_faults.cut_off, True),
    ("401", network_faults.token_refused, False),
)
"""Some wait three seconds before the request is sent again."""

FAST = (ADD, REMOVE_NODES)
"""The kinds of change in the fast pass."""


@pytest.mark.parametrize(
    "change",
    [change if change in FAST else pytest.param(change, marks=slow) for change in CHANGES],
    ids=str,
)
def test_applied_change_with_a_lost_response_is_not_sent_again(
    open_console: OpenConsole, backend: IndependentServer, change: Change
) -> None:
    fault = NetworkFault(change.request, network_faults.dropped, applied=True)
    play_fault(open_console, backend, change, fault)


@pytest.mark.parametrize(
    "change",
    # Each of them waits three seconds before it is sent again.
    [change if change is RETAIN else pytest.param(change, marks=slow) for change in CHANGES],
    ids=str,
)
def test_lost_change_that_was_not_applied_is_sent_again_once(
    open_console: OpenConsole, backend: IndependentServer, change: Change
) -> None:
    play_fault(open_console, backend, change, NetworkFault(change.request, network_faults.dropped))


@pytest.mark.parametrize(
    ("play", "applied"),
    [
        *(pytest.param(play, applied, id=name) for name, play, applied in WRONG_RESPONSES),
        *(
            pytest.param(play, applied, id=name, marks=slow)
            for name, play, applied in MORE_WRONG_RESPONSES
        ),
    ],
)
def test_add_with_a_wrong_response_leads_to_one_address(
    open_console: OpenConsole, backend: IndependentServer, play: Play, applied: bool
) -> None:
    play_fault(open_console, backend, ADD, NetworkFault(ADD.request, play, applied=applied))


def test_rate_limited_change_is_sent_again_after_the_pause_of_the_service(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    backend.network_faults.append(NetworkFault(ADD.request, network_faults.rate_limited))
    terminal = open_console(size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    ADD.ask(terminal)
    terminal.wait_for("too many requests")
    terminal.wait_for(lambda: ADD.is_done(backend))
    first, second = backend.sent("POST", "/public_ips")
    assert second.at - first.at >= 1.0
    # The server has finished before the console knows.
    terminal.wait_for("is ACTIVE (")
    quit_console(terminal)


def play_fault(
    open_console: OpenConsole, backend: IndependentServer, change: Change, fault: NetworkFault
) -> None:
    """Request a change with a fault, wait for its end and check the report."""
    backend.network_faults.append(fault)
    backend.public_ips[0].retain = change.retained
    terminal = open_console("--timeout", "1", size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    change.ask(terminal)
    terminal.wait_for(fault.happened.is_set)
    terminal.press("5")
    shown = LOST if fault.applied else ""
    terminal.wait_for(lambda: len(settled(terminal, shown)) == change.operations)
    assert change.is_done(backend)
    method, _, piece = change.request.partition(" ")
    assert len(backend.sent(method, piece)) == (1 if fault.applied else 2)
    outcomes = [e["detail"] for e in read_journal(terminal) if e["state"] == "settled"]
    assert len(outcomes) == change.operations
    assert all((LOST in outcome) == fault.applied for outcome in outcomes)
    if change is ADD:
        address = backend.addresses_of(backend.servers[1])[0].address or "no address"
        terminal.press("2")
        terminal.wait_row(address, "ACTIVE", "edge-2")
    quit_console(terminal)


def settled(terminal: Terminal, shown: str) -> list[str]:
    """Return the lines of ended operations that contain some words."""
    return [line for line in terminal.lines if " settled " in line and shown in line]
