"""Sends one changing request exactly once: a lost answer is looked up, not repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.api.errors import (
    ApiError,
    CredentialsRefused,
    NotReached,
    Throttled,
    TokenRefused,
)
from rcv3_tui.clock import Clock
from rcv3_tui.sync.course import Refused

MOST_SENDS = 3
"""How often a request is sent at most, each time after proof that it was not applied."""

MOST_WAITS = 10
"""How often a "too fast" is waited out before it counts as the answer."""

LOOK_PAUSES = (0.0, 3.0)
"""Seconds before each look after a lost answer: the service may still be at work on it."""

MORE_PAUSES = (3.0, 5.0, 8.0)
"""Seconds before further looks where a part alone is so: several pools are read one after the
other, and a request that is carried out meanwhile shows in those that were read later."""

_LOOK_RETRIES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds between the tries of one look while the service cannot be read: five minutes."""

ResultT = TypeVar("ResultT")


class Fate(StrEnum):
    """What a look found out about a request whose answer was lost."""

    APPLIED = "applied"
    NOT_APPLIED = "not applied"
    PARTLY = "partly so"
    """Of several changes that are taken together or not at all, some are there and some not."""
    UNPROVABLE = "not provable"


class Look(Struct, Generic[ResultT], frozen=True):
    """The result of a look: the fate, and the resource where there is one."""

    fate: Fate
    result: ResultT | None = None


class Sent(Struct, Generic[ResultT], frozen=True):
    """A request that was applied: its answer, or what a look found in place of it."""

    result: ResultT | None
    answer_lost: bool = False


class Unproven(Exception):  # noqa: N818 - a state of knowledge, not an error of somebody's
    """The answer was lost, and looking could not prove what became of the request.

    Args:
        cause: The error that took the answer away.
    """

    def __init__(self, cause: ApiError) -> None:
        super().__init__(cause.came_back)
        self.cause = cause


class Partly(Unproven):
    """Of several changes a part is so, and stays so: what is left may be asked for anew."""


class Sender:
    """Sends changing requests by the rule "look before you send again".

    Args:
        clock: What measures the pauses.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def send(
        self,
        call: Callable[[], Awaitable[ResultT | None]],
        look: Callable[[], Awaitable[Look[ResultT]]],
        *,
        waits: Callable[[str], None] = lambda why: None,
        final: tuple[type[ApiError], ...] = (),
    ) -> Sent[ResultT]:
        """Carry one request out exactly once.

        A cancellation leaves the request's fate open; the journal knows that it was sent.

        Args:
            call: Sends the request.
            look: Reads what there is and compares it with what was there before.
            waits: Told why nothing happens for the moment.
            final: Errors after which it is not sent again even if it was not applied.

        Returns:
            The answer, or what a look found.

        Raises:
            ApiError: The service refused it, or it could not be reached and nothing was applied.
            Partly: It left, and a part of what it asks for is so.
            Unproven: It left, and nothing proves what became of it.
        """
        sends = throttled = 0
        while True:
            try:
                return Sent(await call())
            except Throttled:
                # Not applied; the budget holds the next send back until the service takes it.
                throttled += 1
                if throttled >= MOST_WAITS:
                    raise
                waits("too many requests for the service; sent again as soon as it allows")
            except Refused as refusal:
                # What a check finds changed before a second send may be the first one's doing.
                if sends and (found := await look()).fate is Fate.APPLIED:
                    return Sent(found.result, answer_lost=True)
                raise refusal
            except ApiError as error:
                refused = error.proves_not_applied and not isinstance(error, NotReached)
                if refused and sends == 0:
                    raise
                waits(f"looking what became of it: {error.message}")
                found = await self._look(look, error)
                if found.fate is Fate.APPLIED:
                    # A refusal of a second send may well be due to the first, applied late.
                    return Sent(found.result, answer_lost=True)
                if refused:
                    raise
                if found.fate is Fate.PARTLY:
                    raise Partly(error) from error
                if found.fate is Fate.UNPROVABLE:
                    raise Unproven(error) from error
                sends += 1
                if sends >= MOST_SENDS or isinstance(error, final):
                    raise

    async def _look(
        self, look: Callable[[], Awaitable[Look[ResultT]]], error: ApiError
    ) -> Look[ResultT]:
        never_left = isinstance(error, NotReached) and not error.sent
        found: Look[ResultT] = Look(Fate.NOT_APPLIED)
        pauses = LOOK_PAUSES[:1] if never_left else LOOK_PAUSES
        for number, pause in enumerate((*pauses, *MORE_PAUSES)):
            if number >= len(pauses) and found.fate is not Fate.PARTLY:
                break
            await self._clock.sleep(pause)
            found = await self._look_once(look, error, never_left=never_left)
            if found.fate in (Fate.APPLIED, Fate.UNPROVABLE):
                break
        return found

    async def _look_once(
        self,
        look: Callable[[], Awaitable[Look[ResultT]]],
        error: ApiError,
        *,
        never_left: bool,
    ) -> Look[ResultT]:
        for pause in (*_LOOK_RETRIES, None):
            try:
                return await look()
            except ApiError as trouble:
                signed_out = isinstance(trouble, TokenRefused | CredentialsRefused)
                if pause is None or signed_out:
                    # It never left, so it was not applied, even if nobody can be asked now.
                    if never_left:
                        raise error from None
                    return Look(Fate.UNPROVABLE)
                await self._clock.sleep(pause)
        raise AssertionError("the loop above returns")
