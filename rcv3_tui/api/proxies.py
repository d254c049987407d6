"""The environment's proxy for a host, and the variable that names it.

The rules are curl's: a variable in lower case wins; `no_proxy` lists domains (with their
subdomains), addresses and networks, separated by commas or blanks. An entry without meaning is
ignored: it was written for another program.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.settings import is_loopback

_NO_PROXY: Final = ("no_proxy", "NO_PROXY")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class EnvironmentProxy(Struct, frozen=True):
    """A proxy that an environment variable names. Its URL may contain a password."""

    url: str
    """With a scheme."""
    variable: str

    def __repr__(self) -> str:
        return f"EnvironmentProxy({self.label}, {self.variable})"

    @property
    def label(self) -> str:
        """Host and port without user and password, for display."""
        where = self.url.partition("://")[2].rpartition("@")[2].partition("/")[0]
        return escape_controls(where.partition("?")[0]) or "?"


def proxy_for(url: str, environ: Mapping[str, str]) -> EnvironmentProxy | None:
    """Return the proxy for requests to a URL.

    Args:
        url: The URL of the request.
        environ: The environment.

    Returns:
        The proxy; None for a direct connection. This machine is always reached directly, since a
        proxy could read the token of a plain http request.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".").lower()
    if is_loopback(host) or _is_excepted(host, parts.port or _DEFAULT_PORTS.get(scheme), environ):
        return None
    for variable in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        # curl ignores HTTP_PROXY too: a web server may set it from a header of a request.
        if variable != "HTTP_PROXY" and (named := environ.get(variable, "").strip()):
            return EnvironmentProxy(named if "://" in named else f"http://{named}", variable)
    return None


def _is_excepted(host: str, port: int | None, environ: Mapping[str, str]) -> bool:
    listed = next((environ[name] for name in _NO_PROXY if environ.get(name)), "")
    addresses = _addresses(host)
    return any(_matches(entry, host, addresses, port) for entry in _entries(listed))


def _entries(listed: str) -> Iterator[str]:
    for entry in re.split(r"[,;\s]+", listed):
        # Some tools write URLs.
        bare = entry.partition("://")[2] or entry
        if bare := bare.rstrip("/").lower():
            yield bare


def _matches(entry: str, host: str, addresses: list[_Address], port: int | None) -> bool:
    if entry == "*":
        return True
    bracketed = re.fullmatch(r"\[([^\]]*)\](/\d+)?(?::(\d+))?", entry)
    if bracketed is not None:
        name, wanted = bracketed[1] + (bracketed[2] or ""), bracketed[3]
    elif entry.count(":") == 1:
        name, _, wanted = entry.partition(":")
    else:
        name, wanted = entry, None
    if wanted and (not wanted.isdecimal() or int(wanted) != port):
        return False
    if addresses:
        return any(_holds(name, address) for address in addresses)
    domain = name.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _holds(name: str, address: _Address) -> bool:
    try:
        return address in ipaddress.ip_network(name.partition("%")[0], strict=False)
    except ValueError:
        return False


def _addresses(host: str) -> list[_Address]:
    """Return the address that a host is, also as IPv4 where it is one written as IPv6."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return []
    mapped = getattr(found, "ipv4_mapped", None)
    return [found, mapped] if isinstance(mapped, ipaddress.IPv4Address) else [found]
