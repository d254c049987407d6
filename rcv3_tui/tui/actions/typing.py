"""The command line: what a typed line means, and what it may become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rcv3_tui.spelling import nearest
from rcv3_tui.tui.commands import BY_TYPED

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


def run(console: ConsoleScreen, text: str) -> None:
    """Run what was typed on the command line.

    Args:
        console: Where.
        text: A command's word and what follows it; a colon in front is passed over.
    """
    word, _, argument = text.strip().lstrip(":").partition(" ")
    if not word:
        return
    command = BY_TYPED.get(word.casefold())
    if command is None:
        near = nearest(word.casefold(), BY_TYPED) or _beginning_with(word.casefold())
        hint = f"did you mean :{near}?" if near else "Tab completes what there is"
        console.say(f"there is no command :{word}; {hint}", "failed")
    elif console.active not in command.places:
        console.say(f":{word} is not for {console.pane.title_text}", "warn")
    else:
        command.run(console, argument.strip())


def completions(console: ConsoleScreen, text: str) -> Sequence[str]:
    """Give the lines that what is typed may become.

    Args:
        console: Where: the commands are those that apply there.
        text: What is typed so far.
    """
    word, blank, rest = text.partition(" ")
    if not blank:
        start = word.casefold()
        return [
            f"{typed} " if command.usage else typed
            for typed, command in sorted(BY_TYPED.items())
            if typed.startswith(start) and console.active in command.places
        ]
    command = BY_TYPED.get(word.casefold())
    if command is None:
        return []
    before, comma, last = rest.rpartition(",")
    start = last.strip().casefold()
    return [
        f"{word} {before}{comma}{argument}"
        for argument in command.arguments(console)
        if argument.casefold().startswith(start)
    ]


def _beginning_with(word: str) -> str | None:
    return next((typed for typed in sorted(BY_TYPED) if typed.startswith(word[:1])), None)
