"""The worker of a command: signed in, without a screen, reading only what the command needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress

from msgspec.structs import replace

from rcv3_tui.api.errors import ApiError, ConnectionFailed, CredentialsRefused, TokenRefused
from rcv3_tui.api.http_factory import ASGIApp
from rcv3_tui.change.options import CommandError
from rcv3_tui.clock import Clock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation, OperationState, Request
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Settings
from rcv3_tui.status.progress import ProgressReporter
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import SyncEvent, WarningRaised
from rcv3_tui.sync.rate_limit import LIMIT

_RESERVED_FOR_CHANGES = 8
"""Requests of the minute that reads which are not necessary leave to the change itself."""

_STOP_SECONDS = 10.0
"""Seconds that recording the outcome of stopped operations may take."""


class ChangeAccount:
    """An account that a command changes.

    Args:
        worker: The worker, running.
        progress: Where waiting is reported.
    """

    def __init__(self, worker: AccountWorker, progress: ProgressReporter) -> None:
        self._worker = worker
        self._progress = progress
        self._listeners: set[asyncio.Event] = set()
        worker.listen(self._hear)

    @property
    def worker(self) -> AccountWorker:
        """The worker."""
        return self._worker

    @property
    def clock(self) -> Clock:
        """The clock that decides "now"."""
        return self._worker.clock

    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """The latest snapshot of each region."""
        return self._worker.snapshots

    @property
    def regions(self) -> tuple[str, ...]:
        """The names of the open regions."""
        return tuple(self._worker.regions)

    @property
    def sign_in_failure(self) -> str:
        """Why nothing goes on until somebody signs in again; empty: it does."""
        failure = self._worker.sign_in_failure
        return "" if failure is None else failure.message

    def operations(self, ids: Iterable[str]) -> list[Operation]:
        """Return some operations as they are now."""
        return [self._worker.operations[each] for each in ids]

    async def read(self, *kinds: ResourceKind) -> None:
        """Read some kinds of resources in every region.

        Raises:
            CommandError: One could not be read.
        """
        for region, syncer in self._worker.regions.items():
            for kind in kinds:
                self._progress.progress(f"{region}: reading {kind}")
                try:
                    await syncer.read(kind)
                except ApiError as error:
                    raise read_error(error, region) from error
        self._progress.end_progress()

    async def read_nodes(
        self, region: str, pool_ids: Iterable[str], unread: dict[str, str] | None = None
    ) -> None:
        """Read the nodes of some pools.

        Args:
            region: The region.
            pool_ids: The pools.
            unread: Receives the pools whose nodes the service does not list, by lower-case id, with
                the reason; None: the first one ends the command.

        Raises:
            CommandError: They could not be read.
        """
        syncer = self._worker.regions[region]
        broken = 0
        for pool_id in pool_ids:
            self._progress.progress(f"{region}: reading pool nodes")
            try:
                await syncer.read_nodes(pool_id)
                broken = 0
            except ApiError as error:
                # One connection may break; after two in a row, the service cannot be reached.
                broken += isinstance(error, ConnectionFailed)
                is_refused = isinstance(error, CredentialsRefused | TokenRefused)
                if unread is None or is_refused or broken > 1:
                    raise read_error(error, region) from error
                unread[pool_id.lower()] = error.one_line()
        self._progress.end_progress()

    async def read_spare_nodes(self, region: str, pool_ids: Iterable[str]) -> None:
        """Read the nodes of pools that probably have none, as far as that takes no waiting.

        A pool that cannot be read stays unread.
        """
        syncer = self._worker.regions[region]
        for pool_id in pool_ids:
            if syncer.available_requests <= _RESERVED_FOR_CHANGES:
                return
            with suppress(ApiError):
                await syncer.read_nodes(pool_id)

    def submit(self, requests: Iterable[Request], note: str) -> tuple[Operation, ...]:
        """Take a batch of operations, all journaled before the first request is sent."""
        return self._worker.submit(tuple(requests), note)

    async def until(self, holds: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until a condition holds; it is checked after every event of the worker.

        Args:
            holds: The condition.
            seconds: How long at most; None: without a limit.

        Returns:
            Whether it holds.
        """
        changed = asyncio.Event()
        self._listeners.add(changed)
        sleeping = None if seconds is None else asyncio.ensure_future(self.clock.sleep(seconds))
        try:
            while not holds():
                if sleeping is not None and sleeping.done():
                    return False
                waking = asyncio.ensure_future(changed.wait())
                try:
                    tasks = {waking} if sleeping is None else {waking, sleeping}
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    waking.cancel()
                changed.clear()
            return True
        finally:
            self._listeners.discard(changed)
            if sleeping is not None:
                sleeping.cancel()

    async def stop(self) -> int:
        """Stop what has not been sent, and wait until that is recorded.

        Returns:
            How many operations were stopped.
        """
        planned = [
            each.id
            for each in self._worker.operations.values()
            if each.state is OperationState.PLANNED
        ]
        self._worker.cancel_batch()
        await self.until(
            lambda: all(each.is_ended for each in self.operations(planned)), _STOP_SECONDS
        )
        return sum(1 for each in self.operations(planned) if each.is_ended)

    def _hear(self, event: SyncEvent) -> None:
        if isinstance(event, WarningRaised):
            self._progress.report_once(event.message)
        self.wake()

    def wake(self) -> None:
        """Check the conditions that are waited for."""
        for each in self._listeners:
            each.set()


