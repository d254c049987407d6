"""The console on another machine, over a slow ssh connection and over mosh."""

from __future__ import annotations

import getpass
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.real_scenario import SECONDS, change_size, quit_console, start, work
from tests.support.real_session import BEFORE, ConsoleScript, program, version_of
from tests.support.real_table import AddRow, OpenOuter, row
from tests.support.slow_line import SlowLine

pytestmark = pytest.mark.slow

RATE = 4096
"""Bytes a second; at this rate, the first screen takes some seconds."""


@dataclass
class SecureShell:
    """A server for the test, and the command that logs in through a slow connection."""

    words: list[str]
    line: SlowLine


@pytest.fixture
def secure_shell(short: Path, environment: Mapping[str, str]) -> Iterator[SecureShell]:
    server, client = program("sshd"), program("ssh")
    keygen = program("ssh-keygen")
    for name in ("host", "user"):
        subprocess.run(
            [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(short / name)], check=True
        )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    (short / "config").write_text(
        f"""\
ListenAddress 127.0.0.1:{port}
HostKey {short / "host"}
AuthorizedKeysFile {short / "user.pub"}
PidFile none
PermitRootLogin yes
PasswordAuthentication no
StrictModes no
UsePAM no
"""
    )
    log = short / "log"
    with log.open("wb") as errors:
        running = subprocess.Popen(
            [server, "-D", "-e", "-f", str(short / "config")],
            stdin=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        while b"listening" not in log.read_bytes():
            if running.poll() is not None:
                pytest.skip(f"sshd does not start here: {log.read_text().strip()}")
        with SlowLine(port, RATE) as line:
            options = {
                "IdentitiesOnly": "yes",
                "StrictHostKeyChecking": "no",
                "UserKnownHostsFile": str(short / "known"),
                "LogLevel": "ERROR",
            }
            words = [
                *(client, "-tt", "-F", "none", "-p", str(line.port), "-i", str(short / "user")),
                *(word for name, value in options.items() for word in ("-o", f"{name}={value}")),
                f"{getpass.getuser()}@127.0.0.1",
            ]
            yield SecureShell(words, line)
    finally:
        running.terminate()
        running.wait()


def test_console_over_a_slow_connection(
    secure_shell: SecureShell,
    script: ConsoleScript,
    open_outer: OpenOuter,
    expected: list[str],
    add_row: AddRow,
) -> None:
    terminal = open_outer([*secure_shell.words, *script.command], answers=True)
    start(terminal, expected)
    announced = work(terminal)
    assert "OSC 52" in announced
    change_size(terminal)
    cursor = terminal.cursor
    quit_console(terminal, script)
    assert BEFORE in terminal.text
    assert "Servers" not in terminal.text
    terminal.press("enter")
    assert terminal.wait_end() == 0
    assert terminal.is_restored, terminal.modes_left_on
    add_row(
        row(
            "ssh, 4 KB/s",
            f"OpenSSH {version_of(secure_shell.words[0], '-V')}",
            script,
            terminal,
            announced=announced,
            cursor=cursor,
            after="the earlier screen",
        )
    )


def test_console_exits_when_the_connection_is_cut(
    secure_shell: SecureShell, script: ConsoleScript, open_outer: OpenOuter
) -> None:
    terminal = open_outer([*secure_shell.words, *script.command], answers=True)
    start(terminal)
    session = int(script.read("shell"))
    # The shell and the console.
    assert len(processes_in(session)) == 2
    secure_shell.line.cut()
    assert terminal.wait_end(SECONDS) == 255
    deadline = time.monotonic() + SECONDS
    while left := processes_in(session):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def processes_in(session: int) -> list[str]:
    """Return the processes of a terminal's session, as in /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # exited in the meantime
            described = path.read_text()
            if int(described.rpartition(")")[2].split()[3]) == session:
                found.append(described)
    return found


def test_console_over_mosh(
    script: ConsoleScript,
    environment: Mapping[str, str],
    open_outer: OpenOuter,
    expected: list[str],
    add_row: AddRow,
) -> None:
    server, client = program("mosh-server"), program("mosh-client")
    started = subprocess.run(
        [server, "new", "-c", "256", "-i", "127.0.0.1", "--", *script.command],
        env={**environment, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    connect = re.search(r"^MOSH CONNECT (\d+) (\S+)", started.stdout, re.MULTILINE)
    process = re.search(r"pid = (\d+)", started.stderr)
    assert connect is not None
    assert process is not None
    try:
        terminal = open_outer(
            [client, "127.0.0.1", connect[1]], answers=False, more={"MOSH_KEY": connect[2]}
        )
        start(terminal, expected)
        announced = work(terminal)
        assert "OSC 52" in announced
        change_size(terminal)
        cursor = terminal.cursor
        quit_console(terminal, script)
        # It has no alternate screen; nothing of the console may remain.
        assert terminal.text.split("\n", 1)[0].startswith("back in the shell")
        assert "Servers" not in terminal.text
        terminal.press("enter")
        assert terminal.wait_end() == 0
        assert terminal.is_restored, terminal.modes_left_on
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(process[1]), signal.SIGTERM)
    add_row(
        row(
            "mosh",
            version_of(client, "--version"),
            script,
            terminal,
            announced=announced,
            cursor=cursor,
            after="empty",
        )
    )
