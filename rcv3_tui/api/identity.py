"""An account that stays open: one token for all callers, renewed once for all."""

from __future__ import annotations

import asyncio
from typing import Protocol

from rcv3_tui.api.access import Access
from rcv3_tui.api.catalogue import Catalogue, endpoint_for, servers_endpoint_for
from rcv3_tui.api.errors import ApiError, CredentialsRefused, TokenRefused
from rcv3_tui.api.http import Http
from rcv3_tui.api.tokens import authenticate
from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.settings import Credentials, Secret

__all__ = [
    "Access",
    "Catalogue",
    "Session",
    "TokenCache",
    "authenticate",
    "endpoint_for",
    "servers_endpoint_for",
]

EARLY = 300.0
"""Seconds before its end that a token is replaced."""

PATIENCE = 60.0
"""Seconds before Identity is asked again after it gave the very token it was to replace."""


class TokenCache(Protocol):
    """Where an open account is kept between two runs."""

    def load(self) -> Access | None:
        """Give what was saved last for these credentials, None when there is nothing."""
        ...

    def save(self, access: Access) -> None:
        """Keep this for the next run."""
        ...

    def drop(self) -> None:
        """Forget: a service refused the token."""
        ...


class Session:
    """One user's sign-in, shared by every client of the account.

    Identity is asked by one caller at a time, the others wait for its answer. Refused
    credentials are final: every further call raises at once, without asking (reference, 3.5).

    Args:
        http: The shared client.
        identity_url: Identity's address.
        credentials: Who signs in.
        clock: What decides when a token is old.
        cache: Where tokens are kept between runs.
    """

    def __init__(
        self,
        http: Http,
        identity_url: str,
        credentials: Credentials,
        *,
        clock: Clock | None = None,
        cache: TokenCache | None = None,
    ) -> None:
        self._http = http
        self._identity_url = identity_url
        self._credentials = credentials
        self._clock = clock or SystemClock()
        self._cache = cache
        self._access: Access | None = None
        self._refusal: CredentialsRefused | None = None
        self._flight: asyncio.Future[Access] | None = None
        self._renew_at: float | None = None
        self._same_again_until = float("-inf")

    async def access(
        self, *, passcode: Secret | str | None = None, session_id: str | None = None
    ) -> Access:
        """Give the open account, signing in when it is not open.

        A cancellation leaves the session as it was; the next caller asks Identity anew.

        Args:
            passcode: The second factor, in answer to `SecondFactorNeeded`.
            session_id: What that error carried.

        Returns:
            The account.

        Raises:
            CredentialsRefused: Now, or before.
            ApiError: Identity could not be asked.
        """
        if passcode is not None:
            self._refusal = None
            return await self._sign_in(passcode, session_id)
        if self._access is None and self._cache is not None and (kept := self._cache.load()):
            self._adopt(kept)
        if self._access is None:
            return await self._sign_in()
        return self._access

    async def token(self) -> Secret:
        """Give a token that should be valid, renewed a few minutes before its end.

        Returns:
            The token.

        Raises:
            CredentialsRefused: Now, or before.
            ApiError: There is no token, and Identity could not be asked.
        """
        access = await self.access()
        if self._refusal is not None:
            raise self._refusal
        if self._renew_at is None or self._clock.monotonic() < self._renew_at:
            return access.token
        try:
            return (await self._sign_in()).token
        except CredentialsRefused:
            raise
        except ApiError:
            # The old token may live for minutes yet; when it does not, a 401 will tell.
            self._renew_at = self._clock.monotonic() + PATIENCE
            return access.token

    async def renew(self, refused: Secret) -> Secret:
        """Give another token in place of one that a service refused with 401.

        However many callers come with the same token, Identity is asked once.

        Args:
            refused: The token that was refused.

        Returns:
            A token: a newer one, or the same one when Identity insists on it, once.

        Raises:
            TokenRefused: Identity gave this very token again a moment ago.
            CredentialsRefused: Now, or before.
            ApiError: Identity could not be asked.
        """
        if self._refusal is not None:
            raise self._refusal
        if self._access is not None and self._access.token != refused:
            return self._access.token
        if self._flight is None and self._clock.monotonic() < self._same_again_until:
            raise TokenRefused(
                "the service refused the token, and Identity hands out no other",
                operation="sign in",
                status=401,
            )
        if self._cache is not None:
            self._cache.drop()
        return (await self._sign_in()).token

    async def _sign_in(
        self, passcode: Secret | str | None = None, session_id: str | None = None
    ) -> Access:
        """Ask Identity, or wait for the answer to whoever asks it already."""
        while (flight := self._flight) is not None:
            await asyncio.wait((flight,))
            if not flight.cancelled():
                return flight.result()
        if self._refusal is not None:
            raise self._refusal
        self._flight = flight = asyncio.get_running_loop().create_future()
        try:
            access = await authenticate(
                self._http,
                self._identity_url,
                self._credentials,
                passcode=passcode,
                session_id=session_id,
            )
        except ApiError as error:
            if isinstance(error, CredentialsRefused):
                self._refusal = error
            flight.set_exception(error)
            flight.exception()  # nobody may be waiting for it
            raise
        except BaseException:
            flight.cancel()
            raise
        else:
            self._adopt(access)
            flight.set_result(access)
            if self._cache is not None:
                self._cache.save(access)
            return access
        finally:
            self._flight = None

    def _adopt(self, access: Access) -> None:
        """Take an answer over, and work out when to ask again.

        Identity may hand out the same token with less life left (reference, section 3.3).
        """
        now = self._clock.monotonic()
        if self._access is not None and self._access.token == access.token:
            self._same_again_until = now + PATIENCE
        self._access = access
        if access.expires is None:
            self._renew_at = None
            return
        # By Identity's own clock, since this machine's may be wrong.
        left = (access.expires - (access.issued or self._clock.now())).total_seconds()
        self._renew_at = now + (left - EARLY if left > EARLY else min(PATIENCE, max(left, 1.0)))
