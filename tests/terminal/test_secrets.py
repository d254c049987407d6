"""No key, no password and no token anywhere that it could be read, after a session of trouble."""

from __future__ import annotations

import base64
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.terminal import mishaps
from tests.terminal.conftest import SECRETS, Opener, account_of, state_of
from tests.terminal.mishaps import REQUEST_ID, Mishap
from tests.terminal.stranger import PASSWORD, TENANT, TOKEN, Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
SIZE = (160, 40)


def environment_of(stranger: Stranger, secret: str) -> Mapping[str, str]:
    environment = dict(account_of(stranger))
    if secret == "password":
        del environment["RCV3_API_KEY"]
        environment["RCV3_PASSWORD"] = PASSWORD
    return environment


@pytest.mark.parametrize(
    ("umask", "secret"), [("000", "key"), ("022", "password")], ids=["key", "password"]
)
def test_a_whole_session_leaves_no_secret_behind(
    opened: Opener, stranger: Stranger, umask: str, secret: str
) -> None:
    stranger.life = 0.4
    terminal = opened(
        *("--log-level", "debug", "--timeout", "1"),
        size=SIZE,
        environment=environment_of(stranger, secret),
        umask=umask,
    )
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    add_through_a_lost_answer(terminal, stranger)
    stranger.revoke_tokens()
    be_told_of_a_fault(terminal, stranger)
    remove(terminal)
    for screen in ("?", "l", "d", "y"):
        terminal.press(screen)
        terminal.settle(0.3)
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
    assert len(found) == 1
    assert found[0].parent == terminal.home / "cache" / "rcv3-tui"
    assert not any(holds(path, secret) for path in terminal.home.rglob("*") for secret in SECRETS)

    log = (state_of(terminal) / "rcv3-tui.log").read_text()
    for method, path in (
        ("GET", f"/v3/{TENANT}/load_balancer_pools"),
        ("GET", f"/v2/{TENANT}/servers/detail"),
        ("POST", "/v2.0/tokens"),
    ):
        assert re.search(rf"{method} \S*{path}: 200 in \d+ ms", log)
    assert re.search(rf"POST \S*/v3/{TENANT}/public_ips: connection broken in \d+ ms", log)
    assert re.search(rf"DELETE \S+: 500 in \d+ ms, request id {REQUEST_ID}", log)


def add_through_a_lost_answer(terminal: Terminal, stranger: Stranger) -> None:
    stranger.mishaps.append(Mishap("POST /v3/771204/public_ips", mishaps.dropped, applied=True))
    terminal.press("down", "a")
    terminal.wait_row("edge-2", "203.0.113.")
    terminal.wait_for("answer was lost")


def be_told_of_a_fault(terminal: Terminal, stranger: Stranger) -> None:
    stranger.mishaps.append(Mishap("DELETE /v3/771204/public_ips", mishaps.fault))


def remove(terminal: Terminal) -> None:
    terminal.press("up", "ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.type("edge-1")
    terminal.press("tab", "enter")
    terminal.wait_for(lambda: HELD not in terminal.row("edge-1"), timeout=20.0)


def take_along(terminal: Terminal) -> None:
    """Copy the curl command of what is on the screen, and save it to a file."""
    view = terminal.home / "view.json"
    terminal.press("escape", "2")
    for which in ("r", "c"):
        terminal.press("x")
        terminal.read_dialog("Copy which curl command?")
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
    """Everything that the command made is for its owner alone."""
    made = [path for path in home.rglob("*") if "rcv3-tui" in str(path.relative_to(home))]
    assert {path.name for path in made} >= {"journal.jsonl", "rcv3-tui.log"}
    for path in (*made, home / "state", home / "cache"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def holds(path: Path, secret: str) -> bool:
    return path.is_file() and secret.encode() in path.read_bytes()


def test_an_answer_of_identity_that_breaks_off_is_not_quoted(
    opened: Opener, stranger: Stranger
) -> None:
    stranger.faults["/tokens"] = (200, f'{{"access": {{"token": {{"id": "{TOKEN}"')
    terminal = opened("--log-level", "debug", environment=account_of(stranger))
    assert terminal.wait_end(20.0) == 5
    assert not any(holds(path, TOKEN) for path in terminal.home.rglob("*"))
