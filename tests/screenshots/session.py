"""Runs the app on a simulated account, for scenes that press its keys and move its clock."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final
from unittest.mock import patch

from msgspec import Struct
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.screen import ModalScreen

from rcv3_tui.clock import ManualClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import US_IDENTITY, Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.terminal_capabilities import ColorDepth
from rcv3_tui.tui.app import ConsoleApp
from tests.screenshots.accounts import shop
from tests.screenshots.capture import Capture, capture

WIDE: Final = (120, 40)
SMALL: Final = (80, 24)

_START_TIMEOUT: Final = 20.0
"""Seconds of real time that opening the account may take."""

_NAMED_KEYS: Final = {
    " ": "space",
    ".": "full_stop",
    "-": "minus",
    ":": "colon",
    "/": "slash",
    "!": "exclamation_mark",
    "?": "question_mark",
}


class Session:
    """A running app that a scene operates.

    Args:
        app: The app.
        pilot: Textual's access to its keys.
        clock: The clock of both the app and the account.
        account: The simulated account.
    """

    def __init__(
        self, app: ConsoleApp, pilot: Pilot[int], clock: ManualClock, account: Account
    ) -> None:
        self.app = app
        self.account = account
        self._pilot = pilot
        self._clock = clock

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each handled before the next."""
        for key in keys:
            await self._pilot.press(_NAMED_KEYS.get(key, key))
            await self.wait(0.0)

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*text)

    async def wait(self, seconds: float) -> None:
        """Advance the clock, and wait until everything due has been handled."""
        await self._clock.advance(seconds)
        await self._pilot.pause()
        await self._clock.settle()
        await self._pilot.pause()

    async def wait_opened(self, *, signed_in: bool) -> None:
        """Wait until the account is open, or until the login screen is shown.

        The clock does not move, so that the time this takes does not change the result.
        """
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline:
            if signed_in and self.app.worker.signed_in is not None:
                break
            if not signed_in and isinstance(self.app.screen, ModalScreen):
                break
            await asyncio.sleep(0.01)
            await self.wait(0.0)

    async def capture(self) -> Capture:
        """Return what is on the screen, with all ages as of the clock's time."""
        self.app._console._tick()
        await self._pilot.pause()
        return capture(self.app)


Scene = Callable[[Session], Awaitable[None]]
"""The keys and waits that lead to a screenshot."""


class SceneSetup(Struct, frozen=True):
    """How the app is started for a scene."""

    account: Callable[[ManualClock], Account] = shop
    settings: Settings = Settings(profile="demo", demo="small")
    depth: ColorDepth = ColorDepth.TRUE
    signed_in: bool = True
    """Whether credentials are known at the start."""
    first: float = 3.0
    """Seconds of the clock before the scene begins."""


class _OpenGuard:
    """A type-ahead guard that accepts every key; scenes do not type ahead."""

    hurried = False

    def __init__(self, opened_at: float) -> None:
        del opened_at

    def accepts(self, key_time: float) -> bool:
        """Accept the key."""
        del key_time
        return True


@asynccontextmanager
async def open_session(setup: SceneSetup, size: tuple[int, int]) -> AsyncIterator[Session]:
    """Start the app for a scene, and stop it afterwards.

    Args:
        setup: The account, the settings and the terminal.
        size: Columns and rows.
    """
    clock = ManualClock()
    account = setup.account(clock)
    credentials = Credentials(account.username, api_key=Secret(account.api_key))
    settings = replace(
        setup.settings,
        credentials=credentials if setup.signed_in else None,
        identity_url=US_IDENTITY,
        regions=("IAD",),
    )
    worker = AccountWorker(settings, asgi_app=create_app(account), clock=clock)
    app = ConsoleApp(settings, worker, guard=_OpenGuard, depth=setup.depth, hold=0)
    # Retries and refreshes have random delays, which decide the order of failures.
    # The ids of operations, of which views show a part, are random too.
    ids = random.Random(0)  # noqa: S311 - repeatable on purpose
    with (
        patch.object(random, "uniform", lambda low, high: low),
        patch.object(secrets, "token_hex", lambda size: ids.randbytes(size).hex()),
    ):
        async with app.run_test(size=size) as pilot:
            session = Session(app, pilot, clock, account)
            try:
                await session.wait_opened(signed_in=setup.signed_in)
                passed = 0.0
                while passed < setup.first:
                    await session.wait(0.5)
                    passed += 0.5
                yield session
            finally:
                if app.return_code == ExitCode.INTERRUPTED:
                    # The console handles Ctrl+C; here it is meant for this program.
                    raise KeyboardInterrupt
            app.exit(0)
