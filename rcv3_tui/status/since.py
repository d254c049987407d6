"""Times as the command line takes them: `2h`, `14:02`, `2026-11-30T14:02Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from rcv3_tui.model.filters.comparisons import parse_duration
from rcv3_tui.status.options import InvalidOption
from rcv3_tui.suggest import quote_value

_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def parse_since(text: str, now: datetime) -> datetime:
    """Return the time that a text names, in UTC.

    Args:
        text: A duration before now (`2h`, `1h30m`), a time of day of the last 24 hours in UTC, or a
            date with or without a time, in UTC unless it has a zone.
        now: The current time.

    Raises:
        InvalidOption: It is none of these.
    """
    text = text.strip()
    found = _TIME_OF_DAY.fullmatch(text)
    try:
        seconds = parse_duration(text)
        if seconds is not None:
            return now - timedelta(seconds=seconds)
        if found is not None:
            hour, minute, second = (int(part or 0) for part in found.groups())
            today = now.astimezone(UTC).replace(
                hour=hour, minute=minute, second=second, microsecond=0
            )
            return today if today <= now else today - timedelta(days=1)
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise InvalidOption(
            f"--since: {quote_value(text)} is no time; write 2h, 14:02 or 2026-11-30T14:02Z"
        ) from error
