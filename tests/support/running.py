"""Runs the installed command without a terminal, as a script or a pipe does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.terminal import COMMAND, SIGNALS_TO_DEFAULT

TIMEOUT = 60.0
"""Seconds after which a command that has not exited fails the test."""

_START = f"""{SIGNALS_TO_DEFAULT}
import os, sys
os.execv(sys.argv[1], sys.argv[1:])
"""


def plain_environment(home: Path) -> dict[str, str]:
    """Return an environment without an account."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        **{
            f"XDG_{name}_HOME": str(home / name.lower())
            for name in ("CONFIG", "STATE", "CACHE", "DATA")
        },
    }


def run(
    *arguments: str,
    home: Path,
    environment: Mapping[str, str] | None = None,
    typed: str = "",
    where: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command until it exits.

    Args:
        arguments: The arguments.
        home: The user's home directory.
        environment: Variables in addition to `plain_environment`.
        typed: The text on stdin.
        where: The working directory.
    """
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [str(COMMAND), *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
        env=plain_environment(home) | dict(environment or {}),
        cwd=where or home,
    )


def run_in_shell(
    script: str, *, home: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a line of bash, for its redirections, until it exits.

    Args:
        script: The line.
        home: The user's home directory.
        environment: Variables in addition to `plain_environment`.
    """
    return subprocess.run(
        ["/bin/bash", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
        env=plain_environment(home) | dict(environment or {}),
        cwd=home,
    )


def start(
    *arguments: str, home: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start the command with pipes, and with signals that are not ignored.

    Args:
        arguments: The arguments.
        home: The user's home directory.
        environment: Variables in addition to `plain_environment`.
    """
    home.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, str(COMMAND), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=plain_environment(home) | dict(environment or {}),
    )
