"""`rcv3-tui status`: its output in scripts and pipes, and its exit codes."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.independent_server import API_KEY, TENANT, TOKEN, USERNAME, IndependentServer
from tests.support.running import plain_environment, run, start
from tests.support.terminal import COMMAND
from tests.support.terminal_sessions import (
    WRONG_KEY,
    OpenTerminal,
    account_environment,
    assert_no_secrets,
)

MORE_NOUNS = ("servers", "ips", "pools", "networks")
"""Nouns in the slow pass; tests/status has all of them in every format."""

slow = pytest.mark.slow

HOSTILE = ("a\x1b]0;owned\x07", "b\x1b[2Jcleared", "c\x9b31m", "d\u202etxet", "e\nline\r\ttab")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def status(backend: IndependentServer, home: Path) -> Any:
    def ask(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = account_environment(backend) | environment
        done = run("status", *words, home=home, environment=given)
        assert "Traceback" not in done.stderr
        assert_no_secrets(f"{done.stdout}{done.stderr}".encode(), API_KEY, TOKEN)
        return done

    return ask


def held(backend: IndependentServer, path: str) -> Any:
    """Return the server's own response to a GET."""
    credentials = {"username": USERNAME, "apiKey": API_KEY}
    body = {"auth": {"RAX-KSKEY:apiKeyCredentials": credentials}}
    _, access = backend.ask("POST", "/v2.0/tokens", body, None)
    code, answer = backend.ask("GET", path, None, access["access"]["token"]["id"])
    assert code == 200
    return answer


