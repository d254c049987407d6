"""Checks that the console can run on the terminal that this process was started on."""

from __future__ import annotations

import importlib
import os
import sys

from rcv3_tui.exit_codes import UsageError
from rcv3_tui.terminal_capabilities import driver_override, unsupported_reason


def is_interactive() -> bool:
    """Return whether stdin and stdout are both a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def require_terminal() -> None:
    """Require a terminal that the console can be drawn on.

    Raises:
        UsageError: There is none, it cannot position text, or `TEXTUAL_DRIVER` is wrong.
    """
    if driver := driver_override(os.environ):
        _require_driver(driver)
        return
    if not is_interactive():
        raise UsageError(
            "the console needs a terminal for its input and output; "
            "start it without pipes, and over SSH with ssh -t"
        )
    if reason := unsupported_reason(os.environ):
        raise UsageError(reason)


def _require_driver(name: str) -> None:
    """Require a driver that can be imported.

    Args:
        name: The driver, as `package.module:Class`.

    Raises:
        UsageError: It cannot be imported.
    """
    module, _, symbol = name.partition(":")
    try:
        getattr(importlib.import_module(module), symbol)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f"TEXTUAL_DRIVER={name} names no driver; unset it, or start with textual serve"
        ) from error
