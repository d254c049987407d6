"""Which end an error means for the operations that it stops."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from rcv3_tui.api.errors import ApiError, Forbidden, NotSupported
from rcv3_tui.model.operation import State
from rcv3_tui.sync.course import Course, NotSent, Refused
from rcv3_tui.sync.sending import Unproven

_log = logging.getLogger("rcv3_tui.sync")

_NOTHING_SENT = "nothing was sent"
_EARLIER = "nothing proves what became of the request that an earlier run had sent"


async def end_with(courses: Iterable[Course], error: Exception) -> None:
    """Bring operations to the end that an error means, each by how far it had come.

    Args:
        courses: Those that the error concerns; one that has ended stays as it is.
        error: What stopped them.
    """
    state, words = _outcome(error)
    for course in courses:
        match course.operation.state:
            case State.PLANNED:
                tail = "" if _NOTHING_SENT in words else f"; {_NOTHING_SENT}"
                await course.ended(State.REJECTED, words + tail)
            case State.SENT if course.was_sent and _is_refused_by_a_check(error):
                await course.ended(State.UNKNOWN, f"{words} this time; {_EARLIER}")
            case State.SENT:
                await course.ended(state, words)
            case State.ACCEPTED:
                await course.ended(State.UNKNOWN, f"cannot see how it goes any more: {words}")


def _is_refused_by_a_check(error: Exception) -> bool:
    """Tell whether something stood in the way before a look could tell what had become of it."""
    return isinstance(error, Refused) and not isinstance(error, NotSent)


def _outcome(error: Exception) -> tuple[State, str]:
    match error:
        case Refused():
            return State.REJECTED, str(error)
        case Unproven():
            return (
                State.UNKNOWN,
                f"the answer was lost ({error}) and nothing proves what became of it; "
                "refresh and look before asking again",
            )
        case Forbidden():
            return State.REJECTED, f"your user lacks the role: {error.came_back}"
        case NotSupported():
            return (
                State.REJECTED,
                f"{error.came_back}; this revision of the service does not offer it",
            )
        case ApiError():
            return State.REJECTED, error.came_back
        case _:
            # One broken operation must not end the console; it is told and logged, not hidden.
            _log.error("an operation ended unexpectedly", exc_info=error)
            return State.UNKNOWN, f"unexpected {type(error).__name__}: {error}"
