"""Parses how long a service asks clients to wait, in every form that gateways write it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from rcv3_tui.api.http_client import parse_http_date
from rcv3_tui.api.rate_limit import ONE_MINUTE

MAX_WAIT: Final = 3600.0
"""Seconds above which a wait is implausible."""

_SHORTEST: Final = 1.0
"""Seconds of the shortest wait."""

_MOST_BYTES: Final = 64 * 1024

_IN_BODY: Final = re.compile(
    r"""\bretry[-_ ]?(?:after|at)["']?\s*[:=>]\s*(?:(["'])(.{0,60}?)\1|([^"',}\]<>\s]{1,40}))""",
    re.IGNORECASE,
)
"""`retryAfter` or `retryAt` as a member of JSON at any depth, or in XML."""

_SECONDS: Final = re.compile(
    r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(?:s|secs?|seconds?)?", re.IGNORECASE | re.ASCII
)
_ZONE_BY_NAME: Final = re.compile(r"\s*(?:UTC|GMT)$", re.IGNORECASE)


def parse_retry_after(headers: Mapping[str, str], body: bytes, now: datetime) -> float | None:
    """Parse how long the service asks to wait.

    Args:
        headers: `Retry-After` in seconds or as a date; looked up in lower case.
        body: An over-limit response has `retryAfter` or `retryAt`, in seconds or as a time
            (RackConnect API reference, sections 8.5 and 14).
        now: The service's time of day, for a wait given as a time.

    Returns:
        Seconds, from 1 to `MAX_WAIT`; `ONE_MINUTE` for an implausible value: zero, a negative
        number, a time in the past, more than an hour, neither number nor time. None when the
        response names no wait.
    """
    named = [*_in_headers(headers), *_in_body(body)]
    if not named:
        return None
    waits = (wait for text in named if (wait := _plausible(text, now)) is not None)
    return next(waits, ONE_MINUTE)


def _in_headers(headers: Mapping[str, str]) -> Iterator[str]:
    header = headers.get("retry-after")
    if header and header.strip():
        yield header
        # The header came more than once; a date holds a comma of its own.
        yield from header.split(",") if "," in header else ()


def _in_body(body: bytes) -> Iterator[str]:
    for found in _IN_BODY.finditer(body[:_MOST_BYTES].decode("utf-8", "replace")):
        yield found.group(2) or found.group(3) or ""


def _plausible(text: str, now: datetime) -> float | None:
    """Return the seconds that a text names; None where they are implausible."""
    seconds = _seconds(text.strip(), now)
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds <= MAX_WAIT:
        return None
    return max(_SHORTEST, seconds)


def _seconds(text: str, now: datetime) -> float | None:
    if found := _SECONDS.fullmatch(text):
        return float(found.group(1))
    for read in (_iso_time, parse_http_date):
        try:
            return (read(text) - now).total_seconds()
        except (ValueError, OverflowError):
            continue
    return None


def _iso_time(text: str) -> datetime:
    time = datetime.fromisoformat(_ZONE_BY_NAME.sub("+00:00", text))
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
