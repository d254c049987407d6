"""The way to Identity: proxy, name, TLS, and whose clock is wrong."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from rcv3_tui.api.errors import ApiError, NotReached
from rcv3_tui.api.http import Call, Http, is_loopback
from rcv3_tui.api.trust import tls_context
from rcv3_tui.clock import Clock
from rcv3_tui.doctor.finding import Finding, fail, note, ok, warn
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Settings

_SKEW_NOTED = 30.0
"""Seconds by which a clock may be off before it is worth a word."""

_SKEW_HARMFUL = 300.0
"""Seconds by which it is off when tokens seem to be over early or late."""

_SOON = 14
"""Days before its end that a certificate is worth a word."""


async def look(http: Http, settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Go step by step to Identity; the last step tells whether it can be reached.

    Args:
        http: The client that all requests go through.
        settings: Where Identity is, which authorities are trusted.
        clock: What this machine takes for the time.

    Yields:
        Findings; after one that fails the rest makes no sense.
    """
    parts = urlsplit(settings.identity_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    proxy = None if is_loopback(host) else _proxy(host, parts.scheme)
    if proxy:
        yield note("proxy", f"requests go through {proxy}", "unset HTTPS_PROXY to go directly")
    else:
        yield await _name(host, port, settings)
        if parts.scheme == "https":
            yield await _tls(host, port, settings)
        else:
            yield note("tls", f"none: {host} is this machine itself")
    async for finding in _identity(http, settings, clock):
        yield finding


def _proxy(host: str, scheme: str) -> str:
    """Name the proxy that the environment has for a host; never with its password."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    if proxy_bypass(host):
        return ""
    url = proxies.get(scheme) or proxies.get("all") or ""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return parts.hostname or ""


async def _name(host: str, port: int, settings: Settings) -> Finding:
    if _is_address(host):
        return ok("dns", f"{host} is an address, no name")
    loop = asyncio.get_running_loop()
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


async def _tls(host: str, port: int, settings: Settings) -> Finding:
    """Open one connection and look at the certificate."""
    try:
        async with asyncio.timeout(settings.timeout):
            _, writer = await asyncio.open_connection(
                host, port, ssl=tls_context(settings.ca_bundle)
            )
    except ssl.SSLCertVerificationError as error:
        return fail(
            "tls",
            f"{host}: the certificate does not verify ({error.verify_message.lower()})",
            "name your authority with --ca-bundle FILE; is the clock right?",
            ExitCode.UNREACHABLE,
        )
    except ssl.SSLError as error:
        reason = (error.reason or "failed").replace("_", " ").lower()
        return fail(
            "tls",
            f"{host}:{port}: TLS: {reason}",
            "is the address right (--identity-url), and no proxy in the way?",
            ExitCode.UNREACHABLE,
        )
    except (OSError, TimeoutError) as error:
        why = "no answer" if isinstance(error, TimeoutError) else error.strerror or "no connection"
        return fail(
            "tls",
            f"{host}:{port}: {why.lower()}",
            "check the firewall, the VPN, and whether a proxy is needed (HTTPS_PROXY)",
            ExitCode.UNREACHABLE,
        )
    tls = writer.get_extra_info("ssl_object")
    writer.close()
    if not isinstance(tls, ssl.SSLObject):
        return ok("tls", f"{host}: connected")
    ends = _end_of(tls)
    text = f"{host}: {tls.version()}, certificate verified"
    if ends is None:
        return ok("tls", text)
    left = (ends - datetime.now(UTC)).days
    if left < _SOON:
        return warn("tls", f"{text}, which ends in {left} days", "tell whoever runs it")
    return ok("tls", f"{text}, good until {ends:%Y-%m-%d}")


def _end_of(tls: ssl.SSLObject) -> datetime | None:
    ends = (tls.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


async def _identity(http: Http, settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Ask Identity for something that needs no credentials; its answer has the time of day."""
    url = settings.identity_url
    try:
        began = clock.monotonic()
        reply = await http.exchange(Call("GET", url), operation="look at Identity", target=url)
    except NotReached as error:
        yield fail(
            "identity",
            f"{url}: {error.cause}",
            "check the address (--identity-url), the network and the proxy",
            ExitCode.UNREACHABLE,
        )
        return
    except ApiError as error:
        yield fail(
            "identity",
            f"{url}: {error.came_back}",
            "check the address (--identity-url)",
            ExitCode.SERVICE_ERROR,
        )
        return
    took = (clock.monotonic() - began) * 1000
    if reply.status >= 500:
        yield fail(
            "identity",
            f"{url} answers {reply.status}",
            "wait and try again; if it stays, ask Rackspace Support",
            ExitCode.SERVICE_ERROR,
        )
        return
    yield ok("identity", f"{url} answers in {took:.0f} ms")
    if reply.date is None:
        yield note("clock", "Identity does not tell the time")
        return
    ahead = (clock.now() - reply.date).total_seconds()
    if abs(ahead) < _SKEW_NOTED:
        yield ok("clock", f"within {_SKEW_NOTED:.0f} s of Identity's")
        return
    words = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Identity's"
    todo = "set it: timedatectl set-ntp true"
    harmful = abs(ahead) >= _SKEW_HARMFUL
    yield warn("clock", words, todo) if harmful else note("clock", words, todo)
