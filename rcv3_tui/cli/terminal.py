"""What kind of terminal this process was started on, if any."""

from __future__ import annotations

import os
import sys

from rcv3_tui.cli.usage import UsageError
from rcv3_tui.terminal import refusal_of


def has_terminal() -> bool:
    """Whether somebody can see the console and press its keys."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def require_terminal() -> None:
    """Make sure that there is one, and that the console can be drawn on it.

    Raises:
        UsageError: There is none, or it cannot.
    """
    if not has_terminal():
        raise UsageError(
            "the console needs a terminal for its input and output; "
            "start it without pipes, with ssh -t from afar"
        )
    if refusal := refusal_of(os.environ):
        raise UsageError(refusal)


def locale_is_utf8() -> bool:
    """Whether the locale that this process was started in spells text in UTF-8.

    Python takes the C locale for UTF-8 (PEP 538, PEP 540). That is right for files, but says
    nothing of what a terminal draws.
    """
    import locale

    if sys.version_info < (3, 15) and sys.flags.utf8_mode and not _utf8_was_asked_for():
        return False
    return locale.getencoding().replace("-", "").replace("_", "").casefold() == "utf8"


def _utf8_was_asked_for() -> bool:
    return "utf8" in sys._xoptions or os.environ.get("PYTHONUTF8") == "1"
