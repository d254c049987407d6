"""An authenticated client for one service: re-authentication, retries, rate limit, redaction."""

from __future__ import annotations

import random
from collections.abc import Mapping
from time import perf_counter
from typing import Protocol
from urllib.parse import quote, urlencode

import msgspec

from rcv3_tui.api.error_responses import error_from_response, find_request_id
from rcv3_tui.api.errors import (
    ApiError,
    BadRequest,
    ConnectionFailed,
    Forbidden,
    InsecureEndpoint,
    ServerError,
    Throttled,
    TokenRefused,
)
from rcv3_tui.api.http_client import (
    CONNECTION_BROKEN,
    JSON_HEADERS,
    MAX_BODY,
    HttpClient,
    HttpRequest,
    HttpResponse,
    log_request,
)
from rcv3_tui.api.rate_limit import ONE_MINUTE, Priority, RateLimiter
from rcv3_tui.api.redaction import sanitize
from rcv3_tui.api.urls import MAX_URL, require_secure_url
from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.settings import Secret

_GATEWAY_TROUBLE = frozenset({502, 503, 504})

_MINUTE_PASSED = ONE_MINUTE - 5.0
"""Seconds after which a rate limit has reset, allowing for two clocks that differ a little."""

_FRESH = 5.0
"""Seconds that a change may wait for a token: what its sender has read before is old then."""

_RETRY_DELAY = (0.1, 0.3)
"""Seconds between the two attempts of a read, at least and at most."""


class TokenSource(Protocol):
    """Supplies tokens; implemented by `rcv3_tui.api.session.Session`."""

    async def token(self) -> Secret:
        """Return a token that should be valid, signing in when there is none."""
        ...

    async def renew(self, refused: Secret) -> Secret:
        """Replace a token that a service rejected.

        Args:
            refused: The same object that was used for the rejected request: a newer sign-in may
                have returned a token with the same text.

        Raises:
            TokenRefused: No other token is available.
        """
        ...


