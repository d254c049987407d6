"""The title of the terminal's window, and notifications, byte by byte."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.support.independent_server import REGION, IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    OpenTerminal,
    account_environment,
    add_public_ip,
    assert_restored,
    quit_console,
)

SAVE, RESTORE = b"\x1b[22;2t", b"\x1b[23;2t"


def titles(terminal: Terminal) -> list[str]:
    """Return the titles that were set, oldest first."""
    return [text.decode() for text in re.findall(rb"\x1b\]2;([^\x07]*)\x07", terminal.raw)]


def write_profile(home: Path, setting: str) -> None:
    """Write a profile with a display setting; the account comes from the environment."""
    path = home / "config" / "rcv3-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f"[profiles.acme]\n{setting}\n")


def test_title_names_profile_and_region_and_is_restored_at_the_end(
    open_console: OpenConsole,
) -> None:
    terminal = open_console()
    terminal.wait_live()
    terminal.wait_for(lambda: any(REGION in title for title in titles(terminal)))
    assert terminal.raw.index(SAVE) < terminal.raw.index(b"\x1b]2;")
    quit_console(terminal)
    assert terminal.raw.count(SAVE) == terminal.raw.count(RESTORE) == 1
    assert titles(terminal)[-1] == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_title_is_restored_when_a_signal_ends_the_console(
    open_console: OpenConsole, number: signal.Signals
) -> None:
    terminal = open_console()
    terminal.wait_live()
    terminal.signal(number)
    assert terminal.wait_end() == 128 + number
    assert terminal.raw.count(SAVE) == terminal.raw.count(RESTORE) == 1
    assert_restored(terminal)


def test_title_is_restored_while_the_console_is_suspended(open_console: OpenConsole) -> None:
    terminal = open_console()
    terminal.wait_live()
    terminal.press("ctrl+z")
    terminal.wait_for(lambda: terminal.is_stopped)
    assert terminal.raw.count(RESTORE) == 1
    terminal.signal(signal.SIGCONT)
    terminal.wait_for(lambda: terminal.raw.count(SAVE) == 2)
    terminal.wait_live()
    assert REGION in titles(terminal)[-1]
    quit_console(terminal)


@pytest.mark.parametrize(
    ("arguments", "term"),
    [(("--plain",), "xterm-256color"), ((), "linux")],
    ids=["screen-reader", "linux-console"],
)
def test_title_is_unchanged_where_it_would_be_read_or_drawn(
    open_terminal: OpenTerminal,
    backend: IndependentServer,
    arguments: tuple[str, ...],
    term: str,
) -> None:
    environment = account_environment(backend) | {"TERM": term}
    terminal = open_terminal(*arguments, environment=environment)
    terminal.wait_live()
    quit_console(terminal)
    assert titles(terminal) == []
    assert SAVE not in terminal.raw


def test_title_is_unchanged_if_the_profile_disables_it(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home-own"
    write_profile(home, "title = false")
    terminal = open_terminal(home=home, environment=account_environment(backend))
    terminal.wait_live()
    quit_console(terminal)
    assert titles(terminal) == []


@pytest.mark.slow  # the operation takes half a minute
def test_terminal_notifies_of_a_long_operation_while_it_has_no_focus(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home-own"
    write_profile(home, 'notify = "osc777"')
    environment = account_environment(backend)
    terminal = open_terminal(home=home, environment=environment, size=(120, 40))
    terminal.wait_row("edge-2")
    terminal.wait_live()
    backend.transition_time = 31.0
    add_public_ip(terminal, "down")
    terminal.send(b"\x1b[O")
    terminal.wait_for(lambda: b"\x1b]777;notify;rcv3-tui;" in terminal.raw, 60.0)
    quit_console(terminal)
