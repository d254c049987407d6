"""Chooses the way a copied text takes to the clipboard; the console and `doctor` share it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from rcv3_tui.terminal_capabilities import driver_override, understands_osc

MAX_OSC52_BYTES = 74_000
"""Bytes that fit into one OSC 52: xterm and others stop at 100,000 characters of base64."""

MAX_MOSH_BYTES = 12_282
"""The same through mosh, which drops a sequence of more than 16 KiB."""

_ANCESTORS = 16
"""The number of ancestor processes in which a mosh server is searched for."""


class ClipboardMethod(StrEnum):
    """How a text goes to the clipboard."""

    OSC52 = "OSC 52"
    TMUX = "tmux buffer"
    SCREEN = "OSC 52 through screen"
    FILE = "file"


def choose_method(
    text: str, environment: Mapping[str, str], *, mosh: bool = False
) -> ClipboardMethod:
    """Choose the way of a text.

    Args:
        text: What is copied.
        environment: Says what the terminal is: `TMUX`, `STY`, `TERM`, `TEXTUAL_DRIVER`.
        mosh: The console runs behind mosh.
    """
    if driver_override(environment):
        # A terminal in a web page takes no OSC 52.
        return ClipboardMethod.FILE
    if environment.get("TMUX") and shutil.which("tmux", path=environment.get("PATH")):
        return ClipboardMethod.TMUX
    size = len(text.encode())
    if not understands_osc(environment) or size > MAX_OSC52_BYTES:
        return ClipboardMethod.FILE
    if mosh and size > MAX_MOSH_BYTES:
        return ClipboardMethod.FILE
    return ClipboardMethod.SCREEN if environment.get("STY") else ClipboardMethod.OSC52


def outer_multiplexer(environment: Mapping[str, str]) -> str:
    """Return what may keep a copied text to itself on the machine that this one was reached from.

    Inside ssh from tmux or GNU screen, `TERM` still names them; `TMUX` and `STY` do not arrive.

    Args:
        environment: The process's environment.

    Returns:
        `tmux`, `screen` (which tmux may also call itself), or nothing.
    """
    if environment.get("TMUX") or environment.get("STY"):
        return ""
    kind = environment.get("TERM", "").casefold().split("-")[0].split(".")[0]
    return kind if kind in ("tmux", "screen") else ""


def is_behind_mosh(process: int | None = None) -> bool:
    """Whether a mosh server is among a process's ancestors; False where that cannot be read.

    Args:
        process: Its id; None: this process.
    """
    number = os.getppid() if process is None else process
    for _ in range(_ANCESTORS):
        try:
            name, _, rest = Path(f"/proc/{number}/stat").read_text().rpartition(")")
            number = int(rest.split()[1])
        except (OSError, ValueError, IndexError):
            return False
        if name.partition("(")[2] == "mosh-server":
            return True
        if number <= 1:
            return False
    return False
