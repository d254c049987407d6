"""Applies the worker's events to the console: rows, outcomes, connections."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from textual.message import Message

from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.fetch_state import PRIMARY_KINDS, FetchState, ResourceKind
from rcv3_tui.model.operation import Operation, OperationState, Request
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import (
    ChangesRecorded,
    ConnectionChanged,
    ConnectionState,
    ConnectionStatus,
    OperationChanged,
    OperationsRestored,
    SignedIn,
    SignInFailed,
    SnapshotChanged,
    SyncEvent,
    WarningRaised,
)
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import RESOURCE_OF, PaneKind
from rcv3_tui.tui.row_model import RowDeltas
from rcv3_tui.tui.screens.confirm import ConfirmScreen
from rcv3_tui.tui.screens.confirm_quit import ConfirmQuitScreen
from rcv3_tui.tui.widgets.message_line import LogMessage
from rcv3_tui.views.formatting import Glyphs, format_duration, progress_bar

_SOON_READ = 20
"""The nodes of so many pools are read within a minute, before the first judgment."""


class ConsoleView(Console, Protocol):
    """What the event handler uses of the console."""

    @property
    def signs(self) -> Glyphs:
        """The glyphs to draw with."""

    @property
    def names_regions(self) -> bool:
        """Whether a resource is named with its region."""

    def reload_page(self) -> None:
        """Reload the text page in front, if there is one."""


class WorkerEvent(Message):
    """A worker published an event.

    Args:
        worker: The worker.
        event: The event.
    """

    def __init__(self, worker: AccountWorker, event: SyncEvent) -> None:
        super().__init__()
        self.worker = worker
        self.event = event


class WorkerEventHandler:
    """Applies events of the account's worker.

    Args:
        console: The console.
    """

    def __init__(self, console: ConsoleView) -> None:
        self._console = console
        self._links: dict[str, ConnectionStatus] = {}
        self._has_judged = False

    @property
    def links(self) -> Collection[ConnectionStatus]:
        """The last state of each region's connection."""
        return self._links.values()

    def handle(self, event: SyncEvent) -> None:
        """Apply an event."""
        match event:
            case SnapshotChanged(snapshot, diff):
                self._on_snapshot(snapshot, diff)
            case OperationChanged(operation):
                self._on_operation(operation)
            case OperationsRestored(operations):
                self._apply(self._console.row_model.recall(operations))
            case ChangesRecorded():
                self._on_changes(event)
            case ConnectionChanged(link):
                self._on_connection(link)
            case SignedIn():
                self._on_signed_in(event)
            case SignInFailed():
                self._console.show_message(event.message, "failed")
            case WarningRaised(message):
                # It is published once, so it stays until it is dismissed.
                self._console.show_message(message, "failed")

    def _on_changes(self, event: ChangesRecorded) -> None:
        console, worker = self._console, self._console.worker
        regions = () if worker.signed_in is None else worker.signed_in.regions
        self._apply(console.row_model.apply_changes(event, regions, worker.operations.keys()))
        console.panes[PaneKind.CHANGES].set_fetch_state(FetchState(fetched=console.row_model.now()))
        console.mask_names()
        console.write_header()

    def show_worker(self, worker: AccountWorker) -> None:
        """Apply the state of a worker that ran before this screen existed."""
        if worker.signed_in is not None:
            self.handle(worker.signed_in)
        for name, snapshot in worker.snapshots.items():
            self.handle(
                SnapshotChanged(snapshot, SnapshotDelta(fetch_states=frozenset(ResourceKind)))
            )
            self.handle(ConnectionChanged(worker.connections[name]))
        for operation in worker.operations.values():
            self.handle(OperationChanged(operation))
        if worker.changes is not None:
            self.handle(worker.changes)

    def on_background_event(self, worker: AccountWorker, event: SyncEvent) -> None:
        """Show how an operation ended, or what it waits for, in an account off the screen."""
        profile = worker.settings.profile
        if isinstance(event, SignInFailed):
            self._console.show_message(
                f"[{profile}] {event.message}; :profile {profile} opens it", "failed"
            )
        if isinstance(event, OperationChanged) and event.operation.is_ended:
            operation = event.operation
            tone = "failed" if operation.is_trouble else "ok"
            sentence = describe(operation.request, worker.signed_in)
            text = f"[{profile}] {sentence}: {operation.detail or 'done'}"
            self._console.show_message(text, tone)
            self._console.console_app.notify_ended(text, operation.seconds)

    def _on_signed_in(self, signed_in: SignedIn) -> None:
        console = self._console
        for region in [name for name in self._links if name not in signed_in.regions]:
            del self._links[region]
        self._mark_stale()
        for region in [
            name for name in console.row_model.snapshots if name not in signed_in.regions
        ]:
            console.navigator.leave_region(region)
            self._apply(console.row_model.forget(region))
        console.panes.show_regions(len(signed_in.regions) > 1)
        console.mask_names()
        console.write_header()

    def _on_snapshot(self, snapshot: Snapshot, diff: SnapshotDelta) -> None:
        console = self._console
        signed_in = console.worker.signed_in
        if signed_in is not None and snapshot.region not in signed_in.regions:
            # Published before the region was closed.
            return
        before = console.row_model.snapshots.get(snapshot.region)
        if console.settings.plain and before is not None:
            self._announce(before, snapshot, diff)
        rows = console.row_model.apply_snapshot(snapshot, diff)
        console.mask_names()
        # More of a long list follows soon: rows need not move before.
        loads = _is_loading(snapshot)
        self._apply(rows, may_wait=loads)
        if not loads and before is not None and _is_loading(before):
            for pane in console.panes.in_view():
                pane.tick()
        if diff.fetch_states:
            for kind, resource in RESOURCE_OF.items():
                if resource in diff.fetch_states and kind is not PaneKind.NODES:
                    console.panes[kind].set_fetch_state(console.row_model.fetch_state(resource))
            if ResourceKind.NODES in diff.fetch_states:
                console.navigator.show_nodes_state()
        console.panes[PaneKind.ATTENTION].set_fetch_state(self._judged_state())
        if not self._has_judged:
            self._judge()
        console.navigator.follow_open_pool(snapshot)
        console.panes.link_rows()
        console.write_footer()
        # Help may cover the dialog.
        for screen in console.app.screen_stack:
            if isinstance(screen, ConfirmScreen) and snapshot.region in screen.removal.where:
                screen.check_drift(snapshot)

    def _announce(self, before: Snapshot, snapshot: Snapshot, diff: SnapshotDelta) -> None:
        """Show status changes as messages, for screen readers."""
        messages: list[str] = []
        for key in diff.public_ips.changed:
            old, new = before.public_ips.get(key), snapshot.public_ips.get(key)
            if old is not None and new is not None and old.status != new.status:
                messages.append(f"{new.address or 'public IP'}: {old.status} to {new.status}")
        for key in diff.servers.changed:
            was, server = before.servers.get(key), snapshot.servers.get(key)
            if was is not None and server is not None and was.status != server.status:
                messages.append(f"{server.name}: {was.status} to {server.status}")
        for key in diff.pools.changed:
            once, pool = before.pools.get(key), snapshot.pools.get(key)
            if once is not None and pool is not None and once.status != pool.status:
                messages.append(f"{pool.name}: {once.status} to {pool.status}")
        for each in messages[1:]:
            self._console.add_to_log(each)
        if messages:
            more = f"; {len(messages) - 1} more in the log" if len(messages) > 1 else ""
            self._console.show_message(messages[0] + more)

    def _judged_state(self) -> FetchState:
        """Return the fetch state of the findings: read once everything they depend on is."""
        is_whole = all(
            not snapshot.unread_pool_count
            and all(
                snapshot.fetch_state(resource).is_read
                for resource in (*PRIMARY_KINDS, ResourceKind.NETWORKS)
            )
            for snapshot in self._console.row_model.snapshots.values()
        )
        return FetchState(fetched=self._console.row_model.now() if is_whole else None)

    def _judge(self) -> None:
        """Show the number of findings once, when the lists have been read."""
        console = self._console
        snapshots = console.row_model.snapshots.values()
        if not all(
            snapshot.fetch_state(resource).is_read
            for snapshot in snapshots
            for resource in PRIMARY_KINDS
        ):
            return
        unread = sum(len(snapshot.pools.keys() - snapshot.nodes.keys()) for snapshot in snapshots)
        if 0 < unread <= _SOON_READ:
            return
        self._has_judged = True
        count = len(console.row_model.findings)
        if not console.message_line.is_empty:
            # It answers the operator; the header counts the findings.
            return
        if not count:
            rest = f" so far; {unread} pools' nodes are still being read" if unread else ""
            console.show_message(f"nothing needs attention{rest}", "ok")
        elif not console.panes.leading:
            verb = "thing needs" if count == 1 else "things need"
            console.show_message(
                f"{count} {verb} attention; :findings lists what, and what to do", "warn"
            )

    def _on_operation(self, operation: Operation) -> None:
        console = self._console
        before = console.row_model.operations.get(operation.id)
        self._apply(console.row_model.apply_operation(operation))
        together = self._batch_of(operation)
        ends = operation.is_ended and (before is None or not before.is_ended)
        if len(together) > 1 and (ends or not operation.is_ended):
            self._report_progress(operation, together, ends=ends)
        else:
            self._report(operation, before, ends=ends)
        if ends and all(other.is_ended for other in together):
            self._notify(operation, together)
        console.write_header()
        in_front = console.app.screen_stack[1:]
        if not in_front:
            return
        for screen in in_front:
            if isinstance(screen, ConfirmQuitScreen):
                screen.update_count()

    def _report(self, operation: Operation, before: Operation | None, *, ends: bool) -> None:
        console = self._console
        sentence = console.describe(operation.request)
        if ends:
            offer = self._undo_offer(operation)
            tone = "failed" if operation.is_trouble else "ok"
            console.show_message(self._outcome(operation), tone, offer)
        elif operation.state is OperationState.PLANNED and before is None:
            console.show_message(f"{sentence} ...", "moving")
        elif before is not None and (operation.state, operation.detail) != (
            before.state,
            before.detail,
        ):
            # A step without a text still replaces that of the previous one.
            console.show_message(f"{sentence}: {operation.detail or operation.state}", "moving")

    def _undo_offer(self, operation: Operation) -> str:
        console = self._console
        if operation.id in console.undone or not operation.is_undoable:
            return ""
        return f"{console.keys['undo']} undoes it"

    def _batch_of(self, operation: Operation) -> list[Operation]:
        """Return the operations of the same batch, including the operation itself."""
        return [
            other
            for other in self._console.row_model.operations.values()
            if other.batch and other.batch == operation.batch
        ]

    def _report_progress(
        self, operation: Operation, together: Sequence[Operation], *, ends: bool
    ) -> None:
        """Show the progress of a batch; each outcome is added to the log."""
        console = self._console
        if ends:
            console.add_to_log(self._outcome(operation), "failed" if operation.is_trouble else "ok")
        failed = sum(1 for other in together if other.is_trouble)
        left = sum(1 for other in together if not other.is_ended)
        bar = progress_bar(len(together) - failed - left, failed, left, console.signs)
        what = _batch_title(together)
        regions = {other.request.region for other in together}
        if len(regions) == 1 and console.names_regions:
            what = f"{operation.request.region}: {what}"
        key = console.keys["ops"]
        if left:
            why = "" if ends or not operation.detail else f" - {operation.detail}"
            console.message_line.show_message(
                LogMessage(
                    console.row_model.now(),
                    f"{what} {bar}; press {key} to list or stop{why}",
                    "moving",
                )
            )
        elif ends:
            problem = next((self._outcome(other) for other in together if other.is_trouble), "")
            why = f" - {problem}" if problem else ""
            offer = self._undo_offer(operation)
            tone = "failed" if failed else "ok"
            console.show_message(f"{what} {bar}; {key} lists them{why}", tone, offer)

    def _notify(self, operation: Operation, together: Sequence[Operation]) -> None:
        """Send a notification that an operation, or a whole batch, has ended."""
        text = self._outcome(operation)
        if len(together) > 1:
            failed = sum(1 for other in together if other.is_trouble)
            text = f"{_batch_title(together)}: {failed} failed"
        seconds = max(each.seconds for each in (operation, *together))
        self._console.console_app.notify_ended(text, seconds)

    def _outcome(self, operation: Operation) -> str:
        took = format_duration(operation.seconds)
        detail, address = operation.detail or "done", operation.request.public_ip
        if address is not None and address.name == address.id:
            # Shortened as in the sentence: the whole id fills a line.
            detail = detail.replace(address.id, address.id[:8])
        return f"{self._console.describe(operation.request)}: {detail} ({took})"

    def _on_connection(self, link: ConnectionStatus) -> None:
        console = self._console
        signed_in = console.worker.signed_in
        if signed_in is not None and link.region not in signed_in.regions:
            return
        before = self._links.get(link.region)
        self._links[link.region] = link
        self._mark_stale()
        was_live = before is None or before.state in (
            ConnectionState.LIVE,
            ConnectionState.CONNECTING,
            ConnectionState.PAUSED,
        )
        if link.state in (ConnectionState.STALE, ConnectionState.PARTLY_LIVE) and was_live:
            console.show_message(f"{link.region} is {link.state}: {link.cause}", "warn")
        elif link.state is ConnectionState.LIVE and not was_live:
            console.show_message(f"{link.region} is live again", "ok")
        console.write_header()

    def _mark_stale(self) -> None:
        stale = frozenset(
            link.region
            for link in self._links.values()
            if link.state in (ConnectionState.STALE, ConnectionState.REFUSED)
        )
        row_model = self._console.row_model
        if stale != row_model.stale_regions:
            row_model.stale_regions = stale
            for pane in self._console.panes.in_view():
                pane.tick()

    def tick(self) -> None:
        """Update the findings that depend on the time."""
        self._apply(self._console.row_model.tick())

    def _apply(self, diffs: RowDeltas, *, may_wait: bool = False) -> None:
        self._console.panes.apply(diffs, may_wait=may_wait)
        self._console.reload_page()


def _is_loading(snapshot: Snapshot) -> bool:
    """Return whether one of the primary lists has not been read."""
    states = [snapshot.fetch_state(resource) for resource in PRIMARY_KINDS]
    return any(state.fetched is None and state.error is None for state in states)


def _batch_title(together: Sequence[Operation]) -> str:
    """Return what a batch does: `add node x 3`, or `drain web-01`, which has a request per pool."""
    request = together[0].request
    if request.purpose is None:
        return f"{request.verb} x {len(together)}"
    names = {
        (other.request.region, server.key): server.name
        for other in together
        if (server := other.request.server) is not None
    }
    subject = next(iter(names.values())) if len(names) == 1 else f"{len(names)} servers"
    return f"{request.verb} {subject}"


def describe(request: Request, signed_in: SignedIn | None) -> str:
    """Describe a change in a few words, with its region if the account has several."""
    if signed_in is not None and signed_in.regions != (request.region,):
        return f"{request.region}: {request.sentence}"
    return request.sentence
