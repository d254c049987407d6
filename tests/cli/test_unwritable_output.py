"""Commands whose standard output is a full disk, or closed: one line that says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.independent_server import IndependentServer
from tests.support.running import run, run_in_shell
from tests.support.terminal import COMMAND
from tests.support.terminal_sessions import account_environment

FULL = "rcv3-tui: the output cannot be written: no space left on device\n"
CLOSED = "rcv3-tui: there is no standard output to write to\n"


@pytest.fixture
def server() -> Iterator[IndependentServer]:
    server = IndependentServer()
    yield server
    server.stop()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "words",
    [
        "--version",
        "--version --ascii",
        "--help",
        "ip --help",
        "server drain --help",
        "ip add edge-2 --dry-run",
        "ip add edge-2 --dry-run -f json",
        "token",
        "operations",
        "operations -f json",
        "operations --resume",
        "man",
        "completion bash",
        "doctor",
    ],
)
def test_full_disk_is_reported_in_one_line(
    server: IndependentServer, tmp_path: Path, words: str
) -> None:
    done = run_in_shell(
        f"'{COMMAND}' {words} >/dev/full", home=tmp_path, environment=account_environment(server)
    )
    assert (done.returncode, done.stderr) == (2, FULL)


@pytest.mark.parametrize(
    "words", ["--help", "operations", "operations --resume", "man", "completion bash"]
)
def test_closed_output_is_reported_in_one_line(
    server: IndependentServer, tmp_path: Path, words: str
) -> None:
    done = run_in_shell(
        f"'{COMMAND}' {words} >&-", home=tmp_path, environment=account_environment(server)
    )
    assert (done.returncode, done.stderr) == (2, CLOSED)


@pytest.mark.slow
def test_resume_into_a_closed_pipe_has_the_exit_code_of_the_outcome(
    server: IndependentServer, tmp_path: Path
) -> None:
    server.transition_time = 60.0
    environment = account_environment(server)
    added = run("ip", "add", "edge-2", "--no-wait", home=tmp_path, environment=environment)
    assert added.returncode == 0, added.stderr
    done = run_in_shell(
        f"'{COMMAND}' operations --resume --wait 2 | true; exit ${{PIPESTATUS[0]}}",
        home=tmp_path,
        environment=environment,
    )
    assert (done.returncode, done.stderr) == (7, "")


@pytest.mark.slow
def test_operation_shown_into_a_closed_pipe_has_the_exit_code_of_its_outcome(
    server: IndependentServer, tmp_path: Path
) -> None:
    server.adds_fail = True
    environment = account_environment(server)
    added = run("ip", "add", "edge-2", "-f", "json", home=tmp_path, environment=environment)
    (operation,) = json.loads(added.stdout)["operations"]
    done = run_in_shell(
        # The reader has gone before anything is written.
        f"(sleep 0.3; exec '{COMMAND}' operations {operation['id']}) | true; "
        "exit ${PIPESTATUS[0]}",
        home=tmp_path,
        environment=environment,
    )
    assert (added.returncode, done.returncode, done.stderr) == (1, 1, "")
