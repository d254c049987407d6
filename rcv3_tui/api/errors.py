"""Errors of the services and of the way to them, as one tree.

```
ApiError                      any of them: operation, target, message, status, request_id
├── ConnectionFailed          no response; `sent` says whether the request may have been applied
│   └── ProxyFailed           the environment's proxy is down, unusable, or refuses
├── InsecureEndpoint          a URL that gets no secret: plain http beyond loopback, and the like
├── CredentialsRefused        Identity rejects the user name and secret; final
│   └── SecondFactorNeeded    correct so far, a passcode is needed
├── TokenRefused              401 again, right after a new token
├── Forbidden                 403: the user lacks a role
├── Throttled                 too many requests: 403 that says so, 413, 429, 503 with Retry-After
├── NotFound                  404, 410
├── Conflict                  409, 422: the service's messages, parsed
├── BadRequest                400 and other 4xx; also rejected by this client before sending
├── OperationNotSupported     405, 501: another revision of the service
├── ServerError               5xx
├── MalformedResponse         not what it should be: not JSON, cut off, a redirect
├── WrongTenant               Identity's response is not for the requested tenant
└── RegionUnavailable         the account has no RackConnect v3.0 in the region
    └── NoRackConnect         nor in any other region
```

For a change, `ConnectionFailed` with `sent`, `ServerError` and `MalformedResponse` leave the
outcome unknown: the resource has to be read before the request is sent again. All others prove that
nothing was applied.
"""

# Named for what happened; each of them is an ApiError.
# ruff: noqa: N818

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcv3_tui.api.conflicts import ConflictMessage


class ApiError(Exception):
    """Any failure of a request, with a message that can be shown.

    Args:
        message: The service's message, sanitized and truncated, or ours where it sent none.
        operation: What was tried: `add public IP`.
        target: What it was tried on: an id, a name, a host.
        status: HTTP status; None without a response.
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
        """True when the failure came before the request itself: while signing in."""

    @property
    def is_definitely_not_applied(self) -> bool:
        """Return whether a change that failed this way has certainly not been applied."""
        return True

    def with_context(self, operation: str, target: str = "") -> ApiError:
        """Set the operation and target where the raiser did not know them.

        Args:
            operation: What was tried.
            target: What it was tried on.

        Returns:
            This same error, for `raise error.with_context(...)`.
        """
        self.operation = self.operation or operation
        self.target = self.target or target
        return self

    def one_line(self) -> str:
        """Return one line: what was tried, on what, and what happened."""
        tried = " ".join(part for part in (self.operation, self.target) if part)
        return f"{tried}: {self.detail}" if tried else self.detail

    @property
    def detail(self) -> str:
        """The message, status and request id, for places where the operation is known."""
        details = [f"HTTP {self.status}"] if self.status is not None else []
        if self.request_id and self.request_id not in self.message:
            details.append(f"request id {self.request_id}")
        tail = f" ({', '.join(details)})" if details else ""
        return f"{self.message}{tail}"

    def __str__(self) -> str:
        return self.one_line()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.one_line()!r})"


class ConnectionFailed(ApiError):
    """No response arrived, so it is unknown whether the request was applied.

    Args:
        cause: A short phrase: `connection refused`, `name not found`, `timed out after 20 s`.
        sent: False when the request certainly never left this machine.
        operation: What was tried.
        target: What it was tried on.
    """

    def __init__(self, cause: str, *, sent: bool, operation: str = "", target: str = "") -> None:
        super().__init__(cause, operation=operation, target=target)
        self.cause = cause
        self.sent = sent

    @property
    def is_definitely_not_applied(self) -> bool:
        """True only when the request never left."""
        return self.never_sent or not self.sent


class ProxyFailed(ConnectionFailed):
    """The environment's proxy is unusable, does not respond, or refuses.

    The cause names the proxy, its variable and what to do. The request itself was not sent.
    """


class InsecureEndpoint(ApiError):
    """A URL that gets no request, because others could read the secret in transit."""


class CredentialsRefused(ApiError):
    """Identity rejected the credentials. Never retried: accounts lock (reference 3.5)."""


class SecondFactorNeeded(CredentialsRefused):
    """The password was correct; Identity also needs a passcode (reference 3.5).

    Args:
        session_id: Sent back to Identity together with the passcode.
        message: Identity's message.
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
    """A service rejected a token that Identity had just issued."""


