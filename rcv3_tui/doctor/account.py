"""Checks the account: one sign-in, the service catalog, and the endpoints of each region."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from rcv3_tui.api.errors import (
    ApiError,
    ConnectionFailed,
    CredentialsRefused,
    Forbidden,
    NoRackConnect,
    RegionUnavailable,
    SecondFactorNeeded,
    Throttled,
    WrongTenant,
)
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.api.session import Session
from rcv3_tui.clock import Clock
from rcv3_tui.doctor.check_result import CheckResult, fail, note, ok, warn
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.sync.connect import (
    endpoints_of,
    guess_warning,
    no_rackconnect_advice,
    select_regions,
    servers_transport,
    shared_ledger,
)
from rcv3_tui.sync.rate_limit import RequestRateLimiter
from rcv3_tui.views.formatting import format_time


@dataclass(frozen=True, slots=True)
class _Token:
    """The token of the one sign-in; a rejected one is reported and not renewed."""

    access: TokenGrant

    async def token(self) -> Secret:
        """See `rcv3_tui.api.service_client.TokenSource.token`."""
        return self.access.token

    async def renew(self, refused: Secret) -> Secret:
        """Return the same token; the service rejects it again and says why."""
        return refused


async def check(
    http: HttpClient, settings: Settings, credentials: Credentials, clock: Clock
) -> AsyncIterator[CheckResult]:
    """Sign in once and check every region.

    Args:
        http: The client that all requests go through.
        settings: The regions.
        credentials: The user and the secret.
        clock: Measures response times.

    Yields:
        The results.
    """
    try:
        # Without a token cache: a cached token would not show whether the secret is right.
        session = Session(
            http, settings.identity_url, credentials, tenant=settings.tenant, clock=clock
        )
        access = await session.access()
    except ApiError as error:
        yield _refused(error, credentials)
        return
    until = "" if access.expires is None else f", token until {format_time(access.expires)}"
    who = credentials.username or access.user_name or "the token's owner"
    yield ok("sign-in", f"{who} is in, tenant {access.tenant_id or '?'}{until}")
    has = access.catalog.rackconnect_regions()
    regions = select_regions(settings.regions, access)
    if has:
        others = [name for name in has if name not in regions]
        more = f"; also there: {', '.join(others)} (--region)" if others else ""
        yield ok(
            "catalog",
            f"RackConnect v3.0 in {', '.join(has)}; checked: {', '.join(regions)}{more}",
        )
    else:
        try:
            for name in regions:
                url, _ = endpoints_of(name, access, settings)
                yield warn(
                    "catalog",
                    guess_warning(name, url),
                    "without --region and the regions of a profile, nothing is guessed",
                )
        except NoRackConnect as error:
            yield warn("catalog", error.message, no_rackconnect_advice(error, settings))
            return
    steps = [_region(http, settings, access, name, clock) for name in regions]
    for findings in await asyncio.gather(*steps):
        for finding in findings:
            yield finding


def _refused(error: ApiError, credentials: Credentials) -> CheckResult:
    who = credentials.username or credentials.kind
    match error:
        case SecondFactorNeeded():
            return fail(
                "sign-in",
                f"{who}: the password is right, but a passcode is required as well",
                "use the API key, which needs no passcode: rcv3-tui login",
                ExitCode.CREDENTIALS_REFUSED,
            )
        case WrongTenant():
            return fail(
                "sign-in",
                f"{who}: {error.message}",
                "choose the tenant with --tenant, RCV3_TENANT or tenant in the profile",
                ExitCode.USAGE,
            )
        case CredentialsRefused() if credentials.token is not None:
            return fail(
                "sign-in",
                f"{who}: Identity rejected the token: {error.message}",
                "get a new token, and check that it is for the tenant of --tenant, RCV3_TENANT or "
                "the profile",
                ExitCode.CREDENTIALS_REFUSED,
            )
        case CredentialsRefused():
            other = "a password" if credentials.api_key is not None else "an API key"
            return fail(
                "sign-in",
                f"{who}: Identity rejected the {credentials.kind}: {error.message}",
                f"check user name and {credentials.kind} (is it {other}?), and us or uk with "
                "--identity-url; it was tried once",
                ExitCode.CREDENTIALS_REFUSED,
            )
        case ConnectionFailed():
            return fail(
                "sign-in", f"{who}: {error.cause}", "check the network", ExitCode.UNREACHABLE
            )
    return fail("sign-in", f"{who}: {error.detail}", "wait and try again", ExitCode.SERVICE_ERROR)


async def _region(
    http: HttpClient, settings: Settings, access: TokenGrant, name: str, clock: Clock
) -> list[CheckResult]:
    """Send one cheap request to each of a region's two services."""
    try:
        url, servers = endpoints_of(name, access, settings)
    except RegionUnavailable as error:
        return [fail(name, error.message, "choose with --region", ExitCode.USAGE)]
    limiter = RequestRateLimiter(clock, ledger=shared_ledger(settings, url, clock))
    source = _Token(access)
    findings = []
    try:
        rackconnect = ServiceClient(http, source, url, rate_limiter=limiter, clock=clock)
        findings.append(await _call(rackconnect, name, "RackConnect", ("cloud_networks",), clock))
    except ApiError as error:
        findings.append(_unusable(error, name, "RackConnect", url))
    findings.append(_rate_limit(limiter, name))
    if servers is None:
        findings.append(
            warn(name, "Cloud Servers: not in the catalog", "servers are shown by id only")
        )
        return findings
    try:
        transport = servers_transport(http, source, servers, clock)
        path = ("servers", "detail")
        findings.append(await _call(transport, name, "Cloud Servers", path, clock, {"limit": "1"}))
    except ApiError as error:
        findings.append(_unusable(error, name, "Cloud Servers", servers))
    return findings


async def _call(
    transport: ServiceClient,
    region: str,
    service: str,
    path: tuple[str, ...],
    clock: Clock,
    query: dict[str, str] | None = None,
) -> CheckResult:
    began = clock.monotonic()
    await transport.request("GET", path, operation=f"check {service}", target=region, query=query)
    took = (clock.monotonic() - began) * 1000
    host = urlsplit(transport.base_url).hostname
    return ok(region, f"{service} at {host} responded in {took:.0f} ms")


def _unusable(error: ApiError, region: str, service: str, url: str) -> CheckResult:
    text = f"{service} at {urlsplit(url).hostname}: {error.detail}"
    match error:
        case ConnectionFailed():
            todo, code = "check firewall, VPN and proxy for this host", ExitCode.UNREACHABLE
        case Forbidden() | Throttled(is_certain=False):
            todo = (
                "the user may lack a role, or the minute's requests are used up: try again in a "
                "minute; if it persists, ask the account's admin"
            )
            code = ExitCode.SERVICE_ERROR
        case Throttled():
            todo, code = "too many requests; wait a minute", ExitCode.SERVICE_ERROR
        case _:
            todo, code = "try again; if it persists, ask Support", ExitCode.SERVICE_ERROR
    return fail(region, text, todo, code)


def _rate_limit(limiter: RequestRateLimiter, region: str) -> CheckResult:
    """Report how many of the minute's requests all running copies have used."""
    used = f"{limiter.used} of {limiter.limit} requests used in the last minute"
    if limiter.blocked_for:
        return warn(region, f"{used}; the service asks to wait {limiter.blocked_for:.0f} s", "wait")
    if limiter.used >= limiter.limit:
        return note(region, used, "another copy is busy; refreshes wait for a free request")
    return ok(region, used)
