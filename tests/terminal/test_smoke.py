"""The minimum that must work with all versions of the libraries: start, add, remove, status.

`TESTED_COMMAND=/path/to/rcv3-tui python -m pytest -m smoke` runs it with the command of another
environment, which needs none of what the tests need.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.independent_server import IndependentServer
from tests.support.running import run
from tests.support.terminal_sessions import (
    OpenConsole,
    account_environment,
    add_public_ip,
    confirm,
    quit_console,
    wait_settled,
)

pytestmark = [pytest.mark.slow, pytest.mark.smoke]

HELD = "203.0.113.71"


def test_console_starts_adds_and_removes(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console(size=(120, 40))
    terminal.wait_row("edge-1", "ACTIVE", HELD)
    terminal.wait_live()
    add_public_ip(terminal, "down")
    terminal.wait_row("edge-2", "203.0.113.")
    wait_settled(terminal)
    terminal.press("home", "ctrl+d")
    confirm(terminal, HELD)
    wait_settled(terminal, 2)
    terminal.wait_row("edge-1", " - ")
    assert len(backend.sent("POST", "/public_ips")) == 1
    assert len(backend.sent("DELETE")) == 1
    quit_console(terminal)


def test_status_lists_the_account(backend: IndependentServer, tmp_path: Path) -> None:
    environment = account_environment(backend)
    done = run("status", "ips", "-f", "json", home=tmp_path / "home", environment=environment)
    assert done.returncode == 0, done.stderr
    assert HELD in done.stdout
    done = run("status", home=tmp_path / "home", environment=environment)
    assert done.returncode in (0, 1), done.stderr
    assert "Servers" in done.stdout
    assert done.stderr == ""
