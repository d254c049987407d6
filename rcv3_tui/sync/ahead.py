"""Asks an account what every picture begins with, in a process beside, while a screen is loaded.

Signing in and the first lists take two round trips, and the HTTP client as long as a third of a
screen to load. On another core that costs the first picture nothing, and when it stands there, the
answers have come. What has been asked so is counted and judged by whoever asks for it afterwards,
with `rcv3_tui.api.passing.Foretold`; whatever goes wrong here is left to it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcv3_tui.api.ahead import End, line
from rcv3_tui.settings import Credentials, Settings

if TYPE_CHECKING:
    from rcv3_tui.api.access import Access
    from rcv3_tui.api.http import Http
    from rcv3_tui.api.identity import Session, TokenCache
    from rcv3_tui.api.passing import Forwarding
    from rcv3_tui.clock import Clock

_LISTS = 3
"""Requests that RackConnect is asked ahead; there has to be room for them within the minute."""


def begin(settings: Settings) -> End | None:
    """Begin to ask in a process of its own, which ends by itself when everything has come.

    Args:
        settings: Whose account.

    Returns:
        The line to it; None: there is nobody to ask for, or nothing to be gained here.
    """
    if settings.credentials is None or not _can_be_split():
        return None
    try:
        ours, theirs = line()
    except OSError:
        return None
    try:
        process = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        return None
    if process == 0:
        ours.words.close()
        _be_the_other(settings, theirs)
    theirs.words.close()
    ours.process = process
    return ours


def _can_be_split() -> bool:
    """Tell whether there is a core to spare, and no thread that a copy of this would lack."""
    # Elsewhere what the system's network libraries know does not outlive a fork.
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    return len(os.sched_getaffinity(0)) > 1


def _be_the_other(settings: Settings, end: End) -> None:
    """Ask, then end. Never returns: what this process had begun is the other one's."""
    code = 1
    try:
        # Keys are for the other process to read, and the screen for it to write.
        for number in (signal.SIGINT, signal.SIGTSTP):
            signal.signal(number, signal.SIG_IGN)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        asyncio.run(_ask_on_the_network(settings, end))
        code = 0
    finally:
        os._exit(code)


async def _ask_on_the_network(settings: Settings, end: End) -> None:
    from rcv3_tui.api import trust

    trust.prepare(settings.ca_bundle)
    from rcv3_tui.api.network import Network

    await ask(settings, end, lambda: Network(settings))


async def ask(settings: Settings, end: End, make: Callable[[], Http]) -> None:
    """Sign in and ask for the first lists; pass all answers on.

    Args:
        settings: Whose account; without credentials there is nothing to ask.
        end: One end of the line.
        make: Makes what carries the requests.

    Raises:
        OSError: Nothing can be sent; so does `make` for another reason.
        ValueError: As above.
    """
    from rcv3_tui.api.passing import Forwarding

    if settings.credentials is None:
        return
    inner = make()
    end.words.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=end.words)
    http = Forwarding(inner, end, writer)
    asking = asyncio.create_task(_ask(settings, settings.credentials, http))
    # Nothing is ever said there: the other process is gone when something is read.
    gone = asyncio.create_task(reader.read())
    await asyncio.wait((asking, gone), return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking


async def _ask(settings: Settings, credentials: Credentials, http: Forwarding) -> None:
    # Imported in the process beside alone, as is all that these need.
    from rcv3_tui.api.errors import ApiError
    from rcv3_tui.api.identity import Session
    from rcv3_tui.api.passing import Forwarded
    from rcv3_tui.clock import SystemClock

    clock = SystemClock()
    cache = _kept(settings, credentials, clock)
    session = Session(http, settings.identity_url, credentials, clock=clock, cache=cache)
    async with http:
        # Loaded while Identity answers.
        loading = asyncio.to_thread(import_module, "rcv3_tui.sync.opening")
        try:
            access, _ = await asyncio.gather(session.access(), loading)
            lists = list(_lists(settings, access, session, http, clock))
        except (ApiError, Forwarded):
            return
        http.expect(len(lists))
        await asyncio.gather(*lists, return_exceptions=True)


def _lists(
    settings: Settings, access: Access, session: Session, http: Http, clock: Clock
) -> Iterator[Coroutine[None, None, object]]:
    """Give the requests for what a screen shows first."""
    from rcv3_tui.api.budget import Priority
    from rcv3_tui.sync.budget import RequestBudget
    from rcv3_tui.sync.opening import ledger_for, open_regions

    # They are counted where their answers are used.
    uncounted = replace(settings, cache_dir=None)
    for region in open_regions(http, session, access, uncounted, clock):
        if region.servers is not None:
            yield region.servers.list()
        ledger = ledger_for(settings, region.rackconnect.transport.base_url, clock)
        if RequestBudget(clock, ledger=ledger).room(Priority.LOOKED_AT) >= _LISTS:
            yield region.rackconnect.list_pools()
            yield region.rackconnect.list_networks()
            # The longest one last: an account that answers one at a time keeps the others waiting.
            yield region.rackconnect.list_public_ips()


def _kept(settings: Settings, credentials: Credentials, clock: Clock) -> TokenCache | None:
    if settings.cache_dir is None:
        return None
    from rcv3_tui.api.token_cache import FileTokenCache

    return _Kept(FileTokenCache(settings.cache_dir, settings.identity_url, credentials, clock))


class _Kept:
    """The token of an earlier run, only to be used; to keep or drop it is the other process's.

    Args:
        inner: Where it is.
    """

    def __init__(self, inner: TokenCache) -> None:
        self._inner = inner

    def load(self) -> Access | None:
        """See `rcv3_tui.api.identity.TokenCache.load`."""
        return self._inner.load()

    def save(self, access: Access) -> None:
        """Leave it."""

    def drop(self) -> None:
        """Leave it."""
