"""An unwritable home: reading works, and no change is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.independent_server import IndependentServer
from tests.support.running import run
from tests.support.terminal_sessions import OpenTerminal, account_environment, add_public_ip


@pytest.fixture
def blocked(tmp_path: Path) -> dict[str, str]:
    """Return directories that not even root can create, because they are below a file."""
    file = tmp_path / "file"
    file.write_text("")
    names = ("CONFIG", "STATE", "CACHE", "DATA")
    return {f"XDG_{name}_HOME": str(file / name.lower()) for name in names} | {
        "HOME": str(file / "home")
    }


def test_console_shows_everything_and_sends_no_change(
    open_terminal: OpenTerminal, backend: IndependentServer, blocked: dict[str, str]
) -> None:
    terminal = open_terminal(environment=account_environment(backend) | blocked, size=(120, 40))
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.wait_for("changes are disabled: the journal in ")
    add_public_ip(terminal, "down")
    terminal.wait_for("nothing was sent, because the journal cannot be written")
    assert [r.path for r in backend.sent("POST")] == ["/v2.0/tokens"]
    terminal.press("escape", "q")
    assert terminal.wait_end() == 0
    assert terminal.final_output == ""


def test_status_prints_everything_and_doctor_reports_it(
    backend: IndependentServer, blocked: dict[str, str], tmp_path: Path
) -> None:
    environment = account_environment(backend) | blocked
    done = run("status", "servers", "-f", "csv", home=tmp_path, environment=environment)
    assert done.returncode == 0
    assert "edge-1" in done.stdout
    assert "Traceback" not in done.stderr
    done = run("doctor", home=tmp_path, environment=environment)
    assert done.returncode == 1
    assert "warn  state dir" in done.stdout
    assert "warn  cache dir" in done.stdout
