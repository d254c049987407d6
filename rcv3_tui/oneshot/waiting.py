"""Waits until nothing is moving any more, within the request budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.api.errors import ApiError, NotFound, NotReached
from rcv3_tui.model.attention import Usual
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.times import elapsed
from rcv3_tui.oneshot.kind import Moving
from rcv3_tui.sync.schedule import PATIENCE, back_off, poll_pause

if TYPE_CHECKING:
    from rcv3_tui.clock import Clock
    from rcv3_tui.oneshot.answer import Answer
    from rcv3_tui.oneshot.narration import Narrator

_ONE_BY_ONE = 3
"""So many moving things of a region are looked at by their own ids; for more, the lists are."""

_LONGEST_PAUSE = 15.0


class Waiting:
    """Follows what moves, quickly at first, until it has settled.

    What has been moving for longer than usual has got stuck (records may stay so for months,
    RackConnect API reference, 4.3): it is told, and not waited for.

    Args:
        answer: What is looked at; it has been read once.
        limit: Seconds to wait at most, 0: as long as it takes.
        clock: What measures the time.
        narrator: Is told how it goes.
    """

    def __init__(self, answer: Answer, limit: float, clock: Clock, narrator: Narrator) -> None:
        self._answer = answer
        self._limit = limit
        self._clock = clock
        self._narrator = narrator
        self._began = clock.monotonic()
        self._seen: dict[tuple[str, str, str], float] = {}
        self._usual = {reader.name: reader.usual or Usual() for reader in answer.readers}

    async def settled(self) -> bool:
        """Wait.

        A cancellation leaves the answer as it was read last.

        Returns:
            Whether everything has settled, but for what got stuck; False: the limit was reached,
            or the service could not be asked for too long.
        """
        step = failures = 0
        failing_since: float | None = None
        fresh = True
        while True:
            movers = self.movers()
            if not movers and (fresh or await self._confirmed()):
                self._narrator.end_progress()
                return not self._is_failing()
            pause = min(poll_pause(step), _LONGEST_PAUSE)
            if failures:
                pause = max(pause, back_off(failures, _LONGEST_PAUSE))
            left = self._left()
            if left <= 0:
                self._tell_given_up(movers)
                return False
            self._tell_progress(movers)
            await self._clock.sleep(min(pause, left))
            step += 1
            fresh = await self._look_again(movers)
            if not self._is_failing():
                failures, failing_since = 0, None
                continue
            failures += 1
            now = self._clock.monotonic()
            failing_since = now if failing_since is None else failing_since
            if self._answer.is_refused or now - failing_since > PATIENCE:
                self._narrator.end_progress()
                return False

    def movers(self) -> list[Moving]:
        """Give what moves and has not got stuck."""
        now = self._clock.monotonic()
        movers = list(self._answer.moving())
        keys = {(m.region, m.item.key, m.status): m for m in movers}
        self._seen = {key: self._seen.get(key, now) for key in keys}
        return [m for key, m in keys.items() if self._age(m, self._seen[key]) < self._patience(m)]

    def _age(self, mover: Moving, seen: float) -> float:
        """Give the seconds that something has been moving, as far as known."""
        if mover.since is not None:
            return (self._answer.now - mover.since).total_seconds()
        return self._clock.monotonic() - seen

    def _patience(self, mover: Moving) -> float:
        return self._usual[mover.region].limit(mover.part, mover.status)

    def _left(self) -> float:
        if not self._limit:
            return float("inf")
        return self._limit - (self._clock.monotonic() - self._began)

    # -- looking again ------------------------------------------------------------------------

    async def _look_again(self, movers: list[Moving]) -> bool:
        """Look at what moves; tell whether everything was read and not only that."""
        if self._is_failing() or len(movers) > _ONE_BY_ONE:
            await self._answer.read()
            return True
        readers = {reader.name: reader for reader in self._answer.readers}
        # A node is read together with its pool, once for all that move in there.
        looks = {
            (m.region, m.item.pool_key if isinstance(m.item, PoolNode) else m.item.key): m
            for m in movers
        }
        try:
            for mover in looks.values():
                await readers[mover.region].look_again(mover.item)
        except NotFound:
            await self._answer.read()
            return True
        except ApiError:
            # Reading everything meets the same trouble, and notes it.
            await self._answer.read()
            return True
        return False

    async def _confirmed(self) -> bool:
        """Read everything once more: something else may have begun to move."""
        await self._answer.read(whole=True)
        return not self._is_failing() and not self.movers()

    def _is_failing(self) -> bool:
        return bool(self._answer.errors)

    # -- telling ------------------------------------------------------------------------------

    def _tell_progress(self, movers: list[Moving]) -> None:
        waited = elapsed(self._clock.monotonic() - self._began)
        errors = [error for _, error in self._answer.errors]
        if errors:
            kind = "cannot be reached" if isinstance(errors[0], NotReached) else "gives errors"
            self._narrator.progress(f"waiting for {waited}; the service {kind}, trying again")
            return
        if not movers:
            return
        first = movers[0]
        more = f" and {len(movers) - 1} more" if len(movers) > 1 else ""
        self._narrator.progress(f"waiting for {waited}: {first.title} is {first.status}{more}")

    def _tell_given_up(self, movers: list[Moving]) -> None:
        if movers:
            first = movers[0]
            more = f" and {len(movers) - 1} more" if len(movers) > 1 else ""
            self._narrator.say(
                f"still moving after {self._limit:g} s: {first.title} is {first.status}{more}"
            )
