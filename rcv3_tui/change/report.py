"""The outcome of a command: lines, one JSON object, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rcv3_tui.change.confirm import confirmation_phrases, describe_removal
from rcv3_tui.change.options import WaitFor
from rcv3_tui.change.plan import ChangePlan, Unchanged
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import Cause, Operation, OperationState, Request, Target
from rcv3_tui.model.times import rfc3339
from rcv3_tui.sync.operations.estimate import announcement, estimated_requests, estimated_seconds
from rcv3_tui.views.formatting import format_duration

_STATE_WIDTH = 9

_CODES = {
    Cause.CHECK: ExitCode.NOTHING_SENT,
    Cause.CREDENTIALS: ExitCode.CREDENTIALS_REFUSED,
    Cause.UNREACHABLE: ExitCode.UNREACHABLE,
    Cause.SERVICE: ExitCode.SERVICE_ERROR,
}
"""The exit code for an operation that was rejected."""


def exit_code(operations: Sequence[Operation], wait_for: WaitFor) -> ExitCode:
    """Return the exit code for a batch.

    Args:
        operations: All of them.
        wait_for: What was waited for; an accepted operation is fine where that was all.
    """
    codes = {_code_of(operation, wait_for) for operation in operations} - {ExitCode.OK}
    if not codes:
        return ExitCode.OK
    if ExitCode.NOT_SETTLED in codes:
        return ExitCode.NOT_SETTLED
    has_sent = any(
        operation.state in (OperationState.SETTLED, OperationState.ACCEPTED, OperationState.FAILED)
        for operation in operations
    )
    if len(codes) == 1 and not (ExitCode.NOTHING_SENT in codes and has_sent):
        return codes.pop()
    return ExitCode.ATTENTION


def _code_of(operation: Operation, wait_for: WaitFor) -> ExitCode:
    match operation.state:
        case OperationState.SETTLED:
            return ExitCode.OK
        case OperationState.ACCEPTED if wait_for is WaitFor.ACCEPTED:
            return ExitCode.OK
        case OperationState.FAILED:
            return ExitCode.ATTENTION
        case OperationState.REJECTED:
            return _CODES[operation.cause or Cause.CHECK]
        case _:
            return ExitCode.NOT_SETTLED


def operation_line(operation: Operation) -> str:
    """Return one operation as a line: state, region, what, outcome, duration."""
    words = operation.detail or operation.status or "no outcome yet"
    took = format_duration(operation.seconds)
    return _line(operation.state.value, operation.request, f"{words} ({took})")


def unchanged_line(unchanged: Unchanged) -> str:
    """Return a request for which nothing was sent as a line."""
    return _line("unchanged", unchanged.request, unchanged.reason)


def impossible_line(impossible: Unchanged) -> str:
    """Return a request that cannot be carried out as a line."""
    return _line("skipped", impossible.request, impossible.reason)


def unread_line(unread: Unchanged) -> str:
    """Return a membership that could not be read, and was left as it is, as a line."""
    return _line("unread", unread.request, unread.reason)


def plan_lines(plan: ChangePlan) -> list[str]:
    """Return a plan for `--dry-run`: what would be sent, and what follows from it."""
    lines = [_line("would", request, "") for request in plan.direct]
    for removal in plan.removals:
        lines += describe_removal(removal)
    lines += [unchanged_line(each) for each in plan.unchanged]
    lines += [impossible_line(each) for each in plan.impossible]
    lines += [unread_line(each) for each in plan.unread]
    lines += [f"- {warning}" for warning in plan.warnings]
    if plan.removals:
        lines.append(f"to confirm: type {' or '.join(confirmation_phrases(plan.removals))}")
    if words := announcement(plan.requests):
        lines.append(words)
    planned = len(plan.requests)
    changes = "change" if planned == 1 else "changes"
    lines.append(f"dry run: nothing was sent; {planned} {changes} planned")
    return lines


def plan_json(plan: ChangePlan) -> bytes:
    """Return a plan as one JSON object."""
    value: dict[str, object] = {
        "dry_run": True,
        "operations": [_request_json(request) for request in plan.requests],
        "unchanged": [_unchanged_json(each) for each in plan.unchanged],
        "impossible": [_unchanged_json(each) for each in plan.impossible],
        "unread": [_unchanged_json(each) for each in plan.unread],
        "consequences": [line for removal in plan.removals for line in removal.consequences],
        "warnings": list(plan.warnings),
        "confirmation": _confirmation_json(plan),
        "estimated_requests": estimated_requests(plan.requests),
        "estimated_seconds": round(estimated_seconds(plan.requests)),
    }
    return _encode(value)


def outcome_json(
    operations: Sequence[Operation], plan: ChangePlan, code: ExitCode, note: str
) -> bytes:
    """Return the outcome of a command as one JSON object."""
    value: dict[str, object] = {
        "operations": [operation_json(operation) for operation in operations],
        "unchanged": [_unchanged_json(each) for each in plan.unchanged],
        "impossible": [_unchanged_json(each) for each in plan.impossible],
        "unread": [_unchanged_json(each) for each in plan.unread],
        "warnings": list(plan.warnings),
        "note": note or None,
        "exit_code": int(code),
    }
    return _encode(value)


def operation_json(operation: Operation) -> dict[str, object]:
    """Return an operation with the API's names for resources and their fields."""
    return {
        "id": operation.id,
        "state": operation.state.value,
        "detail": operation.detail or None,
        **_request_json(operation.request),
        "resource_id": operation.resource_id,
        "status": operation.status,
        "created": rfc3339(operation.asked),
        "updated": rfc3339(operation.changed),
        "note": operation.note or None,
        **{
            name: text for name in ("user", "os_user", "host") if (text := getattr(operation, name))
        },
    }


def _request_json(request: Request) -> dict[str, object]:
    address = request.public_ip
    value: dict[str, object] = {"kind": request.kind.value, "region": request.region}
    for name, target in (
        ("cloud_server", request.server),
        ("load_balancer_pool", request.pool),
        ("previous_cloud_server", request.held_by),
    ):
        if target is not None:
            value[name] = _target_json(target)
    if address is not None:
        known = None if address.name == address.id else address.name
        value["public_ip"] = {"id": address.id, "public_ip_v4": known}
    if request.node is not None:
        value["node"] = {"id": request.node.id}
    if request.retain:
        value["retain"] = True
    if request.purpose is not None:
        value["purpose"] = request.purpose.value
    return value


def _target_json(target: Target) -> dict[str, object]:
    return {"id": target.id, "name": target.name}


def _unchanged_json(unchanged: Unchanged) -> dict[str, object]:
    return {**_request_json(unchanged.request), "reason": unchanged.reason}


def _confirmation_json(plan: ChangePlan) -> dict[str, object] | None:
    if not plan.removals:
        return None
    level = max(2 if len(plan.removals) > 1 else 1, *(each.level for each in plan.removals))
    return {"level": level, "phrases": list(confirmation_phrases(plan.removals))}


def _encode(value: dict[str, object]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _line(state: str, request: Request, words: str) -> str:
    tail = f": {words}" if words else ""
    return f"{state:<{_STATE_WIDTH}}  {request.region}  {request.sentence}{tail}"