class ServiceClient:
    """An authenticated client for one base URL.

    Reads are retried once when the connection broke or a gateway failed, and after a 401 with a
    new token. A change is sent once: after a 401 only the token is renewed, for the caller's probe
    and resend.

    Args:
        http: The shared HTTP client.
        session: Supplies tokens.
        base_url: The service's endpoint with the tenant in it.
        rate_limiter: Acquired before every request; None for services without a tight limit.
        clock: Decides "now" and waits before a retry.
        max_body: Bytes of a response beyond which it is not read.
        limits_by_403: Whether the service also responds with 403 above its rate limit.

    A base URL that must not receive a secret (plain http beyond loopback) fails each request, not
    the constructor: one region's bad catalog entry must not affect the others.
    """

    def __init__(
        self,
        http: HttpClient,
        session: TokenSource,
        base_url: str,
        *,
        rate_limiter: RateLimiter | None = None,
        clock: Clock | None = None,
        max_body: int = MAX_BODY,
        limits_by_403: bool = True,
    ) -> None:
        self._http = http
        self._session = session
        self._base = base_url.strip().rstrip("/")
        self._unusable: InsecureEndpoint | None = None
        try:
            require_secure_url(base_url, operation="use the service's endpoint")
        except InsecureEndpoint as error:
            self._unusable = error.with_traceback(None)
        self._rate_limiter = rate_limiter
        self._clock = clock or SystemClock()
        self._max_body = max_body
        self._limits_by_403 = limits_by_403
        self._forbidden = _ForbiddenDetector(self._clock)

    @property
    def base_url(self) -> str:
        """The endpoint, without a trailing slash."""
        return self._base

    def require_usable(self) -> None:
        """Check that requests may be sent to the endpoint.

        Raises:
            InsecureEndpoint: Others could read the secret in transit.
        """
        if (unusable := self._unusable) is not None:
            raise InsecureEndpoint(
                f"the catalog's address cannot be used: {unusable.message}",
                operation=unusable.operation,
                target=unusable.target,
            )

    async def request(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        operation: str,
        target: str = "",
        query: Mapping[str, str] | str | None = None,
        json: object = None,
        priority: Priority = Priority.OPERATION,
    ) -> HttpResponse:
        """Send a request and return its successful response.

        After a cancellation it is unknown whether a change was applied.

        Args:
            method: GET, POST, PATCH or DELETE.
            path: Segments below the base URL, not quoted.
            operation: What for: `add public IP`.
            target: On what: an id.
            query: Parameters, or a query string as the service itself sent it.
            json: The body of a change.
            priority: The order in which requests wait for the rate limit.

        Returns:
            A 2xx response.

        Raises:
            ApiError: The narrowest of the tree.
        """
        self.require_usable()
        url = self._url(path, query, operation, target)
        content = None if json is None else msgspec.json.encode(json)

        try:
            return await self._authenticated(method, url, content, operation, target, priority)
        except ApiError as error:
            if method != "GET" or not _is_retryable(error):
                raise
        await self._clock.sleep(random.uniform(*_RETRY_DELAY))  # noqa: S311 - jitter
        return await self._authenticated(method, url, content, operation, target, priority)

    def _url(
        self,
        path: tuple[str, ...],
        query: Mapping[str, str] | str | None,
        operation: str,
        target: str,
    ) -> str:
        for segment in path:
            # An empty segment gets odd responses (reference, section 2), dots change the path.
            if not segment.strip() or segment in (".", ".."):
                raise BadRequest(
                    f"the id {segment!r} is not valid" if segment else "the id is empty",
                    operation=operation,
                    target=target,
                )
        url = "/".join((self._base, *(quote(segment, safe="") for segment in path)))
        encoded = query if isinstance(query, str) else urlencode(query or {})
        whole = f"{url}?{encoded}" if encoded else url
        if len(whole) > MAX_URL:
            raise BadRequest(
                "no URL can be made of it", operation=operation, target=sanitize(target, 80)
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
    ) -> HttpResponse:
        began = self._clock.monotonic()
        token = await self._signed_in(None)
        if method != "GET" and self._clock.monotonic() - began > _FRESH:
            raise ConnectionFailed(
                "the sign-in came in between", sent=False, operation=operation, target=target
            )
        try:
            return await self._send_once(method, url, content, operation, target, priority, token)
        except TokenRefused as refusal:
            try:
                token = await self._signed_in(token)
            except ApiError as failure:
                if method == "GET":
                    raise failure.with_context(operation, target) from None
                # The 401 proves nothing about a change, so this is not "never sent".
                raise refusal from failure
            if method != "GET":
                raise
        try:
            return await self._send_once(method, url, content, operation, target, priority, token)
        except TokenRefused as error:
            message = error.message.removesuffix(".")
            error.message = f"{message}: the service refuses a newly issued token"
            raise

    async def _signed_in(self, refused: Secret | None) -> Secret:
        try:
            if refused is None:
                return await self._session.token()
            return await self._session.renew(refused)
        except ApiError as error:
            # Whatever failed at Identity, the request itself was not sent or was rejected.
            error.never_sent = True
            if isinstance(error, ConnectionFailed):
                error.sent = False
            raise

    async def _send_once(
        self,
        method: str,
        url: str,
        content: bytes | None,
        operation: str,
        target: str,
        priority: Priority,
        token: Secret,
    ) -> HttpResponse:
        if self._rate_limiter is not None:
            await self._rate_limiter.acquire(priority)
        call = HttpRequest(method, url, {} if content is None else JSON_HEADERS, content)
        began = perf_counter()
        try:
            reply = await self._http.send(
                call,
                operation=operation,
                target=target,
                token=token,
                max_body=self._max_body,
            )
        except ConnectionFailed as error:
            log_request(call, error.cause, began)
            if self._rate_limiter is not None and not error.sent:
                self._rate_limiter.refund()
            raise
        except ApiError as error:
            log_request(call, error.message, began)
            raise
        if reply.is_success:
            log_request(call, str(reply.status), began, find_request_id(reply.headers, ()))
            self._forbidden.on_success(operation)
            return reply
        failure = error_from_response(
            reply.status,
            reply.headers,
            reply.body,
            operation=operation,
            target=target,
            now=reply.date or self._clock.now(),
            secrets=(token,),
            limits_by_403=self._limits_by_403,
        )
        log_request(call, str(reply.status), began, failure.request_id)
        if isinstance(failure, Throttled):
            self._on_throttled(failure, has_message=bool(reply.body.strip()))
        raise failure

    def _on_throttled(self, failure: Throttled, *, has_message: bool) -> None:
        """Slow down, or raise where the service means "forbidden".

        Args:
            failure: What the service answered.
            has_message: The response has a body.

        Raises:
            Forbidden: The same was refused a minute ago too, so the rate limit hardly explains it.
        """
        if not failure.is_certain and self._forbidden.record_refusal(failure.operation):
            message = failure.message.removesuffix(".")
            raise Forbidden(
                f"{message}: refused twice, a minute apart; either your user lacks the "
                "role for it, or other programs use up the account's requests",
                operation=failure.operation,
                target=failure.target,
                status=failure.status,
                request_id=failure.request_id,
            ) from failure
        if self._rate_limiter is not None:
            # A message that does not name the limit says nothing about the number of requests.
            too_fast = failure.status != 503 and (failure.is_certain or not has_message)
            self._rate_limiter.on_throttled(failure.retry_after, too_fast=too_fast)


def _is_retryable(error: Exception) -> bool:
    """Return whether an immediate retry of a failed read will probably succeed."""
    if isinstance(error, ConnectionFailed):
        return error.sent and error.cause == CONNECTION_BROKEN and not error.never_sent
    return (
        isinstance(error, ServerError) and error.status in _GATEWAY_TROUBLE and not error.never_sent
    )


class _ForbiddenDetector:
    """Decides whether a 403 means "too many requests" or "forbidden" (reference, section 7).

    A 403 that repeats after the minute of the rate limit has passed means "forbidden". Without
    that, a user who lacks the role for one operation would be throttled minute after minute.

    Args:
        clock: Measures whether a minute has passed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}

    def record_refusal(self, operation: str) -> bool:
        """Record a 403 and return whether it now means "forbidden" rather than "rate limited".

        Args:
            operation: What was tried: `add public IP`.
        """
        now = self._clock.monotonic()
        # Several concurrent calls that are refused count as one refusal.
        return now - self._since.setdefault(operation, now) >= _MINUTE_PASSED

    def on_success(self, operation: str) -> None:
        """Record that the operation is allowed."""
        self._since.pop(operation, None)
