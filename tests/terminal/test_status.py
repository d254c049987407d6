"""`rcv3-tui status` from outside: what scripts and pipes get, and how it ends."""

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

from tests.terminal.conftest import WRONG_KEY, Opener, account_of, assert_silent
from tests.terminal.running import plain_environment, run
from tests.terminal.stranger import API_KEY, TENANT, TOKEN, USERNAME, Stranger
from tests.terminal.terminal import COMMAND

NOUNS = ("servers", "ips", "pools", "nodes", "networks")
HOSTILE = ("a\x1b]0;owned\x07", "b\x1b[2Jcleared", "c\x9b31m", "d\u202etxet", "e\nline\r\ttab")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def status(stranger: Stranger, home: Path) -> Any:
    def ask(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = account_of(stranger) | environment
        done = run("status", *words, home=home, environment=given)
        assert "Traceback" not in done.stderr
        assert_silent(f"{done.stdout}{done.stderr}".encode(), API_KEY, TOKEN)
        return done

    return ask


def held(stranger: Stranger, path: str) -> Any:
    """What the service itself answers to a GET."""
    credentials = {"username": USERNAME, "apiKey": API_KEY}
    body = {"auth": {"RAX-KSKEY:apiKeyCredentials": credentials}}
    _, access = stranger.answer("POST", "/v2.0/tokens", body, None)
    code, answer = stranger.answer("GET", path, None, access["access"]["token"]["id"])
    assert code == 200
    return answer


def started(stranger: Stranger, home: Path, *words: str) -> subprocess.Popen[str]:
    home.mkdir(exist_ok=True)
    return subprocess.Popen(
        [str(COMMAND), "status", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=plain_environment(home) | account_of(stranger),
    )


# What is printed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "path"),
    [
        ("ips", f"/v3/{TENANT}/public_ips"),
        ("pools", f"/v3/{TENANT}/load_balancer_pools"),
        ("networks", f"/v3/{TENANT}/cloud_networks"),
        ("servers", f"/v2/{TENANT}/servers/detail"),
    ],
)
def test_json_is_what_the_service_holds(
    status: Any, stranger: Stranger, noun: str, path: str
) -> None:
    answer = held(stranger, path)
    wanted = answer["servers"] if noun == "servers" else answer
    done = status(noun, "-f", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == wanted
    lines = status(noun, "-f", "ndjson").stdout.splitlines()
    assert [json.loads(line) for line in lines] == wanted


def test_nodes_in_json_are_those_of_every_pool(status: Any, stranger: Stranger) -> None:
    base = f"/v3/{TENANT}/load_balancer_pools"
    pools = [pool["id"] for pool in held(stranger, base)]
    wanted = [node for pool in pools for node in held(stranger, f"{base}/{pool}/nodes/details")]
    assert json.loads(status("nodes", "-f", "json").stdout) == wanted


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_reads_it(status: Any) -> None:
    done = status("pools", "-f", "json")
    names = subprocess.run(
        ["jq", "-r", ".[].name"], input=done.stdout, capture_output=True, text=True, check=True
    )
    assert names.stdout.split() == ["shop-web", "shop-spare"]


@pytest.mark.parametrize("words", [(), *((noun,) for noun in NOUNS)])
def test_a_pipe_gets_plain_text(status: Any, words: tuple[str, ...]) -> None:
    done = status(*words)
    assert done.returncode == 0
    assert done.stderr == ""
    assert all(char == "\n" or char.isprintable() for char in done.stdout)
    assert not set("│┃─━●◐✗…") & set(done.stdout)


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
def test_hostile_names_are_spelled_out(status: Any, stranger: Stranger, form: str) -> None:
    for server, name in zip(stranger.servers, HOSTILE, strict=False):
        server.name = name
    done = status("servers", "-f", form, "-c", "name")
    assert all(char == "\n" or char.isprintable() for char in done.stdout)
    if form == "json":
        assert [row["name"] for row in json.loads(done.stdout)] == list(HOSTILE[:4])
    else:
        assert len(done.stdout.splitlines()) == len(stranger.servers) + (form != "ndjson")


def test_a_locale_without_utf8_gets_ascii(status: Any, stranger: Stranger) -> None:
    stranger.servers[0].name = "b\u00fccher"
    done = status("servers", LC_ALL="POSIX")
    assert done.stdout.isascii()
    assert r"b\xfccher" in done.stdout
    found = json.loads(status("servers", "-f", "json", LC_ALL="POSIX").stdout)
    assert found[0]["name"] == "b\u00fccher"


def test_a_second_call_costs_no_sign_in(status: Any, stranger: Stranger, home: Path) -> None:
    status("ips")
    status("ips")
    assert len(stranger.sent("POST", "/tokens")) == 1
    (kept,) = home.glob("cache/**/token-*")
    assert kept.stat().st_mode & 0o077 == 0


def test_only_what_the_answer_needs_is_read(status: Any, stranger: Stranger) -> None:
    status("pools")
    assert [request.path for request in stranger.sent("GET")] == [
        f"/v3/{TENANT}/load_balancer_pools"
    ]


def test_the_large_demo_is_listed_whole(home: Path) -> None:
    done = run("status", "ips", "--demo", "large", "-f", "ndjson", home=home)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 10_000


def test_every_pool_of_a_busy_account_is_never_too_fast(status: Any) -> None:
    # Each call alone stays within the limit, and so do all of them together.
    for _ in range(3):
        assert status("nodes", "--pool", "shop-web").returncode == 0


# How it ends ---------------------------------------------------------------------------------


def test_0_where_all_is_fine(status: Any) -> None:
    done = status()
    assert done.returncode == 0
    assert "Nothing needs attention" in done.stdout


def test_1_where_something_has_failed(status: Any, stranger: Stranger) -> None:
    stranger.public_ips[0].status = "ADD_FAILED"
    done = status("ips")
    assert done.returncode == 1
    assert "ADD_FAILED" in done.stdout
    assert status("ips", "--fail-on", "never").returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ip",), "did you mean 'ips'?"),
        (("ips", "-c", "adress"), 'did you mean "address"?'),
        (("ips", "--filter", "statu:x"), 'did you mean "status"?'),
        (("ips", "-f", "jsno"), "did you mean 'json'?"),
        (("ips", "--watch", "0"), "must be a number of seconds from 1"),
        (("ips", "--wiat"), "did you mean '--wait'?"),
        (("ips", "--api-key", "x"), "no flag takes a secret"),
        (("ips", "--demo", "--profile", "x"), "--profile does not go with --demo"),
        (("ips", "--config", "/no/such/file"), "/no/such/file"),
    ],
)
def test_2_where_the_words_are_wrong(
    status: Any, stranger: Stranger, words: tuple[str, ...], told: str
) -> None:
    done = status(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert stranger.requests == []


def test_2_where_the_region_is_not_the_accounts(status: Any) -> None:
    done = status("ips", "--region", "XYZ")
    assert (done.returncode, done.stdout) == (2, "")
    assert "XYZ" in done.stderr


def test_3_where_the_credentials_are_refused_once(status: Any, stranger: Stranger) -> None:
    done = status("ips", RCV3_API_KEY=WRONG_KEY)
    assert (done.returncode, done.stdout) == (3, "")
    assert USERNAME in done.stderr
    assert WRONG_KEY not in done.stderr
    assert len(stranger.sent("POST", "/tokens")) == 1


def test_3_without_any_credentials(home: Path, stranger: Stranger) -> None:
    environment = {"RCV3_IDENTITY_URL": stranger.identity_url}
    done = run("status", home=home, environment=environment)
    assert (done.returncode, done.stdout) == (3, "")
    assert "rcv3-tui login" in done.stderr
    assert stranger.requests == []


def test_4_where_nobody_listens(status: Any) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v2.0"
        done = status("ips", RCV3_IDENTITY_URL=url)
    assert (done.returncode, done.stdout) == (4, "")
    assert "connection refused" in done.stderr


def test_5_where_the_service_answers_with_an_error(status: Any, stranger: Stranger) -> None:
    stranger.faults["GET /v3"] = (500, "Unexpected Error")
    done = status("ips")
    assert (done.returncode, done.stdout) == (5, "")
    assert "Unexpected Error (HTTP 500)" in done.stderr


@pytest.mark.parametrize("words", [("ips", "--watch"), ("ips", "--wait"), ("--watch", "5")])
def test_130_by_ctrl_c(opened: Opener, stranger: Stranger, words: tuple[str, ...]) -> None:
    stranger.life = 60.0
    stranger.public_ips[0].status = "UPDATING"
    stranger.public_ips[0].created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    terminal = opened("status", *words, environment=account_of(stranger))
    terminal.wait_for("UPDATING")
    terminal.press("ctrl+c")
    assert terminal.wait_end() == 130
    assert terminal.is_restored


def test_130_by_a_signal_in_a_pipe(stranger: Stranger, home: Path) -> None:
    with started(stranger, home, "ips", "--watch", "60") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ADDRESS")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


# Pipes and disks -----------------------------------------------------------------------------


def test_a_reader_that_has_enough_ends_it_quietly(stranger: Stranger, home: Path) -> None:
    with started(stranger, home, "ips", "--watch", "1") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in (0, 1)


def test_head_takes_one_line_of_a_large_account(home: Path) -> None:
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
def test_a_full_disk_is_told(stranger: Stranger, home: Path) -> None:
    home.mkdir()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(COMMAND), "status", "ips"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env=plain_environment(home) | account_of(stranger),
        )
    assert done.returncode == 2
    assert done.stderr == "rcv3-tui: the output cannot be written: no space left on device\n"


