"""The simulated account that the console's `--demo` opens, in a process beside it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rcv3_tui.cli import account

if TYPE_CHECKING:
    from rcv3_tui.settings import Settings
    from rcv3_tui.sync.worker import ASGIApp


@contextmanager
def running(options: argparse.Namespace, settings: Settings) -> Iterator[tuple[Settings, ASGIApp]]:
    """Run the account that `--demo` asks for, for as long as the block lasts.

    It begins to be furnished at once, while the console is loaded. Where no process can be made
    for it, it lives in this one.

    Args:
        options: What was parsed.
        settings: From `account.demo_settings`.

    Yields:
        The settings with the account's credentials, and its service.
    """
    from msgspec.structs import replace

    from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret
    from rcv3_tui.simulator.beside import Beside
    from rcv3_tui.simulator.user import API_KEY, USERNAME

    asked = settings.regions if settings.regions and ALL_REGIONS not in settings.regions else None
    try:
        beside = Beside(options.demo, seed=options.demo_seed or 0, regions=asked)
    except OSError:
        yield account.demo_account(options, settings)
        return
    try:
        credentials = Credentials(USERNAME, api_key=Secret(API_KEY))
        yield replace(settings, credentials=credentials), beside
    finally:
        beside.close()