class Forbidden(ApiError):
    """The user lacks a role for this."""


class Throttled(ApiError):
    """Too many requests; the request was not applied.

    Args:
        message: The service's message.
        retry_after: Seconds to wait, from the response; None when it names none.
        is_certain: Whether nothing else can be meant; a 403 without a message may also mean a
            missing role (RackConnect API reference, section 7).
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
    """The resource does not exist (any more), or the path is wrong."""


class Conflict(ApiError):
    """The service rejects the change for now; nothing was applied, not even part of a bulk request.

    Args:
        texts: Every message of the response, sanitized.
        conflicts: The same messages, parsed, in the same order.
        operation: What was tried.
        target: What it was tried on.
        status: HTTP status.
        request_id: The service's id of the request.
    """

    def __init__(
        self,
        texts: tuple[str, ...],
        conflicts: tuple[ConflictMessage, ...],
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
    """The request itself is wrong; sending it again cannot help."""


class OperationNotSupported(ApiError):
    """This revision of the service does not support the request."""


class ServerError(ApiError):
    """The service or its gateway failed, possibly after applying the request."""

    @property
    def is_definitely_not_applied(self) -> bool:
        """A 500 follows a malformed body as well as a failure after the work was done."""
        return self.never_sent


class MalformedResponse(ApiError):
    """A response has the wrong form: an outage page, cut off, or another structure."""

    @property
    def is_definitely_not_applied(self) -> bool:
        """The status says that the request succeeded."""
        return self.never_sent


class RegionUnavailable(ApiError):
    """The account has no RackConnect v3.0 in the region.

    Args:
        region: The requested region.
        regions: The regions that have it.
    """

    def __init__(self, region: str, regions: tuple[str, ...] = ()) -> None:
        where = f"regions that have it: {', '.join(regions)}" if regions else "no region has it"
        super().__init__(
            f"this account has no RackConnect v3.0 in {region}; {where}",
            operation="find the endpoint",
        )
        self.region = region
        self.regions = regions


class NoRackConnect(RegionUnavailable):
    """The service catalog has no RackConnect v3.0 for the tenant, in any region.

    Args:
        region: The requested region, or the default one.
        tenant: The account.
        roles: Regions that the user has a role `rackconnect:v3-REGION` for (reference, 14).
        elsewhere: Other tenants of the same user that have it.
    """

    def __init__(
        self,
        region: str,
        tenant: str,
        *,
        roles: tuple[str, ...] = (),
        elsewhere: tuple[str, ...] = (),
    ) -> None:
        super().__init__(region)
        owner = f"tenant {tenant}" if tenant else "this account"
        what = f"{owner} has no RackConnect v3.0 in the service catalog"
        if elsewhere:
            why = f"the user's tenants that have it: {', '.join(elsewhere)}"
        elif roles:
            names = ", ".join(f"rackconnect:v3-{role}" for role in roles)
            why = f"but the user has the role {names}: the entry is missing, which is for Support"
        else:
            why = "and the user no role rackconnect:v3-REGION: it is not set up for this account"
        self.message = f"{what}{';' if elsewhere else ','} {why}"
        self.args = (self.message,)
        self.tenant = tenant
        self.roles = roles
        self.elsewhere = elsewhere


class WrongTenant(ApiError):
    """Identity's response is for another tenant, for several, or has no endpoints of the tenant.

    Args:
        message: What does not match.
        tenants: The accounts whose endpoints the service catalog lists.
    """

    def __init__(self, message: str, tenants: tuple[str, ...]) -> None:
        listed = ", ".join(tenants) or "none"
        super().__init__(f"{message}; tenants in the service catalog: {listed}")
        self.tenants = tenants
