"""Checks the connection to Identity: proxy, DNS, TLS and clock skew."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from rcv3_tui.api.errors import ApiError, ConnectionFailed, ProxyFailed
from rcv3_tui.api.http_client import (
    CERTIFICATE_UNVERIFIED,
    TLS_FAILED,
    HttpClient,
    HttpRequest,
    TlsInfo,
)
from rcv3_tui.api.proxies import proxy_for
from rcv3_tui.api.resolver import use_daemon_resolver
from rcv3_tui.clock import ServiceClock
from rcv3_tui.doctor.check_result import CheckResult, fail, note, ok, warn
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Settings

_SKEW_NOTED = 30.0
"""Clock skew that is reported, in seconds."""

_SKEW_HARMFUL = 300.0
"""Clock skew at which tokens seem to expire early or late, in seconds."""

_SOON = 14
"""Days before a certificate expires that a warning is shown."""


async def check(
    http: HttpClient, settings: Settings, clock: ServiceClock
) -> AsyncIterator[CheckResult]:
    """Check each step of the connection to Identity.

    Args:
        http: The client for all requests.
        settings: The address of Identity and the trusted authorities.
        clock: The service's clock, which `http` sets.

    Yields:
        The results; after a failure, further checks are pointless.
    """
    parts = urlsplit(settings.identity_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    proxy = proxy_for(settings.identity_url, os.environ)
    if proxy is not None:
        yield note(
            "proxy",
            f"requests go through {proxy.label} (from {proxy.variable})",
            f"unset {proxy.variable}, or name {host} in no_proxy, to go directly",
        )
    else:
        yield await _name(host, port, settings)
    async for finding in _identity(http, settings, clock):
        yield finding


async def _name(host: str, port: int, settings: Settings) -> CheckResult:
    if _is_address(host):
        return ok("dns", f"{host} is an address, no name")
    loop = asyncio.get_running_loop()
    use_daemon_resolver(loop)
    try:
        async with asyncio.timeout(settings.timeout):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        why = "no answer" if isinstance(error, TimeoutError) else "the name is not found"
        return fail(
            "dns",
            f"{host}: {why}",
            "check /etc/resolv.conf, the VPN, and whether a proxy is needed (HTTPS_PROXY)",
            ExitCode.UNREACHABLE,
        )
    addresses = dict.fromkeys(str(each[4][0]) for each in found)
    return ok("dns", f"{host} is {', '.join(list(addresses)[:4])}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _tls(url: str, tls: TlsInfo | None) -> CheckResult:
    """Check the connection that the program's own request was sent on."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return note("tls", f"none: {host} is this machine itself")
    if tls is None:
        return ok("tls", f"{host}: connected")
    text = f"{host}: {tls.version}, certificate verified"
    if tls.not_after is None:
        return ok("tls", text)
    left = (tls.not_after - datetime.now(UTC)).days
    if left < _SOON:
        return warn(
            "tls", f"{text}, which ends in {left} days", "inform the operator of the server"
        )
    return ok("tls", f"{text}, good until {tls.not_after:%Y-%m-%d}")


def _unreachable(url: str, error: ConnectionFailed) -> CheckResult:
    """Return which step of the connection failed."""
    cause = error.cause
    if isinstance(error, ProxyFailed):
        return fail("proxy", f"{url}: {cause}", "", ExitCode.UNREACHABLE)
    if cause.startswith(CERTIFICATE_UNVERIFIED):
        todo = "name your authority with --ca-bundle FILE; is the clock right?"
        return fail("tls", f"{url}: {cause}", todo, ExitCode.UNREACHABLE)
    if cause == TLS_FAILED:
        todo = "check the address (--identity-url) and the proxy"
        return fail("tls", f"{url}: {cause}", todo, ExitCode.UNREACHABLE)
    todo = "check the address (--identity-url), the network, and whether a proxy is needed"
    return fail("identity", f"{url}: {cause}", todo, ExitCode.UNREACHABLE)


async def _identity(
    http: HttpClient, settings: Settings, clock: ServiceClock
) -> AsyncIterator[CheckResult]:
    """Send a request without credentials to Identity; its response has the service's time."""
    url = settings.identity_url
    try:
        began = clock.monotonic()
        reply = await http.send(HttpRequest("GET", url), operation="check Identity", target=url)
    except ConnectionFailed as error:
        yield _unreachable(url, error)
        return
    except ApiError as error:
        yield fail(
            "identity",
            f"{url}: {error.detail}",
            "check the address (--identity-url)",
            ExitCode.SERVICE_ERROR,
        )
        return
    took = (clock.monotonic() - began) * 1000
    yield _tls(url, reply.tls)
    if reply.status >= 500:
        yield fail(
            "identity",
            f"{url} answers {reply.status}",
            "wait and try again; if it stays, ask Rackspace Support",
            ExitCode.SERVICE_ERROR,
        )
        return
    yield ok("identity", f"{url} responded in {took:.0f} ms")
    if clock.known.is_set():
        yield _skew(clock, "Identity's")
    else:
        yield note("clock", "Identity's response has no usable Date; ages use this machine's clock")


def services_clock(clock: ServiceClock, at_identity: float) -> Iterator[CheckResult]:
    """Report if the other services changed the estimated clock skew.

    Args:
        clock: The service's clock, after all requests.
        at_identity: Its offset after the response of Identity, in seconds.

    Yields:
        The results.
    """
    if abs(clock.offset - at_identity) >= _SKEW_NOTED:
        yield _skew(clock, "the services'")


def _skew(clock: ServiceClock, whose: str) -> CheckResult:
    """Report the skew of this machine's clock, from the same estimate as resource ages."""
    ahead = -clock.offset
    words = f"{abs(ahead):.0f} s {_side(ahead)} {whose}; ages use the service's"
    if abs(ahead) < _SKEW_NOTED:
        return ok("clock", words)
    todo = "set it: timedatectl set-ntp true"
    harmful = abs(ahead) >= _SKEW_HARMFUL
    return (
        warn("clock", f"{words} clock", todo) if harmful else note("clock", f"{words} clock", todo)
    )


def _side(ahead: float) -> str:
    return "ahead of" if ahead > 0 else "behind"
