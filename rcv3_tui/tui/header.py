"""The header line: account, freshness of the data, running operations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from rcv3_tui.model.diagnostics import Severity
from rcv3_tui.model.status import Phase
from rcv3_tui.settings import Settings
from rcv3_tui.sync.events import ConnectionState, ConnectionStatus, SignedIn
from rcv3_tui.tui.change_rows import MAX_ROWS
from rcv3_tui.tui.widgets.status_line import StyledText
from rcv3_tui.views.formatting import (
    SEVERITY_SIGNS,
    Glyphs,
    format_age,
    format_moment,
    format_stale,
)

_WORST = (
    ConnectionState.REFUSED,
    ConnectionState.STALE,
    ConnectionState.CONNECTING,
    ConnectionState.PARTLY_LIVE,
    ConnectionState.PAUSED,
    ConnectionState.LIVE,
)

_TONES = {
    ConnectionState.LIVE: "ok",
    ConnectionState.PAUSED: "warn",
    ConnectionState.PARTLY_LIVE: "warn",
    ConnectionState.CONNECTING: "moving",
    ConnectionState.STALE: "failed",
    ConnectionState.REFUSED: "failed",
}

_COUNTED_FROM = 10.0
"""Least refresh interval, in seconds, with a countdown to the next refresh."""

_STEP = 5
"""Seconds between two steps of the countdown: each costs bytes on the connection."""


def worst_state(links: Collection[ConnectionStatus]) -> ConnectionStatus | None:
    """Return the connection in the worst state; None if there is none."""
    return min(links, key=lambda link: _WORST.index(link.state), default=None)


def header_pieces(
    settings: Settings,
    signed_in: SignedIn | None,
    links: Collection[ConnectionStatus],
    *,
    read_only: bool,
    under_way: int,
    attention: int = 0,
    missed: int = 0,
    left_at: datetime | None = None,
    now: datetime,
    signs: Glyphs,
) -> tuple[list[StyledText], list[StyledText]]:
    """Return the text of the header.

    Args:
        settings: The profile and its protection.
        signed_in: The account, after the sign-in.
        links: The regions' connections.
        read_only: Changes are disabled.
        under_way: The number of running operations.
        attention: The number of findings.
        missed: The number of changes since the operator left, until they were listed.
        left_at: When that was.
        now: The current time.
        signs: The glyphs of this terminal.

    Returns:
        The pieces at the left end and those at the right end.
    """
    dot = f" {signs.dot} "
    left = [StyledText(" "), StyledText("rcv3 ", "accent", spare=9)]
    left.append(StyledText(f" {settings.profile} ", "profile"))
    if signed_in is not None:
        left += _region_pieces(signed_in.regions, links, signs)
        left.append(StyledText(dot, "muted", spare=4))
        left.append(StyledText("tenant ", "muted", spare=6))
        left.append(StyledText(signed_in.tenant, "strong", spare=4))
    if settings.protected:
        left.append(StyledText(f"{dot}PROTECTED", "warn"))
    if read_only:
        left.append(StyledText(f"{dot}READ-ONLY", "warn"))
    right: list[StyledText] = []
    if attention:
        verb = "needs" if attention == 1 else "need"
        right.append(StyledText(f"! {attention}", "failed", spare=3))
        right.append(StyledText(f" {verb} attention", "failed", spare=5))
        right.append(StyledText(dot, "muted", spare=3))
    if missed and left_at is not None:
        # No more are held in memory.
        noun = "change" if missed == 1 else "changes" if missed < MAX_ROWS else "or more changes"
        right.append(StyledText(f"{missed} {noun}", "accent", spare=4))
        when = format_moment(left_at, now)
        right.append(StyledText(f" since you left ({when})", "accent", spare=6))
        right.append(StyledText(dot, "muted", spare=4))
    if under_way:
        noun = "operation" if under_way == 1 else "operations"
        right.append(StyledText(f"{under_way}", "moving", spare=2))
        right.append(StyledText(f" {noun}", "moving", spare=5))
        right.append(StyledText(dot, "muted", spare=2))
    link = worst_state(links)
    if link is not None:
        right += _link_pieces(link, now, dot, signs, _regions_of(link, links))
    right.append(StyledText(" "))
    return left, right


def _region_pieces(
    regions: Sequence[str], links: Collection[ConnectionStatus], signs: Glyphs
) -> list[StyledText]:
    """Return the names of the regions; of several, each with its state."""
    if len(regions) == 1:
        return [StyledText(f" {regions[0]}", "strong")]
    states = {link.region: link.state for link in links}
    pieces = []
    for region in regions:
        state = states.get(region, ConnectionState.CONNECTING)
        pieces.append(StyledText(f" {_sign_of(state, signs)}", _TONES[state]))
        pieces.append(StyledText(region, "strong"))
    return pieces


def _sign_of(state: ConnectionState, signs: Glyphs) -> str:
    """Return the sign of a connection's state, which is readable without its color."""
    match state:
        case ConnectionState.LIVE:
            return signs.of(Phase.STABLE)
        case ConnectionState.CONNECTING:
            return signs.of(Phase.TRANSITIONING)
        case ConnectionState.PAUSED:
            return signs.of(Phase.OFF)
        case ConnectionState.PARTLY_LIVE:
            return SEVERITY_SIGNS[Severity.WARNING]
        case _:
            return signs.of(Phase.FAILED)


def _regions_of(worst: ConnectionStatus, links: Collection[ConnectionStatus]) -> str:
    """Return the regions in the state that is shown; empty if all are."""
    if len(links) < 2 or worst.state in (ConnectionState.LIVE, ConnectionState.PAUSED):
        return ""
    return f"{','.join(link.region for link in links if link.state is worst.state)} "


def _link_pieces(
    link: ConnectionStatus, now: datetime, dot: str, signs: Glyphs, regions: str
) -> list[StyledText]:
    tone = _TONES[link.state]
    pieces = []
    if regions:
        # Other regions may be live.
        pieces.append(StyledText(regions, tone))
    if link.cached_since is not None:
        pieces.append(StyledText(format_stale(link.cached_since, now), "failed"))
        pieces.append(StyledText(dot, "muted"))
    pieces.append(StyledText(link.state.value, tone))
    if link.state in (ConnectionState.STALE, ConnectionState.REFUSED, ConnectionState.PAUSED):
        if link.as_of is not None:
            pieces.append(StyledText(f" {format_age(link.as_of, now)}", tone))
    elif link.cached_since is not None:
        # Cached data matters more than the rest until it is refreshed.
        pass
    elif link.interval < _COUNTED_FROM:
        # Such a short countdown carries no information.
        pieces.append(StyledText(f"{dot}every {link.interval:g}s", "muted", spare=8))
    elif link.next_refresh is not None:
        left = (link.next_refresh - now).total_seconds()
        # The same width for one digit as for two, like the requests below: otherwise the text
        # before it moves, and is written again, each time.
        steps = max(0, -(-int(left) // _STEP) * _STEP)
        pieces.append(
            StyledText(f"{dot}next {steps:>2}s" if steps else f"{dot}next now", "muted", spare=8)
        )
    if link.cause and link.state is not ConnectionState.PARTLY_LIVE:
        cause = link.cause if len(link.cause) <= 60 else link.cause[:59] + signs.ellipsis
        # The panes' titles and the message line show it as well.
        pieces.append(StyledText(f": {cause}", tone, spare=5))
    pieces.append(StyledText(f"{dot}{link.used:>2}/{link.allowed}", "muted", spare=7))
    pieces.append(StyledText(" req", "muted", spare=10))
    pieces.append(StyledText("/min", "muted", spare=11))
    return pieces
