"""Copies text to the operator's clipboard through the terminal.

Over SSH, only the terminal can reach the operator's clipboard: OSC 52, an escape sequence with the
text in base64. By default tmux drops it, but forwards a buffer with `load-buffer -w`; GNU screen
forwards it in pieces of a device control string. Where none of this works, or the text is too long,
it is written to a file.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from rcv3_tui.clipboard_method import ClipboardMethod

_PIECE = 700
"""Characters of one device control string; old versions of screen hold 768."""

_TMUX_SECONDS = 3.0


class CopyResult(Struct, frozen=True):
    """The result of a copy."""

    way: ClipboardMethod
    path: Path | None = None
    """The file that holds the text, if one was written."""
    may_stop_at: str = ""
    """The program in between that may drop it."""

    @property
    def words(self) -> str:
        """How it was copied, for the message line."""
        if self.way is ClipboardMethod.FILE:
            return f"to {self.path}"
        if not self.may_stop_at:
            return f"by {self.way}"
        also = f"; also in {self.path}" if self.path is not None else ""
        return f"by {self.way}, which {self.may_stop_at} may block{also}"


def osc52_sequence(text: str, way: ClipboardMethod, *, also_plain: bool = False) -> str:
    """Return the escape sequence that copies a text to the clipboard.

    Args:
        text: The text.
        way: `OSC52` or `SCREEN`.
        also_plain: Put the plain form before that for screen: tmux may use the same name.
    """
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if way is not ClipboardMethod.SCREEN:
        return plain
    pieces = (plain[at : at + _PIECE] for at in range(0, len(plain), _PIECE))
    wrapped = "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain + wrapped if also_plain else wrapped


async def load_tmux_buffer(text: str, environment: Mapping[str, str]) -> bool:
    """Load a text into a tmux buffer that tmux forwards; return whether it worked.

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
    """Replace a file with a text; only its owner can read it.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
    part.replace(path)
