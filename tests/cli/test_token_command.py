"""`rcv3-tui token`: the current token through a pipe, and on a terminal only when asked for."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.independent_server import API_KEY, TENANT, TOKEN, USERNAME, IndependentServer
from tests.support.running import TIMEOUT, plain_environment, run, run_in_shell
from tests.support.terminal import COMMAND


@pytest.fixture
def server() -> Iterator[IndependentServer]:
    server = IndependentServer()
    yield server
    server.stop()


def account(server: IndependentServer) -> dict[str, str]:
    return {
        "RCV3_IDENTITY_URL": server.identity_url,
        "RCV3_USERNAME": USERNAME,
        "RCV3_API_KEY": API_KEY,
    }


def test_pipe_gets_only_the_cached_token(server: IndependentServer, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = run("token", home=home, environment=account(server))
    again = run("token", home=home, environment=account(server))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith(TOKEN)
    assert first.stdout == again.stdout
    assert first.stdout.count("\n") == 1
    assert len(server.sent("POST", "/tokens")) == 1


def test_token_of_another_tool_is_printed_as_identity_confirmed_it(
    server: IndependentServer, tmp_path: Path
) -> None:
    token = server.issue_token()
    environment = {
        "RCV3_IDENTITY_URL": server.identity_url,
        "RCV3_TENANT": TENANT,
        "RCV3_TOKEN": token,
    }
    assert run("token", home=tmp_path / "home", environment=environment).stdout == f"{token}\n"


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"RCV3_API_KEY": "wrong-key-0123456789"}, 3, "Identity rejected user"),
        ({"RCV3_API_KEY": "", "RCV3_USERNAME": ""}, 3, "no credentials found"),
        ({"RCV3_IDENTITY_URL": "http://127.0.0.1:9/v2.0"}, 4, "cannot reach Identity"),
    ],
)
def test_failure_prints_nothing_and_has_the_usual_exit_code(
    server: IndependentServer, tmp_path: Path, change: dict[str, str], code: int, said: str
) -> None:
    done = run("token", home=tmp_path / "home", environment=account(server) | change)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_token_without_standard_output_is_refused_before_the_sign_in(
    server: IndependentServer, tmp_path: Path
) -> None:
    done = run_in_shell(f"'{COMMAND}' token --show >&-", home=tmp_path, environment=account(server))
    assert done.returncode == 2
    assert done.stderr == "rcv3-tui: there is no standard output to write to\n"
    assert server.requests == []


@pytest.mark.parametrize(
    ("flags", "code", "shown"), [((), 2, "use --show"), (("--show",), 0, TOKEN)]
)
def test_terminal_shows_the_token_only_on_request(
    server: IndependentServer, tmp_path: Path, flags: tuple[str, ...], code: int, shown: str
) -> None:
    controller, terminal = pty.openpty()
    done = subprocess.run(
        [str(COMMAND), "token", *flags],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        timeout=TIMEOUT,
        check=False,
        env=plain_environment(tmp_path) | account(server),
    )
    text = os.read(controller, 10_000).decode()
    os.close(terminal)
    os.close(controller)

    assert done.returncode == code
    assert shown in text
    assert (TOKEN in text) is bool(flags)
    assert len(server.sent("POST", "/tokens")) == len(flags)
