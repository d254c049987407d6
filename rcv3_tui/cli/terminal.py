"""What kind of terminal this process was started on, if any."""

from __future__ import annotations

import sys

from rcv3_tui.cli.usage import UsageError


def has_terminal() -> bool:
    """Whether somebody can see the console and press its keys."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def require_terminal() -> None:
    """Make sure that there is one.

    Raises:
        UsageError: There is none.
    """
    if not has_terminal():
        raise UsageError(
            "the console needs a terminal for its input and output; "
            "start it without pipes, with ssh -t from afar"
        )


def locale_is_utf8() -> bool:
    """Whether what is not ASCII can be drawn."""
    import locale

    return locale.getencoding().replace("-", "").replace("_", "").casefold() == "utf8"
