"""The account worker: refreshes an account's snapshots and carries out operations.

It runs without a screen. Listeners receive every event; no caller waits for the network.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcv3_tui.clock import Clock, ServiceClock, SystemClock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import NoCurl, Operation, Request
from rcv3_tui.model.resources import Resource
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.sync.events import (
    ChangesRecorded,
    ConnectionStatus,
    SignedIn,
    SignInFailed,
    SignInProblem,
    SnapshotChanged,
    SyncEvent,
)
from rcv3_tui.sync.storage.snapshot_restore import SnapshotRestorer

if TYPE_CHECKING:
    from rcv3_tui.api.http_factory import ASGIApp as ASGIApp
    from rcv3_tui.model.diagnostics import TransitionThresholds
    from rcv3_tui.model.status_timeline import Timeline
    from rcv3_tui.sync.account_opener import AccountOpener, OpenedAccount
    from rcv3_tui.sync.operations.journal import Journal
    from rcv3_tui.sync.operations.manager import OperationManager
    from rcv3_tui.sync.refresh.region_syncer import RegionSyncer
    from rcv3_tui.sync.storage.change_recorder import ChangeRecorder
    from rcv3_tui.sync.storage.status_recorder import StatusRecorder

Listener = Callable[[SyncEvent], None]

_log = logging.getLogger("rcv3_tui.sync")


class ReadOnlyError(Exception):
    """An operation was submitted while changes are not allowed; nothing was taken."""


class AccountWorker:
    """Refreshes an account's regions and carries out operations.

    Args:
        settings: Which account and regions, and how often to refresh.
        asgi_app: A simulated service in process; None: the network.
        clock: Measures all time.
        journal: Where operations are journaled; None: a file in the settings' state directory,
            or nowhere when there is none.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        asgi_app: ASGIApp | None = None,
        clock: Clock | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.settings = settings
        self._read_only = settings.read_only or settings.protected
        self.can_ask = False
        """Whether `SignInFailed` leads to a new sign-in, for which running operations wait."""
        self.leaves_open = False
        """Whether operations that need another sign-in stay open, for a later run to continue."""
        self.signed_in: SignedIn | None = None
        self.sign_in_failure: SignInFailed | None = None
        self._asgi_app = asgi_app
        # Ages are relative to the service's clock: nothing else decides "now".
        self._clock = ServiceClock(clock or SystemClock())
        self._journal = journal
        self._listeners: list[Listener] = []
        self._opener: AccountOpener | None = None
        self._regions: dict[str, RegionSyncer] = {}
        self._operations: OperationManager | None = None
        self._recorder: StatusRecorder | None = None
        self._change_recorder: ChangeRecorder | None = None
        self.is_watched = False
        """Whether an operator sees the account: at the end, changes up to then count as seen."""
        self._restorer = SnapshotRestorer(settings, self._clock, self._publish)
        self.recovered = asyncio.Event()
        """Is set once the operations that earlier runs left open have been resumed."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._new_settings = asyncio.Event()
        self._auth_revoked = asyncio.Event()
        self._revoked_reason = ""
        self._detach_reason = ""
        """Why the account's regions are no longer refreshed; empty: no reason to show."""
        self._passcode: Secret | None = None
        self._paused = False
        self._watched_pool: tuple[str | None, str | None] = (None, None)

    # -- state --------------------------------------------------------------------------------

    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """The latest snapshot of each region."""
        return {name: region.snapshot for name, region in self._regions.items()}

    @property
    def regions(self) -> Mapping[str, RegionSyncer]:
        """The open regions, for commands that read what they need and nothing else."""
        return self._regions

    @property
    def connections(self) -> Mapping[str, ConnectionStatus]:
        """The state of each region's connection."""
        return {name: region.connection for name, region in self._regions.items()}

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of this run by id, in the order of submission."""
        return {} if self._operations is None else self._operations.all

    @property
    def changes(self) -> ChangesRecorded | None:
        """The changes of the account's resources so far; None before they have been read."""
        return None if self._change_recorder is None else self._change_recorder.known

    @property
    def clock(self) -> Clock:
        """The clock that decides "now", for showing ages."""
        return self._clock

    def timeline(self, region: str, kind: ResourceKind, key: str) -> Timeline:
        """Return the observed status changes of a resource, from this run and earlier ones.

        Args:
            region: Its region.
            kind: Its kind.
            key: Its lower-case id.
        """
        return () if self._recorder is None else self._recorder.timeline(region, kind, key)

    def thresholds(self, region: str) -> TransitionThresholds | None:
        """Return how long transitions usually take in a region; None before sign-in."""
        return None if self._recorder is None else self._recorder.thresholds(region)

    @property
    def read_only(self) -> bool:
        """Whether operations are rejected. Switching it on also cancels all unsent ones."""
        return self._read_only

    @read_only.setter
    def read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        if read_only and self._operations is not None:
            self._operations.cancel_batch(why="read-only mode was switched on")

    @property
    def paused(self) -> bool:
        """Whether the periodic refresh is paused."""
        return self._paused

    # -- requests of the caller ---------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Subscribe to events, which arrive in order on the event loop of `run`.

        Args:
            listener: Called with each event; it must not block.

        Returns:
            A function that ends the subscription.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def submit(self, requests: Sequence[Request], note: str = "") -> tuple[Operation, ...]:
        """Take a batch of operations; returns before anything is sent.

        Args:
            requests: One for each operation.
            note: The operator's note or ticket number, for the journal.

        Returns:
            Their operations.

        Raises:
            ReadOnlyError: Changes are not allowed now; nothing was taken.
        """
        if self.read_only:
            raise ReadOnlyError("read-only mode is on: nothing was changed")
        if self._operations is None:
            raise ReadOnlyError("not signed in yet: nothing was changed")
        if any(self._is_cached(request) for request in requests):
            raise ReadOnlyError("showing cached data: change rejected; wait for live data")
        return self._operations.submit(requests, note)

    def _is_cached(self, request: Request) -> bool:
        """Return whether a request rests on data that an earlier run has read."""
        kind = ResourceKind.PUBLIC_IPS if request.pool is None else ResourceKind.POOLS
        snapshot = self.snapshots.get(request.region)
        return snapshot is not None and snapshot.fetch_state(kind).from_cache

    def recheck(self, operation_id: str) -> None:
        """Probe the outcome of an operation that ended as unknown; nothing is sent."""
        if self._operations is not None:
            self._operations.recheck(operation_id)

    def cancel_batch(self, batch: str = "") -> int:
        """Cancel operations that have not been sent.

        Args:
            batch: A batch's id; empty: everything, in every region.

        Returns:
            The number of operations cancelled.
        """
        return 0 if self._operations is None else self._operations.cancel_batch(batch)

    def refresh(self, kind: ResourceKind | None = None) -> None:
        """Read one kind of resource, or all kinds, in every region now."""
        for region in self._regions.values():
            region.refresh(kind)

    def watch_pool(self, region: str | None, pool_key: str | None) -> None:
        """Refresh one pool's nodes as often as the lists, because they are on the screen.

        Args:
            region: Its region; None: no pool is on the screen.
            pool_key: The pool's id in lower case.
        """
        self._watched_pool = (region, pool_key)
        for name, syncer in self._regions.items():
            syncer.watch_pool(pool_key if name == region else None)

    def pause(self, paused: bool) -> None:
        """Pause or resume the periodic refresh; active operations are followed regardless."""
        self._paused = paused
        for region in self._regions.values():
            region.pause(paused)

    def set_interval(self, seconds: float) -> None:
        """Set the seconds between refreshes."""
        self.settings = replace(self.settings, refresh_interval=seconds)
        for region in self._regions.values():
            region.set_interval(seconds)

    def show_regions(self, regions: Sequence[str]) -> None:
        """Switch to other regions of the same account; active operations go on.

        Args:
            regions: Their names, or `ALL_REGIONS` alone.
        """
        self.settings = replace(self.settings, regions=tuple(regions), regions_are_borrowed=False)
        self._detach_reason = ""
        self._new_settings.set()

    def curl_of_change(self, request: Request) -> str:
        """Return the curl command of an operation; see `rcv3_tui.sync.curl`.

        Raises:
            NoCurl: There is none.
        """
        return self._region(request.region).curl_of_change(request)

    def curl_of_read(self, region: str, resource: Resource) -> str:
        """Return the curl command that reads a resource; see `rcv3_tui.sync.curl`.

        Raises:
            NoCurl: There is none.
        """
        return self._region(region).curl_of_read(resource)

    def _region(self, name: str) -> RegionSyncer:
        region = self._regions.get(name)
        if region is None:
            raise NoCurl(f"region {name} is not open")
        return region

    def sign_in(
        self,
        credentials: Credentials,
        *,
        region: str = "",
        identity_url: str = "",
        tenant: str = "",
    ) -> None:
        """Sign in with other credentials, leaving the account that is open.

        Args:
            credentials: What the operator typed.
            region: One or more region names with commas, "all", or empty for the catalog's.
            identity_url: Identity's URL; empty: as in the settings.
            tenant: The account; empty: as in the settings.
        """
        regions = tuple(name.strip().upper() for name in region.split(",") if name.strip())
        self.settings = replace(
            self.settings,
            credentials=credentials,
            regions=regions or self.settings.regions,
            regions_are_borrowed=self.settings.regions_are_borrowed
            and regions in ((), self.settings.regions),
            identity_url=identity_url or self.settings.identity_url,
            tenant=tenant or self.settings.tenant,
        )
        if self._opener is not None:
            self._opener.forget_session()
        self._passcode = None
        self._detach_reason = "signed out, to sign in with other credentials"
        self._new_settings.set()

    def submit_passcode(self, passcode: Secret) -> None:
        """Continue the sign-in that stopped at `SignInProblem.SECOND_FACTOR`; valid once."""
        self._passcode = passcode
        self._new_settings.set()

    def show_cached(self) -> None:
        """Publish the snapshots of an earlier run, once.

        `run` does it unless the caller has: a screen can draw them before the API clients load.
        """
        self._restorer.show()

    # -- the run ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sign in and refresh everything.

        Ends only by cancellation. Active operations are in the journal then; their requests are
        not taken back.
        """
        self.show_cached()
        try:
            # In a thread: importing the HTTP client and reading certificates would block the UI.
            make = self._make_opener
            opener = await asyncio.to_thread(make) if self._asgi_app is None else make()
        except (OSError, ValueError) as error:
            self._fail_sign_in(SignInProblem.CONFIGURATION, str(error))
            return
        self._opener = opener
        try:
            while True:
                self._new_settings.clear()
                if self.settings.credentials is None:
                    self._fail_sign_in(
                        SignInProblem.NO_CREDENTIALS,
                        "no credentials found; sign in, or set RCV3_USERNAME and RCV3_API_KEY",
                    )
                else:
                    await self._open(opener, self.settings.credentials)
                await self._new_settings.wait()
        finally:
            if self._change_recorder is not None:
                await self._change_recorder.close(is_watched=self.is_watched)
            await self._stop_tasks()
            await opener.aclose()
            if self._operations is not None:
                self._operations.close()
            opener.release_run()

    def _make_opener(self) -> AccountOpener:
        """Import the API clients and make what opens accounts.

        Raises:
            OSError: The CA bundle cannot be read.
            ValueError: The CA bundle or the environment's proxy cannot be used.
        """
        # The one import that is deferred: a screen is painted before any of it is loaded.
        from rcv3_tui.sync.account_opener import AccountOpener

        return AccountOpener(
            self._asgi_app,
            get_settings=lambda: self.settings,
            clock=self._clock,
            publish=self._publish,
            spawn=self._spawn,
            initial_snapshot=self._initial_snapshot,
            on_auth_revoked=self._on_auth_revoked,
            waits_for_sign_in=lambda credentials: (
                self.leaves_open or (self.can_ask and credentials.token is not None)
            ),
        )

    async def _open(self, opener: AccountOpener, credentials: Credentials) -> None:
        passcode, self._passcode = self._passcode, None
        account = await opener.sign_in(credentials, passcode)
        if isinstance(account, SignInFailed):
            self._fail_sign_in(account.problem, account.message)
            return
        self._restorer.complete()
        await self._run_account(opener, account, credentials.username or account.access.user_name)

    async def _run_account(self, opener: AccountOpener, account: OpenedAccount, user: str) -> None:
        """Refresh an account's regions until other settings come or Identity refuses."""
        regions = {each.name: opener.make_syncer(each, account.tenant) for each in account.clients}
        for region in self._regions.values():
            region.detach()
        self._regions = regions
        self._auth_revoked.clear()
        self._new_settings.clear()
        self.sign_in_failure = None
        self.signed_in = account.signed_in_event(user)
        if self._recorder is None:
            self._recorder = opener.make_recorder()
        self._recorder.open(account.tenant, self.snapshots)
        if self._change_recorder is None:
            self._change_recorder = opener.make_change_recorder(lambda: self.operations)
        self._change_recorder.open(account.tenant, self.snapshots)
        self._operations = operations = opener.open_operations(
            account, user, regions, manager=self._operations, journal=self._journal
        )
        self._publish(self.signed_in)
        for warning in account.guess_warnings:
            self._publish(warning)
        self._restorer.discard_unused()
        if self._paused:
            self.pause(True)
        self.watch_pool(*self._watched_pool)
        running = asyncio.create_task(self._run_regions(regions))
        waited = [
            running,
            asyncio.create_task(self._wait_for(self._auth_revoked)),
            asyncio.create_task(self._wait_for(self._new_settings)),
        ]
        try:
            await opener.recover(operations, account.tenant, lambda: self.read_only)
            self.recovered.set()
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
                return
        finally:
            for task in waited:
                task.cancel()
            await asyncio.wait(waited)
        revoked = self._auth_revoked.is_set()
        if revoked:
            opener.forget_session()
        reason = self._revoked_reason if revoked else self._detach_reason
        if reason:
            for region in regions.values():
                region.revoke_auth(reason)
        if revoked:
            self._fail_sign_in(SignInProblem.CREDENTIALS, f"{reason}; sign in again to go on")

    def _initial_snapshot(self, region: str, tenant: str) -> Snapshot:
        """Return the snapshot to start with: the last one where the account is the same."""
        known = self.snapshots.get(region)
        if known is not None and known.tenant == tenant:
            return known
        return self._restorer.initial_snapshot(region, tenant, self.settings)

    @staticmethod
    async def _wait_for(event: asyncio.Event) -> None:
        await event.wait()

    async def _run_regions(self, regions: Mapping[str, RegionSyncer]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for region in regions.values():
                tasks.create_task(region.run())
            tasks.create_task(self._restorer.write_regularly(lambda: self.snapshots, self.settings))

    def _on_auth_revoked(self, reason: str) -> None:
        self._revoked_reason = reason
        self._auth_revoked.set()

    def _fail_sign_in(self, problem: SignInProblem, message: str) -> None:
        self.sign_in_failure = SignInFailed(problem, message)
        self._publish(self.sign_in_failure)

    def _spawn(self, steps: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(steps)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a task of the worker failed: %s: %s", type(error).__name__, error)

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _publish(self, event: SyncEvent) -> None:
        if isinstance(event, SnapshotChanged):
            for recorder in (self._recorder, self._change_recorder):
                if recorder is not None:
                    recorder.record(event)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                # A listener must not decide the outcome of an active operation.
                _log.exception("a listener failed on %s", type(event).__name__)
