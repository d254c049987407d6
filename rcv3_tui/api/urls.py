"""Which URLs may receive a secret."""

from __future__ import annotations

from typing import Final

import httpx

from rcv3_tui.api.errors import InsecureEndpoint
from rcv3_tui.settings import is_loopback

MAX_URL: Final = 60_000
"""Characters of a URL that can be sent."""


def require_secure_url(url: str, *, operation: str) -> str:
    """Reject a URL that must not receive a secret.

    Args:
        url: Where requests are to be sent.
        operation: What for: `sign in`.

    Returns:
        The URL, without surrounding whitespace and trailing slash.

    Raises:
        InsecureEndpoint: It is not https (plain http is allowed for loopback only), has no host,
            or contains a user name or password.
    """
    bare = url.strip().rstrip("/")
    try:
        # Parsed by the library that sends the request, so the URL cannot be read in two ways.
        parsed = httpx.URL(bare)
    except (httpx.InvalidURL, ValueError):
        raise InsecureEndpoint("the address is not a URL", operation=operation) from None
    scheme, host = parsed.scheme, parsed.host
    if parsed.userinfo:
        raise InsecureEndpoint(
            "the address must not contain a user name or password",
            operation=operation,
            target=host,
        )
    if scheme not in ("http", "https") or not host:
        raise InsecureEndpoint(
            "the address has to begin with https://", operation=operation, target=host
        )
    if scheme == "http" and not is_loopback(host):
        raise InsecureEndpoint(
            "plain http is refused, since a secret would be readable on the way; use https",
            operation=operation,
            target=host,
        )
    return bare
