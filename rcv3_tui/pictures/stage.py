"""The app on a simulated account, with a hand at its keys and on both of their clocks."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import stamina
from msgspec import Struct
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.screen import ModalScreen

from rcv3_tui.clock import ManualClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.pictures.frame import Frame, take
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app, scenario
from rcv3_tui.sync.worker import Worker
from rcv3_tui.terminal import Depth
from rcv3_tui.tui.app import ConsoleApp

WIDE: Final = (120, 40)
SMALL: Final = (80, 24)

_PATIENCE: Final = 20.0
"""Seconds of the machine's time that opening the account may take."""

_NAMED_KEYS: Final = {
    " ": "space",
    ".": "full_stop",
    "-": "minus",
    ":": "colon",
    "/": "slash",
    "!": "exclamation_mark",
    "?": "question_mark",
}


class Stage:
    """The app in the middle of a scene.

    Args:
        app: It.
        pilot: What presses its keys.
        clock: The time of both the app and the account.
        account: What the app is looking at.
    """

    def __init__(
        self, app: ConsoleApp, pilot: Pilot[int], clock: ManualClock, account: Account
    ) -> None:
        self.app = app
        self.account = account
        self._pilot = pilot
        self._clock = clock

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, as a hand would."""
        for key in keys:
            await self._pilot.press(_NAMED_KEYS.get(key, key))
            await self.wait(0.0)

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*text)

    async def wait(self, seconds: float) -> None:
        """Let time pass, and everything that happens in it."""
        await self._clock.advance(seconds)
        await self._pilot.pause()
        await self._clock.settle()
        await self._pilot.pause()

    async def opened(self, *, signed_in: bool) -> None:
        """Wait until the account is open, or until who it is has been asked for.

        The clock stands still: how long the machine takes for it must not show.
        """
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if signed_in and self.app.worker.signed_in is not None:
                break
            if not signed_in and isinstance(self.app.screen, ModalScreen):
                break
            await asyncio.sleep(0.01)
            await self.wait(0.0)

    async def look(self) -> Frame:
        """Give what is seen now; the seconds that are shown are those of the clock."""
        self.app._console._tick()
        await self._pilot.pause()
        return take(self.app)


Scene = Callable[[Stage], Awaitable[None]]
"""What is done before a picture is taken."""


def small(clock: ManualClock) -> Account:
    """Make the account of most pictures."""
    return scenario("small", now=clock.timestamp)


def trouble(clock: ManualClock) -> Account:
    """Make an account in which everything is wrong that can be."""
    return scenario("trouble", now=clock.timestamp)


def nothing(clock: ManualClock) -> Account:
    """Make an account without a single resource."""
    return Account(now=clock.timestamp)


class Play(Struct, frozen=True):
    """How the app is started for a scene."""

    account: Callable[[ManualClock], Account] = small
    settings: Settings = Settings(profile="demo", demo="small")
    depth: Depth = Depth.TRUE
    signed_in: bool = True
    """Credentials are known at the start."""
    first: float = 3.0
    """Seconds that pass before the scene begins."""


class _Attentive:
    """A guard that takes every key: the hand here waits until it has read the dialog."""

    hurried = False

    def __init__(self, opened_at: float) -> None:
        del opened_at

    def accepts(self, key_time: float) -> bool:
        """Take the key."""
        del key_time
        return True


@asynccontextmanager
async def stage(play: Play, size: tuple[int, int]) -> AsyncIterator[Stage]:
    """Start the app for a scene, and end it afterwards.

    Args:
        play: On what, and how it looks.
        size: Columns and rows.
    """
    # Pauses after a failed reading are not all of one length.
    random.seed(0)
    clock = ManualClock()
    account = play.account(clock)
    credentials = Credentials(account.username, api_key=Secret(account.api_key))
    settings = replace(
        play.settings,
        credentials=credentials if play.signed_in else None,
        identity_url="http://127.0.0.1/v2.0",
        regions=("IAD",),
    )
    worker = Worker(settings, asgi_app=create_app(account), clock=clock)
    app = ConsoleApp(settings, worker, guard=_Attentive, depth=play.depth)
    # Pauses between attempts are of the machine's time, not of the scene's.
    with stamina.set_testing(True, attempts=2):
        async with app.run_test(size=size) as pilot:
            on_stage = Stage(app, pilot, clock, account)
            try:
                await on_stage.opened(signed_in=play.signed_in)
                passed = 0.0
                while passed < play.first:
                    await on_stage.wait(0.5)
                    passed += 0.5
                yield on_stage
            finally:
                if app.return_code == ExitCode.INTERRUPTED:
                    # The console takes Ctrl+C for itself; here it is meant for all pictures.
                    raise KeyboardInterrupt
            app.exit(0)