@asynccontextmanager
async def open_account(
    settings: Settings, clock: Clock, progress: ProgressReporter, asgi_app: ASGIApp | None
) -> AsyncIterator[ChangeAccount]:
    """Sign in, and resume what earlier runs left open.

    A cancellation leaves operations that have not ended in the journal.

    Args:
        settings: Whose account; with credentials.
        clock: What measures the time.
        progress: Where waiting is reported.
        asgi_app: A simulated service in process; None: the network.

    Raises:
        CommandError: The account cannot be opened.
    """
    settings = replace(settings, caches_snapshots=False)
    worker = AccountWorker(settings, asgi_app=asgi_app, clock=clock)
    # Nothing is read but what the command asks for.
    worker.pause(True)
    # Nobody is asked to sign in again; the next run continues with what is in the journal.
    worker.leaves_open = True
    account = ChangeAccount(worker, progress)
    running = asyncio.create_task(worker.run())
    running.add_done_callback(lambda task: account.wake())
    try:
        progress.progress("signing in")
        await account.until(
            lambda: (
                worker.signed_in is not None or worker.sign_in_failure is not None or running.done()
            )
        )
        if worker.sign_in_failure is not None:
            failure = worker.sign_in_failure
            raise CommandError(failure.message, failure.problem.exit_code)
        for region, syncer in worker.regions.items():
            syncer.rate_limiter.on_wait = _waiting_reporter(region, progress)
        await _until_set(worker.recovered, running)
        progress.end_progress()
        yield account
    finally:
        running.cancel()
        await asyncio.wait([running])
        progress.end_progress()
        if not running.cancelled() and (error := running.exception()) is not None:
            raise error


async def _until_set(event: asyncio.Event, running: asyncio.Task[None]) -> None:
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


def _waiting_reporter(region: str, progress: ProgressReporter) -> Callable[[float], None]:
    def report(seconds: float) -> None:
        if seconds > 1.0:
            progress.progress(
                f"{region}: waiting {seconds:.0f} s for the service's {LIMIT} requests a minute"
            )

    return report


def read_error(error: ApiError, region: str) -> CommandError:
    """Return the end of a command that cannot read what it needs."""
    match error:
        case CredentialsRefused() | TokenRefused():
            code = ExitCode.CREDENTIALS_REFUSED
        case ConnectionFailed():
            code = ExitCode.UNREACHABLE
        case _:
            code = ExitCode.SERVICE_ERROR
    return CommandError(f"{region}: {error.one_line()}; nothing was sent", code)
