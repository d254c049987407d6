"""A signed-in session: one token shared by all callers and renewed once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol

from msgspec.structs import replace

from rcv3_tui.api.errors import ApiError, CredentialsRefused, Throttled, TokenRefused
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.identity import TokenGrant, authenticate
from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.settings import CredentialError, Credentials, Secret

REFRESH_MARGIN = 300.0
"""Seconds before a token expires at which it is replaced."""

TOKEN_MARGIN = 60.0
"""The same for a token that another tool obtained, which only that tool can replace."""

RETRY_DELAY = 60.0
"""Seconds until Identity is asked again after a failure, or for one more rejected token."""


waits_for_sign_in: ContextVar[bool] = ContextVar("waits_for_sign_in", default=False)
"""Whether requests of the present task wait, where the operator is asked to sign in again, until
that is done, instead of failing: an expired token must not cost the changes that are under way."""


class TokenCache(Protocol):
    """Stores a token grant between two runs."""

    def load(self) -> TokenGrant | None:
        """Return the grant saved last for these credentials; None without one."""
        ...

    def save(self, access: TokenGrant) -> None:
        """Save a grant for the next run."""
        ...

    def drop(self) -> None:
        """Delete the grant: a service rejected the token."""
        ...


class Session:
    """One user's sign-in, shared by every client of the account.

    One caller at a time asks Identity; the others wait for its response. Rejected credentials are
    final: every further call raises at once, without a request (reference, 3.5).

    With a token as credentials, Identity only scopes it and lists the endpoints. Once it expires,
    its source is read again; without a source, or where it returns no valid token, the token is
    rejected like any other credentials.

    Args:
        http: The shared HTTP client.
        identity_url: Identity's address.
        credentials: Who signs in.
        tenant: The account to sign in to; None: the user's default one.
        clock: Decides when a token has to be renewed.
        cache: Stores the token between runs.
    """

    def __init__(
        self,
        http: HttpClient,
        identity_url: str,
        credentials: Credentials,
        *,
        tenant: str | None = None,
        clock: Clock | None = None,
        cache: TokenCache | None = None,
    ) -> None:
        self._http = http
        self._identity_url = identity_url
        self._credentials = credentials
        self._tenant = tenant
        self._clock = clock or SystemClock()
        self._cache = cache
        self._access: TokenGrant | None = None
        self._refusal: CredentialsRefused | None = None
        self._pending: asyncio.Future[TokenGrant] | None = None
        self._renew_at: float | None = None
        self._renewed_until = float("-inf")
        """Until then no further token is requested after one that a service rejected."""
        self._source_problem = ""
        """Why the source of the token could not be read again."""
        self._is_from_source = False
        """The token is a newer one than that of the settings."""
        self.on_refused: Callable[[CredentialsRefused], None] | None = None
        """Asks the operator to sign in again; None: without an operator, nothing waits for it."""
        self._replaced: asyncio.Future[bool] | None = None
        """Whether other credentials took the place of the rejected ones, once that is known."""
        self._throttled: tuple[float, Throttled] | None = None

    async def access(
        self, *, passcode: Secret | str | None = None, session_id: str | None = None
    ) -> TokenGrant:
        """Return the token grant, signing in when there is none.

        A cancellation leaves the session as it was; the next caller asks Identity again.

        Args:
            passcode: The second factor, after `SecondFactorNeeded`.
            session_id: The session id of that error.

        Returns:
            The grant.

        Raises:
            CredentialsRefused: Identity rejected the credentials, now or earlier.
            ApiError: Identity could not be reached, or failed.
        """
        if passcode is not None:
            self._refusal = None
            return await self._sign_in(passcode, session_id)
        if self._access is None and self._cache is not None and (cached := self._cache.load()):
            self._store(cached)
        if self._access is None:
            return await self._sign_in()
        return self._access

    def adopt(self, other: Session) -> bool:
        """Go on with the credentials of another session of the same account.

        Requests that wait for a sign-in go on once `access` has succeeded.

        Args:
            other: A session that has not signed in yet.

        Returns:
            Whether it is for the same account; otherwise nothing is changed.
        """
        if self._tenant is None or (self._identity_url, self._tenant) != (
            other._identity_url,
            other._tenant,
        ):
            return False
        self._credentials, self._cache = other._credentials, other._cache
        self._access = self._refusal = self._renew_at = self._throttled = None
        self._renewed_until = float("-inf")
        self._source_problem, self._is_from_source = "", False
        return True

    def abandon(self) -> None:
        """Fail the requests that wait for a sign-in: there will be none for this account."""
        self.on_refused = None
        self._release(replaced=False)

    @property
    def is_refused(self) -> bool:
        """Whether Identity rejected the credentials."""
        return self._refusal is not None

    async def token(self) -> Secret:
        """Return a token that should be valid, renewed a few minutes before it expires.

        Returns:
            The token.

        Raises:
            CredentialsRefused: Identity rejected the credentials, now or earlier.
            ApiError: There is no token, and Identity could not be reached, or failed.
        """
        while True:
            try:
                return await self._valid_token()
            except CredentialsRefused as refusal:
                if not await self._is_replaced(refusal):
                    raise

    async def _is_replaced(self, refusal: CredentialsRefused) -> bool:
        """Wait until the operator has signed in again, if this task waits for that."""
        if self.on_refused is None or not waits_for_sign_in.get():
            return False
        if self._replaced is None:
            self._replaced = asyncio.get_running_loop().create_future()
            self.on_refused(refusal)
        return await asyncio.shield(self._replaced)

    def _release(self, *, replaced: bool) -> None:
        if self._replaced is not None and not self._replaced.done():
            self._replaced.set_result(replaced)
        self._replaced = None

    async def _valid_token(self) -> Secret:
        access = await self.access()
        if self._refusal is not None:
            raise self._refusal
        if self._renew_at is None or self._clock.monotonic() < self._renew_at:
            return access.token
        try:
            return (await self._sign_in(is_renewal=True)).token
        except CredentialsRefused:
            raise
        except ApiError:
            # The old token may be valid for some minutes; if it is not, a 401 follows.
            self._renew_at = self._clock.monotonic() + RETRY_DELAY
            return access.token

    async def renew(self, refused: Secret) -> Secret:
        """Return another token in place of one that a service rejected with 401.

        Identity is asked once, however many callers pass the same token.

        Identity hands out the same token while it is valid, so tokens are distinguished by the
        sign-in that they came with, never by their text: a late 401 to a request that was sent
        before a renewal says nothing about the token that came after it.

        Args:
            refused: The very object that `token` or `renew` returned for the refused request.

        Returns:
            The token of a newer sign-in; its text may be the same.

        Raises:
            TokenRefused: The token came in place of a refused one less than a minute ago.
            CredentialsRefused: Now, or before.
            ApiError: Identity could not be reached, or failed.
        """
        try:
            return await self._other_token(refused)
        except CredentialsRefused as refusal:
            if not await self._is_replaced(refusal):
                raise
        return await self.token()

    async def _other_token(self, refused: Secret) -> Secret:
        if self._refusal is not None:
            raise self._refusal
        if self._access is not None and self._access.token is not refused:
            return self._access.token
        if self._pending is None:
            if self._clock.monotonic() < self._renewed_until:
                raise TokenRefused("the service refuses a newly issued token", status=401)
            if self._cache is not None:
                self._cache.drop()
        access = await self._sign_in(is_renewal=True)
        self._renewed_until = self._clock.monotonic() + RETRY_DELAY
        return access.token

    async def _sign_in(
        self,
        passcode: Secret | str | None = None,
        session_id: str | None = None,
        *,
        is_renewal: bool = False,
    ) -> TokenGrant:
        """Ask Identity, or wait for the response to another caller's request."""
        while (pending := self._pending) is not None:
            await asyncio.wait((pending,))
            if not pending.cancelled():
                return pending.result()
        if self._refusal is not None:
            raise self._refusal
        if self._throttled is not None and passcode is None:
            until, throttled = self._throttled
            if self._clock.monotonic() < until:
                raise throttled
        self._pending = pending = asyncio.get_running_loop().create_future()
        try:
            if is_renewal:
                await self._read_newer_token()
            access = await authenticate(
                self._http,
                self._identity_url,
                self._credentials,
                tenant=self._tenant,
                passcode=passcode,
                session_id=session_id,
            )
        except ApiError as error:
            if isinstance(error, CredentialsRefused):
                if self._source_problem:
                    error.message += f"; a newer token cannot be read: {self._source_problem}"
                self._refusal = error
            elif isinstance(error, Throttled):
                wait = RETRY_DELAY if error.retry_after is None else error.retry_after
                self._throttled = self._clock.monotonic() + wait, error
            pending.set_exception(error)
            pending.exception()  # there may be no other caller
            raise
        except BaseException:
            pending.cancel()
            raise
        else:
            self._store(access)
            self._release(replaced=True)
            pending.set_result(access)
            # The cache belongs to the token of the settings, not to a newer one.
            if self._cache is not None and not self._is_from_source:
                self._cache.save(access)
            return access
        finally:
            self._pending = None

    async def _read_newer_token(self) -> None:
        """Replace a token that another tool obtained by a newer one, if there is a source."""
        source = self._credentials.token_source
        if source is None:
            return
        self._source_problem = ""
        try:
            # A command may take seconds, such as one that waits for a browser.
            token = await asyncio.to_thread(source.read)
        except CredentialError as error:
            # The present token may still be valid; if it is not, this is part of the message.
            self._source_problem = str(error)
            return
        if token != self._credentials.token:
            self._credentials = replace(self._credentials, token=token)
            self._is_from_source = True

    def _store(self, access: TokenGrant) -> None:
        """Store a grant, and compute when to renew it.

        Identity may return the same token with less time left (reference, section 3.3).
        """
        now = self._clock.monotonic()
        self._access = access
        credentials = self._credentials
        is_foreign = credentials.token is not None
        if access.expires is None or (is_foreign and credentials.token_source is None):
            self._renew_at = None
            return
        margin = TOKEN_MARGIN if is_foreign else REFRESH_MARGIN
        # By Identity's own clock, since this machine's may be wrong.
        left = (access.expires - (access.issued or self._clock.now())).total_seconds()
        self._renew_at = now + (
            left - margin if left > margin else min(RETRY_DELAY, max(left, 1.0))
        )
