"""The command line: one file a command, and the way in.

`commands` lists the commands; each names a module here that has `parser()` and `run(options)`.
What a command needs is imported when it runs, so that `--version` and a wrong flag answer at
once.
"""

from __future__ import annotations

from rcv3_tui.cli.entry import main

__all__ = ["main"]
