"""Clocks of the simulator, and the timestamp formats of the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from typing import Final

Clock = Callable[[], float]
"""Returns the time: seconds since 1970 UTC."""

DEFAULT_START: Final = datetime(2026, 1, 15, 12, 0, 0, tzinfo=UTC)
"""The default start of a `ManualClock`."""


class ManualClock:
    """A clock that does not move until it is advanced.

    Call it for the time in seconds since 1970 UTC.
    """

    def __init__(self, start: datetime | float = DEFAULT_START) -> None:
        """Set the clock.

        Args:
            start: the first reading, seconds since 1970 UTC or a datetime (UTC when zoneless).
        """
        if isinstance(start, datetime):
            zoned = start if start.tzinfo else start.replace(tzinfo=UTC)
            self._seconds = zoned.timestamp()
        else:
            self._seconds = float(start)

    def __call__(self) -> float:
        """Read the clock: seconds since 1970 UTC."""
        return self._seconds

    def advance(self, seconds: float) -> float:
        """Advance the clock.

        Args:
            seconds: not negative.

        Returns:
            The new reading.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._seconds += seconds
        return self._seconds


def format_timestamp(seconds: float) -> str:
    """Format a time like RackConnect: Z, up to three digits, trailing zeros cut.

    Source: RackConnect API reference, section on timestamps.
    """
    whole, milli = divmod(round(seconds * 1000), 1000)
    return _to_the_second(whole) + _FRACTIONS[milli]


def _to_the_second(whole: int) -> str:
    days, rest = divmod(whole, 86400)
    return _date(days) + _MINUTES[rest // 60] + _SECONDS[rest % 60]


# Looked up rather than formatted: a list of ten thousand records has forty thousand timestamps.
_MINUTES = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(24 * 60)]
_SECONDS = [f"{second:02d}" for second in range(60)]
_FRACTIONS = ["Z", *(f".{milli:03d}".rstrip("0") + "Z" for milli in range(1, 1000))]


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    return datetime.fromtimestamp(days * 86400, UTC).date().isoformat()


def format_timestamp_or_none(seconds: float | None) -> str | None:
    """Format an optional time."""
    return None if seconds is None else format_timestamp(seconds)


def format_nova_timestamp(seconds: float) -> str:
    """Format a time like Cloud Servers: Z, never a fraction."""
    return f"{_to_the_second(int(seconds))}Z"


def format_identity_timestamp(seconds: float) -> str:
    """Format a time like Identity: Z, always three digits."""
    whole, milli = divmod(round(seconds * 1000), 1000)
    return f"{_to_the_second(whole)}.{milli:03d}Z"


def format_http_date(seconds: float) -> str:
    """Format a time for the `Date` header."""
    return formatdate(seconds, usegmt=True)
