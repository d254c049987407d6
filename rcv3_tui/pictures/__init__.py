"""Draws the pictures of the documentation: the real app on simulated accounts, as SVG files.

Both clocks stand still but for what a scene moves, and accounts are made from a seed, so that the
same version draws the same files.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.pictures.frame import Frame
from rcv3_tui.pictures.recording import record
from rcv3_tui.pictures.scenes import PICTURES, Picture
from rcv3_tui.pictures.stage import SMALL, WIDE, stage
from rcv3_tui.pictures.svg import picture

__all__ = ["PICTURES", "Picture", "draw", "frame_of"]

SIZES = {"": WIDE, "-80x24": SMALL}
"""What is added to a picture's name, and the size it is drawn at then."""

RECORDING = "recording.svg"


def draw(directory: Path) -> int:
    """Draw every picture into a directory, which is made where it is not there.

    Args:
        directory: Where the files go; files of the same names are replaced.

    Returns:
        The exit code.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in _files():
            path = directory / name
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path}\n")
    except OSError as error:
        sys.stderr.write(f"rcv3-tui: cannot draw into {directory}: {error.strerror}\n")
        return ExitCode.USAGE
    return ExitCode.OK


async def frame_of(shown: Picture, size: tuple[int, int]) -> Frame:
    """Play a picture's scene and give what is on the screen at its end.

    Args:
        shown: Which.
        size: Columns and rows.
    """
    async with stage(shown.play, size) as on_stage:
        await shown.scene(on_stage)
        return await on_stage.look()


def _files() -> Iterator[tuple[str, str]]:
    for shown in PICTURES:
        for suffix, size in SIZES.items():
            frame = asyncio.run(frame_of(shown, size))
            yield f"{shown.name}{suffix}.svg", picture(frame, "rcv3-tui")
    yield RECORDING, asyncio.run(record())
