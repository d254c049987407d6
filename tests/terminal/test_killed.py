"""The console killed in the middle of a change, and started again; two consoles at one home."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.terminal import mishaps
from tests.terminal.conftest import Console, at_once, journal_of, leave, state_of, states_in
from tests.terminal.mishaps import Mishap
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
LOST = "applied, answer was lost"
SIZE = (160, 40)
REQUEST = "POST /v3/771204/public_ips"


@pytest.fixture
def stranger(stranger: Stranger) -> Stranger:
    """Run a service that gets its changes done soon."""
    stranger.life = 0.4
    return stranger


def add_to_edge_2(terminal: Terminal) -> None:
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.press("down", "a")


def has_one_address(stranger: Stranger) -> bool:
    return len(stranger.addresses_of(stranger.servers[1])) == 1


def told_in_operations(terminal: Terminal, *words: str) -> None:
    """Look at the operations until one has ended well, with some words in its line."""
    terminal.wait_row("edge-1", HELD)
    terminal.press("5")
    terminal.wait_for(
        lambda: any(all(w in line for w in ("settled", *words)) for line in terminal.lines)
    )


def test_killed_between_request_and_answer_it_is_taken_up_and_told(
    console: Console, stranger: Stranger
) -> None:
    mishap = Mishap(REQUEST, mishaps.silence, applied=True)
    stranger.mishaps.append(mishap)
    first = console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(mishap.happened.is_set)
    first.kill()
    assert states_in(first) == ["planned", "sent"]

    second = console(size=SIZE, home=first.home)
    told_in_operations(second, "add public IP", "to edge-2", LOST)
    assert has_one_address(stranger)
    assert len(stranger.sent("POST", "/public_ips")) == 1
    assert states_in(second)[-1] == "settled"
    leave(second)

    third = console(size=SIZE, home=first.home)
    third.wait_row("edge-1", HELD)
    third.wait_for(lambda: " live " in third.lines[0])
    leave(third)
    assert len(stranger.sent("POST", "/public_ips")) == 1


def test_killed_before_the_request_was_carried_out_it_is_done_once(
    console: Console, stranger: Stranger
) -> None:
    mishap = Mishap(REQUEST, mishaps.silence)
    stranger.mishaps.append(mishap)
    first = console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(mishap.happened.is_set)
    first.kill()

    second = console(size=SIZE, home=first.home)
    told_in_operations(second, "add public IP", "to edge-2", "is ACTIVE")
    assert has_one_address(stranger)
    assert len(stranger.sent("POST", "/public_ips")) == 2
    leave(second)


def test_killed_before_the_request_left_it_is_done_once(
    console: Console, stranger: Stranger
) -> None:
    first = console(size=SIZE)
    first.wait_row("edge-1", HELD)
    first.wait_for(lambda: " live " in first.lines[0])
    look = Mishap("GET /v3/771204/public_ips", mishaps.silence, times=99)
    stranger.mishaps.append(look)
    first.press("down", "a")
    first.wait_for(lambda: states_in(first) == ["planned"])
    first.wait_for(look.happened.is_set)
    first.kill()
    assert stranger.sent("POST", "/public_ips") == []
    stranger.mishaps.clear()

    second = console(size=SIZE, home=first.home)
    told_in_operations(second, "add public IP", "to edge-2", "is ACTIVE")
    assert has_one_address(stranger)
    assert len(stranger.sent("POST", "/public_ips")) == 1
    leave(second)


def test_killed_after_it_was_accepted_it_is_followed_to_its_end(
    console: Console, stranger: Stranger
) -> None:
    stranger.life = 3.0
    first = console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(lambda: "accepted" in states_in(first))
    first.kill()

    second = console(size=SIZE, home=first.home)
    told_in_operations(second, "add public IP", "to edge-2", "is ACTIVE")
    assert has_one_address(stranger)
    assert len(stranger.sent("POST", "/public_ips")) == 1
    leave(second)


def test_a_removal_cut_off_by_a_kill_is_taken_up_and_told(
    console: Console, stranger: Stranger
) -> None:
    mishap = Mishap("DELETE /v3/771204/public_ips", mishaps.silence, applied=True)
    stranger.mishaps.append(mishap)
    first = console(size=SIZE)
    first.wait_row("edge-1", HELD)
    first.wait_for(lambda: " live " in first.lines[0])
    first.press("ctrl+d")
    first.read_dialog("Cancel")
    first.type("edge-1")
    first.press("tab", "enter")
    first.wait_for(mishap.happened.is_set)
    first.kill()

    second = console(size=SIZE, home=first.home)
    second.wait_row("edge-1", "ACTIVE")
    second.press("5")
    second.wait_for(lambda: any(HELD in x and "settled" in x for x in second.lines))
    assert stranger.public_ips == []
    assert len(stranger.sent("DELETE")) == 1
    leave(second)


def test_of_two_that_start_at_once_one_alone_takes_up_what_a_killed_one_left(
    console: Console, stranger: Stranger
) -> None:
    mishap = Mishap(REQUEST, mishaps.silence)
    stranger.mishaps.append(mishap)
    first = console(size=SIZE)
    add_to_edge_2(first)
    first.wait_for(mishap.happened.is_set)
    first.kill()

    both = [console(size=SIZE, home=first.home) for _ in range(2)]
    both[0].wait_for(lambda: states_in(first)[-1] == "settled", timeout=30.0)
    for terminal in both:
        terminal.press("ctrl+r")
        terminal.wait_row("edge-2", "203.0.113.")
    assert has_one_address(stranger)
    assert len(stranger.sent("POST", "/public_ips")) == 2
    lines = journal_of(first)
    assert len({line["operation"] for line in lines}) == 1
    assert len({line["run"] for line in lines}) == 2
    assert [line["state"] for line in lines].count("settled") == 1
    at_once(leave, both)
    assert list(state_of(first).glob("run-*")) == []


def test_two_consoles_at_one_home_each_carry_out_what_they_were_asked_for(
    console: Console, stranger: Stranger
) -> None:
    first = console(size=SIZE)
    second = console(size=SIZE, home=first.home)
    keys = {first: ["down"], second: ["down", "down", "down"]}

    def add(terminal: Terminal) -> None:
        terminal.wait_row("edge-1", HELD)
        terminal.wait_for(lambda: " live " in terminal.lines[0])
        terminal.press(*keys[terminal], "a")

    at_once(add, [first, second])
    first.wait_for(lambda: states_in(first).count("settled") == 2, timeout=30.0)
    for terminal in (first, second):
        terminal.press("ctrl+r")
        for name in ("edge-2", "store-2"):
            terminal.wait_row(name, "203.0.113.")
    posted = Counter(r.body["cloud_server"]["id"] for r in stranger.sent("POST", "/public_ips"))
    assert posted == {stranger.servers[1].id: 1, stranger.servers[3].id: 1}
    at_once(leave, [first, second])
