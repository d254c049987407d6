"""Own commands in a pseudo-terminal: the terminal is theirs, and the console's again afterwards."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from tests.support.independent_server import API_KEY, IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenTerminal,
    account_environment,
    assert_restored,
    quit_console,
)

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"

ASK = """
import os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
print("mode", bool(termios.tcgetattr(0)[3] & termios.ECHO), *sys.argv[2:])
print("secrets", sorted(n for n in os.environ if "KEY" in n or "TOKEN" in n))
sys.exit(int(input("code? ")))
"""
"""Says how it finds the terminal, and ends with the code that is typed."""


def write_commands(home: Path, text: str) -> None:
    path = home / "config" / "rcv3-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f"[profiles.acme]\n{text}")


def python(code: str) -> str:
    """Return a TOML list that runs some code with a server's values after one fixed argument."""
    return f"[{sys.executable!r}, '-I', '-c', '''{code}''', 'values', '{{private_ip}}', '{{name}}']"


@pytest.fixture
def terminal(open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path) -> Terminal:
    """Return a console with commands `ask` (e), `count` (b), and `none` (o)."""
    home = tmp_path / "home-own"
    count = "import time\nfor n in range(400): print('line', n, chr(27) + '[31mred')\n"
    wait = "import time\nprint('begun', flush=True)\ntime.sleep(600)"
    write_commands(
        home,
        f'[commands.ask]\nkey = "e"\npanes = ["servers"]\nrun = {python(ASK)}\n'
        f'[commands.count]\nkey = "b"\npanes = ["servers"]\nbackground = true\n'
        f"run = {python(count)}\n"
        f'[commands.wait]\nkey = "W"\npanes = ["servers"]\nbackground = true\n'
        f"run = {python(wait)}\n"
        '[commands.none]\nkey = "o"\npanes = ["servers"]\nrun = ["no-such-program"]\n'
        f'[commands.text]\npanes = ["servers"]\nrun = ["{home}/text"]\n',
    )
    (home / "text").write_text("no program\n")
    terminal = open_terminal(
        home=home, size=(120, 40), environment=account_environment(backend) | {"OS_TOKEN": API_KEY}
    )
    terminal.wait_row("edge-1")
    terminal.wait_live()
    return terminal


def handed_over(terminal: Terminal) -> str:
    """Return what was written since the console left the screen."""
    return terminal.raw.rpartition(LEAVE)[2].decode(errors="replace")


def test_program_has_the_terminal_and_the_console_comes_back(terminal: Terminal) -> None:
    terminal.press("e")
    terminal.wait_for(lambda: "code? " in handed_over(terminal))
    # The program finds the terminal as the shell's programs do, and no secret.
    assert "mode True 192.0.2.21 edge-1" in handed_over(terminal)
    assert "secrets []" in handed_over(terminal)
    before = handed_over(terminal)
    # While it runs, the console refreshes without a byte on the terminal.
    time.sleep(1.5)
    assert handed_over(terminal) == before
    terminal.send(b"3\n")
    terminal.wait_for("ask on edge-1: exit code 3")
    assert "Ctrl+Z shows its output" in terminal.text
    assert terminal.raw.count(ENTER) == 2
    terminal.wait_row("edge-2")
    terminal.press("down", "e")
    terminal.wait_for(lambda: "edge-2" in handed_over(terminal))
    terminal.send(b"0\n")
    terminal.wait_for("ask on edge-2: exit code 0")
    quit_console(terminal)


def test_ctrl_c_ends_the_program_and_not_the_console(terminal: Terminal) -> None:
    terminal.press("e")
    terminal.wait_for(lambda: "code? " in handed_over(terminal))
    terminal.send(b"\x03")
    terminal.wait_for("ask on edge-1: ended by SIGINT")
    terminal.wait_row("edge-2")
    quit_console(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_program_and_console_and_restores_the_terminal(
    terminal: Terminal, number: signal.Signals
) -> None:
    terminal.press("e")
    terminal.wait_for(lambda: "code? " in handed_over(terminal))
    terminal.signal(number)
    assert terminal.wait_end() == 128 + number
    assert_restored(terminal)


def test_program_that_is_missing_is_named_without_leaving_the_console(terminal: Terminal) -> None:
    terminal.press("o")
    terminal.wait_for("none: there is no program no-such-program in PATH")
    terminal.press("escape", ":")
    terminal.type("text")
    terminal.press("enter")
    terminal.wait_for("is not executable")
    assert terminal.raw.count(ENTER) == 1
    terminal.press("escape")
    quit_console(terminal)


def test_output_in_the_background_goes_to_the_log_clean_and_bounded(terminal: Terminal) -> None:
    terminal.press("b")
    terminal.wait_for("count on edge-1: exit code 0")
    assert terminal.raw.count(ENTER) == 1
    terminal.press("l")
    terminal.wait_for("count: line 399 red")
    terminal.press("g")
    terminal.wait_for("count: line 0 red")
    terminal.press("/")
    terminal.type("left out")
    terminal.press("enter")
    terminal.wait_for("count: (200 lines left out)")
    terminal.press("escape", "escape")
    quit_console(terminal)


def test_quit_asks_while_a_program_runs_in_the_background_and_ends_it(terminal: Terminal) -> None:
    terminal.press("W")
    terminal.wait_for("wait on edge-1 runs in the background")
    terminal.press("W")
    terminal.wait_for("wait is still running on edge-1")
    terminal.press("q")
    terminal.wait_dialog("wait still runs in the background")
    assert "ends wait" in terminal.text
    terminal.press("q")
    assert terminal.wait_end() == 0
    assert_restored(terminal)
    assert not has_process("print('begun', flush=True)")


def has_process(argument: str) -> bool:
    """Return whether a process has a text in its arguments."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if argument in path.read_bytes().decode(errors="replace"):
                return True
        except OSError:
            continue
    return False
