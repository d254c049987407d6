"""An httpx transport to the network, directly or through the environment's proxy for the host."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import ssl
import sys

import httpx

from rcv3_tui.api.proxies import EnvironmentProxy, proxy_for
from rcv3_tui.api.resolver import use_daemon_resolver
from rcv3_tui.model.text_safety import escape_controls

_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=60.0)
"""Each of six regions has two services with at most eight requests at a time; none waits for
another's, and none loses its connection to another's."""

if importlib.util.find_spec("sniffio") is None:
    # httpcore tries to import it several times per request, and Python would search all of
    # `sys.path` each time. None says that there is no such module.
    sys.modules["sniffio"] = None  # type: ignore[assignment]


class ProxyUnavailable(httpx.ProxyError):
    """A proxy cannot be used; the text names the proxy and its environment variable."""


class NetworkTransport(httpx.AsyncBaseTransport):
    """Sends each request directly or through a proxy, created when a request first needs it.

    An unusable proxy fails the requests that would go through it, and no others.

    Args:
        context: Verifies certificates.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._direct = httpx.AsyncHTTPTransport(verify=context, limits=_LIMITS, trust_env=False)
        self._proxied: dict[EnvironmentProxy, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            ProxyUnavailable: The proxy cannot be used, does not respond or rejects the connection.
            httpx.TransportError: As raised by httpx's own transport.
        """
        use_daemon_resolver(asyncio.get_running_loop())
        proxy = proxy_for(str(request.url), os.environ)
        if proxy is None:
            return await self._direct.handle_async_request(request)
        transport = self._through(proxy)
        problem = ""
        try:
            return await transport.handle_async_request(request)
        except httpx.ConnectTimeout:
            problem = "does not respond in time"
        except httpx.ConnectError as error:
            if _is_about_tls(error):
                # The proxy has connected: the certificate is the host's.
                raise
            problem = "does not respond: check its address, or unset the variable"
        except httpx.ProxyError as error:
            problem = _refusal(str(error), request.url.host, proxy.variable)
        # Not chained: httpx's error may quote the proxy's password.
        raise ProxyUnavailable(f"the proxy {proxy.label} (from {proxy.variable}) {problem}")

    async def aclose(self) -> None:
        """Close all connections."""
        await self._direct.aclose()
        for transport in self._proxied.values():
            await transport.aclose()

    def _through(self, proxy: EnvironmentProxy) -> httpx.AsyncHTTPTransport:
        made = self._proxied.get(proxy)
        if made is None:
            self._proxied[proxy] = made = self._make(proxy)
        return made

    def _make(self, proxy: EnvironmentProxy) -> httpx.AsyncHTTPTransport:
        url = re.sub(r"^socks://", "socks5://", proxy.url, flags=re.IGNORECASE)
        problem = ""
        try:
            return httpx.AsyncHTTPTransport(
                verify=self._context, limits=_LIMITS, trust_env=False, proxy=httpx.Proxy(url)
            )
        except ImportError:
            problem = (
                "is a SOCKS proxy, which needs the package socksio: install it, unset the "
                "variable, or name the host in no_proxy"
            )
        except (ValueError, httpx.InvalidURL):
            problem = (
                "cannot be used: write it as http://host:port, unset the variable, or name the "
                "host in no_proxy"
            )
        raise ProxyUnavailable(f"the proxy {proxy.label} (from {proxy.variable}) {problem}")


def _refusal(answer: str, host: str, variable: str) -> str:
    """Describe a proxy's refusal; httpx passes on its status line, or the message of SOCKS."""
    if answer.startswith("407"):
        return (
            "wants a user name and password (407): write them into "
            f"{variable} as http://user:password@host:port"
        )
    return f"does not connect to {host}: {escape_controls(answer[:100]) or 'no reason given'}"


def _is_about_tls(error: BaseException) -> bool:
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        if isinstance(current, ssl.SSLError):
            return True
        seen.append(current)
        current = current.__cause__ or current.__context__
    # Some libraries pass on only the system's message.
    return "ssl" in str(error).lower() or "certificate" in str(error).lower()
