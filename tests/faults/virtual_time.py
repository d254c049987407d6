"""An event loop whose time passes at once: a sleeping task wakes when no other task can run.

A whole minute of a worker's life takes as long as the work in it, always in the same order, on a
machine however busy.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

_START: Final = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

ResultT = TypeVar("ResultT")


class _Selector(selectors.SelectSelector):
    """Does not wait: lets the loop's time pass instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits for something that nobody will do")
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; what would run in a thread runs at once."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def run_in_executor(  # type: ignore[override]
        self, executor: ThreadPoolExecutor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class VirtualClock:
    """The loop's time as a clock; its time of day can be set."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._set = timedelta()

    def monotonic(self) -> float:
        return self._loop.time() - self._began

    def now(self) -> datetime:
        return _START + self._set + timedelta(seconds=self.monotonic())

    def timestamp(self) -> float:
        """The service's time of day, which nobody sets, as seconds since 1970."""
        return (_START + timedelta(seconds=self.monotonic())).timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def set_forward(self, seconds: float) -> None:
        """Be that much later at once; sleepers are not woken by it."""
        self._began -= seconds

    def jump(self, seconds: float) -> None:
        """Set the machine's time of day."""
        self._set += timedelta(seconds=seconds)


def play(main: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
    """Run something to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())
