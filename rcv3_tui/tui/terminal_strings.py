"""Escape sequences for the title of the terminal's window and for notifications.

Every text in one of them is cleaned here: a name of the service must not end a sequence early.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rcv3_tui.model.text_safety import ascii_data, escape_controls
from rcv3_tui.settings import NotifyMethod
from rcv3_tui.tui.mask import masked

SAVE_TITLE: Final = "\x1b[22;2t"
"""XTWINOPS: push the title on the terminal's stack."""

RESTORE_TITLE: Final = "\x1b]2;\x07\x1b[23;2t"
"""Pops it. Before that the title is emptied: a terminal without the stack shows its own default."""

_MAX_TITLE: Final = 120
_MAX_TEXT: Final = 240
"""Characters of a text; terminals drop a sequence that is too long."""


def title_sequence(text: str, *, ascii_only: bool = False) -> str:
    """Return the sequence that sets the window's title.

    Args:
        text: The title, as it is; it is masked and cleaned here.
        ascii_only: Spell what is not ASCII as an escape.
    """
    return f"\x1b]2;{_clean(text, _MAX_TITLE, ascii_only=ascii_only)}\x07"


def notification_sequence(
    method: NotifyMethod,
    text: str,
    environment: Mapping[str, str],
    *,
    ascii_only: bool = False,
) -> str:
    """Return what has the terminal notify the operator; empty for `OFF`.

    Args:
        method: How.
        text: One line, as it is; it is masked and cleaned here.
        environment: Names the multiplexer between this program and the terminal.
        ascii_only: Spell what is not ASCII as an escape.
    """
    match method:
        case NotifyMethod.OFF:
            return ""
        case NotifyMethod.BELL:
            return "\x07"
        case NotifyMethod.OSC9:
            # A text that began with a digit could be ConEmu's progress bar.
            body = f"9;rcv3-tui: {_clean(text, _MAX_TEXT, ascii_only=ascii_only)}"
        case NotifyMethod.OSC777:
            body = f"777;notify;rcv3-tui;{_clean(text, _MAX_TEXT, ascii_only=ascii_only)}"
    return _pass_through(f"\x1b]{body}\x07", environment)


def _pass_through(sequence: str, environment: Mapping[str, str]) -> str:
    """Wrap a sequence so that a multiplexer hands it on; tmux does with `allow-passthrough`."""
    if environment.get("TMUX"):
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    if environment.get("STY"):
        return f"\x1bP{sequence}\x1b\\"
    return sequence


def _clean(text: str, limit: int, *, ascii_only: bool) -> str:
    clean = escape_controls(masked(text))
    if ascii_only:
        clean = ascii_data(clean)
    return clean[:limit]
