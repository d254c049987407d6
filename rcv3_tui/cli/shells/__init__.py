"""The completion scripts, one module per shell, generated from the parsers."""

from __future__ import annotations

from rcv3_tui.cli.shells import bash, fish, zsh

SCRIPTS = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}
"""The function that returns the script of each shell."""
