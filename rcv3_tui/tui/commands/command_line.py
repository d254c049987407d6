"""Run and complete the text of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rcv3_tui.suggest import closest_match
from rcv3_tui.tui.commands.base import CommandConsole


def run_typed(console: CommandConsole, text: str) -> None:
    """Run the command that was typed.

    Args:
        console: The console to act on.
        text: A command's word, or its first letters where they are unique, and its argument; a
            leading colon is ignored.
    """
    word, _, argument = text.strip().lstrip(":").partition(" ")
    if not word:
        return
    words = console.commands.by_word
    command = words.get(word.casefold())
    if command is None:
        meant = _begun_by(console, word)
        if len(meant) == 1:
            command = words[meant[0]]
        elif meant:
            names = " ".join(f":{name}" for name in meant)
            console.show_message(f":{word} is not unique: {names}", "warn")
            return
    if command is None:
        near = closest_match(word.casefold(), words) or _same_letter(word.casefold(), words)
        hint = f"did you mean :{near}?" if near else "Tab lists the commands"
        console.show_message(f"there is no command :{word}; {hint}", "failed")
    elif console.active not in command.available_in:
        console.show_message(f":{word} is not available in {console.pane.title_text}", "warn")
    else:
        console.run_command(command, argument.strip())


def completions(console: CommandConsole, text: str) -> Sequence[str]:
    """Return the lines that a text can be completed to.

    Args:
        console: The console; only commands available in its pane are offered.
        text: The text typed so far.
    """
    words = console.commands.by_word
    word, blank, rest = text.partition(" ")
    if not blank:
        start = word.casefold()
        return [
            f"{name} " if command.usage else name
            for name, command in sorted(words.items())
            if name.startswith(start) and console.active in command.available_in
        ]
    command = words.get(word.casefold())
    if command is None:
        meant = _begun_by(console, word)
        if len(meant) != 1:
            return []
        command = words[meant[0]]
    before, comma, last = rest.rpartition(",")
    start = last.strip().casefold()
    return [
        f"{word} {before}{comma}{argument}"
        for argument in command.arguments(console)
        if argument.casefold().startswith(start)
    ]


def _begun_by(console: CommandConsole, start: str) -> list[str]:
    """Return the commands of this pane that begin with some letters: one word for each."""
    words = console.commands.by_word
    found = {
        command.name: name
        for name, command in sorted(words.items(), reverse=True)
        if name.startswith(start.casefold()) and console.active in command.available_in
    }
    return sorted(found.values())


def _same_letter(word: str, words: Iterable[str]) -> str | None:
    return next((name for name in sorted(words) if name.startswith(word[:1])), None)
