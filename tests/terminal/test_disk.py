"""No line in the journal, no change; and a journal that was cut off."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import pytest

from tests.terminal import mishaps
from tests.terminal.conftest import Console, Opener, account_of, journal_of, leave, state_of
from tests.terminal.mishaps import Mishap
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
SIZE = (160, 40)


@pytest.fixture
def stranger(stranger: Stranger) -> Stranger:
    """Run a service that gets its changes done soon."""
    stranger.life = 0.4
    return stranger


def changes_sent(stranger: Stranger) -> list[str]:
    sent = [*stranger.sent("POST", "/v3/"), *stranger.sent("DELETE"), *stranger.sent("PATCH")]
    return [f"{request.method} {request.path}" for request in sent]


def ask_for_everything(terminal: Terminal) -> None:
    """Ask for an add, a change and a removal; each must be refused with the journal's name."""
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.press("down", "a")
    refused(terminal)
    terminal.press("up", "t")
    refused(terminal)
    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.type("edge-1")
    terminal.press("tab", "enter")
    refused(terminal)


def refused(terminal: Terminal) -> None:
    terminal.wait_for("nothing was sent, as the journal cannot be written")
    terminal.press("escape")
    terminal.wait_gone("cannot be written")


def test_without_a_directory_for_the_journal_no_change_leaves(
    opened: Opener, stranger: Stranger, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "in-the-way"
    in_the_way.write_text("a file, where a directory should be")
    terminal = opened(
        size=SIZE, environment=account_of(stranger) | {"XDG_STATE_HOME": str(in_the_way)}
    )
    ask_for_everything(terminal)
    assert changes_sent(stranger) == []
    terminal.press("5")
    terminal.wait_for(lambda: sum("rejected" in line for line in terminal.lines) == 3)
    terminal.press("q")
    assert terminal.wait_end() == 0
    assert b"there is no journal" in terminal.raw


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_a_device_in_the_journals_place_is_told_and_no_change_leaves(
    console: Console, stranger: Stranger, tmp_path: Path
) -> None:
    home = tmp_path / "home-of-a-full-device"
    state = home / "state" / "rcv3-tui"
    state.mkdir(parents=True)
    (state / "journal.jsonl").symlink_to("/dev/full")
    terminal = console(size=SIZE, home=home)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for("no regular file")
    terminal.press("escape")
    ask_for_everything(terminal)
    assert changes_sent(stranger) == []
    leave(terminal)


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's own")
def test_while_the_disk_is_full_no_change_leaves_and_afterwards_all_is_well(
    console: Console, stranger: Stranger
) -> None:
    terminal = console("--log-level", "debug", size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.press("down", "a")
    terminal.wait_row("edge-2", "203.0.113.")
    terminal.wait_for(lambda: journal_of(terminal)[-1]["state"] == "settled")
    before = journal_of(terminal)
    sent = changes_sent(stranger)
    journal = state_of(terminal) / "journal.jsonl"
    # A part of a line fits, as on a real disk.
    free_again = resource.prlimit(
        terminal.pid, resource.RLIMIT_FSIZE, (journal.stat().st_size + 40, resource.RLIM_INFINITY)
    )
    terminal.press("up")
    ask_for_everything_else(terminal)
    assert changes_sent(stranger) == sent

    resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE, free_again)
    terminal.press("a")
    terminal.wait_row("store-1", "203.0.113.")
    assert len(changes_sent(stranger)) == len(sent) + 1
    leave(terminal)
    whole, torn = [], 0
    for line in journal.read_text().splitlines():
        try:
            whole.append(json.loads(line))
        except ValueError:
            torn += 1
    assert whole[: len(before)] == before
    assert whole[-1]["state"] == "settled"
    assert torn >= 1


def ask_for_everything_else(terminal: Terminal) -> None:
    terminal.press("t")
    refused(terminal)
    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.type("edge-1")
    terminal.press("tab", "enter")
    refused(terminal)
    terminal.press("down", "down", "a")
    refused(terminal)


def test_a_torn_last_line_is_told_and_nothing_else_is_lost(
    console: Console, stranger: Stranger
) -> None:
    mishap = Mishap("POST /v3/771204/public_ips", mishaps.silence, applied=True)
    stranger.mishaps.append(mishap)
    first = console(size=SIZE)
    first.wait_row("edge-1", HELD)
    first.wait_for(lambda: " live " in first.lines[0])
    first.press("down", "a")
    first.wait_for(mishap.happened.is_set)
    first.kill()
    journal = state_of(first) / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:70])

    second = console(size=SIZE, home=first.home)
    second.wait_row("edge-1", HELD)
    second.wait_for("1 line of the journal cannot be read")
    second.press("escape", "5")
    second.wait_for(lambda: any("settled" in x and "edge-2" in x for x in second.lines))
    assert len(stranger.sent("POST", "/public_ips")) == 1
    second.press("1", "down", "down", "a")
    second.wait_row("store-1", "203.0.113.")
    leave(second)
    assert journal.read_bytes().startswith(whole)
    log = (state_of(first) / "rcv3-tui.log").read_text()
    assert log.count("of the journal cannot be read") == 1
