"""No change is sent without a line in the journal, and a truncated journal is reported."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from tests.support import network_faults
from tests.support.independent_server import IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    OpenTerminal,
    account_environment,
    add_public_ip,
    confirm,
    quit_console,
    read_journal,
    state_directory,
)

HELD = "203.0.113.71"
SIZE = (160, 40)


def changes_sent(backend: IndependentServer) -> list[str]:
    sent = [*backend.sent("POST", "/v3/"), *backend.sent("DELETE"), *backend.sent("PATCH")]
    return [f"{request.method} {request.path}" for request in sent]


def ask_for_everything(terminal: Terminal) -> None:
    """Request an add, a change and a removal; each must be rejected because of the journal."""
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    add_public_ip(terminal, "down")
    assert_refused(terminal)
    terminal.press("up", "t")
    assert_refused(terminal)
    terminal.press("ctrl+d")
    confirm(terminal, "edge-1")
    assert_refused(terminal)


def assert_refused(terminal: Terminal) -> None:
    rejected = "nothing was sent, because the journal cannot be written"
    # The inspector lists the operation, with the same words.
    terminal.wait_for(lambda: rejected in message_line(terminal))
    terminal.press("escape")
    terminal.wait_for(lambda: message_line(terminal) == "")


def message_line(terminal: Terminal) -> str:
    """Return the line above the footer."""
    return terminal.lines[-2]


@pytest.mark.slow
def test_no_change_is_sent_without_a_directory_for_the_journal(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "in-the-way"
    in_the_way.write_text("a file, where a directory should be")
    terminal = open_terminal(
        size=SIZE, environment=account_environment(backend) | {"XDG_STATE_HOME": str(in_the_way)}
    )
    ask_for_everything(terminal)
    assert changes_sent(backend) == []
    terminal.press("5")
    terminal.wait_for(lambda: sum("rejected" in line for line in terminal.lines) == 3)
    terminal.press("q")
    assert terminal.wait_end() == 0
    assert b"changes are disabled: the journal in" in terminal.raw


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_no_change_is_sent_when_the_journal_is_a_device(
    open_console: OpenConsole, backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home-of-a-full-device"
    state = home / "state" / "rcv3-tui"
    state.mkdir(parents=True)
    (state / "journal.jsonl").symlink_to("/dev/full")
    terminal = open_console(size=SIZE, home=home)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for("not a regular file")
    terminal.press("escape")
    ask_for_everything(terminal)
    assert changes_sent(backend) == []
    quit_console(terminal)


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's own")
def test_no_change_is_sent_while_the_disk_is_full(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console("--log-level", "debug", size=SIZE)
    terminal.wait_row("edge-1", HELD)
    add_public_ip(terminal, "down")
    terminal.wait_row("edge-2", "203.0.113.")
    terminal.wait_for(lambda: read_journal(terminal)[-1]["state"] == "settled")
    before = read_journal(terminal)
    sent = changes_sent(backend)
    journal = state_directory(terminal) / "journal.jsonl"
    # A part of a line fits, as on a real disk.
    free_again = resource.prlimit(
        terminal.pid, resource.RLIMIT_FSIZE, (journal.stat().st_size + 40, resource.RLIM_INFINITY)
    )
    terminal.press("up")
    ask_for_everything_else(terminal)
    assert changes_sent(backend) == sent

    resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE, free_again)
    add_public_ip(terminal)
    terminal.wait_row("store-1", "203.0.113.")
    assert len(changes_sent(backend)) == len(sent) + 1
    quit_console(terminal)
    # The truncated part is gone: every line is complete.
    lines = read_journal(terminal)
    assert lines[: len(before)] == before
    assert lines[-1]["state"] == "settled"


def ask_for_everything_else(terminal: Terminal) -> None:
    terminal.press("t")
    assert_refused(terminal)
    terminal.press("ctrl+d")
    confirm(terminal, "edge-1")
    assert_refused(terminal)
    add_public_ip(terminal, "down", "down")
    assert_refused(terminal)


def test_torn_last_line_is_reported_and_nothing_else_is_lost(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    fault = NetworkFault("POST /v3/771204/public_ips", network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    first = open_console(size=SIZE)
    first.wait_row("edge-1", HELD)
    first.wait_live()
    add_public_ip(first, "down")
    first.wait_for(fault.happened.is_set)
    first.kill()
    journal = state_directory(first) / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:70])

    second = open_console(size=SIZE, home=first.home)
    second.wait_row("edge-1", HELD)
    second.wait_for("1 line of the journal cannot be read")
    second.press("escape", "5")
    second.wait_for(lambda: any("settled" in x and "edge-2" in x for x in second.lines))
    assert len(backend.sent("POST", "/public_ips")) == 1
    add_public_ip(second, "1", "down", "down")
    second.wait_row("store-1", "203.0.113.")
    quit_console(second)
    assert journal.read_bytes().startswith(whole)
    log = (state_directory(first) / "rcv3-tui.log").read_text()
    assert log.count("of the journal cannot be read") == 1
