"""Textual's command palette, with the console's own commands in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

from textual import events
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input

from rcv3_tui.tui.commands.base import Command, CommandConsole
from rcv3_tui.tui.footer import help_key_in_text
from rcv3_tui.tui.key_labels import KeyHint, label
from rcv3_tui.tui.mask import masked
from rcv3_tui.tui.screens.help import HelpScreen


class _Commands(Provider):
    """The commands that are available where the palette was opened, with their arguments."""

    @property
    def _console(self) -> CommandConsole:
        return cast("CommandConsole", self.screen)

    async def discover(self) -> Hits:
        """Return all of them."""
        for command in self._here():
            yield DiscoveryHit(
                Content(self._title(command)),
                partial(self._console.run_command, command),
                text=self._title(command),
                help=masked(command.help),
            )

    async def search(self, query: str) -> Hits:
        """Return the commands and arguments that match."""
        matcher = self.matcher(query)
        for command in self._here():
            named = [("", command.help)]
            named += [(each, command.help) for each in command.arguments(self._console)]
            for argument, description in named:
                title = f"{self._title(command)} {masked(argument)}".rstrip()
                score = max(matcher.match(title), matcher.match(f"{title} {description}") * 0.9)
                if score > 0:
                    yield Hit(
                        score,
                        Content(title),
                        partial(self._console.run_command, command, argument),
                        text=title,
                        help=description,
                    )

    def _here(self) -> list[Command]:
        place = self._console.active
        return [
            command
            for command in self._console.commands.all
            if place in command.available_in and command.in_palette
        ]

    def _title(self, command: Command) -> str:
        keys = f"  ({self._console.keys.every(command.name)})" if command.keys else ""
        return f"{command.name}{keys}"


_KEYS = (
    ("Up Down", "move"),
    ("Enter", "run the command"),
    ("Ctrl+U", "clear the text"),
    ("Esc Ctrl+C", "close; runs nothing"),
)


class Palette(CommandPalette):
    """Textual's palette without blinking, spinning and dimming.

    Args:
        console: The console and its commands.
    """

    CSS_PATH = "palette.tcss"

    def __init__(self, console: CommandConsole) -> None:
        super().__init__(
            providers=[_Commands],
            placeholder="a command, or part of it",
            classes="-few-colors" if console.console_app.depth.is_few else None,
        )
        self._of = console

    def key_hints(self) -> Sequence[KeyHint]:
        """Return the keys that the footer names while the palette is open."""
        help_key = help_key_in_text(self._of.keys)
        return [("Up Down", "move"), ("Enter", "run"), ("Esc", "close"), (help_key, "keys")]

    def on_key(self, event: events.Key) -> None:
        """List the keys of the palette."""
        if label(event.key) == help_key_in_text(self._of.keys):
            event.stop()
            self.app.push_screen(
                HelpScreen([("", _KEYS)], title="Keys of the palette", ascii_only=self._of.ascii)
            )

    def on_mount(self) -> None:
        """Disable the blinking cursor."""
        # Opening another account may have closed the palette already.
        for field in self.query(Input):
            field.cursor_blink = False


def open_palette(console: CommandConsole) -> None:
    """Open the palette over the console.

    Args:
        console: The console and its commands.
    """
    console.app.push_screen(Palette(console))