def test_without_a_standard_output_it_says_so(stranger: Stranger, home: Path) -> None:
    home.mkdir()
    done = subprocess.run(
        ["bash", "-c", f"'{COMMAND}' status ips >&-"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=plain_environment(home) | account_of(stranger),
    )
    assert done.returncode == 2
    assert "standard output" in done.stderr


def test_a_cache_that_cannot_be_written_is_told_and_costs_nothing_else(
    status: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = status("ips", XDG_CACHE_HOME=str(tmp_path / "file"))
    assert done.returncode == 0
    assert "203.0.113.71" in done.stdout
    assert "the token is not kept" in done.stderr


# On a terminal -------------------------------------------------------------------------------


def test_a_terminal_gets_colours_unless_they_are_not_wanted(
    opened: Opener, stranger: Stranger
) -> None:
    plain = opened("status", "ips", environment=account_of(stranger) | {"NO_COLOR": "1"})
    dumb = opened("status", "ips", environment=account_of(stranger) | {"TERM": "dumb"})
    coloured = opened("status", "ips", environment=account_of(stranger))
    for terminal in (plain, dumb, coloured):
        assert terminal.wait_end() == 0
        assert "● ACTIVE" in terminal.text
    assert b"\x1b[32m" in coloured.raw
    assert b"\x1b" not in plain.raw
    assert b"\x1b" not in dumb.raw


@pytest.mark.parametrize("words", [(), ("servers",), ("ips",), ("nodes",)])
def test_twenty_columns_are_enough_not_to_break(
    opened: Opener, stranger: Stranger, words: tuple[str, ...]
) -> None:
    stranger.servers[0].name = "a-name-that-is-much-longer-than-the-terminal"
    terminal = opened("status", *words, size=(20, 24), environment=account_of(stranger))
    assert terminal.wait_end() == 0
    for line in terminal.raw.decode().split("\r\n"):
        # Progress was wiped out before what stays was written.
        stays = line.rpartition("\x1b[K")[2]
        assert len(re.sub(r"\x1b\[[0-9;]*m", "", stays)) <= 20


def test_waiting_follows_a_moving_address_and_shows_that_it_does(
    opened: Opener, stranger: Stranger
) -> None:
    credentials = {"username": USERNAME, "apiKey": API_KEY}
    body = {"auth": {"RAX-KSKEY:apiKeyCredentials": credentials}}
    _, access = stranger.answer("POST", "/v2.0/tokens", body, None)
    stranger.life = 4.0
    server = {"cloud_server": {"id": stranger.servers[2].id}}
    token = access["access"]["token"]["id"]
    stranger.answer("POST", f"/v3/{TENANT}/public_ips", server, token)
    terminal = opened("status", "ips", "--wait", size=(100, 24), environment=account_of(stranger))
    terminal.wait_for("waiting for")
    assert terminal.wait_end(30) == 0
    assert "store-1" in terminal.text
    assert "ADDING" not in terminal.text
    assert "waiting" not in terminal.text


# The simulator -------------------------------------------------------------------------------


def test_it_reads_the_simulator_over_a_socket(home: Path) -> None:
    home.mkdir()
    with subprocess.Popen(
        [str(COMMAND), "simulator", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=plain_environment(home) | {"PYTHONUNBUFFERED": "1"},
    ) as simulator:
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


def test_python_m_runs_it_too(home: Path) -> None:
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
