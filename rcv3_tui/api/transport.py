"""One authenticated client for one service: re-authentication, retries, budget, redaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import perf_counter
from typing import Protocol
from urllib.parse import quote, urlencode

import msgspec

from rcv3_tui.api.budget import Budget, Priority
from rcv3_tui.api.doubts import Doubts
from rcv3_tui.api.errors import (
    ApiError,
    BadRequest,
    Forbidden,
    NotReached,
    ServerFault,
    Throttled,
    TokenRefused,
)
from rcv3_tui.api.faults import error_for, request_id_of, safe_text, without
from rcv3_tui.api.http import BROKEN, JSON, LONGEST_URL, MOST_BYTES, Call, Http, Reply, check_url
from rcv3_tui.api.request_log import log_request
from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.settings import Secret

# Without a handler of its own, stamina's warnings would go to the screen when none is set up.
logging.getLogger("stamina").addHandler(logging.NullHandler())

_GATEWAY_TROUBLE = frozenset({502, 503, 504})


class TokenSource(Protocol):
    """Where tokens come from; `rcv3_tui.api.identity.Session` is the one there is."""

    async def token(self) -> Secret:
        """Give a token that should be valid, signing in when there is none."""
        ...

    async def renew(self, refused: Secret) -> Secret:
        """Give another token in place of one that a service refused.

        Raises:
            TokenRefused: There is no other to be had.
        """
        ...


class Transport:
    """An authenticated client for one base URL.

    Reads are tried once more when the connection broke or a gateway failed. Changes are sent
    once, and once more only after a 401, which proves that nothing was applied.

    Args:
        http: The client that everything shares.
        session: Where tokens come from.
        base_url: The service's endpoint with the tenant in it.
        budget: Asked before every single request; None for services without a tight limit.
        clock: What decides "now".
        most_bytes: Size of an answer beyond which it is not read on.
        on_date: Told the service's time minus ours, in seconds, with every answer.

    Raises:
        InsecureEndpoint: The base URL is plain http and not loopback.
    """

    def __init__(
        self,
        http: Http,
        session: TokenSource,
        base_url: str,
        *,
        budget: Budget | None = None,
        clock: Clock | None = None,
        most_bytes: int = MOST_BYTES,
        on_date: Callable[[float], None] | None = None,
    ) -> None:
        self._http = http
        self._session = session
        self._base = check_url(base_url, operation="use the service's endpoint")
        self._budget = budget
        self._clock = clock or SystemClock()
        self._most_bytes = most_bytes
        self._on_date = on_date
        self._offset = timedelta()
        self._doubts = Doubts(self._clock)

    @property
    def base_url(self) -> str:
        """The endpoint, without a slash at its end."""
        return self._base

    @property
    def clock_offset(self) -> float:
        """Seconds by which the service's clock is ahead of ours, 0 until it has answered."""
        return self._offset.total_seconds()

    def service_now(self) -> datetime:
        """The time of day as the service sees it, by the `Date` of its last answer."""
        return self._clock.now() + self._offset

    async def call(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        operation: str,
        target: str = "",
        query: Mapping[str, str] | str | None = None,
        json: object = None,
        priority: Priority = Priority.OPERATION,
    ) -> Reply:
        """Make one call.

        A cancellation leaves it open whether a change was applied.

        Args:
            method: GET, POST, PATCH or DELETE.
            path: Its segments below the base URL, not quoted.
            operation: What for, in words: `add public IP`.
            target: On what: an id.
            query: Parameters, or a query string as the service itself gave it.
            json: The body, for a change.
            priority: Who waits when requests are short.

        Returns:
            A 2xx answer.

        Raises:
            ApiError: The narrowest of the tree.
        """
        url = self._url(path, query, operation, target)
        content = None if json is None else msgspec.json.encode(json)

        async def attempt() -> Reply:
            return await self._authenticated(method, url, content, operation, target, priority)

        if method != "GET":
            return await attempt()
        try:
            return await attempt()
        except ApiError as error:
            if not _worth_another_try(error):
                raise
            failure: ApiError | None = error
        # Imported only where something went wrong: a quick look has nothing to wait for.
        import stamina

        retries = stamina.retry_context(
            on=_worth_another_try,
            attempts=2,
            timeout=None,
            wait_initial=0.1,
            wait_max=0.5,
            wait_jitter=0.2,
        )
        async for again in retries:
            with again:
                if failure is not None:
                    failed, failure = failure, None
                    raise failed
                return await attempt()
        raise AssertionError("the loop above returns or raises")

    def _url(
        self,
        path: tuple[str, ...],
        query: Mapping[str, str] | str | None,
        operation: str,
        target: str,
    ) -> str:
        for segment in path:
            # An empty segment gives odd answers (reference, section 2), dots another path.
            if not segment.strip() or segment in (".", ".."):
                raise BadRequest(
                    f"the id {segment!r} cannot be asked for" if segment else "the id is empty",
                    operation=operation,
                    target=target,
                )
        url = "/".join((self._base, *(quote(segment, safe="") for segment in path)))
        encoded = query if isinstance(query, str) else urlencode(query or {})
        whole = f"{url}?{encoded}" if encoded else url
        if len(whole) > LONGEST_URL:
            raise BadRequest(
                "no URL can be made of it", operation=operation, target=safe_text(target, 80)
            )
        return whole

    async def _authenticated(
        self,
        method: str,
        url: str,
        content: bytes | None,
        operation: str,
        target: str,
        priority: Priority,
    ) -> Reply:
        token = await self._signed_in(None)
        try:
            return await self._once(method, url, content, operation, target, priority, token)
        except TokenRefused:
            token = await self._signed_in(token)
        return await self._once(method, url, content, operation, target, priority, token)

    async def _signed_in(self, refused: Secret | None) -> Secret:
        try:
            if refused is None:
                return await self._session.token()
            return await self._session.renew(refused)
        except ApiError as error:
            # Whatever happened at Identity, the call itself has not been made or was refused.
            error.never_sent = True
            if isinstance(error, NotReached):
                error.sent = False
            raise

    async def _once(
        self,
        method: str,
        url: str,
        content: bytes | None,
        operation: str,
        target: str,
        priority: Priority,
        token: Secret,
    ) -> Reply:
        if self._budget is not None:
            await self._budget.take(priority)
        call = Call(method, url, {} if content is None else JSON, content)
        began = perf_counter()
        try:
            reply = await self._http.exchange(
                call,
                operation=operation,
                target=target,
                token=token,
                most_bytes=self._most_bytes,
            )
        except NotReached as error:
            log_request(call, error.cause, began)
            if self._budget is not None and not error.sent:
                self._budget.refund()
            raise
        except ApiError as error:
            log_request(call, error.message, began)
            raise
        self._note_date(reply)
        if reply.is_success:
            log_request(call, str(reply.status), began, request_id_of(reply.headers, ()))
            self._doubts.went_well(operation)
            return reply
        failure = error_for(
            reply.status,
            reply.headers,
            without(reply.body, token),
            operation=operation,
            target=target,
            now=reply.date or self._clock.now(),
        )
        log_request(call, str(reply.status), began, failure.request_id)
        if isinstance(failure, Throttled):
            self._take_in(failure)
        raise failure

    def _take_in(self, failure: Throttled) -> None:
        """Slow down, where that can be what the service wants.

        Raises:
            Forbidden: It was refused without a word for too long to be "too fast".
        """
        if not failure.is_certain and self._doubts.is_forbidden(failure.operation):
            raise Forbidden(
                "refused without a reason, also after the minute had turned",
                operation=failure.operation,
                target=failure.target,
                status=failure.status,
            ) from failure
        if self._budget is not None:
            self._budget.throttled(failure.retry_after, too_fast=failure.status != 503)

    def _note_date(self, reply: Reply) -> None:
        if (date := reply.date) is None:
            return
        self._offset = date - self._clock.now()
        if self._on_date is not None:
            self._on_date(self._offset.total_seconds())


def _worth_another_try(error: Exception) -> bool:
    """Tell whether a read that failed so will probably succeed at once."""
    if isinstance(error, NotReached):
        return error.sent and error.cause == BROKEN and not error.never_sent
    return (
        isinstance(error, ServerFault) and error.status in _GATEWAY_TROUBLE and not error.never_sent
    )
