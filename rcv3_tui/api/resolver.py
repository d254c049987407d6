"""Resolves host names without blocking the end of the program.

The system's resolver cannot be interrupted. asyncio calls it in a thread and waits for that thread
when the loop closes, and the interpreter waits again at exit: a resolver that does not respond
would delay the end of a program that timed out or was interrupted by half a minute.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any

_Found = list[tuple[Any, ...]]


def use_daemon_resolver(loop: asyncio.AbstractEventLoop) -> None:
    """Make a loop's `getaddrinfo` run in daemon threads, which do not delay the exit.

    Args:
        loop: The loop that requests are sent on; calling this twice has no effect.
    """
    if not isinstance(getattr(loop, "getaddrinfo", None), partial):
        setattr(loop, "getaddrinfo", partial(_getaddrinfo, loop))  # noqa: B010 - a method's name


async def _getaddrinfo(
    loop: asyncio.AbstractEventLoop,
    host: bytes | str | None,
    port: bytes | str | int | None,
    *,
    family: int = 0,
    type: int = 0,
    proto: int = 0,
    flags: int = 0,
) -> _Found:
    """See `asyncio.loop.getaddrinfo`. After a cancellation the thread's result is discarded.

    Raises:
        OSError: The name is not found.
        UnicodeError: The text cannot be a host name.
    """
    future: asyncio.Future[_Found] = loop.create_future()

    def finish(found: _Found | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(found or [])

    def run() -> None:
        found: _Found | None = None
        failure: Exception | None = None
        try:
            found = list(socket.getaddrinfo(host, port, family, type, proto, flags))
        except Exception as error:
            failure = error
        # The loop may be closed by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(finish, found, failure)

    Thread(target=run, name="resolver", daemon=True).start()
    return await future
