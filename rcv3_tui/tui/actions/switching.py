"""Switches: refreshing and its pace, read-only mode, colours, mouse, mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rcv3_tui.spelling import did_you_mean, shown

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


def refresh(console: ConsoleScreen) -> None:
    """Read everything now."""
    console.worker.refresh()
    console.say("refreshing")


def pause(console: ConsoleScreen) -> None:
    """Stop or go on refreshing."""
    worker = console.worker
    worker.pause(not worker.paused)
    console.say(
        f"refreshing is paused; {console.keys['pause']} resumes"
        if worker.paused
        else "refreshing again"
    )


def interval(console: ConsoleScreen, text: str) -> None:
    """Set the seconds between refreshes from what was typed."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 3600:
        console.say(f":interval takes 1 to 3600 seconds, not {text or 'nothing'!r}", "failed")
        return
    console.worker.set_interval(seconds)
    console.say(f"refreshing every {seconds:g} s")


def read_only(console: ConsoleScreen, text: str) -> None:
    """Switch read-only mode from what was typed: on, off, or the other way."""
    worker = console.worker
    wanted = {"on": True, "off": False, "": not worker.read_only}.get(text.casefold())
    if wanted is None:
        console.say(f":readonly takes on or off, not {text!r}", "failed")
        return
    worker.read_only = wanted
    console.say("read-only: no change is possible" if wanted else "changes are possible", "warn")
    console.write_header()
    console.write_footer()


def theme(console: ConsoleScreen, name: str) -> None:
    """Put another theme on: the one typed, or one chosen from a list."""
    app = console.app
    themes = sorted(app.available_themes)
    if not name:
        _choose_theme(console, themes)
    elif name not in themes:
        hint = did_you_mean(name.casefold(), themes) or f"; there are {', '.join(themes)}"
        console.say(f"there is no theme {shown(name)}{hint}", "failed")
    else:
        app.theme = name
        console.say(f"theme {name}")


def _choose_theme(console: ConsoleScreen, themes: Sequence[str]) -> None:
    from rcv3_tui.tui.screens.picker import Entry, PickerScreen

    here = console.app.theme

    def chosen(names: tuple[str, ...] | None) -> None:
        if names:
            theme(console, names[0])

    console.app.push_screen(
        PickerScreen(
            "Put which theme on?",
            [Entry(name, name, "on now" if name == here else "") for name in themes],
            ascii_only=console.ascii,
        ),
        chosen,
    )


def mouse(console: ConsoleScreen) -> None:
    """Take the mouse, or leave it to the terminal."""
    taken = console.console_app.toggle_mouse()
    key = console.keys["mouse"]
    if taken:
        console.say(f"the mouse is taken: clicks and the wheel work here; {key} gives it back")
    else:
        console.say("the mouse is the terminal's: select and paste as ever")


def mask(console: ConsoleScreen) -> None:
    """Hide names and addresses from who looks on, or show them again."""
    put_on = console.console_app.mask
    put_on.is_on = not put_on.is_on
    console.mask_names()
    console.respell()
    if put_on.is_on:
        console.say(
            "names and addresses are masked; copies and saved files are not",
            "warn",
        )
    else:
        console.say("names and addresses are shown", "warn")
