"""The footer: the keys of what has the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from rcv3_tui.tui.commands.base import CommandConsole
from rcv3_tui.tui.key_labels import KeyHint, KeyLabels
from rcv3_tui.tui.widgets.status_line import StyledText

_ALWAYS = 2
"""The last hints, which are never dropped."""


@runtime_checkable
class HasKeyHints(Protocol):
    """A dialog, palette or prompt, which names its keys for the footer."""

    def key_hints(self) -> Sequence[KeyHint]:
        """Return its most useful keys."""


def footer_pieces(holder: object, console: CommandConsole) -> list[StyledText]:
    """Return the text of the footer.

    Args:
        holder: What has the keyboard, if it names its keys itself; else a pane has it.
        console: The console, with its commands and keys.
    """
    commands, keys = console.commands, console.keys
    pieces = [StyledText(" ")]
    if isinstance(holder, HasKeyHints):
        hints = holder.key_hints()
        for rank, (key, word) in enumerate(hints):
            # The way out and the list of keys stay on the narrowest terminal.
            spare = rank + 1 if rank < len(hints) - _ALWAYS else 0
            pieces += [StyledText(key, "key", spare=spare), StyledText(f" {word}  ", spare=spare)]
        return pieces
    for rank, command in enumerate(commands.footer(console.active)):
        pieces += [
            StyledText(keys[command.name], "key", rank + 1, command.name),
            StyledText(f" {command.footer_label(console)}  ", "", rank + 1, command.name),
        ]
    return [
        *pieces,
        StyledText(keys["help"], "key", command="help"),
        StyledText(f" {commands.by_name['help'].label}", command="help"),
    ]


def help_key_in_text(keys: KeyLabels) -> str:
    """Return the label of the key that lists keys where letters are text."""
    return next((key for key in keys.every("help").split() if len(key) > 1), "F1")
