"""Turns an error into the outcome of the operations that it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from rcv3_tui.api.errors import (
    ApiError,
    ConnectionFailed,
    CredentialsRefused,
    OperationNotSupported,
    TokenRefused,
)
from rcv3_tui.model.operation import Cause, OperationState
from rcv3_tui.sync.operations.idempotent import OutcomeUnknown
from rcv3_tui.sync.operations.tracker import NotSent, OperationTracker, Rejected

_log = logging.getLogger("rcv3_tui.sync")

_NOTHING_SENT = "nothing was sent"
_EARLIER = "nothing proves what became of the request that an earlier run sent"


async def fail_operations(trackers: Iterable[OperationTracker], error: Exception) -> None:
    """Finish operations with the outcome of an error, each according to its state.

    Args:
        trackers: Those that the error concerns; one that has ended is left alone.
        error: The error.
    """
    state, words = _outcome(error)
    cause = cause_of(error)
    for tracker in trackers:
        match tracker.operation.state:
            case OperationState.PLANNED:
                tail = "" if _NOTHING_SENT in words else f"; {_NOTHING_SENT}"
                await tracker.finish(OperationState.REJECTED, words + tail, cause=cause)
            case OperationState.SENT if tracker.resumed and _is_refused_by_a_check(error):
                words = f"{words}; {_NOTHING_SENT} this time; {_EARLIER}"
                await tracker.finish(OperationState.UNKNOWN, words, cause=cause)
            case OperationState.SENT:
                await tracker.finish(state, words, cause=cause)
            case OperationState.ACCEPTED:
                words = f"its status cannot be read: {words}"
                await tracker.finish(OperationState.UNKNOWN, words, cause=cause)


def cause_of(error: Exception) -> Cause:
    """Return what kind of error ended an operation."""
    match error:
        case Rejected():
            return Cause.CHECK
        case CredentialsRefused() | TokenRefused():
            return Cause.CREDENTIALS
        case ConnectionFailed():
            return Cause.UNREACHABLE
        case _:
            return Cause.SERVICE


def _is_refused_by_a_check(error: Exception) -> bool:
    """Return whether a check failed before a probe could find out what became of the request."""
    return isinstance(error, Rejected) and not isinstance(error, NotSent)


def _outcome(error: Exception) -> tuple[OperationState, str]:
    match error:
        case Rejected():
            return OperationState.REJECTED, str(error)
        case OutcomeUnknown():
            return (
                OperationState.UNKNOWN,
                f"the response was lost ({error}) and nothing proves what became of the request; "
                "refresh and check before you request it again",
            )
        case OperationNotSupported():
            return (
                OperationState.REJECTED,
                f"{error.detail}; this revision of the service does not support it",
            )
        case ApiError():
            return OperationState.REJECTED, error.detail
        case _:
            # One broken operation must not end the console; it is shown and logged, not hidden.
            _log.error("an operation ended unexpectedly", exc_info=error)
            return OperationState.UNKNOWN, f"unexpected {type(error).__name__}: {error}"
