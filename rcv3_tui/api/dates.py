"""Times of day as HTTP writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_TODAYS_FORM: Final = re.compile(
    r"[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT", re.ASCII
)
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


def http_date(text: str) -> datetime:
    """Read a time of day.

    Args:
        text: The form that servers must write (RFC 9110, section 5.6.7), or any that mail knows.

    Returns:
        With a time zone; UTC where the text names none.

    Raises:
        ValueError: It is none.
    """
    # One is read before the first row is there, and the parser of mail is long to load.
    if found := _TODAYS_FORM.fullmatch(text):
        day, month, *rest = found.groups()
        place, amiss = divmod(_MONTHS.find(month), 3)
        if place >= 0 and not amiss:
            year, hour, minute, second = map(int, rest)
            # A leap second has no number here.
            return datetime(year, place + 1, int(day), hour, minute, min(second, 59), tzinfo=UTC)
    from email.utils import parsedate_to_datetime

    date = parsedate_to_datetime(text)
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
