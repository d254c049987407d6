"""Runs the console in a shell script, for real terminals.

Every terminal runs the same script, however it would start a shell. The script records the
terminal's attributes before and after the console, and prints when it is back.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.terminal import COMMAND

BACK = "back in the shell"
"""The text that the script prints after the console."""

BEFORE = "before the console"
"""The text that the script prints before the console; an alternate screen restores it."""

_SET_BY_TERMINALS = ("COLORTERM", "STY", "TERM", "TMUX")


@dataclass
class ConsoleScript:
    """A script that runs the console, and the files that it writes.

    Args:
        directory: An empty directory; its path should be short, for sockets.
        environment: Variables to export, except those that terminals set.
        arguments: The arguments of the command.
        probe: A command that runs before and after the console, with the name of a file to write
            to.
    """

    directory: Path
    environment: Mapping[str, str]
    arguments: Sequence[str] = ("--demo",)
    probe: Sequence[str] = ()
    command: list[str] = field(init=False)
    """The command that runs the script."""

    def __post_init__(self) -> None:
        """Write the script."""
        here = shlex.quote(str(self.directory))
        exports = [
            f"export {name}={shlex.quote(value)}"
            for name, value in self.environment.items()
            if name not in _SET_BY_TERMINALS
        ]
        probe = shlex.join(self.probe) if self.probe else ":"
        lines = [
            *exports,
            f"cd {here}",
            "env > environment",
            "echo $$ > shell",
            "stty -g > before",
            f"{probe} probed-before",
            f"echo {BEFORE}",
            f"{shlex.join([str(COMMAND), *self.arguments])}",
            "echo $? > code",
            "stty -g > after",
            f"{probe} probed-after",
            # In two parts, so that an echo of the script does not look like its output.
            f"printf '%s %s\\n' {shlex.quote(BACK[:4])} {shlex.quote(BACK[5:])}",
            "read answer",
            "echo ended > ended",
        ]
        path = self.directory / "session.sh"
        path.write_text("\n".join(lines) + "\n")
        self.command = ["/bin/sh", str(path)]

    def read(self, name: str) -> str:
        """Return the text of a file; empty if it does not exist yet."""
        path = self.directory / name
        return path.read_text(errors="replace").strip() if path.exists() else ""

    @property
    def term(self) -> str:
        """Return `TERM`, and `COLORTERM` if set, as the console saw them."""
        found = dict(
            line.partition("=")[::2] for line in self.read("environment").splitlines() if line
        )
        more = f", COLORTERM={found['COLORTERM']}" if "COLORTERM" in found else ""
        return found.get("TERM", "") + more

    def hang_up(self) -> None:
        """Stop the script and the console if they still run."""
        if (shell := self.read("shell")) and not self.read("ended"):
            with suppress(ProcessLookupError):
                group = os.getpgid(int(shell))
                assert group != os.getpgrp()
                os.killpg(group, signal.SIGHUP)

    def assert_left_clean(self) -> None:
        """Check that the console exited with 0 and restored the terminal's attributes."""
        assert self.read("code") == "0"
        assert self.read("before")
        assert self.read("after") == self.read("before")
        assert self.read("probed-after") == self.read("probed-before")


def program(name: str) -> str:
    """Return the path of a program; skip the test if it is missing."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def version_of(*words: str) -> str:
    """Return the version that a program prints, without its name.

    Args:
        words: The command, which prints to stdout or stderr.
    """
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    found = re.search(r"\d+(?:\.\d+)*(?:p\d+|[a-z])?", done.stdout + done.stderr)
    return found[0] if found else "unknown"


def colors_in(raw: bytes) -> str:
    """Return how many colors the sequences that reached a terminal can name."""
    if re.search(rb"\x1b\[[0-9;]*[34]8[;:]2[;:]", raw):
        return "24-bit"
    if re.search(rb"\x1b\[[0-9;]*[34]8[;:]5[;:]", raw):
        return "256"
    return "16" if re.search(rb"\x1b\[(?:[0-9]+;)*(?:[349][0-7]|10[0-7])[;m]", raw) else "none"
