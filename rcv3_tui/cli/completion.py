"""`rcv3-tui completion`: what a shell needs to complete this program's words."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from rcv3_tui.cli.parsing import OneOf, Parser, add_log_level
from rcv3_tui.cli.usage import PROGRAM

SHELLS = ("bash", "zsh", "fish")

_PROFILES = "profiles"
"""What the scripts themselves ask for: the names of the profiles."""

_EPILOG = """\
examples:
  eval "$(rcv3-tui completion bash)"                          in ~/.bashrc
  eval "$(rcv3-tui completion zsh)"       in ~/.zshrc, after compinit
  rcv3-tui completion fish | source       in ~/.config/fish/config.fish
"""


def parser() -> Parser:
    """Make the parser of `rcv3-tui completion`."""
    made = Parser(
        f"{PROGRAM} completion",
        "Print the script that lets a shell complete commands, flags and their values.",
        _EPILOG,
    )
    made.add_argument(
        "shell",
        metavar="SHELL",
        type=OneOf("shell", (*SHELLS, _PROFILES)),
        choices=None,
        help=", ".join(SHELLS),
    )
    add_log_level(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Print it."""
    if options.shell == _PROFILES:
        sys.stdout.write("".join(f"{name}\n" for name in _profiles()))
        return 0
    from rcv3_tui.cli.described import describe

    module = import_module(f"rcv3_tui.cli.shells.{options.shell}")
    sys.stdout.write(module.script(describe()))
    return 0


def _profiles() -> tuple[str, ...]:
    """List the profiles that there are; a file that is wrong has none to offer."""
    import os

    from rcv3_tui import config

    try:
        return config.profile_names(os.environ)
    except config.ConfigError:
        return ()
