"""What changed since the last start: in the console, and printed by `status changes`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.independent_server import IndependentServer
from tests.support.running import run
from tests.support.terminal_sessions import OpenTerminal, account_environment, quit_console


def test_console_counts_and_lists_what_changed_since_it_was_left(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    environment = account_environment(backend) | {
        f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("STATE", "CACHE")
    }
    terminal = open_terminal(environment=environment, size=(120, 40))
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.wait_for("live")
    quit_console(terminal)
    server = backend.servers.pop()

    terminal = open_terminal(environment=environment, size=(120, 40))
    terminal.wait_for("since you left (")
    terminal.press("6")
    terminal.wait_for("gone, was ACTIVE")
    terminal.wait_for(server.name)
    terminal.wait_gone("since you left (")
    terminal.press("enter")
    terminal.wait_for(f"server {server.name} no longer exists")
    quit_console(terminal)

    done = run(
        "status", "changes", "-f", "json", "--since", "1h", home=tmp_path, environment=environment
    )
    listed = [each for each in json.loads(done.stdout) if each["name"] == server.name]
    assert [each["change"] for each in listed if each["resource"] == "server"] == ["gone"]
    assert done.returncode == 0
