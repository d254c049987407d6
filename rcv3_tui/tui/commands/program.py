"""Commands of the program itself: command line, theme, mouse, mask, quit."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.suggest import did_you_mean, quote_value
from rcv3_tui.tui.commands.base import Command, CommandConsole
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.screens.confirm_quit import ConfirmQuitScreen, must_ask
from rcv3_tui.tui.screens.palette import open_palette
from rcv3_tui.tui.screens.picker import Entry, PickerScreen
from rcv3_tui.tui.widgets.prompt import PromptMode

_GROUP = "Program"


class CommandLine(Command):
    """Open the command line."""

    name = "command-line"
    keys = "colon"
    label = "command"
    help = "command line: every command by its name, completed with Tab"
    group = _GROUP
    in_palette = False

    def run(self, console: Console, argument: str = "") -> None:
        """Open the prompt."""
        del argument
        console.open_prompt(PromptMode.COMMAND)


class Theme(Command):
    """Switch to another theme."""

    name = "theme"
    usage = "NAME"
    label = "theme"
    help = "switch to another theme"
    group = _GROUP
    command_names = ("theme",)

    def run(self, console: Console, argument: str = "") -> None:
        """Switch to the theme, or let the operator choose one."""
        _set_theme(console, argument)

    def arguments(self, console: Console) -> Sequence[str]:
        """Return the names of all themes."""
        return sorted(console.app.available_themes)


class Palette(Command):
    """Open the command palette."""

    name = "palette"
    keys = "ctrl+p"
    label = "palette"
    help = "search all commands in a list"
    group = _GROUP
    in_palette = False

    def run(self, console: CommandConsole, argument: str = "") -> None:
        """Open the palette."""
        del argument
        open_palette(console)


class Mouse(Command):
    """Capture or release the mouse."""

    name = "mouse"
    keys = "m"
    label = "mouse"
    help = "capture the mouse, or leave it to the terminal's selection"
    group = _GROUP
    command_names = ("mouse",)

    def run(self, console: Console, argument: str = "") -> None:
        """Capture it, or release it."""
        del argument
        captured = console.console_app.toggle_mouse()
        key = console.keys["mouse"]
        if captured:
            console.show_message(
                f"mouse captured: clicks and the wheel work here; {key} releases it"
            )
        else:
            console.show_message("mouse released: the terminal selects and pastes")


class Mask(Command):
    """Hide names and addresses on a shared screen."""

    name = "mask"
    keys = "P"
    label = "mask"
    help = "mask addresses, names and the tenant for a shared screen, and back"
    group = _GROUP
    command_names = ("mask",)

    def run(self, console: Console, argument: str = "") -> None:
        """Switch the mask."""
        del argument
        mask = console.console_app.mask
        mask.is_on = not mask.is_on
        if mask.is_on:
            # What is masked is not to be seen at the next start either.
            console.console_app.recorder.discard()
        console.mask_names()
        console.redraw_texts()
        if mask.is_on:
            console.show_message(
                "names and addresses are masked; copies and saved files are not",
                "warn",
            )
        else:
            console.show_message("names and addresses are shown", "warn")


class Redraw(Command):
    """Redraw the screen, after something else wrote to the terminal."""

    name = "redraw"
    keys = "ctrl+l"
    label = "redraw"
    help = "redraw the screen"
    group = _GROUP
    command_names = ("redraw",)

    def run(self, console: Console, argument: str = "") -> None:
        """Redraw it."""
        del argument
        console.console_app.restore_screen()


class Suspend(Command):
    """Suspend to the shell; `fg` resumes."""

    name = "suspend"
    keys = "ctrl+z"
    label = "suspend"
    help = "suspend to the shell; fg resumes"
    group = _GROUP

    def run(self, console: Console, argument: str = "") -> None:
        """Suspend."""
        del argument
        console.app.action_suspend_process()


class Quit(Command):
    """Quit."""

    name = "quit"
    keys = "q"
    label = "quit"
    help = "quit; asks while an operation or an own command is running"
    group = _GROUP
    command_names = ("q", "quit")

    def run(self, console: Console, argument: str = "") -> None:
        """Quit; ask first while operations are running."""
        del argument
        app = console.console_app
        if not must_ask(console):
            app.exit(ExitCode.OK, return_code=ExitCode.OK)
            return

        def chosen(key: str | None) -> None:
            if key == "quit":
                app.exit(ExitCode.OK, return_code=ExitCode.OK)

        console.app.push_screen(ConfirmQuitScreen(console), chosen)


class QuitNow(Command):
    """Quit without a question."""

    name = "quit-now"
    label = "quit now"
    help = "quit without a question; the next start resumes running operations"
    group = _GROUP
    in_palette = False
    command_names = ("q!",)

    def run(self, console: Console, argument: str = "") -> None:
        """Quit."""
        del argument
        console.console_app.exit(ExitCode.OK, return_code=ExitCode.OK)


def _set_theme(console: Console, name: str) -> None:
    """Switch to the theme that was typed, or to one chosen from a list."""
    app = console.app
    themes = sorted(app.available_themes)
    if not name:
        _choose_theme(console, themes)
    elif name not in themes:
        hint = did_you_mean(name.casefold(), themes) or f"; there are {', '.join(themes)}"
        console.show_message(f"there is no theme {quote_value(name)}{hint}", "failed")
    else:
        app.theme = name
        console.show_message(f"theme {name}")


def _choose_theme(console: Console, themes: Sequence[str]) -> None:
    here = console.app.theme

    def chosen(names: tuple[str, ...] | None) -> None:
        if names:
            _set_theme(console, names[0])

    console.app.push_screen(
        PickerScreen(
            "Switch to which theme?",
            [Entry(name, name, "active" if name == here else "") for name in themes],
            ascii_only=console.ascii,
        ),
        chosen,
    )
