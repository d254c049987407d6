"""`rcv3-tui screenshots`: the pictures of the console."""

from __future__ import annotations

import argparse
from pathlib import Path

from rcv3_tui.cli.parsing import Parser, add_log_level
from rcv3_tui.cli.usage import PROGRAM

_EPILOG = """\
example:
  rcv3-tui screenshots screenshots
"""


def parser() -> Parser:
    """Make the parser of `rcv3-tui screenshots`."""
    made = Parser(
        f"{PROGRAM} screenshots",
        "Draw the console's pictures anew, as SVG files, from the simulated account.",
        _EPILOG,
    )
    made.add_argument("directory", metavar="DIR", type=Path, help="where to put them")
    add_log_level(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Draw them."""
    from rcv3_tui.pictures import draw

    return draw(options.directory)
