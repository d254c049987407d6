"""The simulated account that the console's `--demo` opens, in a process beside it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from rcv3_tui.cli import account

if TYPE_CHECKING:
    from rcv3_tui.settings import Settings
    from rcv3_tui.sync.worker import ASGIApp, End


@contextmanager
def running(
    options: argparse.Namespace, settings: Settings, *, ask_ahead: bool = False
) -> Iterator[tuple[Settings, ASGIApp, End | None]]:
    """Run the account that `--demo` asks for, for as long as the block lasts.

    It begins to be furnished at once, while the console is loaded. Where no process can be made
    for it, it lives in this one.

    Args:
        options: What was parsed.
        settings: From `account.demo_settings`.
        ask_ahead: Whether to ask it for what a screen begins with, while that is loaded.

    Yields:
        The settings with the account's credentials, its service, and the line to what asks it.
    """
    from msgspec.structs import replace

    from rcv3_tui.api.ahead import line
    from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret
    from rcv3_tui.simulator.beside import Beside
    from rcv3_tui.simulator.user import API_KEY, USERNAME

    asked = settings.regions if settings.regions and ALL_REGIONS not in settings.regions else None
    known = replace(settings, credentials=Credentials(USERNAME, api_key=Secret(API_KEY)))
    ends = None
    if ask_ahead:
        # Without the memory for it, whatever is wanted is asked for when it is.
        with suppress(OSError):
            ends = line()
    first = None if ends is None else partial(_ask, known, *ends)
    try:
        beside = Beside(options.demo, seed=options.demo_seed or 0, regions=asked, first=first)
    except OSError:
        for end in ends or ():
            end.close()
        yield *account.demo_account(options, settings), None
        return
    if ends is not None:
        ends[1].words.close()
    try:
        yield known, beside, None if ends is None else ends[0]
    finally:
        if ends is not None:
            ends[0].close()
        beside.close()


async def _ask(settings: Settings, theirs: End, ours: End, app: ASGIApp) -> None:
    # Imported where the account is, which has the time.
    from rcv3_tui.api.asgi import InProcess
    from rcv3_tui.sync.ahead import ask

    theirs.words.close()
    await ask(settings, ours, lambda: InProcess(app, settings.timeout))
