"""Formats of times and durations."""

from __future__ import annotations

from datetime import UTC, datetime


def elapsed(seconds: float) -> str:
    """Format a duration in about four characters: `12s`, `5m`, `3h20`, `45d`, `8y`."""
    whole = max(0, int(seconds))
    if whole < 100:
        return f"{whole}s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes}m"
    hours = minutes // 60
    if hours < 24:
        return f"{hours}h{minutes % 60:02d}"
    days = hours // 24
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def rfc3339(time: datetime) -> str:
    """Return a time as RFC 3339 in UTC, with a fraction if it has one: `...:18.26Z`."""
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.rstrip('0') if '.' in text else text}Z"
