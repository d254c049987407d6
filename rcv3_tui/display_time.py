"""The time zone in which times are shown: UTC, or that of this machine.

It is one setting for the console and the output of all commands, so that no two times are in
different zones. JSON and the service's own records stay as they are, in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum


class DisplayZone(StrEnum):
    """A value of the setting `time_zone`."""

    UTC = "utc"
    LOCAL = "local"


_zone = DisplayZone.UTC


def use_zone(zone: DisplayZone) -> None:
    """Show all times in a zone from now on."""
    global _zone
    _zone = zone


def in_zone(time: datetime) -> datetime:
    """Return a time in the zone of the screen."""
    # The local offset of that time: it may differ from the present one by an hour.
    return time.astimezone(UTC) if _zone is DisplayZone.UTC else time.astimezone()


def zone_name(time: datetime | None = None) -> str:
    """Return the name of the zone at a time, by default for a label of several times."""
    if _zone is DisplayZone.UTC:
        return "UTC"
    return "local" if time is None else in_zone(time).tzname() or "local"


def is_utc() -> bool:
    """Return whether times are shown in UTC."""
    return _zone is DisplayZone.UTC


def when_label() -> str:
    """Return the label of a column of times; as short as they are."""
    return "WHEN UTC" if _zone is DisplayZone.UTC else "LOCAL"
