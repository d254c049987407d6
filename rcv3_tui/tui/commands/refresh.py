"""Refresh now, pause refreshing, and set its interval."""

from __future__ import annotations

from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.context import Console

_GROUP = "View"


class Refresh(Command):
    """Refresh everything now."""

    name = "refresh"
    keys = "ctrl+r"
    label = "refresh"
    help = "refresh everything now"
    group = _GROUP
    command_names = ("refresh",)

    def run(self, console: Console, argument: str = "") -> None:
        """Trigger a refresh."""
        del argument
        console.worker.refresh()
        console.show_message("refreshing")


class Pause(Command):
    """Pause and resume refreshing."""

    name = "pause"
    keys = "p"
    label = "pause"
    help = "pause and resume refreshing"
    group = _GROUP
    command_names = ("pause",)

    def run(self, console: Console, argument: str = "") -> None:
        """Pause or resume."""
        del argument
        worker = console.worker
        worker.pause(not worker.paused)
        console.show_message(
            f"refreshing is paused; {console.keys['pause']} resumes"
            if worker.paused
            else "refreshing resumed"
        )


class Interval(Command):
    """Set the seconds between refreshes."""

    name = "interval"
    usage = "SECONDS"
    label = "interval"
    help = "seconds between refreshes"
    group = _GROUP
    command_names = ("interval",)

    def run(self, console: Console, argument: str = "") -> None:
        """Set the interval to the argument, in seconds."""
        try:
            seconds = float(argument)
        except ValueError:
            seconds = 0.0
        if not 1 <= seconds <= 3600:
            console.show_message(
                f":interval takes 1 to 3600 seconds, not {argument or 'nothing'!r}", "failed"
            )
            return
        console.worker.set_interval(seconds)
        console.show_message(f"refreshing every {seconds:g} s")
