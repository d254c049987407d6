"""An event loop that skips waiting: timers fire as soon as nothing else can happen.

A screen paints 60 times a second, blinks and scrolls by timers of the loop. A test that waited for
them in real time would spend most of its time asleep. Here the loop's time jumps to the next timer
whenever no callback is ready and no thread works for the loop. A test can also wait for exactly
that moment, instead of for a number of turns.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

import textual._time
import textual._wait

from rcv3_tui.clock import ManualClock

ResultT = TypeVar("ResultT")
ArgumentsT = TypeVarTuple("ArgumentsT")


PAINTED = 0.05
"""Seconds of the loop, none of them real, after which every change has been painted.

Also long enough that two keys of a pilot are not a burst.
"""


class _SkippingSelector(selectors.DefaultSelector):
    """Asks the loop to skip the wait."""

    loop: SkippingLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0 or self.loop.skip(timeout):
            return found
        began = time.monotonic()
        found = super().select(timeout)
        self.loop.has_waited(time.monotonic() - began)
        return found


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers take no real time.

    Sockets and pipes keep real time: while one is registered, only real time passes.
    """

    def __init__(self) -> None:
        selector = _SkippingSelector()
        selector.loop = self
        self._time = time.monotonic()
        self._in_threads = 0
        self._until_idle: list[asyncio.Future[None]] = []
        super().__init__(selector)
        self._selector_map = selector.get_map()
        self._own_files = len(self._selector_map)

    def time(self) -> float:
        """Return the seconds, none of which pass while the loop works."""
        return self._time

    def has_waited(self, seconds: float) -> None:
        """Add real seconds of waiting for a thread or a socket."""
        self._time += seconds

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*ArgumentsT], ResultT],
        *args: *ArgumentsT,
    ) -> asyncio.Future[ResultT]:
        """See `asyncio.loop.run_in_executor`; until it is done, the loop is not idle."""
        future = super().run_in_executor(executor, func, *args)
        self._in_threads += 1
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _: asyncio.Future[ResultT]) -> None:
        self._in_threads -= 1

    async def idle(self) -> None:
        """Wait until nothing more can happen without time passing."""
        future = self.create_future()
        self._until_idle.append(future)
        await future

    def skip(self, seconds: float | None) -> bool:
        """Skip to the next timer without waiting.

        Args:
            seconds: The time to the next timer; None if there is none.

        Returns:
            False if the wait has to be a real one.
        """
        if self._in_threads:
            return False
        if self._until_idle:
            waiting, self._until_idle = self._until_idle, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)
            return True
        if seconds is None or len(self._selector_map) > self._own_files:
            return False
        self._time += seconds
        return True


async def idle() -> None:
    """Wait until nothing more can happen without time passing."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)
    await loop.idle()


def loop_time() -> float:
    """Return the time of the running loop, in seconds."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 0.0) -> None:
    """Wait until the console has handled and painted everything that needs no time.

    Replaces Textual's function of this name, which waits for a low processor load: longer than
    necessary and, on a busy machine, not long enough.
    """
    del min_sleep, max_sleep
    if isinstance(asyncio.get_running_loop(), SkippingLoop):
        await idle()
        await asyncio.sleep(PAINTED)
        await idle()
    else:
        await asyncio.sleep(PAINTED)


def patch_textual() -> None:
    """Make Textual use the loop's time; call this before the console is imported."""
    textual._time.get_time = loop_time
    textual._wait.wait_for_idle = wait_for_idle


class SettlingClock(ManualClock):
    """A manual clock that advances only when nothing more can happen without it."""

    async def settle(self, turns: int = 50) -> None:
        """Wait until the loop is idle, however many turns that takes; 0: do not wait."""
        if not turns:
            return
        if isinstance(asyncio.get_running_loop(), SkippingLoop):
            await idle()
        else:
            await super().settle(turns)
