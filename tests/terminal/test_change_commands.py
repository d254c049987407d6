"""The change commands as a script runs them: outputs, exit codes, requests, kills and resumes."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import network_faults
from tests.support.independent_server import API_KEY, TENANT, TOKEN, IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.running import run, start
from tests.support.terminal_sessions import (
    WRONG_KEY,
    OpenConsole,
    OpenTerminal,
    account_environment,
    add_public_ip,
    assert_no_secrets,
    quit_console,
)

HELD = "203.0.113.71"
POST = f"POST /v3/{TENANT}/public_ips"

slow = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def change(backend: IndependentServer, home: Path) -> Any:
    """Run a command; its stdin is not a terminal."""

    def ask(*words: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        given = account_environment(backend) | environment
        done = run(*words, home=home, environment=given, typed=typed)
        assert "Traceback" not in done.stderr
        assert_no_secrets(f"{done.stdout}{done.stderr}".encode(), API_KEY, TOKEN)
        return done

    return ask


def changes(backend: IndependentServer) -> Counter[str]:
    """Return how many changing requests of each method arrived."""
    return Counter(
        request.method
        for request in backend.requests
        if request.method != "GET" and "/v3/" in request.path
    )


def states(home: Path) -> list[str]:
    path = home / "state" / "rcv3-tui" / "journal.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line)["state"] for line in lines]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# Every command -----------------------------------------------------------------------------------


@slow  # The rate limit holds it up for a minute; tests/change has fast twins.
def test_every_command_sends_exactly_one_request(change: Any, backend: IndependentServer) -> None:
    """One account, one command after the other: each line is the next state of it."""
    edge_1, edge_2, store_1, store_2 = backend.servers
    web = backend.pools[0]

    def carried_out(*words: str) -> str:
        before = changes(backend)
        done = change(*words)
        assert done.returncode == 0, done.stderr
        (method,) = (changes(backend) - before).elements()
        assert done.stdout.startswith("settled"), done.stdout
        return str(method)

    assert carried_out("ip", "add", "edge-2") == "POST"
    assert len(backend.addresses_of(edge_2)) == 1
    assert carried_out("ip", "add", "store-1", "--retain", "--note", "CHG-1") == "POST"
    (retained,) = backend.addresses_of(store_1)
    assert retained.retain
    assert carried_out("--region", "ORD", "ip", "unassign", "store-1", "--yes") == "PATCH"
    assert backend.addresses_of(store_1) == []
    assert carried_out("ip", "assign", retained.id, store_2.id) == "PATCH"
    assert backend.addresses_of(store_2) == [retained]
    assert carried_out("ip", "retain", HELD) == "PATCH"
    assert backend.addresses_of(edge_1)[0].retain
    assert carried_out("ip", "retain", HELD, "--off") == "PATCH"
    assert carried_out("ip", "remove", HELD, "--yes") == "DELETE"
    assert backend.addresses_of(edge_1) == []
    assert carried_out("pool", "add", "shop-web", "store-1") == "POST"
    assert backend.members_of(web) == ["edge-1", "edge-2", "store-1"]
    assert carried_out("pool", "remove", web.id, "store-1", "--yes") == "DELETE"
    assert backend.members_of(web) == ["edge-1", "edge-2"]
    assert carried_out("ip", "add", "--unassigned") == "POST"
    assert [record.retain for record in backend.public_ips if record.server is None] == [True]

    done = change("operations", "-f", "json")
    operations = json.loads(done.stdout)["operations"]
    assert len(operations) == 10
    assert {operation["state"] for operation in operations} == {"settled"}
    assert [o["note"] for o in operations if o["note"]] == ["CHG-1"]


def test_names_on_stdin_are_added_within_one_run(change: Any, backend: IndependentServer) -> None:
    done = change("ip", "add", "-", typed="edge-2\n# a comment\n\nstore-1\nedge-2\n")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert changes(backend) == {"POST": 2}


@slow
def test_add_waits_for_the_build(change: Any, backend: IndependentServer, home: Path) -> None:
    backend.servers[1].status = "BUILD"
    process = start(
        "ip",
        "add",
        "edge-2",
        "--wait-for-build",
        home=home,
        environment=account_environment(backend),
    )
    wait_until(lambda: states(home) == ["planned"])
    wait_until(lambda: len(backend.sent("GET", "/servers/c0ffee")) >= 2)
    assert changes(backend) == {}
    backend.servers[1].status = "ACTIVE"
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.startswith("settled")
    assert changes(backend) == {"POST": 1}


# Every exit code ---------------------------------------------------------------------------------


def test_exit_code_1_for_a_change_that_failed(change: Any, backend: IndependentServer) -> None:
    backend.adds_fail = True
    done = change("ip", "add", "edge-2")
    assert done.returncode == 1
    assert done.stdout.startswith("failed")
    assert changes(backend) == {"POST": 1}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ip", "add", "edge-9"), 'there is no server "edge-9" (did you mean "edge-2"?)'),
        (("ip", "add", "twin"), "is ambiguous: twin c0ffee00-0000-4000-8000-000000000003 in ORD"),
        (("ip", "add"), "needs at least one SERVER"),
        (("ip", "ad", "edge-1"), 'did you mean "add"'),
        (("ip",), "ip needs another word: add, remove"),
        (("ip", "add", "edge-1", "--wiat"), 'did you mean "--wait"'),
        (("ip", "add", "edge-1", "--api-key", "x"), "no option takes a secret"),
        (("ip", "add", "-"), "needs at least one SERVER"),
        (("operations", "nope"), "the journal has no operation"),
    ],
)
def test_exit_code_2_for_wrong_usage(
    change: Any, backend: IndependentServer, words: tuple[str, ...], message: str
) -> None:
    backend.servers[2].name = backend.servers[3].name = "twin"
    done = change(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert changes(backend) == {}


def test_exit_code_3_for_rejected_credentials(change: Any, backend: IndependentServer) -> None:
    assert change("ip", "add", "edge-2", RCV3_API_KEY=WRONG_KEY).returncode == 3
    assert changes(backend) == {}


def test_exit_code_4_for_an_unreachable_service(change: Any, backend: IndependentServer) -> None:
    backend.stop()
    try:
        assert change("ip", "add", "edge-2").returncode == 4
    finally:
        backend.start()
    assert changes(backend) == {}


@slow
def test_exit_code_5_for_an_error_of_the_service(change: Any, backend: IndependentServer) -> None:
    backend.faults[POST] = (409, "There is no free address")
    done = change("ip", "add", "edge-2")
    assert done.returncode == 5
    assert "There is no free address" in done.stdout
    assert changes(backend) == {"POST": 1}


def test_unconfirmed_removal_exits_with_code_6(change: Any, backend: IndependentServer) -> None:
    done = change("ip", "remove", HELD)
    assert done.returncode == 6
    assert "--yes" in done.stderr
    assert changes(backend) == {}


def test_exit_code_6_for_a_read_only_profile(change: Any, backend: IndependentServer) -> None:
    done = change("ip", "remove", HELD, "--yes", RCV3_READ_ONLY="1")
    assert done.returncode == 6
    assert "read-only" in done.stderr
    assert backend.requests == []


def test_exit_code_7_names_the_operation_that_continues_it(
    change: Any, backend: IndependentServer
) -> None:
    backend.transition_time = 5.0
    done = change("ip", "add", "edge-2", "--wait", "1")
    assert done.returncode == 7
    (identifier,) = {word for word in done.stderr.split() if word[:4].isdigit() and "T" in word}

    shown = change("operations", identifier)
    assert shown.returncode == 7
    assert "accepted" in shown.stdout
    resumed = change("operations", identifier, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.startswith("settled")
    assert change("operations", identifier).returncode == 0
    assert changes(backend) == {"POST": 1}


def test_no_wait_exits_once_the_service_has_accepted(
    change: Any, backend: IndependentServer
) -> None:
    backend.transition_time = 30.0
    done = change("ip", "add", "edge-2", "--no-wait")
    assert done.returncode == 0
    assert done.stdout.startswith("accepted")
    assert done.stderr == ""


def test_dry_run_sends_nothing(change: Any, backend: IndependentServer) -> None:
    done = change("pool", "remove", "shop-web", "edge-1", "edge-2", "--dry-run", "-f", "json")
    assert done.returncode == 0
    plan = json.loads(done.stdout)
    assert plan["dry_run"] is True
    assert plan["confirmation"] == {"level": 2, "phrases": ["2 nodes"]}
    assert changes(backend) == {}


# Lost responses, interrupts and kills ------------------------------------------------------------


@pytest.mark.parametrize(
    "applied", [pytest.param(True, id="after"), pytest.param(False, id="before", marks=slow)]
)
def test_dropped_connection_leads_to_one_address(
    change: Any, backend: IndependentServer, applied: bool
) -> None:
    backend.network_faults.append(NetworkFault(POST, network_faults.dropped, applied=applied))
    done = change("ip", "add", "edge-2")
    assert done.returncode == 0
    assert "answer was lost" in done.stdout or "response was lost" in done.stdout or not applied
    assert len(backend.addresses_of(backend.servers[1])) == 1
    assert changes(backend) == {"POST": 1 if applied else 2}


def test_interrupt_stops_what_was_not_sent(
    change: Any, backend: IndependentServer, home: Path
) -> None:
    backend.transition_time = 60.0
    process = start(
        "ip",
        "add",
        "edge-2",
        "store-1",
        "store-2",
        home=home,
        environment=account_environment(backend),
    )
    wait_until(lambda: states(home).count("accepted") == 3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "operations" in err
    assert changes(backend) == {"POST": 3}


@slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_killed_command_is_finished_by_the_next_run(
    change: Any, backend: IndependentServer, home: Path, number: signal.Signals
) -> None:
    fault = NetworkFault(POST, network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    process = start("ip", "add", "edge-2", home=home, environment=account_environment(backend))
    assert fault.happened.wait(30)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert states(home) == ["planned", "sent"]

    done = change("operations", "--resume")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("settled")
    assert changes(backend) == {"POST": 1}
    assert len(backend.addresses_of(backend.servers[1])) == 1


def test_console_finishes_what_a_killed_command_left(
    open_console: OpenConsole, backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home-0"
    fault = NetworkFault(POST, network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    process = start("ip", "add", "edge-2", home=home, environment=account_environment(backend))
    assert fault.happened.wait(30)
    process.kill()
    process.communicate(timeout=30)

    terminal = open_console(size=(160, 40), home=home)
    terminal.wait_row("edge-1", HELD)
    terminal.press("5")
    terminal.wait_for(lambda: any("settled" in x and "to edge-2" in x for x in terminal.lines))
    assert changes(backend) == {"POST": 1}
    quit_console(terminal)


def test_command_finishes_what_a_killed_console_left(
    open_console: OpenConsole, change: Any, backend: IndependentServer, home: Path
) -> None:
    home.mkdir()
    fault = NetworkFault(POST, network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    terminal = open_console(size=(160, 40), home=home)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    add_public_ip(terminal, "down")
    terminal.wait_for(fault.happened.is_set)
    terminal.kill()

    done = change("operations", "--resume")
    assert done.returncode == 0, done.stderr
    assert "add public IP to edge-2" in done.stdout
    assert changes(backend) == {"POST": 1}


# On a terminal -----------------------------------------------------------------------------------


def test_removal_asks_on_a_terminal(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(
        "ip", "remove", "edge-1", size=(100, 30), environment=account_environment(backend)
    )
    terminal.wait_for("Type 203.0.113.71 or edge-1 to remove:")
    assert "last public address of edge-1" in terminal.text
    time.sleep(0.5)  # An answer within 0.3 s is type-ahead.
    terminal.type("edge-1\n")
    assert terminal.wait_end(30) == 0
    assert changes(backend) == {"DELETE": 1}


def test_ctrl_c_at_the_question_sends_nothing(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(
        "ip", "remove", "edge-1", size=(100, 30), environment=account_environment(backend)
    )
    terminal.wait_for("to remove:")
    terminal.press("ctrl+c")
    assert terminal.wait_end(30) == 130
    assert changes(backend) == {}


def test_name_typed_before_the_question_does_not_answer_it(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    hold = NetworkFault(f"GET /v3/{TENANT}/public_ips", network_faults.delayed)
    backend.network_faults.append(hold)
    terminal = open_terminal(
        "ip", "remove", "edge-1", size=(100, 30), environment=account_environment(backend)
    )
    assert hold.happened.wait(30)
    terminal.type("edge-1\n")
    hold.release()
    terminal.wait_for("to remove:")
    time.sleep(0.5)
    terminal.type("\n")
    assert terminal.wait_end(30) == 6
    assert changes(backend) == {}
