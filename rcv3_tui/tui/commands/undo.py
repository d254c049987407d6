"""Undo the last change, in the same way and with the same questions as any change."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.model.operation import Operation, OperationState
from rcv3_tui.model.undo import NotUndoable, UndoPlan, removal_for, undo_of
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen


class Undo(Command):
    """Undo the last change; pressed again, the one before."""

    name = "undo"
    keys = "u"
    label = "undo"
    help = "undo the last change that can be undone"
    group = "Changes"
    changes = True
    footer_rank = 24
    footer_places = frozenset(
        {
            PaneKind.SERVERS,
            PaneKind.PUBLIC_IPS,
            PaneKind.POOLS,
            PaneKind.NODES,
            PaneKind.OPERATIONS,
        }
    )
    command_names = ("undo",)

    def run(self, console: Console, argument: str = "") -> None:
        """Undo it; ask where a later change cannot be undone."""
        del argument
        if not console.can_change():
            return
        batch, blocked = _last_batch(console)
        if batch and blocked is None:
            _undo_batch(console, batch)
        elif batch and blocked is not None:
            _ask_for_earlier(console, batch, blocked)
        elif blocked is not None:
            sentence = console.describe(blocked.request)
            console.show_message(f"{sentence}: {_why_not(console, blocked)}", "warn")
        else:
            console.show_message("nothing to undo: no change was made in this run", "warn")


def _ask_for_earlier(console: Console, batch: Sequence[Operation], blocked: Operation) -> None:
    """Offer to undo a batch although a later change cannot be undone."""
    what = console.describe(batch[0].request) + _and_more(batch)

    def chosen(choice: str | None) -> None:
        if choice == "undo":
            _undo_batch(console, batch)
        else:
            console.show_canceled()

    console.app.push_screen(
        MenuScreen(
            f"{console.describe(blocked.request)} cannot be undone: {_why_not(console, blocked)}",
            [
                MenuItem("leave", "l", "leave it", "nothing is changed"),
                MenuItem("undo", "u", "undo the one before", what),
            ],
            ascii_only=console.ascii,
            guard=console.console_app.guard,
        ),
        chosen,
    )


def _last_batch(console: Console) -> tuple[list[Operation], Operation | None]:
    """Return the last operations that were requested together and can be undone.

    Returns:
        Them, and the latest later operation that cannot be undone.
    """
    blocked: Operation | None = None
    operations = list(console.worker.operations.values())
    for operation in sorted(operations, key=lambda each: each.asked, reverse=True):
        if operation.id in console.undone or operation.state in (
            OperationState.FAILED,
            OperationState.REJECTED,
        ):
            continue
        if not operation.is_undoable:
            blocked = blocked or operation
            continue
        batch = [
            other
            for other in operations
            if other.id == operation.id or (other.batch and other.batch == operation.batch)
        ]
        return [each for each in batch if each.is_undoable], blocked
    return [], blocked


def _why_not(console: Console, operation: Operation) -> str:
    if not operation.is_ended:
        return "it is still running"
    if operation.state is OperationState.UNKNOWN:
        return "it is not known whether it was applied"
    try:
        _reversal_of(console, operation)
    except NotUndoable as reason:
        return str(reason)
    return ""


def _reversal_of(console: Console, operation: Operation) -> UndoPlan:
    snapshot = console.row_model.snapshots.get(operation.request.region)
    if snapshot is None:
        raise NotUndoable(f"region {operation.request.region} is not shown now")
    return undo_of(
        operation, snapshot, profile=console.settings.profile, protected=console.settings.protected
    )


def _undo_batch(console: Console, batch: Sequence[Operation]) -> None:
    """Submit the reversals that need no question, and ask once for the others."""
    reversals: list[tuple[Operation, UndoPlan]] = []
    reasons: list[str] = []
    for operation in batch:
        try:
            reversals.append((operation, _reversal_of(console, operation)))
        except NotUndoable as reason:
            reasons.append(f"{console.describe(operation.request)} is not undone: {reason}")
            # The next press is about the change before.
            console.undone.add(operation.id)
    if reasons:
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        console.show_message(reasons[0] + more, "warn")
    direct = [
        (operation, reversal.request)
        for operation, reversal in reversals
        if reversal.request is not None
    ]
    if direct:
        requests = [request for _, request in direct]
        what = f"{console.describe(requests[0])}{_and_more(requests)}"
        console.show_message(f"undoing: {what}", "moving")
        _note_undone(console, [operation for operation, _ in direct], console.submit(requests))
    asked = [(operation, reversal) for operation, reversal in reversals if reversal.request is None]
    if asked:
        _confirm(console, asked)


def _confirm(console: Console, reversals: Sequence[tuple[Operation, UndoPlan]]) -> None:
    removal = reversals[0][1].removal
    if removal is None:
        # A dialog is about one region; the next press is about the others.
        region = reversals[0][0].request.region
        reversals = [each for each in reversals if each[0].request.region == region]
        removal = removal_for(
            tuple(reversal for _, reversal in reversals),
            console.row_model.snapshots[region],
            profile=console.settings.profile,
            protected=console.settings.protected,
        )
    originals = [operation for operation, _ in reversals]
    console.confirm(removal, then=lambda submitted: _note_undone(console, originals, submitted))


def _note_undone(
    console: Console, originals: Sequence[Operation], submitted: Sequence[Operation]
) -> None:
    if submitted:
        console.undone.update(operation.id for operation in (*originals, *submitted))


def _and_more(things: Sequence[object]) -> str:
    return f" and {len(things) - 1} more" if len(things) > 1 else ""
