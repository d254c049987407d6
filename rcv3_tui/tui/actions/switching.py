"""Switches: refreshing and its pace, read-only mode, colours."""

from __future__ import annotations

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
    console.say("refreshing is paused; p resumes" if worker.paused else "refreshing again")


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


def theme(console: ConsoleScreen, name: str) -> None:
    """Put another theme on."""
    app = console.app
    if name in app.available_themes:
        app.theme = name
        return
    themes = sorted(app.available_themes)
    if not name:
        console.say(f"the theme is {app.theme}; there are {', '.join(themes)}")
    else:
        hint = did_you_mean(name.casefold(), themes) or f"; there are {', '.join(themes)}"
        console.say(f"there is no theme {shown(name)}{hint}", "failed")
