"""A console that is killed during an operation and started again; two consoles in one home."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support import network_faults
from tests.support.independent_server import IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    add_public_ip,
    confirm,
    in_parallel,
    journal_states,
    quit_console,
    read_journal,
    state_directory,
)

HELD = "203.0.113.71"
LOST = "applied, response was lost"
SIZE = (200, 40)
slow = pytest.mark.slow
REQUEST = "POST /v3/771204/public_ips"


def add_to_edge_2(terminal: Terminal) -> None:
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    add_public_ip(terminal, "down")


def has_one_address(backend: IndependentServer) -> bool:
    return len(backend.addresses_of(backend.servers[1])) == 1


def wait_operation(terminal: Terminal, *words: str) -> None:
    """Wait in the Operations view until an operation has ended, with some words in its line."""
    terminal.wait_row("edge-1", HELD)
    terminal.press("5")
    terminal.wait_for(
        lambda: any(all(w in line for w in ("settled", *words)) for line in terminal.lines)
    )


def test_operation_killed_before_the_response_is_recovered(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    fault = NetworkFault(REQUEST, network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    first = open_console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(fault.happened.is_set)
    first.kill()
    assert journal_states(first) == ["planned", "sent"]

    second = open_console(size=SIZE, home=first.home)
    wait_operation(second, "add public IP", "to edge-2", LOST)
    assert has_one_address(backend)
    assert len(backend.sent("POST", "/public_ips")) == 1
    assert journal_states(second)[-1] == "settled"
    quit_console(second)

    third = open_console(size=SIZE, home=first.home)
    third.wait_row("edge-1", HELD)
    third.wait_live()
    quit_console(third)
    assert len(backend.sent("POST", "/public_ips")) == 1


@pytest.mark.slow  # A request that is not found is sent again after three seconds.
def test_operation_killed_before_it_was_applied_is_sent_once_more(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    fault = NetworkFault(REQUEST, network_faults.no_answer)
    backend.network_faults.append(fault)
    first = open_console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(fault.happened.is_set)
    first.kill()

    second = open_console(size=SIZE, home=first.home)
    wait_operation(second, "add public IP", "to edge-2", "is ACTIVE")
    assert has_one_address(backend)
    assert len(backend.sent("POST", "/public_ips")) == 2
    quit_console(second)


@slow
def test_operation_killed_before_its_request_is_sent_once(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    first = open_console(size=SIZE)
    first.wait_row("edge-1", HELD)
    first.wait_live()
    look = NetworkFault("GET /v3/771204/public_ips", network_faults.no_answer, times=99)
    backend.network_faults.append(look)
    add_public_ip(first, "down")
    first.wait_for(lambda: journal_states(first) == ["planned"])
    first.wait_for(look.happened.is_set)
    first.kill()
    assert backend.sent("POST", "/public_ips") == []
    backend.network_faults.clear()

    second = open_console(size=SIZE, home=first.home)
    wait_operation(second, "add public IP", "to edge-2", "is ACTIVE")
    assert has_one_address(backend)
    assert len(backend.sent("POST", "/public_ips")) == 1
    quit_console(second)


@slow
def test_operation_killed_after_it_was_accepted_is_followed_to_its_end(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    first = open_console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(lambda: "accepted" in journal_states(first))
    first.kill()

    second = open_console(size=SIZE, home=first.home)
    wait_operation(second, "add public IP", "to edge-2", "is ACTIVE")
    assert has_one_address(backend)
    assert len(backend.sent("POST", "/public_ips")) == 1
    quit_console(second)


@slow
def test_removal_killed_before_the_response_is_recovered(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    fault = NetworkFault("DELETE /v3/771204/public_ips", network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    first = open_console(size=SIZE)
    first.wait_row("edge-1", HELD)
    first.wait_live()
    first.press("ctrl+d")
    confirm(first, "edge-1")
    first.wait_for(fault.happened.is_set)
    first.kill()

    second = open_console(size=SIZE, home=first.home)
    second.wait_row("edge-1", "ACTIVE")
    second.press("5")
    second.wait_for(lambda: any(HELD in x and "settled" in x for x in second.lines))
    assert backend.public_ips == []
    assert len(backend.sent("DELETE")) == 1
    quit_console(second)


@slow
@pytest.mark.parametrize(
    "applied",
    # A request that is not found is sent again after three seconds.
    [pytest.param(True, id="applied"), pytest.param(False, id="not-applied")],
)
def test_one_of_two_consoles_recovers_an_operation_of_a_killed_one(
    open_console: OpenConsole, backend: IndependentServer, applied: bool
) -> None:
    fault = NetworkFault(REQUEST, network_faults.no_answer, applied=applied)
    backend.network_faults.append(fault)
    first = open_console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(fault.happened.is_set)
    first.kill()

    both = [open_console(size=SIZE, home=first.home) for _ in range(2)]
    both[0].wait_for(lambda: journal_states(first)[-1] == "settled")
    for terminal in both:
        terminal.press("ctrl+r")
        # The probes have used requests; the refresh may have to wait for the rate limit.
        terminal.wait_row("edge-2", "203.0.113.", timeout=75.0)
    assert has_one_address(backend)
    assert len(backend.sent("POST", "/public_ips")) == (1 if applied else 2)
    lines = read_journal(first)
    assert len({line["operation"] for line in lines}) == 1
    assert len({line["run"] for line in lines}) == 2
    assert [line["state"] for line in lines].count("settled") == 1
    in_parallel(quit_console, both)
    assert list(state_directory(first).glob("run-*")) == []


def test_two_consoles_in_one_home_carry_out_their_own_operations(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    first = open_console(size=SIZE)
    second = open_console(size=SIZE, home=first.home)
    keys = {first: ["down"], second: ["down", "down", "down"]}

    def add(terminal: Terminal) -> None:
        terminal.wait_row("edge-1", HELD)
        terminal.wait_live()
        add_public_ip(terminal, *keys[terminal])

    in_parallel(add, [first, second])
    first.wait_for(lambda: journal_states(first).count("settled") == 2)
    for terminal in (first, second):
        terminal.press("ctrl+r")
        for name in ("edge-2", "store-2"):
            terminal.wait_row(name, "203.0.113.")
    posted = Counter(r.body["cloud_server"]["id"] for r in backend.sent("POST", "/public_ips"))
    assert posted == {backend.servers[1].id: 1, backend.servers[3].id: 1}
    in_parallel(quit_console, [first, second])
