"""The installed command without a terminal, as a script or a pipe runs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.terminal.terminal import COMMAND

PATIENCE = 60.0


def plain_environment(home: Path) -> dict[str, str]:
    """Give an environment that says nothing of an account."""
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
    """Run the command to its end.

    Args:
        arguments: The words after the command's name.
        home: The user's home directory.
        environment: What the environment says beside what every shell has.
        typed: What comes in on stdin.
        where: The directory to start in.
    """
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [str(COMMAND), *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=plain_environment(home) | dict(environment or {}),
        cwd=where or home,
    )
