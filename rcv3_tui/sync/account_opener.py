"""Opens accounts: signs in and makes region syncers, the operation manager and its journal.

Imported in a thread once the worker runs, so that the console paints its first screen before the
API clients are loaded.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from rcv3_tui.api.errors import ApiError, SecondFactorNeeded
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.http_factory import ASGIApp, create_http_client
from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.api.session import Session
from rcv3_tui.clock import ServiceClock
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.sync.connect import (
    RegionClients,
    connect_regions,
    describe_sign_in_error,
    guess_warning,
    session_for,
)
from rcv3_tui.sync.events import SignedIn, SignInFailed, SyncEvent, WarningRaised
from rcv3_tui.sync.operations.journal import FileJournal, Journal, NullJournal
from rcv3_tui.sync.operations.manager import OperationContext, OperationManager
from rcv3_tui.sync.operations.other_runs import OtherRuns
from rcv3_tui.sync.operations.recovery import (
    CORRUPT_FILE,
    JOURNAL,
    RecoveredOperations,
    RunLock,
    claim_orphans,
    outcome_elsewhere,
)
from rcv3_tui.sync.refresh.refresh_timer import wait_for
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer
from rcv3_tui.sync.storage.change_recorder import ChangeRecorder
from rcv3_tui.sync.storage.status_recorder import StatusRecorder

_FIRST_DATE = 5.0
"""Seconds that a resumed operation waits for the first response, which sets the clock."""

_log = logging.getLogger("rcv3_tui.sync")


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """An account after sign-in."""

    access: TokenGrant
    session: Session
    clients: tuple[RegionClients, ...]
    """The clients of each selected region."""

    @property
    def tenant(self) -> str:
        """The account's tenant id."""
        return self.access.tenant_id

    def signed_in_event(self, user: str) -> SignedIn:
        """Return the event for a sign-in.

        Args:
            user: Who signed in.
        """
        regions = tuple(each.name for each in self.clients)
        available = self.access.catalog.rackconnect_regions()
        return SignedIn(
            tenant=self.tenant,
            user=user,
            regions=regions,
            other_regions=tuple(name for name in available if name not in regions),
        )

    @property
    def guess_warnings(self) -> list[WarningRaised]:
        """A warning for each region whose endpoint is not in the service catalog."""
        return [
            WarningRaised(guess_warning(each.name, each.rackconnect.client.base_url))
            for each in self.clients
            if each.is_guess
        ]


