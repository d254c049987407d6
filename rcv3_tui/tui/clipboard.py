"""Puts a text on the operator's clipboard, by whichever way the terminal leaves open.

Over SSH the only way to the clipboard of the machine in front of the operator is the terminal
itself: OSC 52, an escape sequence with the text in base64. tmux in its defaults drops it, from a
program inside as well as in its passthrough form, but hands a buffer on by `load-buffer -w`. GNU
screen passes a sequence on in pieces of a device control string. Where nothing of that can work,
or the text is too long for it, a file is the way.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

MOST_BYTES = 74_000
"""Bytes that fit into one OSC 52: xterm and others stop at 100,000 characters of base64."""

_PIECE = 700
"""Characters of one device control string: older screens hold 768."""

_TMUX_SECONDS = 3.0


class Way(StrEnum):
    """How a text goes to the clipboard."""

    OSC52 = "OSC 52"
    TMUX = "tmux buffer"
    SCREEN = "OSC 52 through screen"
    FILE = "file"


class Sent(Struct, frozen=True):
    """What became of a copy."""

    way: Way
    path: Path | None = None
    """The file, where that was the way."""

    @property
    def words(self) -> str:
        """Which way it went, for the message line."""
        return f"to {self.path}" if self.way is Way.FILE else f"by {self.way}"


def way_for(text: str, environment: Mapping[str, str]) -> Way:
    """Choose the way of a text.

    Args:
        text: What is copied.
        environment: Tells what the terminal is: `TMUX`, `STY`, `TERM`.
    """
    if environment.get("TMUX") and shutil.which("tmux", path=environment.get("PATH")):
        return Way.TMUX
    too_long = len(text.encode()) > MOST_BYTES
    if too_long or environment.get("TERM", "dumb") in ("", "dumb", "linux", "vt100", "vt220"):
        return Way.FILE
    return Way.SCREEN if environment.get("STY") else Way.OSC52


def sequence(text: str, way: Way) -> str:
    """Write the escape sequence that has the terminal take a text.

    Args:
        text: What is copied.
        way: `OSC52` or `SCREEN`.
    """
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if way is not Way.SCREEN:
        return plain
    pieces = (plain[at : at + _PIECE] for at in range(0, len(plain), _PIECE))
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


async def load_tmux_buffer(text: str, environment: Mapping[str, str]) -> bool:
    """Hand a text to tmux, which hands it on to the terminal; tell whether it took it.

    A cancellation ends the helper and leaves the buffer as it was.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux",
            "load-buffer",
            "-w",
            "-",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environment),
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(_TMUX_SECONDS):
            await process.communicate(text.encode())
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode == 0


def write_file(text: str, path: Path) -> None:
    """Put a text into a file that its owner alone can read, in place of what it held.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
    part.replace(path)
