"""Commands and menus for operations: stop what was not sent, check or submit again."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.model.operation import Operation, OperationState
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.commands.view import show_details
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen


class Stop(Command):
    """Stop every operation that was not sent."""

    name = "stop"
    label = "stop"
    help = "stop every operation that has not been sent, in all regions and accounts"
    group = "Changes"
    command_names = ("stop",)

    def run(self, console: Console, argument: str = "") -> None:
        """Stop them, in every region and account."""
        del argument
        under_way = all_running_operations(console)
        console.console_app.stop_all()
        console.show_message(
            describe_stop(under_way)[2:] or "nothing to stop: no operation is running", "warn"
        )


def all_running_operations(console: Console) -> list[Operation]:
    """Return the operations that have not ended, of every account."""
    return [*console.running_operations, *console.console_app.background_operations]


def describe_stop(under_way: Sequence[Operation]) -> str:
    """Describe what a stop did: how many were stopped, and how many had already been sent.

    Args:
        under_way: The operations that had not ended right before.

    Returns:
        A clause that begins with "; "; empty where nothing was under way.
    """
    sent = sum(1 for operation in under_way if operation.has_left)
    stopped = len(under_way) - sent
    if not under_way:
        return ""
    words = f"; {stopped} stopped before {'it was' if stopped == 1 else 'they were'} sent"
    if sent:
        words += f", {sent} already sent and still tracked"
    return words


def open_operation(console: Console, row: str) -> None:
    """Offer what can be done about an operation: show, check, submit again or stop it.

    Args:
        console: The console to act on.
        row: The operation's row.
    """
    operation = console.row_model.operations.get(row)
    if operation is None:
        return
    batch = [
        other for other in console.row_model.operations.values() if other.batch == operation.batch
    ]
    waiting = [other for other in batch if other.state is OperationState.PLANNED]
    failed = [
        other for other in batch if other.state in (OperationState.FAILED, OperationState.REJECTED)
    ]
    choices = [MenuItem("details", "d", "details", "all its details")]
    if operation.state is OperationState.UNKNOWN:
        choices.append(MenuItem("check", "c", "check again", "read the account; send nothing"))
        choices.append(MenuItem("again", "a", "send again", "it may be applied twice"))
    if failed:
        count = f"the {len(failed)} that failed" if len(failed) > 1 else "the one that failed"
        choices.append(MenuItem("retry", "r", "retry", f"{count}; each is checked first"))
    if waiting:
        choices.append(MenuItem("stop", "s", "stop", f"{len(waiting)} not sent yet"))
    if len(choices) == 1:
        show_details(console)
        return

    def chosen(choice: str | None) -> None:
        match choice:
            case "details":
                show_details(console)
            case "check":
                console.worker.recheck(operation.id)
            case "again":
                console.resubmit([operation])
            case "retry":
                console.resubmit(failed)
            case "stop":
                running = [
                    other for other in console.running_operations if other.batch == operation.batch
                ]
                console.worker.cancel_batch(operation.batch)
                console.show_message(describe_stop(running)[2:] or "all of them have ended", "warn")

    console.app.push_screen(
        MenuScreen(
            console.describe(operation.request),
            choices,
            ascii_only=console.ascii,
            guard=console.console_app.guard,
        ),
        chosen,
    )
