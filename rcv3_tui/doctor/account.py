"""The account: signing in once, the catalogue, and each region's endpoints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from rcv3_tui.api.access import Access
from rcv3_tui.api.catalogue import endpoint_for, servers_endpoint_for
from rcv3_tui.api.errors import (
    ApiError,
    CredentialsRefused,
    Forbidden,
    NoSuchRegion,
    NotReached,
    SecondFactorNeeded,
    Throttled,
)
from rcv3_tui.api.http import Http
from rcv3_tui.api.tokens import authenticate
from rcv3_tui.api.transport import Transport
from rcv3_tui.clock import Clock
from rcv3_tui.doctor.finding import Finding, fail, note, ok, warn
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.sync.budget import RequestBudget
from rcv3_tui.sync.opening import chosen_regions, ledger_for


@dataclass(frozen=True, slots=True)
class _Token:
    """The token of the one sign-in; there is no other to be had."""

    access: Access

    async def token(self) -> Secret:
        """See `rcv3_tui.api.transport.TokenSource.token`."""
        return self.access.token

    async def renew(self, refused: Secret) -> Secret:
        """Give the same one; the service will refuse it again and say why."""
        return refused


async def look(
    http: Http, settings: Settings, credentials: Credentials, clock: Clock
) -> AsyncIterator[Finding]:
    """Sign in, once, and look at what there is.

    Args:
        http: The client that all requests go through.
        settings: Which regions are meant.
        credentials: Who signs in.
        clock: What measures the time.

    Yields:
        Findings.
    """
    try:
        access = await authenticate(http, settings.identity_url, credentials)
    except ApiError as error:
        yield _refused(error, credentials)
        return
    until = "" if access.expires is None else f", token until {access.expires:%Y-%m-%d %H:%M} UTC"
    yield ok("sign-in", f"{credentials.username} is in, tenant {access.tenant_id or '?'}{until}")
    has = access.catalogue.rackconnect_regions()
    if not has:
        yield fail(
            "catalogue",
            "this account has no RackConnect v3.0 in any region",
            "sign in with a user of the account that has it, or ask Rackspace Support",
            ExitCode.USAGE,
        )
        return
    regions = chosen_regions(settings.regions, access)
    others = [name for name in has if name not in regions]
    more = f"; also there: {', '.join(others)} (--region)" if others else ""
    yield ok(
        "catalogue",
        f"RackConnect v3.0 in {', '.join(has)}; looked at here: {', '.join(regions)}{more}",
    )
    steps = [_region(http, settings, access, name, clock) for name in regions]
    for findings in await asyncio.gather(*steps):
        for finding in findings:
            yield finding


def _refused(error: ApiError, credentials: Credentials) -> Finding:
    who = credentials.username
    match error:
        case SecondFactorNeeded():
            return fail(
                "sign-in",
                f"{who}: the password is right, and a passcode is wanted as well",
                "use the API key, which needs none: rcv3-tui login",
                ExitCode.CREDENTIALS_REFUSED,
            )
        case CredentialsRefused():
            other = "a password" if credentials.api_key is not None else "an API key"
            return fail(
                "sign-in",
                f"{who}: Identity refused the {credentials.kind}: {error.message}",
                f"check user name and {credentials.kind} (is it {other}?), and us or uk with "
                "--identity-url; it was tried once",
                ExitCode.CREDENTIALS_REFUSED,
            )
        case NotReached():
            return fail(
                "sign-in", f"{who}: {error.cause}", "check the network", ExitCode.UNREACHABLE
            )
    return fail(
        "sign-in", f"{who}: {error.came_back}", "wait and try again", ExitCode.SERVICE_ERROR
    )


async def _region(
    http: Http, settings: Settings, access: Access, name: str, clock: Clock
) -> list[Finding]:
    """Make one cheap call to each of a region's two services."""
    try:
        url = endpoint_for(access.catalogue, name, access.tenant_id, settings.identity_url)
    except NoSuchRegion as error:
        return [fail(name, error.message, "choose with --region", ExitCode.USAGE)]
    budget = RequestBudget(clock, ledger=ledger_for(settings, url, clock))
    source = _Token(access)
    findings = []
    try:
        rackconnect = Transport(http, source, url, budget=budget, clock=clock)
        findings.append(await _call(rackconnect, name, "RackConnect", ("cloud_networks",), clock))
    except ApiError as error:
        findings.append(_unusable(error, name, "RackConnect", url))
    findings.append(_budget(budget, name))
    servers = servers_endpoint_for(access.catalogue, name, access.tenant_id, settings.identity_url)
    if servers is None:
        findings.append(
            warn(name, "Cloud Servers: not in the catalogue", "servers will be shown by id alone")
        )
        return findings
    try:
        transport = Transport(http, source, servers, clock=clock)
        path = ("servers", "detail")
        findings.append(await _call(transport, name, "Cloud Servers", path, clock, {"limit": "1"}))
    except ApiError as error:
        findings.append(_unusable(error, name, "Cloud Servers", servers))
    return findings


async def _call(
    transport: Transport,
    region: str,
    service: str,
    path: tuple[str, ...],
    clock: Clock,
    query: dict[str, str] | None = None,
) -> Finding:
    began = clock.monotonic()
    await transport.call("GET", path, operation=f"look at {service}", target=region, query=query)
    took = (clock.monotonic() - began) * 1000
    host = urlsplit(transport.base_url).hostname
    return ok(region, f"{service} at {host} answers in {took:.0f} ms")


def _unusable(error: ApiError, region: str, service: str, url: str) -> Finding:
    text = f"{service} at {urlsplit(url).hostname}: {error.came_back}"
    match error:
        case NotReached():
            todo, code = "check firewall, VPN and proxy for this host", ExitCode.UNREACHABLE
        case Forbidden():
            todo, code = "the user lacks a role; ask the account's admin", ExitCode.SERVICE_ERROR
        case Throttled():
            todo, code = "too many requests; wait a minute", ExitCode.SERVICE_ERROR
        case _:
            todo, code = "try again; if it stays, ask Support", ExitCode.SERVICE_ERROR
    return fail(region, text, todo, code)


def _budget(budget: RequestBudget, region: str) -> Finding:
    """Tell how many of the minute's requests all copies of the program have used."""
    used = f"{budget.used} of {budget.limit} requests used in the last minute"
    if budget.blocked_for:
        return warn(region, f"{used}; the service asks to wait {budget.blocked_for:.0f} s", "wait")
    if budget.used >= budget.limit:
        return note(region, used, "another copy is busy; refreshes wait for their turn")
    return ok(region, used)
