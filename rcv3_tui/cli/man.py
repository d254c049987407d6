"""`rcv3-tui man`: prints the manual page."""

from __future__ import annotations

import argparse

from rcv3_tui import PROGRAM
from rcv3_tui.cli.argparse_ext import Parser, add_log_level
from rcv3_tui.standard_streams import write_output

_EPILOG = """\
examples:
  rcv3-tui man | man -l -
  rcv3-tui man > ~/.local/share/man/man1/rcv3-tui.1
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui man`."""
    root = Parser(
        f"{PROGRAM} man",
        "Print the manual page in roff, the format that man reads.",
        _EPILOG,
    )
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """Print the page."""
    del options
    from rcv3_tui.cli.introspect import describe
    from rcv3_tui.cli.man_page import render_man_page

    write_output(render_man_page(describe()))
    return 0