# What is printed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "path"),
    [
        ("ips", f"/v3/{TENANT}/public_ips"),
        pytest.param("pools", f"/v3/{TENANT}/load_balancer_pools", marks=slow),
        pytest.param("networks", f"/v3/{TENANT}/cloud_networks", marks=slow),
        ("servers", f"/v2/{TENANT}/servers/detail"),
    ],
)
def test_json_equals_the_response_of_the_server(
    status: Any, backend: IndependentServer, noun: str, path: str
) -> None:
    answer = held(backend, path)
    wanted = answer["servers"] if noun == "servers" else answer
    done = status(noun, "-f", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == wanted
    lines = status(noun, "-f", "ndjson").stdout.splitlines()
    assert [json.loads(line) for line in lines] == wanted


def test_nodes_in_json_are_those_of_every_pool(status: Any, backend: IndependentServer) -> None:
    base = f"/v3/{TENANT}/load_balancer_pools"
    pools = [pool["id"] for pool in held(backend, base)]
    wanted = [node for pool in pools for node in held(backend, f"{base}/{pool}/nodes/details")]
    assert json.loads(status("nodes", "-f", "json").stdout) == wanted


@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq here")
def test_jq_reads_the_json(status: Any) -> None:
    done = status("pools", "-f", "json")
    names = subprocess.run(
        ["jq", "-r", ".[].name"], input=done.stdout, capture_output=True, text=True, check=True
    )
    assert names.stdout.split() == ["shop-web", "shop-spare"]


@pytest.mark.parametrize(
    "words", [(), ("nodes",), *(pytest.param((noun,), marks=slow) for noun in MORE_NOUNS)]
)
def test_pipe_gets_plain_text(status: Any, words: tuple[str, ...]) -> None:
    done = status(*words)
    assert done.returncode == 0
    assert done.stderr == ""
    assert all(char == "\n" or char.isprintable() for char in done.stdout)
    assert not set("│┃─━●◐✗…") & set(done.stdout)


@pytest.mark.parametrize(
    "form",
    ["table", "json", pytest.param("csv", marks=slow), pytest.param("ndjson", marks=slow)],
)
def test_hostile_names_are_spelled_out(status: Any, backend: IndependentServer, form: str) -> None:
    for server, name in zip(backend.servers, HOSTILE, strict=False):
        server.name = name
    done = status("servers", "-f", form, "-c", "name")
    assert all(char == "\n" or char.isprintable() for char in done.stdout)
    if form == "json":
        assert [row["name"] for row in json.loads(done.stdout)] == list(HOSTILE[:4])
    else:
        assert len(done.stdout.splitlines()) == len(backend.servers) + (form != "ndjson")


def test_locale_without_utf8_gets_ascii(status: Any, backend: IndependentServer) -> None:
    backend.servers[0].name = "b\u00fccher"
    done = status("servers", LC_ALL="POSIX")
    assert done.stdout.isascii()
    assert r"b\xfccher" in done.stdout
    found = json.loads(status("servers", "-f", "json", LC_ALL="POSIX").stdout)
    assert found[0]["name"] == "b\u00fccher"


def test_second_call_reuses_the_token(status: Any, backend: IndependentServer, home: Path) -> None:
    status("ips")
    status("ips")
    assert len(backend.sent("POST", "/tokens")) == 1
    (kept,) = home.glob("cache/**/token-*")
    assert kept.stat().st_mode & 0o077 == 0


def test_only_necessary_lists_are_read(status: Any, backend: IndependentServer) -> None:
    status("pools")
    assert [request.path for request in backend.sent("GET")] == [
        f"/v3/{TENANT}/load_balancer_pools"
    ]


@slow
def test_large_demo_is_listed_completely(home: Path) -> None:
    done = run("status", "ips", "--demo", "large", "-f", "ndjson", home=home)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 10_000


def test_repeated_calls_stay_within_the_rate_limit(status: Any) -> None:
    # Each call stays within the limit, and so do all of them together.
    for _ in range(3):
        assert status("nodes", "--pool", "shop-web").returncode == 0


# How it ends ---------------------------------------------------------------------------------


def test_exit_code_is_0_when_nothing_needs_attention(status: Any) -> None:
    done = status()
    assert done.returncode == 0
    assert "Nothing needs attention" in done.stdout


def test_exit_code_is_1_when_something_has_failed(status: Any, backend: IndependentServer) -> None:
    backend.public_ips[0].status = "ADD_FAILED"
    done = status("ips")
    assert done.returncode == 1
    assert "ADD_FAILED" in done.stdout
    assert status("ips", "--fail-on", "never").returncode == 0


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("ip",), 'did you mean "ips"?'),
        (("ips", "-c", "adress"), 'did you mean "address"?'),
        (("ips", "--filter", "statu:x"), 'did you mean "status"?'),
        (("ips", "-f", "jsno"), 'did you mean "json"?'),
        (("ips", "--watch", "0"), "must be a number of seconds from 1"),
        (("ips", "--wiat"), 'did you mean "--wait"?'),
        (("ips", "--api-key", "x"), "no option takes a secret"),
        (("ips", "--demo", "--profile", "x"), "--profile does not go with --demo"),
        (("ips", "--config", "/no/such/file"), "/no/such/file"),
    ],
)
def test_wrong_arguments_exit_with_2(
    status: Any, backend: IndependentServer, words: tuple[str, ...], shown: str
) -> None:
    done = status(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert shown in done.stderr
    assert done.stderr.count("\n") == 1
    assert backend.requests == []


def test_unknown_region_exits_with_2(status: Any) -> None:
    done = status("ips", "--region", "XYZ")
    assert (done.returncode, done.stdout) == (2, "")
    assert "XYZ" in done.stderr


def test_refused_credentials_exit_with_3(status: Any, backend: IndependentServer) -> None:
    done = status("ips", RCV3_API_KEY=WRONG_KEY)
    assert (done.returncode, done.stdout) == (3, "")
    assert USERNAME in done.stderr
    assert WRONG_KEY not in done.stderr
    assert len(backend.sent("POST", "/tokens")) == 1


def test_missing_credentials_exit_with_3(home: Path, backend: IndependentServer) -> None:
    environment = {"RCV3_IDENTITY_URL": backend.identity_url}
    done = run("status", home=home, environment=environment)
    assert (done.returncode, done.stdout) == (3, "")
    assert "rcv3-tui login" in done.stderr
    assert backend.requests == []


def test_refused_connection_exits_with_4(status: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v2.0"
        done = status("ips", RCV3_IDENTITY_URL=url)
    assert (done.returncode, done.stdout) == (4, "")
    assert "connection refused" in done.stderr


def test_server_error_exits_with_5(status: Any, backend: IndependentServer) -> None:
    backend.faults["GET /v3"] = (500, "Unexpected Error")
    done = status("ips")
    assert (done.returncode, done.stdout) == (5, "")
    assert "Unexpected Error (HTTP 500)" in done.stderr


@pytest.mark.parametrize(
    "words",
    [("ips", "--watch"), ("ips", "--wait"), pytest.param(("--watch", "5"), marks=slow)],
    ids=" ".join,
)
def test_ctrl_c_exits_with_130(
    open_terminal: OpenTerminal, backend: IndependentServer, words: tuple[str, ...]
) -> None:
    backend.public_ips[0].transition_time = 60.0
    backend.public_ips[0].status = "UPDATING"
    backend.public_ips[0].created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    terminal = open_terminal("status", *words, environment=account_environment(backend))
    terminal.wait_for("UPDATING")
    terminal.press("ctrl+c")
    assert terminal.wait_end() == 130
    assert terminal.is_restored


def test_sigint_in_a_pipe_exits_with_130(backend: IndependentServer, home: Path) -> None:
    environment = account_environment(backend)
    with start("status", "ips", "--watch", "60", home=home, environment=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ADDRESS")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


# Pipes and disks -----------------------------------------------------------------------------


def test_closed_pipe_ends_the_command_quietly(backend: IndependentServer, home: Path) -> None:
    environment = account_environment(backend)
    with start("status", "ips", "--watch", "1", home=home, environment=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in (0, 1)


def test_head_reads_one_line_of_a_large_account(home: Path) -> None:
    home.mkdir()
    line = f"'{COMMAND}' status ips --demo large | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=plain_environment(home),
    )
    assert done.stdout.split()[0] == "ADDRESS"
    assert done.stdout.splitlines()[1] in ("0", "1")
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_full_disk_is_reported(backend: IndependentServer, home: Path) -> None:
    home.mkdir()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(COMMAND), "status", "ips"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env=plain_environment(home) | account_environment(backend),
        )
    assert done.returncode == 2
    assert done.stderr == "rcv3-tui: the output cannot be written: no space left on device\n"


def test_missing_standard_output_is_reported(backend: IndependentServer, home: Path) -> None:
    home.mkdir()
    done = subprocess.run(
        ["bash", "-c", f"'{COMMAND}' status ips >&-"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=plain_environment(home) | account_environment(backend),
    )
    assert done.returncode == 2
    assert "standard output" in done.stderr


def test_unwritable_cache_is_reported_and_nothing_else_fails(status: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = status("ips", XDG_CACHE_HOME=str(tmp_path / "file"))
    assert done.returncode == 0
    assert "203.0.113.71" in done.stdout
    assert "the token is not saved" in done.stderr


# On a terminal -------------------------------------------------------------------------------


def test_terminal_gets_colors_unless_they_are_disabled(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    plain = open_terminal(
        "status", "ips", environment=account_environment(backend) | {"NO_COLOR": "1"}
    )
    dumb = open_terminal(
        "status", "ips", environment=account_environment(backend) | {"TERM": "dumb"}
    )
    colored = open_terminal("status", "ips", environment=account_environment(backend))
    for terminal in (plain, dumb, colored):
        assert terminal.wait_end() == 0
        assert "● ACTIVE" in terminal.text
    assert b"\x1b[32m" in colored.raw
    assert b"\x1b" not in plain.raw
    assert b"\x1b" not in dumb.raw


@pytest.mark.parametrize(
    "words",
    [(), ("nodes",), pytest.param(("servers",), marks=slow), pytest.param(("ips",), marks=slow)],
    ids=" ".join,
)
def test_twenty_columns_do_not_break_the_table(
    open_terminal: OpenTerminal, backend: IndependentServer, words: tuple[str, ...]
) -> None:
    backend.servers[0].name = "a-name-that-is-much-longer-than-the-terminal"
    terminal = open_terminal(
        "status", *words, size=(20, 24), environment=account_environment(backend)
    )
    assert terminal.wait_end() == 0
    for line in terminal.raw.decode().split("\r\n"):
        # Progress was erased before the final output.
        stays = line.rpartition("\x1b[K")[2]
        assert len(re.sub(r"\x1b\[[0-9;]*m", "", stays)) <= 20


def test_wait_follows_an_address_in_transition_and_shows_progress(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    credentials = {"username": USERNAME, "apiKey": API_KEY}
    body = {"auth": {"RAX-KSKEY:apiKeyCredentials": credentials}}
    _, access = backend.ask("POST", "/v2.0/tokens", body, None)
    backend.transition_time = 600.0
    server = {"cloud_server": {"id": backend.servers[2].id}}
    token = access["access"]["token"]["id"]
    backend.ask("POST", f"/v3/{TENANT}/public_ips", server, token)
    terminal = open_terminal(
        "status", "ips", "--wait", size=(100, 24), environment=account_environment(backend)
    )
    terminal.wait_for("waiting for")
    backend.public_ips[-1].transition_time = 0.0
    assert terminal.wait_end() == 0
    assert "store-1" in terminal.text
    assert "ADDING" not in terminal.text
    assert "waiting" not in terminal.text


# The simulator -------------------------------------------------------------------------------


def test_status_reads_the_simulator_over_a_socket(home: Path) -> None:
    home.mkdir()
    unbuffered = {"PYTHONUNBUFFERED": "1"}
    with start("simulator", "--port", "0", home=home, environment=unbuffered) as simulator:
        try:
            assert simulator.stdout is not None
            simulator.stdout.readline()
            exports = [simulator.stdout.readline().split("export ")[1].strip() for _ in range(4)]
            environment = dict(line.split("=", 1) for line in exports)
            done = run("status", "ips", "-f", "json", home=home, environment=environment)
        finally:
            simulator.terminate()
    assert done.returncode == 1, done.stderr
    statuses = [record["status"] for record in json.loads(done.stdout)]
    assert statuses.count("ACTIVE") == 5
    assert statuses.count("ADD_FAILED") == 1


def test_python_m_runs_the_program(home: Path) -> None:
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "rcv3_tui", "status", "--demo"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=plain_environment(home),
    )
    assert done.returncode == 1
    assert "attention" in done.stdout
