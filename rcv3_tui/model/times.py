"""How lengths of time are written where there is little room."""

from __future__ import annotations


def elapsed(seconds: float) -> str:
    """Write a length of time in at most four signs or so: `12s`, `5m`, `3h20`, `45d`, `8y`."""
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
