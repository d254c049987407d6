"""Many slow but idle jobs at once, each awaited by a test of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

import pytest

ResultT = TypeVar("ResultT")


@contextmanager
def parallel_jobs(
    count: int, jobs: Mapping[str, Callable[[], Awaitable[ResultT]]]
) -> Iterator[Mapping[str, Future[ResultT]]]:
    """Run jobs in a thread of their own for as long as the block lasts.

    Args:
        count: How many at the same time.
        jobs: Name to what is to be done, in the order of the beginning.

    Yields:
        Name to what comes of it.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="parallel_jobs", daemon=True)
    thread.start()
    places = asyncio.Semaphore(count)

    async def in_turn(job: Callable[[], Awaitable[ResultT]]) -> ResultT:
        async with places:
            return await job()

    futures = {
        name: asyncio.run_coroutine_threadsafe(in_turn(job), loop) for name, job in jobs.items()
    }
    try:
        yield futures
    finally:
        asyncio.run_coroutine_threadsafe(_stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)
    await asyncio.get_running_loop().shutdown_default_executor()


def selected(request: pytest.FixtureRequest) -> list[tuple[str, dict[str, object]]]:
    """Give the parametrised tests of a fixture's module that will run: their ids and values."""
    return [
        (item.callspec.id, dict(item.callspec.params))
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.path == request.path
        and hasattr(item, "callspec")
    ]
