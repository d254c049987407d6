"""`rcv3-tui completion`: prints the completion script of a shell."""

from __future__ import annotations

import argparse
import os

from rcv3_tui import PROGRAM
from rcv3_tui.cli.argparse_ext import ChoiceArg, Parser, add_log_level
from rcv3_tui.standard_streams import write_output

SHELLS = ("bash", "zsh", "fish")

_PROFILES = "profiles"
"""What the scripts pass to get the names of the profiles."""

_EPILOG = """\
examples:
  eval "$(rcv3-tui completion bash)"                          in ~/.bashrc
  eval "$(rcv3-tui completion zsh)"       in ~/.zshrc, after compinit
  rcv3-tui completion fish | source       in ~/.config/fish/config.fish
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui completion`."""
    root = Parser(
        f"{PROGRAM} completion",
        "Print the script that lets a shell complete commands, options and values.",
        _EPILOG,
    )
    root.positionals.add_argument(
        "shell",
        metavar="SHELL",
        type=ChoiceArg("shell", (*SHELLS, _PROFILES)),
        help=", ".join(SHELLS),
    )
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """Print the script, or the names of the profiles."""
    if options.shell == _PROFILES:
        from rcv3_tui import config

        try:
            names = config.profile_names(os.environ)
        except config.ConfigError:
            # A wrong file completes nothing.
            names = ()
        write_output("".join(f"{name}\n" for name in names))
        return 0

    from rcv3_tui.cli.introspect import describe
    from rcv3_tui.cli.shells import SCRIPTS

    write_output(SCRIPTS[options.shell](describe()))
    return 0