class AccountOpener:
    """Makes the parts of a worker that need an account.

    Args:
        asgi_app: A simulated service in process; None: the network.
        get_settings: Returns the worker's current settings.
        clock: The service's time.
        publish: Takes every event.
        spawn: Starts a task that the worker owns.
        initial_snapshot: Returns the snapshot that a region and tenant start with.
        on_auth_revoked: Called when Identity no longer accepts the credentials.
        waits_for_sign_in: Returns whether operations wait for another sign-in then, instead of
            failing.

    Raises:
        OSError: The CA bundle cannot be read.
        ValueError: The CA bundle or the environment's proxy cannot be used.
    """

    def __init__(
        self,
        asgi_app: ASGIApp | None,
        *,
        get_settings: Callable[[], Settings],
        clock: ServiceClock,
        publish: Callable[[SyncEvent], None],
        spawn: Callable[[Coroutine[None, None, None]], None],
        initial_snapshot: Callable[[str, str], Snapshot],
        on_auth_revoked: Callable[[str], None],
        waits_for_sign_in: Callable[[Credentials], bool] = lambda credentials: False,
    ) -> None:
        self._get_settings = get_settings
        self._clock = clock
        self._publish = publish
        self._spawn = spawn
        self._initial_snapshot = initial_snapshot
        self._on_auth_revoked = on_auth_revoked
        self._waits_for_sign_in = waits_for_sign_in
        self._http: HttpClient = create_http_client(get_settings(), asgi_app, clock)
        self._session: Session | None = None
        self._refused: Session | None = None
        """The session that Identity rejected last; operations may wait for its next token."""
        self._challenge: tuple[Session, str] | None = None
        """The session that waits for a passcode, and Identity's id for it."""
        self._run_lock: RunLock | None = None
        self._show_drained: Callable[[Sequence[Operation]], None] = lambda journaled: None
        """Shows the servers that the journal's operations drained."""

    async def aclose(self) -> None:
        """Close the HTTP client and release the lock of this run."""
        await self._http.aclose()

    def release_run(self) -> None:
        """Release the lock of this run, so that a later run may claim its operations."""
        if self._run_lock is not None:
            self._run_lock.release()
            self._run_lock = None

    def forget_session(self) -> None:
        """Sign in from scratch the next time."""
        if self._session is not None and self._session.is_refused:
            self._refused = self._session
        self._session = self._challenge = None

    async def sign_in(
        self, credentials: Credentials, passcode: Secret | None
    ) -> OpenedAccount | SignInFailed:
        """Sign in and find the selected regions.

        Args:
            credentials: Who signs in.
            passcode: The answer to an earlier `SignInProblem.SECOND_FACTOR`.
        """
        settings = self._get_settings()
        challenge, self._challenge = self._challenge, None
        if challenge is not None and passcode is not None:
            session, session_id = challenge
        else:
            # Other regions of the same account need no other token.
            session = self._session or self._new_session(credentials)
            session_id = None
        try:
            access = await session.access(passcode=passcode, session_id=session_id)
            settings = self._get_settings()
            clients = connect_regions(self._http, session, access, settings, self._clock)
        except ApiError as error:
            if isinstance(error, SecondFactorNeeded):
                self._challenge = (session, error.session_id)
            return describe_sign_in_error(error, self._get_settings(), credentials)
        self._session, self._refused = session, None
        if self._waits_for_sign_in(credentials):
            session.on_refused = lambda refusal: self._on_auth_revoked(refusal.one_line())
        return OpenedAccount(access, session, clients)

    def _new_session(self, credentials: Credentials) -> Session:
        """Return a session for credentials: that of the same account, if operations wait for it."""
        new = session_for(self._http, self._get_settings(), credentials, self._clock)
        refused = self._refused
        if refused is None:
            return new
        if refused.adopt(new):
            return refused
        refused.abandon()
        self._refused = None
        return new

    def make_syncer(self, clients: RegionClients, tenant: str) -> RegionSyncer:
        """Return the syncer of one region of an account."""
        return RegionSyncer(
            clients=clients,
            clock=self._clock,
            interval=self._get_settings().refresh_interval,
            publish=self._publish,
            on_auth_revoked=self._on_auth_revoked,
            snapshot=self._initial_snapshot(clients.name, tenant),
        )

    def make_recorder(self) -> StatusRecorder:
        """Return a recorder of status changes for the profile."""
        settings = self._get_settings()
        return StatusRecorder(self._clock, settings.state_dir, settings.profile, self._spawn)

    def make_change_recorder(
        self, operations: Callable[[], Mapping[str, Operation]]
    ) -> ChangeRecorder:
        """Return a recorder of changes for the profile.

        Args:
            operations: Returns the operations of this run.
        """
        settings = self._get_settings()
        return ChangeRecorder(
            self._clock,
            settings.state_dir,
            settings.profile,
            self._spawn,
            self._publish,
            operations,
            # A server that another copy drains is drained here too.
            lambda journaled: self._show_drained(journaled),
        )

    def open_operations(
        self,
        account: OpenedAccount,
        user: str,
        regions: Mapping[str, RegionSyncer],
        *,
        manager: OperationManager | None,
        journal: Journal | None,
    ) -> OperationManager:
        """Return the operation manager, which takes operations for an account from now on.

        Args:
            account: The account.
            user: Who signed in.
            regions: Its region syncers by name.
            manager: The manager of an earlier sign-in, which goes on with its operations.
            journal: Where operations are journaled; None: the file in the state directory.
        """
        context = OperationContext(
            tenant=account.tenant,
            regions=dict(regions),
            journal=journal or self._make_journal(account.tenant, user),
            open_region=lambda name: self._open_other_region(account, name),
            outcome_elsewhere=self._outcome_elsewhere(account.tenant),
        )
        if manager is None:
            directory = self._get_settings().state_dir
            manager = OperationManager(
                context,
                self._clock,
                self._publish,
                self._spawn,
                other_runs=None if directory is None else OtherRuns(directory),
            )
        else:
            manager.open(context)
        drained = manager.drained
        self._show_drained = lambda journaled: drained.restore(
            journaled, context.tenant, context.regions
        )
        return manager

    async def recover(
        self, manager: OperationManager, tenant: str, is_read_only: Callable[[], bool]
    ) -> None:
        """Resume operations that earlier runs left without an outcome, starting with a probe.

        Args:
            manager: What resumes them.
            tenant: The account.
            is_read_only: Returns whether nothing may be sent.
        """
        settings = self._get_settings()
        if settings.state_dir is None:
            return
        try:
            found: RecoveredOperations = await asyncio.to_thread(
                claim_orphans,
                settings.state_dir,
                profile=settings.profile,
                tenant=tenant,
                run="" if self._run_lock is None else self._run_lock.run,
            )
        except OSError as error:
            self._warn(
                f"unfinished operations of an earlier run cannot be resumed: the journal cannot "
                f"be used ({error.strerror}); repair {settings.state_dir} and start again"
            )
            return
        if found.unreadable:
            lines = "1 line" if found.unreadable == 1 else f"{found.unreadable} lines"
            self._warn(
                f"{lines} of the journal cannot be read, perhaps cut off by a crash; "
                f"moved to {CORRUPT_FILE}, nothing else is lost"
            )
        manager.restore_finished(found.ended)
        if found.open:
            # The age of an operation decides whether it is resumed.
            await wait_for(self._clock.known, self._clock, _FIRST_DATE)
        manager.resume(
            [operation for operation in found.open if operation.id not in manager.all],
            read_only=is_read_only(),
        )

    def _open_other_region(self, account: OpenedAccount, name: str) -> RegionSyncer:
        settings = replace(self._get_settings(), regions=(name,))
        (clients,) = connect_regions(
            self._http, account.session, account.access, settings, self._clock
        )
        syncer = self.make_syncer(clients, account.tenant)
        # Operations read it; the screen does not show it.
        syncer.detach()
        return syncer

    def _outcome_elsewhere(self, tenant: str) -> Callable[[Operation], Operation | None]:
        directory = self._get_settings().state_dir

        def find(operation: Operation) -> Operation | None:
            if directory is None:
                return None
            return outcome_elsewhere(directory, tenant, operation.request, operation.asked)

        return find

    def _make_journal(self, tenant: str, user: str) -> Journal:
        settings = self._get_settings()
        if settings.state_dir is None:
            return NullJournal()
        if self._run_lock is None:
            try:
                self._run_lock = RunLock(settings.state_dir)
            except OSError as error:
                # The journal itself rejects every operation then, with a reason.
                _log.warning("cannot lock this run: %s", error)
        return FileJournal(
            settings.state_dir / JOURNAL,
            profile=settings.profile,
            tenant=tenant,
            user=user,
            run="" if self._run_lock is None else self._run_lock.run,
        )

    def _warn(self, message: str) -> None:
        _log.warning("%s", message)
        self._publish(WarningRaised(message))
