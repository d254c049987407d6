"""The command line: `main` runs the command that `dispatch` finds, one module per command.

`commands` lists the commands. Each names a module here with `parser()` and `run(options)`. Only
`run` imports what the command needs, so that `--version`, `--help` and a wrong option are fast.
"""

from __future__ import annotations

from rcv3_tui.cli.main import main

__all__ = ["main"]
