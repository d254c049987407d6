"""`rcv3-tui man`: the manual page, made from the parsers."""

from __future__ import annotations

import argparse
import sys

from rcv3_tui.cli.parsing import Parser, add_log_level
from rcv3_tui.cli.usage import PROGRAM

_EPILOG = """\
examples:
  rcv3-tui man | man -l -
  rcv3-tui man > ~/.local/share/man/man1/rcv3-tui.1
"""


def parser() -> Parser:
    """Make the parser of `rcv3-tui man`."""
    made = Parser(
        f"{PROGRAM} man",
        "Print the manual page in the form that man reads.",
        _EPILOG,
    )
    add_log_level(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Print it."""
    del options
    from rcv3_tui.cli.described import describe
    from rcv3_tui.cli.manual import page

    sys.stdout.write(page(describe()))
    return 0
