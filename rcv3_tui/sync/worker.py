"""The background worker client: owns the API clients, publishes pictures, takes operations.

It runs without any screen. Whoever wants to know listens; nobody waits for the network.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.model.operation import Operation, Request
from rcv3_tui.model.resources import Resource
from rcv3_tui.model.snapshot import Part, Snapshot
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.sync.changes import (
    Change,
    Link,
    SignedIn,
    SignInFailed,
    SnapshotChanged,
    Trouble,
    Warned,
)
from rcv3_tui.sync.journal import FileJournal, Journal, NoJournal
from rcv3_tui.sync.old_pictures import OldPictures

if TYPE_CHECKING:
    from rcv3_tui.api.ahead import End as End
    from rcv3_tui.api.asgi import ASGIApp as ASGIApp
    from rcv3_tui.api.http import Http
    from rcv3_tui.api.identity import Access, Session
    from rcv3_tui.model.attention import Usual
    from rcv3_tui.model.history import Timeline
    from rcv3_tui.sync.opening import OpenRegion
    from rcv3_tui.sync.operations import Operations
    from rcv3_tui.sync.recovery import RunLock
    from rcv3_tui.sync.region import Refusal, RegionSync
    from rcv3_tui.sync.seeing import Seeing

_FOR_READING = ("rcv3_tui.sync.movers", "rcv3_tui.sync.pool_nodes", "rcv3_tui.sync.region")
"""What an open account needs to be read, in pieces of a few milliseconds each."""

_FOR_CHANGING = (
    "rcv3_tui.sync.address_work",
    "rcv3_tui.sync.node_work",
    "rcv3_tui.sync.operations",
    "rcv3_tui.sync.recovery",
)
"""What it needs besides to be changed."""

_A_MOMENT = 0.002
"""Seconds between two of these imports, in which requests and answers go on."""

_ROWS_FIRST = 0.25
"""Seconds that they wait for where the answers to the first requests have come ahead."""

Listener = Callable[[Change], None]

_log = logging.getLogger("rcv3_tui.sync")


class ReadOnly(Exception):  # noqa: N818 - a mode of the program, not a fault
    """A change was asked for while read-only mode is on."""


class Worker:
    """Keeps an account's regions fresh and carries operations out.

    Args:
        settings: Whose account, which regions, how often.
        asgi_app: A simulated service to talk to in process instead of the network.
        ahead: The line to a process that asks already; see `rcv3_tui.sync.ahead`.
        clock: What measures the time.
        journal: Where operations are written down; None: a file in the settings' state
            directory, or nowhere when there is none.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        asgi_app: ASGIApp | None = None,
        ahead: End | None = None,
        clock: Clock | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.settings = settings
        # A protected profile opens read-only: lifting that is a deliberate act.
        self.read_only = settings.read_only or settings.protected
        self.signed_in: SignedIn | None = None
        self.trouble: SignInFailed | None = None
        self._asgi_app = asgi_app
        self._ahead = ahead
        self._clock = clock or SystemClock()
        self._journal = journal
        self._lock: RunLock | None = None
        self._listeners: list[Listener] = []
        self._regions: dict[str, RegionSync] = {}
        self._operations: Operations | None = None
        self._opened: tuple[Access, Credentials] | None = None
        """The account that has been opened, until changes to it can be carried out."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._new_settings = asyncio.Event()
        self._refusal: asyncio.Event = asyncio.Event()
        self._refused_with = ""
        self._challenge: tuple[Session, str] | None = None
        """The session that a passcode goes on, and Identity's name for it."""
        self._passcode: Secret | None = None
        self._session: Session | None = None
        self._why_left = ""
        """Why the account's regions are not kept any more, for their links; empty: no matter."""
        self._paused = False
        self._looked_at: tuple[str | None, str | None] = (None, None)
        self._old = OldPictures(settings, self._clock, self._publish)
        self._seeing: Seeing | None = None

    # -- what there is ------------------------------------------------------------------------

    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """The latest picture of each region."""
        return {name: region.snapshot for name, region in self._regions.items()}

    @property
    def links(self) -> Mapping[str, Link]:
        """The state of each region's connection."""
        return {name: region.link for name, region in self._regions.items()}

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of this run by id, in the order they were asked for."""
        return {} if self._operations is None else self._operations.all

    @property
    def clock(self) -> Clock:
        """What decides "now", for whoever shows ages."""
        return self._clock

    def seen(self, region: str, part: Part, key: str) -> Timeline:
        """Give the status changes seen of a resource, in this run and earlier ones.

        Args:
            region: Its region.
            part: Its kind.
            key: Its lower-case id.
        """
        return () if self._seeing is None else self._seeing.seen(region, part, key)

    def usual(self, region: str) -> Usual | None:
        """Give how long moves take in a region as a rule; None before the account is open."""
        return None if self._seeing is None else self._seeing.usual(region)

    @property
    def paused(self) -> bool:
        """Whether refreshing by itself has been stopped."""
        return self._paused

    # -- what others ask ----------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Be told every change, in order, on the event loop that `run` runs on.

        Args:
            listener: Called with each change; it must not block.

        Returns:
            What ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def submit(self, requests: Sequence[Request]) -> tuple[Operation, ...]:
        """Take changes that were asked for at once; returns before anything is sent.

        Args:
            requests: One each.

        Returns:
            Their operations.

        Raises:
            ReadOnly: Read-only mode is on; nothing was taken.
        """
        if self.read_only:
            raise ReadOnly("read-only mode is on: nothing was changed")
        operations = self._ready_operations()
        if operations is None:
            raise ReadOnly("not signed in yet: nothing was changed")
        if any(self._is_old(request) for request in requests):
            raise ReadOnly("an old picture is shown: nothing was changed; wait until it is live")
        return operations.submit(requests)

    def _is_old(self, request: Request) -> bool:
        """Tell whether a change rests on what an earlier run of the program read."""
        part = Part.PUBLIC_IPS if request.pool is None else Part.POOLS
        picture = self.snapshots.get(request.region)
        return picture is not None and picture.part(part).kept

    def check_again(self, operation_id: str) -> None:
        """Look once more what became of an operation whose outcome is unknown; send nothing."""
        if self._operations is not None:
            self._operations.check_again(operation_id)

    def stop(self, batch: str) -> int:
        """Keep what has not been sent of a batch from being sent; tell how much that is."""
        return 0 if self._operations is None else self._operations.stop(batch)

    def refresh(self, part: Part | None = None) -> None:
        """Read a part of every region now, or all of them."""
        for region in self._regions.values():
            region.refresh(part)

    def look_at(self, region: str | None, pool_key: str | None) -> None:
        """Keep one pool's nodes as fresh as the lists, because they are on the screen.

        Args:
            region: Its region; None: no pool is looked at.
            pool_key: The pool's id in lower case.
        """
        self._looked_at = (region, pool_key)
        for name, sync in self._regions.items():
            sync.look_at(pool_key if name == region else None)

    def pause(self, paused: bool) -> None:
        """Stop or go on refreshing; operations under way are followed all the same."""
        self._paused = paused
        for region in self._regions.values():
            region.pause(paused)

    def set_interval(self, seconds: float) -> None:
        """Change the seconds between refreshes."""
        self.settings = replace(self.settings, refresh_interval=seconds)
        for region in self._regions.values():
            region.set_interval(seconds)

    def show_regions(self, regions: Sequence[str]) -> None:
        """Keep other regions of the same account; operations under way are followed all the same.

        Args:
            regions: Their names, or `ALL_REGIONS` alone.
        """
        self.settings = replace(self.settings, regions=tuple(regions))
        self._why_left = ""
        self._new_settings.set()

    def curl_of_change(self, request: Request) -> str:
        """Write the curl command that carries a change out; see `rcv3_tui.sync.curl`.

        Raises:
            NoCurl: There is none.
        """
        from rcv3_tui.sync.curl import curl_of_change

        return curl_of_change(self._open_region(request.region).rackconnect, request)

    def curl_of_read(self, region: str, resource: Resource) -> str:
        """Write the curl command that reads a resource; see `rcv3_tui.sync.curl`.

        Raises:
            NoCurl: There is none.
        """
        from rcv3_tui.sync.curl import curl_of_read

        sync = self._open_region(region)
        return curl_of_read(sync.rackconnect, sync.cloud_servers, resource)

    def _open_region(self, name: str) -> RegionSync:
        from rcv3_tui.sync.curl import NoCurl

        region = self._regions.get(name)
        if region is None:
            raise NoCurl(f"region {name} is not open")
        return region

    def sign_in(
        self, credentials: Credentials, *, region: str = "", identity_url: str = ""
    ) -> None:
        """Sign in with other credentials; an account that is open is left for it.

        Args:
            credentials: What the operator typed.
            region: One or more region names with commas, "all", or empty for the catalogue's.
            identity_url: Identity's address; empty: as in the settings.
        """
        regions = tuple(name.strip().upper() for name in region.split(",") if name.strip())
        self.settings = replace(
            self.settings,
            credentials=credentials,
            regions=regions or self.settings.regions,
            identity_url=identity_url or self.settings.identity_url,
        )
        self._session = self._challenge = self._passcode = None
        self._why_left = "signed out, to sign in with other credentials"
        self._new_settings.set()

    def give_passcode(self, passcode: Secret) -> None:
        """Go on where `Trouble.SECOND_FACTOR` stopped, with what the operator typed; once."""
        self._passcode = passcode
        self._new_settings.set()

    def show_kept(self) -> None:
        """Publish what an earlier run kept, at once; `run` does it where nobody has before.

        Whoever calls it can draw it before the HTTP client is loaded.
        """
        self._old.show()

    # -- the work -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Sign in and keep everything fresh.

        Ends only by cancellation. What operations were under way is in the journal then; their
        requests are not taken back.
        """
        self.show_kept()
        try:
            http = await self._make_http()
        except (OSError, ValueError) as error:
            self._failed(Trouble.CONFIGURATION, str(error))
            return
        try:
            while True:
                self._new_settings.clear()
                if self.settings.credentials is None:
                    self._failed(
                        Trouble.NO_CREDENTIALS,
                        "no credentials found; sign in, or set RCV3_USERNAME and RCV3_API_KEY",
                    )
                else:
                    await self._open(http, self.settings.credentials)
                await self._new_settings.wait()
        finally:
            await self._stop_tasks()
            await http.aclose()
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    async def _make_http(self) -> Http:
        """Make what carries all requests.

        Raises:
            OSError: The CA bundle cannot be read.
            ValueError: The CA bundle or the environment's proxy cannot be used.
        """
        # Imported here so that a screen can be painted before any of it is loaded.
        from rcv3_tui.api.http import make_http

        make = partial(make_http, self.settings, self._asgi_app)
        if self._ahead is not None:
            from rcv3_tui.api.passing import Foretold

            foretold = Foretold(self._ahead, make)
            if await foretold.is_under_way():
                return foretold
            await foretold.aclose()
        return make()

    async def _open(self, http: Http, credentials: Credentials) -> None:
        from rcv3_tui.api.errors import ApiError, SecondFactorNeeded
        from rcv3_tui.sync.opening import open_regions, session_for, sign_in_failure

        challenge, passcode = self._challenge, self._passcode
        self._challenge = self._passcode = None
        if challenge is not None and passcode is not None:
            session, session_id = challenge
        else:
            # Other regions of the same account need no other token.
            session = self._session or session_for(http, self.settings, credentials, self._clock)
            session_id = None
        try:
            access = await self._meanwhile(session.access(passcode=passcode, session_id=session_id))
            opened = open_regions(http, session, access, self.settings, self._clock)
        except ApiError as error:
            if isinstance(error, SecondFactorNeeded):
                self._challenge = (session, error.session_id)
            failure = sign_in_failure(error, self.settings, credentials)
            self._failed(failure.trouble, failure.message)
        else:
            self._session = session
            self._old.complete()
            regions = {each.name: self._keep(each, access.tenant_id) for each in opened}
            await self._live(access, credentials, regions)

    @staticmethod
    async def _meanwhile(asking: Coroutine[None, None, Access]) -> Access:
        """Load what is needed next while Identity answers.

        Raises:
            ApiError: What asking raises.
        """
        answer = asyncio.create_task(asking)
        try:
            for name in _FOR_READING + _FOR_CHANGING:
                # The request gets its turn in between, and leaves as soon as it can.
                await asyncio.sleep(0)
                if answer.done():
                    break
                import_module(name)
            return await answer
        finally:
            answer.cancel()

    def _keep(self, opened: OpenRegion, tenant: str) -> RegionSync:
        from rcv3_tui.sync.region import RegionSync

        return RegionSync(
            rackconnect=opened.rackconnect,
            servers=opened.servers,
            budget=opened.budget,
            clock=self._clock,
            interval=self.settings.refresh_interval,
            publish=self._publish,
            refused=self._was_refused,
            snapshot=self._picture_of(opened.name, tenant),
        )

    def _picture_of(self, region: str, tenant: str) -> Snapshot:
        """Give the picture to begin with: the last one where the account is the same."""
        known = self.snapshots.get(region)
        if known is not None and known.tenant == tenant:
            return known
        return self._old.picture_of(region, tenant, self.settings)

    async def _live(
        self, access: Access, credentials: Credentials, regions: dict[str, RegionSync]
    ) -> None:
        from rcv3_tui.sync.region import Refusal

        for region in self._regions.values():
            region.retire()
        self._regions = regions
        self._refusal.clear()
        self._new_settings.clear()
        self.trouble = None
        self.signed_in = SignedIn(
            tenant=access.tenant_id,
            user=credentials.username,
            regions=tuple(regions),
            others=tuple(r for r in access.catalogue.rackconnect_regions() if r not in regions),
        )
        self._opened = access, credentials
        self._see(access.tenant_id)
        self._publish(self.signed_in)
        self._old.leave()
        if self._paused:
            self.pause(True)
        self.look_at(*self._looked_at)
        running = asyncio.create_task(self._run_regions(regions))
        waited = [
            running,
            asyncio.create_task(self._wait_for(self._refusal)),
            asyncio.create_task(self._wait_for(self._new_settings)),
        ]
        try:
            await self._take_changes(access)
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
                return
        finally:
            for task in waited:
                task.cancel()
            await asyncio.wait(waited)
        refused = self._refusal.is_set()
        if refused:
            self._session = None
        why = self._refused_with if refused else self._why_left
        if why:
            for region in regions.values():
                region.refuse(Refusal(why))
        if refused:
            self._failed(Trouble.CREDENTIALS, f"{why}; sign in again to go on")

    async def _take_changes(self, access: Access) -> None:
        """Be ready for changes, while the lists are on their way; go on with earlier ones."""
        if self._ahead is not None:
            # The lists are here already: what shows them comes first.
            await asyncio.sleep(_ROWS_FIRST)
        for name in _FOR_CHANGING:
            if name not in sys.modules:
                # What is on its way gets as many turns as it wants.
                await asyncio.sleep(_A_MOMENT)
                import_module(name)
        await self._take_up(self._ready_operations(), access.tenant_id)

    def _ready_operations(self) -> Operations | None:
        """Give what carries changes out, made now where somebody wants it; None: not signed in."""
        if self._opened is not None:
            access, credentials = self._opened
            self._opened = None
            from rcv3_tui.sync.operations import Operations

            self._operations = Operations(
                self._regions,
                self._journal or self._make_journal(access, credentials),
                self._clock,
                self._publish,
                self._spawn,
                known=None if self._operations is None else self._operations.all,
            )
        return self._operations

    @staticmethod
    async def _wait_for(event: asyncio.Event) -> None:
        await event.wait()

    async def _run_regions(self, regions: Mapping[str, RegionSync]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for region in regions.values():
                tasks.create_task(region.run())
            tasks.create_task(self._old.keep(lambda: self.snapshots, self.settings))

    def _make_journal(self, access: Access, credentials: Credentials) -> Journal:
        if self.settings.state_dir is None:
            return NoJournal()
        from rcv3_tui.sync.recovery import JOURNAL, RunLock

        if self._lock is None:
            try:
                self._lock = RunLock(self.settings.state_dir)
            except OSError as error:
                # Every change is refused by the journal itself then, with words that say so.
                _log.warning("no lock of this run: %s", error)
        return FileJournal(
            self.settings.state_dir / JOURNAL,
            profile=self.settings.profile,
            tenant=access.tenant_id,
            user=credentials.username,
            run="" if self._lock is None else self._lock.run,
        )

    def _see(self, tenant: str) -> None:
        """Watch for status changes."""
        from rcv3_tui.sync.seeing import Seeing

        if self._seeing is None:
            self._seeing = Seeing(
                self._clock, self.settings.state_dir, self.settings.profile, self._spawn
            )
        self._seeing.open(tenant, self.snapshots)

    async def _take_up(self, operations: Operations | None, tenant: str) -> None:
        """Go on with what earlier runs left open, beginning with a look."""
        from rcv3_tui.sync.recovery import TORN, take_up

        if operations is None or self.settings.state_dir is None:
            return
        try:
            left = await asyncio.to_thread(
                take_up,
                self.settings.state_dir,
                profile=self.settings.profile,
                tenant=tenant,
                regions=tuple(self._regions),
                run="" if self._lock is None else self._lock.run,
            )
        except OSError as error:
            self._warn(
                f"what an earlier run left open is not taken up: its journal cannot be used "
                f"({error.strerror}); mend {self.settings.state_dir} and start again"
            )
            return
        if left.unreadable:
            lines = "1 line" if left.unreadable == 1 else f"{left.unreadable} lines"
            self._warn(
                f"{lines} of the journal cannot be read, cut off perhaps when the machine died; "
                f"set aside in {TORN}, nothing else is lost"
            )
        operations.recall(left.ended)
        operations.resume(
            [op for op in left.open if op.id not in operations.all],
            read_only=self.read_only,
        )

    def _warn(self, message: str) -> None:
        _log.warning("%s", message)
        self._publish(Warned(message))

    def _was_refused(self, refusal: Refusal) -> None:
        self._refused_with = refusal.message
        self._refusal.set()

    def _failed(self, trouble: Trouble, message: str) -> None:
        self.trouble = SignInFailed(trouble, message)
        self._publish(self.trouble)

    def _spawn(self, steps: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(steps)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _publish(self, change: Change) -> None:
        if self._seeing is not None and isinstance(change, SnapshotChanged):
            self._seeing.take(change)
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception:
                # Whoever looks on must not decide the fate of an operation that is under way.
                _log.exception("a listener failed on %s", type(change).__name__)
