"""No key, password or token is readable anywhere after a session with errors."""

from __future__ import annotations

import base64
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import network_faults
from tests.support.independent_server import PASSWORD, TENANT, TOKEN, IndependentServer
from tests.support.network_faults import REQUEST_ID, NetworkFault
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    SECRETS,
    OpenTerminal,
    account_environment,
    add_public_ip,
    confirm,
    state_directory,
)

HELD = "203.0.113.71"
SIZE = (160, 40)


def environment_of(backend: IndependentServer, secret: str, directory: Path) -> Mapping[str, str]:
    environment = dict(account_environment(backend))
    if secret == "token":
        (directory / "acme.toml").write_text(
            f'[profiles.acme]\ntoken_file = "token"\ntenant = {TENANT}\n'
            f'identity = "{backend.identity_url}"\n'
        )
        write_token(backend, directory)
        return {"RCV3_CONFIG": str(directory / "acme.toml")}
    if secret == "password":
        del environment["RCV3_API_KEY"]
        environment["RCV3_PASSWORD"] = PASSWORD
    return environment


def write_token(backend: IndependentServer, directory: Path) -> None:
    file = directory / "token"
    file.write_text(backend.issue_token())
    file.chmod(0o600)


@pytest.mark.parametrize(
    ("umask", "secret"),
    [
        pytest.param("000", "key", id="key"),
        pytest.param("022", "password", id="password", marks=pytest.mark.slow),
        pytest.param("022", "token", id="token", marks=pytest.mark.slow),
    ],
)
def test_session_leaves_no_secret_behind(
    open_terminal: OpenTerminal,
    backend: IndependentServer,
    tmp_path: Path,
    umask: str,
    secret: str,
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    terminal = open_terminal(
        *("--log-level", "debug", "--timeout", "1"),
        size=SIZE,
        environment=environment_of(backend, secret, elsewhere),
        umask=umask,
    )
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    add_through_a_lost_answer(terminal, backend)
    backend.revoke_tokens()
    # A tool of the operator's keeps the file up to date.
    write_token(backend, elsewhere)
    fail_the_next_removal(backend)
    remove(terminal)
    for screen in ("?", "l", "d", "y"):
        terminal.press(screen)
        terminal.press("escape")
    terminal.press("5")
    terminal.wait_for(lambda: terminal.text.count(" settled ") == 2)

    take_along(terminal)
    shown = Path(f"/proc/{terminal.pid}/cmdline").read_bytes()
    assert b"rcv3-tui" in shown
    assert not any(word.encode() in shown for word in (*SECRETS, TOKEN))
    terminal.press("q")
    assert terminal.wait_end() == 0

    assert_private(terminal.home)
    found = [path for path in terminal.home.rglob("*") if holds(path, TOKEN)]
    # A token that replaced another tool's expired one is that tool's to keep.
    assert len(found) == (0 if secret == "token" else 1)
    assert all(path.parent == terminal.home / "cache" / "rcv3-tui" for path in found)
    assert not any(holds(path, secret) for path in terminal.home.rglob("*") for secret in SECRETS)

    log = (state_directory(terminal) / "rcv3-tui.log").read_text()
    for method, path in (
        ("GET", f"/v3/{TENANT}/load_balancer_pools"),
        ("GET", f"/v2/{TENANT}/servers/detail"),
        ("POST", "/v2.0/tokens"),
    ):
        assert re.search(rf"{method} \S*{path}: 200 in \d+ ms", log)
    assert re.search(rf"POST \S*/v3/{TENANT}/public_ips: connection broken in \d+ ms", log)
    assert re.search(rf"DELETE \S+: 500 in \d+ ms, request id {REQUEST_ID}", log)


def add_through_a_lost_answer(terminal: Terminal, backend: IndependentServer) -> None:
    backend.network_faults.append(
        NetworkFault("POST /v3/771204/public_ips", network_faults.dropped, applied=True)
    )
    add_public_ip(terminal, "down")
    terminal.wait_row("edge-2", "203.0.113.")
    terminal.wait_for("response was lost")


def fail_the_next_removal(backend: IndependentServer) -> None:
    backend.network_faults.append(
        NetworkFault("DELETE /v3/771204/public_ips", network_faults.server_error, applied=True)
    )


def remove(terminal: Terminal) -> None:
    terminal.press("up", "ctrl+d")
    confirm(terminal, "edge-1")
    terminal.wait_for(lambda: HELD not in terminal.row("edge-1"))


def take_along(terminal: Terminal) -> None:
    """Copy the curl command of the current row, and save the view to a file."""
    view = terminal.home / "view.json"
    terminal.press("escape", "2")
    for which in ("r", "c"):
        terminal.press("x")
        terminal.wait_dialog("Copy which curl command?")
        terminal.press(which)
        terminal.wait_gone("Copy which")
        terminal.wait_for("cop")
    terminal.press(":")
    terminal.type(f"save {view}")
    terminal.press("enter")
    terminal.wait_for(view.exists)
    copied = re.findall(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]*)", terminal.raw)
    texts = [base64.b64decode(each) for each in copied]
    assert len(texts) == 2
    for text in texts:
        assert b"$TOKEN" in text
        assert not any(secret.encode() in text for secret in (*SECRETS, TOKEN))


def assert_private(home: Path) -> None:
    """Check that only the owner can read the files of the command."""
    made = [path for path in home.rglob("*") if "rcv3-tui" in str(path.relative_to(home))]
    assert {path.name for path in made} >= {"journal.jsonl", "rcv3-tui.log"}
    for path in (*made, home / "state", home / "cache"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def holds(path: Path, secret: str) -> bool:
    return path.is_file() and secret.encode() in path.read_bytes()


def test_truncated_identity_response_is_not_quoted(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    backend.faults["/tokens"] = (200, f'{{"access": {{"token": {{"id": "{TOKEN}"')
    terminal = open_terminal("--log-level", "debug", environment=account_environment(backend))
    assert terminal.wait_end(20.0) == 5
    assert not any(holds(path, TOKEN) for path in terminal.home.rglob("*"))
