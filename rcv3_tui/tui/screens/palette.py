"""Textual's command palette, with the console's own commands in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.widgets import Input

from rcv3_tui.tui import bring_in_command_palette
from rcv3_tui.tui.commands import COMMANDS, Command
from rcv3_tui.tui.commands.moving import TableCommand
from rcv3_tui.tui.mask import masked

bring_in_command_palette()

from textual.command import (  # noqa: E402 - what stood in its place has to make room first
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
)

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


class _Commands(Provider):
    """Every command that applies where the palette was opened, and what may follow it."""

    @property
    def _console(self) -> ConsoleScreen:
        return cast("ConsoleScreen", self.screen)

    async def discover(self) -> Hits:
        """Give all of them."""
        for command in self._here():
            yield DiscoveryHit(
                Content(self._title(command)),
                partial(command.run, self._console),
                text=self._title(command),
                help=masked(command.help),
            )

    async def search(self, query: str) -> Hits:
        """Give those that match, with their arguments as entries of their own."""
        matcher = self.matcher(query)
        for command in self._here():
            named = [("", command.help)]
            named += [(each, command.help) for each in command.arguments(self._console)]
            for argument, told in named:
                title = f"{self._title(command)} {masked(argument)}".rstrip()
                score = max(matcher.match(title), matcher.match(f"{title} {told}") * 0.9)
                if score > 0:
                    yield Hit(
                        score,
                        Content(title),
                        partial(command.run, self._console, argument),
                        text=title,
                        help=told,
                    )

    def _here(self) -> list[Command]:
        place = self._console.active
        return [
            command
            for command in COMMANDS
            if place in command.places
            and not isinstance(command, TableCommand)
            and command.name not in ("palette", "command-line")
        ]

    def _title(self, command: Command) -> str:
        keys = f"  ({self._console.keys.every(command.name)})" if command.keys else ""
        return f"{command.name}{keys}"


class Palette(CommandPalette):
    """The palette as the rest of the console looks: no blinking, no spinning, no dimming."""

    CSS_PATH = "palette.tcss"

    def on_mount(self) -> None:
        """Have its cursor stand still."""
        self.query_one(Input).cursor_blink = False


def open_palette(console: ConsoleScreen) -> None:
    """Open the palette over the console.

    Args:
        console: Whose commands it has.
    """
    palette = Palette(
        providers=[_Commands],
        placeholder="a command, or part of it",
        classes="-few-colors" if console.console_app.depth.is_few else None,
    )
    console.app.push_screen(palette)
