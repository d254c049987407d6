"""A home that nothing can be written into: reading goes on, and no change is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.conftest import Opener, account_of
from tests.terminal.running import run
from tests.terminal.stranger import Stranger


@pytest.fixture
def blocked(tmp_path: Path) -> dict[str, str]:
    """Directories that nobody can make, not even root: they would be below a file."""
    file = tmp_path / "file"
    file.write_text("")
    names = ("CONFIG", "STATE", "CACHE", "DATA")
    return {f"XDG_{name}_HOME": str(file / name.lower()) for name in names} | {
        "HOME": str(file / "home")
    }


def test_the_console_says_so_shows_everything_and_sends_no_change(
    opened: Opener, stranger: Stranger, blocked: dict[str, str]
) -> None:
    terminal = opened(environment=account_of(stranger) | blocked, size=(120, 40))
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.wait_for("nothing can be changed, for there is no journal: ")
    terminal.press("down", "a")
    terminal.wait_for("nothing was sent, as the journal cannot be written")
    assert [r.path for r in stranger.sent("POST")] == ["/v2.0/tokens"]
    terminal.press("escape", "q")
    assert terminal.wait_end() == 0
    assert terminal.farewell == ""


def test_status_prints_everything_and_doctor_says_what_is_wrong(
    stranger: Stranger, blocked: dict[str, str], tmp_path: Path
) -> None:
    environment = account_of(stranger) | blocked
    done = run("status", "servers", "-f", "csv", home=tmp_path, environment=environment)
    assert done.returncode == 0
    assert "edge-1" in done.stdout
    assert "Traceback" not in done.stderr
    done = run("doctor", home=tmp_path, environment=environment)
    assert done.returncode == 1
    assert "warn  state dir" in done.stdout
    assert "warn  cache dir" in done.stdout
