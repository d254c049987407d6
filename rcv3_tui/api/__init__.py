"""The HTTP client of Identity, Cloud Servers and RackConnect v3.0."""

from __future__ import annotations

import sys
from types import ModuleType


def _leave_out_httpx_command() -> None:
    """Keep httpx from loading its own command line.

    Where click and rich happen to be installed, `import httpx` loads both of them for a command
    that nobody calls here: a third of the time that it takes.
    """
    if "httpx" not in sys.modules:
        stand_in = ModuleType("httpx._main")
        stand_in.__dict__["main"] = _no_command
        sys.modules.setdefault(stand_in.__name__, stand_in)


def _no_command() -> None:
    raise SystemExit("the httpx command is not available from within rcv3-tui")


_leave_out_httpx_command()
