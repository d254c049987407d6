"""Takes in what the worker tells: rows, outcomes, the state of the connections."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from rcv3_tui.model.operation import Operation, State
from rcv3_tui.model.snapshot import MAIN, Diff, Part, Snapshot
from rcv3_tui.sync.changes import (
    Change,
    Link,
    LinkChanged,
    LinkState,
    OperationChanged,
    OperationsRecalled,
    SignedIn,
    SignInFailed,
    SnapshotChanged,
    Warned,
)
from rcv3_tui.tui.formats import duration, progress
from rcv3_tui.tui.messages import Said
from rcv3_tui.tui.picture import PART_OF, PaneKind, RowDiffs

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


_SOON_READ = 20
"""Pools whose nodes are read within a minute, so that an account can be judged as a whole."""


class Hearing:
    """The console's ear.

    Args:
        console: What shows it.
    """

    def __init__(self, console: ConsoleScreen) -> None:
        self._console = console
        self._links: dict[str, Link] = {}
        self._has_judged = False

    @property
    def links(self) -> Collection[Link]:
        """The state of each region's connection, as told last."""
        return self._links.values()

    def take(self, change: Change) -> None:
        """Take one of the worker's changes in."""
        match change:
            case SnapshotChanged(snapshot, diff):
                self._take_snapshot(snapshot, diff)
            case OperationChanged(operation):
                self._take_operation(operation)
            case OperationsRecalled(operations):
                self._apply(self._console.picture.recall(operations))
            case LinkChanged(link):
                self._take_link(link)
            case SignedIn():
                self._take_account(change)
            case SignInFailed():
                self._console.say(change.message, "failed")
            case Warned(message):
                # It is told once and nowhere else: it stays until it has been seen.
                self._console.say(message, "failed")

    def _take_account(self, signed_in: SignedIn) -> None:
        console = self._console
        for region in [name for name in self._links if name not in signed_in.regions]:
            del self._links[region]
        for region in [name for name in console.picture.snapshots if name not in signed_in.regions]:
            console.going.leave_region(region)
            self._apply(console.picture.forget(region))
        console.panes.show_regions(len(signed_in.regions) > 1)
        console.mask_names()
        console.write_header()

    def _take_snapshot(self, snapshot: Snapshot, diff: Diff) -> None:
        console = self._console
        signed_in = console.worker.signed_in
        if signed_in is not None and snapshot.region not in signed_in.regions:
            # Told before the region was left, and heard after.
            return
        before = console.picture.snapshots.get(snapshot.region)
        rows = console.picture.take_snapshot(snapshot, diff)
        console.mask_names()
        # Of a long list there is more to come in a moment, before which rows need not move about.
        loads = _is_loading(snapshot)
        self._apply(rows, may_wait=loads)
        if not loads and before is not None and _is_loading(before):
            for pane in console.panes.in_view():
                pane.tick()
        if diff.parts:
            for kind, part in PART_OF.items():
                if part in diff.parts and kind is not PaneKind.NODES:
                    console.panes[kind].part_changed(snapshot.part(part))
            if Part.NODES in diff.parts:
                console.going.show_nodes_state()
        if not self._has_judged:
            self._judge()
        console.going.follow_open_pool(snapshot)
        console.panes.link_rows()
        if console.app.screen is console:
            return
        from rcv3_tui.tui.screens.confirm import ConfirmScreen  # only a key brings one up

        # Help may stand before the dialog.
        for screen in console.app.screen_stack:
            if isinstance(screen, ConfirmScreen) and snapshot.region in screen.removal.where:
                screen.look_again(snapshot)

    def _judge(self) -> None:
        """Say once, as soon as the lists have been read, how the account is."""
        console = self._console
        pictures = console.picture.snapshots.values()
        if not all(picture.part(part).is_read for picture in pictures for part in MAIN):
            return
        unread = sum(len(picture.pools.keys() - picture.nodes.keys()) for picture in pictures)
        if 0 < unread <= _SOON_READ:
            return
        self._has_judged = True
        count = len(console.picture.findings)
        if console.shows_message:
            # That came of something the operator did; the header counts what needs attention.
            return
        if not count:
            rest = f" so far; {unread} pools' nodes are still being read" if unread else ""
            console.say(f"nothing needs attention{rest}", "ok")
        elif not console.panes.leading:
            verb = "thing needs" if count == 1 else "things need"
            console.say(f"{count} {verb} attention; :findings lists what, and what to do", "warn")

    def _take_operation(self, operation: Operation) -> None:
        console = self._console
        before = console.picture.operations.get(operation.id)
        self._apply(console.picture.take_operation(operation))
        together = self._together(operation)
        ends = operation.is_ended and (before is None or not before.is_ended)
        if len(together) > 1 and (ends or not operation.is_ended):
            self._tell_progress(operation, together, ends=ends)
        else:
            self._tell(operation, before, ends=ends)
        console.write_header()
        in_front = console.app.screen_stack[1:]
        if not in_front:
            return
        from rcv3_tui.tui.screens.leave import LeaveScreen  # only a key brings one up

        for screen in in_front:
            if isinstance(screen, LeaveScreen):
                screen.look_again()

    def _tell(self, operation: Operation, before: Operation | None, *, ends: bool) -> None:
        console = self._console
        sentence = operation.request.sentence
        if ends:
            offer = console.undoing.offer(operation)
            tone = "failed" if operation.is_trouble else "ok"
            console.say(_outcome(operation), tone, offer)
        elif operation.state is State.PLANNED and before is None:
            console.say(f"{sentence} ...", "moving")
        elif before is not None and (operation.state, operation.detail) != (
            before.state,
            before.detail,
        ):
            # Without words of its own a step still ends what the last one said.
            console.say(f"{sentence}: {operation.detail or operation.state}", "moving")

    def _together(self, operation: Operation) -> list[Operation]:
        """Give all that was asked for at once with an operation, itself among them."""
        return [
            other
            for other in self._console.picture.operations.values()
            if other.batch and other.batch == operation.batch
        ]

    def _tell_progress(
        self, operation: Operation, together: Sequence[Operation], *, ends: bool
    ) -> None:
        """Show how far work on several things has come; each one's outcome goes into the log."""
        console = self._console
        if ends:
            console.note(_outcome(operation), "failed" if operation.is_trouble else "ok")
        failed = sum(1 for other in together if other.is_trouble)
        left = sum(1 for other in together if not other.is_ended)
        bar = progress(len(together) - failed - left, failed, left, console.signs)
        what = f"{operation.request.kind.value} x {len(together)}"
        key = console.keys["ops"]
        if left:
            why = "" if ends or not operation.detail else f" - {operation.detail}"
            console.show(Said(console.picture.now(), f"{what} {bar}; {key} stops{why}", "moving"))
        elif ends:
            amiss = next((_outcome(other) for other in together if other.is_trouble), "")
            why = f" - {amiss}" if amiss else ""
            offer = console.undoing.offer(operation)
            tone = "failed" if failed else "ok"
            console.say(f"{what} {bar}; {key} lists them{why}", tone, offer)

    def _take_link(self, link: Link) -> None:
        console = self._console
        signed_in = console.worker.signed_in
        if signed_in is not None and link.region not in signed_in.regions:
            return
        before = self._links.get(link.region)
        self._links[link.region] = link
        was_live = before is None or before.state in (
            LinkState.LIVE,
            LinkState.CONNECTING,
            LinkState.PAUSED,
        )
        if link.state in (LinkState.STALE, LinkState.PARTLY) and was_live:
            console.say(f"{link.region} is {link.state}: {link.cause}", "warn")
        elif link.state is LinkState.LIVE and not was_live:
            console.say(f"{link.region} is live again", "ok")
        console.write_header()

    def tick(self) -> None:
        """Take in what time alone has made so: moves that have taken too long by now."""
        self._apply(self._console.picture.tick())

    def _apply(self, diffs: RowDiffs, *, may_wait: bool = False) -> None:
        self._console.panes.apply(diffs, may_wait=may_wait)
        self._console.bring_up_to_date()


def _is_loading(snapshot: Snapshot) -> bool:
    """Tell whether one of the lists that a screen shows first is still to come."""
    states = [snapshot.part(part) for part in MAIN]
    return any(state.fetched is None and state.error is None for state in states)


def _outcome(operation: Operation) -> str:
    took = duration(operation.seconds)
    detail, address = operation.detail or "done", operation.request.public_ip
    if address is not None and address.name == address.id:
        # As the sentence has it; the whole id fills a line.
        detail = detail.replace(address.id, address.id[:8])
    return f"{operation.request.sentence}: {detail} ({took})"
