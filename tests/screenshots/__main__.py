"""Writes the screenshots of the documentation: `python -m tests.screenshots [DIRECTORY]`.

Every file shows the real app on a simulated account. Both of their clocks move only where a scene
moves them, and accounts are made from a seed, so that the same version writes the same bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.screenshots.recorder import record
from tests.screenshots.screenshots import RECORDING, SCREENSHOTS, capture_screenshot
from tests.screenshots.svg import render_svg

DIRECTORY = Path(__file__).parents[2] / "screenshots"


def write_all(directory: Path) -> None:
    """Write every screenshot and the recording.

    Args:
        directory: Where the files go; it is created, and files of the same names are replaced.

    Raises:
        OSError: A file cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in _files():
        path = directory / name
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")


def _files() -> Iterator[tuple[str, str]]:
    for screenshot in SCREENSHOTS:
        for name, size in screenshot.files.items():
            capture = asyncio.run(capture_screenshot(screenshot, size))
            yield name, render_svg(capture, "rcv3-tui")
    yield RECORDING, asyncio.run(record())


def main() -> None:
    """Write them into the directory that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.screenshots", description="Write the screenshots as SVG files."
    )
    parser.add_argument(
        "directory", nargs="?", type=Path, default=DIRECTORY, help="where to (screenshots/)"
    )
    write_all(parser.parse_args().directory)


if __name__ == "__main__":
    main()
