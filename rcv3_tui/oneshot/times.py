"""How moments are written: RFC 3339, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from rcv3_tui.api.records import moment


def rfc3339(time: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, with a fraction where it has one: `...:18.26Z`."""
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.rstrip('0') if '.' in text else text}Z"


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def in_utc(text: str) -> str:
    """Give a service's time as RFC 3339 in UTC; what is so already, or is no time, as it is.

    Args:
        text: With `Z`, an offset or neither, which means UTC (RackConnect API reference, 6).
    """
    if _RFC3339.fullmatch(text):
        return text
    found = moment(text)
    return text if found is None else rfc3339(found)
