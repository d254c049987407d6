"""What can go wrong between this program and the services, as one tree.

```
ApiError                     any of them: operation, target, message, status, request_id
├── NotReached               no answer; `sent` tells whether the request may have been applied
├── InsecureEndpoint         a URL that no secret is sent to: plain http beyond loopback, and such
├── CredentialsRefused       Identity does not take the user name and secret; final
│   └── SecondFactorNeeded   right so far, a passcode is wanted
├── TokenRefused             401 again, right after a new token
├── Forbidden                403 for want of a role
├── Throttled                too many requests: 403 that says so, 413, 429, 503 with Retry-After
├── NotFound                 404, 410
├── Conflict                 409, 422: the service's texts, parsed
├── BadRequest               400 and other 4xx; also what is refused before it is sent
├── NotSupported             405, 501: another revision of the service
├── ServerFault              5xx
├── BadBody                  an answer that is not what it should be: no JSON, cut off, redirect
└── NoSuchRegion             the account has no RackConnect v3.0 there
```

What each means for a change: `NotReached` with `sent`, `ServerFault` and `BadBody` prove nothing,
so one has to look before sending again; all others prove that nothing was applied.
"""

# Named for what happened; each of them is an ApiError.
# ruff: noqa: N818

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcv3_tui.api.conflicts import ConflictText


class ApiError(Exception):
    """Any failure of a call, in words that can be shown.

    Args:
        message: The service's own words, cleaned and cut, or ours where it said nothing.
        operation: What was tried, in words: `add public IP`.
        target: What it was tried on: an id, a name, a host.
        status: HTTP status, None when there was no answer.
        request_id: The service's id of the request, for Support.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        target: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.target = target
        self.status = status
        self.request_id = request_id
        self.never_sent = False
        """True when it went wrong before the call itself was made: while signing in."""

    @property
    def proves_not_applied(self) -> bool:
        """Tell whether a change that ended this way has surely not been carried out."""
        return True

    def about(self, operation: str, target: str = "") -> ApiError:
        """Name the operation and target, where the raiser did not know them.

        Args:
            operation: What was tried.
            target: What it was tried on.

        Returns:
            This same error, for `raise error.about(...)`.
        """
        self.operation = self.operation or operation
        self.target = self.target or target
        return self

    def one_line(self) -> str:
        """Say it in one line: what was tried, on what, what came back."""
        tried = " ".join(part for part in (self.operation, self.target) if part)
        return f"{tried}: {self.came_back}" if tried else self.came_back

    @property
    def came_back(self) -> str:
        """What came back alone, for where it is clear what was tried."""
        details = [f"HTTP {self.status}"] if self.status is not None else []
        if self.request_id and self.request_id not in self.message:
            details.append(f"request id {self.request_id}")
        tail = f" ({', '.join(details)})" if details else ""
        return f"{self.message}{tail}"

    def __str__(self) -> str:
        return self.one_line()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.one_line()!r})"


class NotReached(ApiError):
    """No answer came, so nothing proves whether the request was applied.

    Args:
        cause: Short words: `connection refused`, `name not found`, `timed out after 20 s`.
        sent: False when the request provably never left this machine.
        operation: What was tried.
        target: What it was tried on.
    """

    def __init__(self, cause: str, *, sent: bool, operation: str = "", target: str = "") -> None:
        super().__init__(cause, operation=operation, target=target)
        self.cause = cause
        self.sent = sent

    @property
    def proves_not_applied(self) -> bool:
        """True only when the request never left."""
        return self.never_sent or not self.sent


class InsecureEndpoint(ApiError):
    """A URL that nothing is sent to, because a secret would be readable on the way."""


class CredentialsRefused(ApiError):
    """Identity refused the credentials. Never repeated: accounts lock (reference 3.5)."""


class SecondFactorNeeded(CredentialsRefused):
    """The password was right; Identity wants a passcode as well (reference 3.5).

    Args:
        session_id: Goes back to Identity together with the passcode.
        message: Identity's words.
        operation: What was tried.
        target: The user.
        status: HTTP status.
    """

    def __init__(
        self,
        session_id: str,
        message: str = "a passcode is needed",
        *,
        operation: str = "",
        target: str = "",
        status: int | None = 401,
    ) -> None:
        super().__init__(message, operation=operation, target=target, status=status)
        self.session_id = session_id


class TokenRefused(ApiError):
    """A service refused a token that Identity had just handed out."""


class Forbidden(ApiError):
    """The user lacks a role for this."""


class Throttled(ApiError):
    """Too many requests; the call was not applied.

    Args:
        message: The service's words.
        retry_after: Seconds to wait as the service says, None when it does not say.
        is_certain: It can mean nothing else; a 403 without a word may be the want of a role too
            (RackConnect API reference, section 7).
        operation: What was tried.
        target: What it was tried on.
        status: HTTP status.
        request_id: The service's id of the request.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        is_certain: bool = True,
        operation: str = "",
        target: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(
            message, operation=operation, target=target, status=status, request_id=request_id
        )
        self.retry_after = retry_after
        self.is_certain = is_certain


class NotFound(ApiError):
    """The resource is not there (any more), or the path is wrong."""


class Conflict(ApiError):
    """The service will not do it now; nothing at all was applied, bulk calls included.

    Args:
        texts: Every text of the answer, cleaned.
        conflicts: The same texts, parsed, in the same order.
        operation: What was tried.
        target: What it was tried on.
        status: HTTP status.
        request_id: The service's id of the request.
    """

    def __init__(
        self,
        texts: tuple[str, ...],
        conflicts: tuple[ConflictText, ...],
        *,
        operation: str = "",
        target: str = "",
        status: int | None = 409,
        request_id: str | None = None,
    ) -> None:
        super().__init__(
            "; ".join(texts),
            operation=operation,
            target=target,
            status=status,
            request_id=request_id,
        )
        self.texts = texts
        self.conflicts = conflicts


class BadRequest(ApiError):
    """The request itself is at fault; sending it again cannot help."""


class NotSupported(ApiError):
    """This revision of the service does not know the call."""


class ServerFault(ApiError):
    """The service or its gateway failed, maybe after having applied the request."""

    @property
    def proves_not_applied(self) -> bool:
        """A malformed body gives 500 just as a fault after the work does."""
        return self.never_sent


class BadBody(ApiError):
    """An answer came and is not what it should be: an outage page, cut off, another shape."""

    @property
    def proves_not_applied(self) -> bool:
        """The request was answered as if it had succeeded."""
        return self.never_sent


class NoSuchRegion(ApiError):
    """The account has no RackConnect v3.0 in the region.

    Args:
        region: The one asked for.
        regions: Those that have it.
    """

    def __init__(self, region: str, regions: tuple[str, ...] = ()) -> None:
        where = f"regions that have it: {', '.join(regions)}" if regions else "no region has it"
        super().__init__(
            f"this account has no RackConnect v3.0 in {region}; {where}",
            operation="find the endpoint",
        )
        self.region = region
        self.regions = regions
