"""Undo: turns the last change back, by the same way and with the same questions as any change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rcv3_tui.model.operation import Operation, State

if TYPE_CHECKING:
    from rcv3_tui.model.undo import Undo
    from rcv3_tui.tui.screens.console import ConsoleScreen


class Undoing:
    """What has been turned back, so that the next press goes one change further back.

    Args:
        console: Where it is asked for.
    """

    def __init__(self, console: ConsoleScreen) -> None:
        self._console = console
        self._settled: set[str] = set()
        """Ids of operations that were turned back, and of those that did it."""

    def offer(self, operation: Operation) -> str:
        """Give what the message of an operation that ended offers; empty for nothing."""
        if operation.id in self._settled or not operation.is_undoable:
            return ""
        return f"{self._console.keys['undo']} undoes it"

    def undo(self) -> None:
        """Turn the last change back; ask where a later one cannot be."""
        console = self._console
        if not console.may_change():
            return
        batch, passed = self._last()
        if not batch:
            if passed is None:
                console.say("there is nothing to undo: no change was made in this run", "warn")
            else:
                console.say(f"{passed.request.sentence}: {self._why(passed)}", "warn")
            return
        if passed is None:
            self._turn_back(batch)
            return
        from rcv3_tui.tui.screens.choose import Choice, ChooseScreen

        what = _what(batch)

        def chosen(choice: str | None) -> None:
            if choice == "undo":
                self._turn_back(batch)

        console.app.push_screen(
            ChooseScreen(
                f"{passed.request.sentence} cannot be undone: {self._why(passed)}",
                [
                    Choice("leave", "l", "leave it", "nothing is changed"),
                    Choice("undo", "u", "undo the one before", what),
                ],
                ascii_only=console.ascii,
            ),
            chosen,
        )

    def _last(self) -> tuple[list[Operation], Operation | None]:
        """Give the operations that were asked for together last and can be turned back.

        Returns:
            Them, and the latest change after them that cannot be.
        """
        passed: Operation | None = None
        operations = list(self._console.worker.operations.values())
        for operation in sorted(operations, key=lambda each: each.asked, reverse=True):
            if operation.id in self._settled or operation.state in (State.FAILED, State.REJECTED):
                continue
            if not operation.is_undoable:
                passed = passed or operation
                continue
            batch = [
                other
                for other in operations
                if other.id == operation.id or (other.batch and other.batch == operation.batch)
            ]
            return [each for each in batch if each.is_undoable], passed
        return [], passed

    def _why(self, operation: Operation) -> str:
        if not operation.is_ended:
            return "it is still under way"
        from rcv3_tui.model.undo import NoUndo

        if operation.state is State.UNKNOWN:
            return "it is not known whether it was applied"
        try:
            self._undo_of(operation)
        except NoUndo as reason:
            return str(reason)
        return ""

    def _undo_of(self, operation: Operation) -> Undo:
        # Only who undoes something waits for this to be loaded.
        from rcv3_tui.model.undo import NoUndo, undo_of

        console = self._console
        snapshot = console.picture.snapshots.get(operation.request.region)
        if snapshot is None:
            raise NoUndo(f"region {operation.request.region} is not shown now")
        return undo_of(operation, snapshot, profile=console.profile, protected=console.protected)

    def _turn_back(self, batch: Sequence[Operation]) -> None:
        """Send what needs no question, and ask once for the rest."""
        from rcv3_tui.model.undo import NoUndo

        console = self._console
        undos: list[tuple[Operation, Undo]] = []
        reasons: list[str] = []
        for operation in batch:
            try:
                undos.append((operation, self._undo_of(operation)))
            except NoUndo as reason:
                reasons.append(f"{operation.request.sentence} is not undone: {reason}")
                # The press after this one is about the change before.
                self._settled.add(operation.id)
        if reasons:
            more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
            console.say(reasons[0] + more, "warn")
        direct = [(operation, undo) for operation, undo in undos if undo.request is not None]
        if direct:
            requests = [undo.request for _, undo in direct if undo.request is not None]
            console.say(f"undoing: {requests[0].sentence}{_and_more(requests)}", "moving")
            self._taken([operation for operation, _ in direct], console.submit(requests))
        asked = [(operation, undo) for operation, undo in undos if undo.request is None]
        if asked:
            self._ask(asked)

    def _ask(self, undos: Sequence[tuple[Operation, Undo]]) -> None:
        console = self._console
        first = undos[0][1]
        removal = first.removal
        if removal is None:
            from rcv3_tui.model.undo import removal_of_added

            region = undos[0][0].request.region
            removal = removal_of_added(
                tuple(undo for _, undo in undos),
                console.picture.snapshots[region],
                profile=console.profile,
                protected=console.protected,
            )
        originals = [operation for operation, _ in undos]
        console.confirm(removal, then=lambda taken: self._taken(originals, taken))

    def _taken(self, originals: Sequence[Operation], undoing: Sequence[Operation]) -> None:
        if undoing:
            self._settled.update(operation.id for operation in (*originals, *undoing))


def _what(batch: Sequence[Operation]) -> str:
    return batch[0].request.sentence + _and_more(batch)


def _and_more(things: Sequence[object]) -> str:
    return f" and {len(things) - 1} more" if len(things) > 1 else ""
