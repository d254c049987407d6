"""Waits until no resource is in transition, within the rate limit."""

from __future__ import annotations

from rcv3_tui.api.errors import ApiError, ConnectionFailed, NotFound
from rcv3_tui.clock import Clock
from rcv3_tui.model.diagnostics import TransitionThresholds
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.times import elapsed
from rcv3_tui.status.progress import ProgressReporter
from rcv3_tui.status.report import StatusReport
from rcv3_tui.status.resource_view import Transition
from rcv3_tui.sync.refresh.intervals import back_off, poll_delay

_ONE_BY_ONE = 3
"""Up to this many transitional resources of a region are polled by id; for more, lists are read."""

_FAILING_LIMIT = 300.0
"""Seconds for which reading may fail before the wait ends."""

_LONGEST_PAUSE = 15.0


class StableWaiter:
    """Polls resources in transition, quickly at first, until they are stable.

    A transition that takes longer than usual is stuck. Records may be stuck for months (RackConnect
    API reference, 4.3), so they are reported and not waited for.

    Args:
        report: The report, which has been read once.
        limit: Seconds to wait at most, 0: unlimited.
        clock: The clock.
        progress: Receives the progress.
    """

    def __init__(
        self, report: StatusReport, limit: float, clock: Clock, progress: ProgressReporter
    ) -> None:
        self._report = report
        self._limit = limit
        self._clock = clock
        self._progress = progress
        self._began = clock.monotonic()
        self._seen: dict[tuple[str, str, str], float] = {}
        self._thresholds = {
            reader.name: reader.thresholds or TransitionThresholds() for reader in report.readers
        }

    async def settled(self) -> bool:
        """Wait.

        After a cancellation, the report has the data of the last read.

        Returns:
            Whether all resources are stable or stuck; False: the limit was reached, or the service
            was unreachable for too long.
        """
        step = failures = 0
        failing_since: float | None = None
        fresh = True
        while True:
            transitions = self.transitions()
            if not transitions and (fresh or await self._confirmed()):
                self._progress.end_progress()
                return not self._is_failing()
            pause = min(poll_delay(step), _LONGEST_PAUSE)
            if failures:
                pause = max(pause, back_off(failures, _LONGEST_PAUSE))
            left = self._left()
            if left <= 0:
                self._tell_given_up(transitions)
                return False
            self._tell_progress(transitions)
            await self._clock.sleep(min(pause, left))
            step += 1
            fresh = await self._poll(transitions)
            if not self._is_failing():
                failures, failing_since = 0, None
                continue
            failures += 1
            now = self._clock.monotonic()
            failing_since = now if failing_since is None else failing_since
            if self._report.is_refused or now - failing_since > _FAILING_LIMIT:
                self._progress.end_progress()
                return False

    def transitions(self) -> list[Transition]:
        """Return the resources in transition that are not stuck."""
        now = self._clock.monotonic()
        transitions = list(self._report.transitions())
        keys = {(m.region, m.item.key, m.status): m for m in transitions}
        self._seen = {key: self._seen.get(key, now) for key in keys}
        return [m for key, m in keys.items() if self._age(m, self._seen[key]) < self._patience(m)]

    def _age(self, transition: Transition, seen: float) -> float:
        """Return for how many seconds a resource has been in transition, as far as known."""
        if transition.since is not None:
            return (self._report.now - transition.since).total_seconds()
        return self._clock.monotonic() - seen

    def _patience(self, transition: Transition) -> float:
        return self._thresholds[transition.region].limit(transition.kind, transition.status)

    def _left(self) -> float:
        if not self._limit:
            return float("inf")
        return self._limit - (self._clock.monotonic() - self._began)

    # -- polling ------------------------------------------------------------------------------

    async def _poll(self, transitions: list[Transition]) -> bool:
        """Poll the transitions; return whether everything was read, not only those."""
        if self._is_failing() or len(transitions) > _ONE_BY_ONE:
            await self._report.read()
            return True
        readers = {reader.name: reader for reader in self._report.readers}
        # Nodes are read together with their pool, once for all of its transitions.
        polled = {
            (m.region, m.item.pool_key if isinstance(m.item, PoolNode) else m.item.key): m
            for m in transitions
        }
        try:
            for transition in polled.values():
                await readers[transition.region].reread(transition.item)
        except NotFound:
            await self._report.read()
            return True
        except ApiError:
            # Reading everything gets the same error, and records it.
            await self._report.read()
            return True
        return False

    async def _confirmed(self) -> bool:
        """Read everything again: another transition may have started."""
        await self._report.read(whole=True)
        return not self._is_failing() and not self.transitions()

    def _is_failing(self) -> bool:
        return bool(self._report.errors)

    # -- progress -----------------------------------------------------------------------------

    def _tell_progress(self, transitions: list[Transition]) -> None:
        waited = elapsed(self._clock.monotonic() - self._began)
        errors = [error for _, error in self._report.errors]
        if errors:
            kind = (
                "cannot be reached" if isinstance(errors[0], ConnectionFailed) else "gives errors"
            )
            self._progress.progress(f"waiting for {waited}; the service {kind}, trying again")
            return
        if not transitions:
            return
        first = transitions[0]
        more = f" and {len(transitions) - 1} more" if len(transitions) > 1 else ""
        self._progress.progress(f"waiting for {waited}: {first.title} is {first.status}{more}")

    def _tell_given_up(self, transitions: list[Transition]) -> None:
        if transitions:
            first = transitions[0]
            more = f" and {len(transitions) - 1} more" if len(transitions) > 1 else ""
            self._progress.report(
                f"still moving after {self._limit:g} s: {first.title} is {first.status}{more}"
            )
