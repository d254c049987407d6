"""What the header line says: whose account this is, how true the picture, what is under way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rcv3_tui.settings import Settings
from rcv3_tui.sync.changes import Link, LinkState, SignedIn
from rcv3_tui.tui.formats import Glyphs, age, old_picture
from rcv3_tui.tui.widgets.line import Piece

_WORST = (
    LinkState.REFUSED,
    LinkState.STALE,
    LinkState.CONNECTING,
    LinkState.PARTLY,
    LinkState.PAUSED,
    LinkState.LIVE,
)

_TONES = {
    LinkState.LIVE: "ok",
    LinkState.PAUSED: "warn",
    LinkState.PARTLY: "warn",
    LinkState.CONNECTING: "moving",
    LinkState.STALE: "failed",
    LinkState.REFUSED: "failed",
}

_COUNTED_FROM = 10.0
"""Seconds between refreshes from which on the time to the next one is counted down."""

_STEP = 5
"""Seconds between two changes of the countdown: each costs bytes on the operator's line."""


def worst_of(links: Collection[Link]) -> Link | None:
    """Give the link that an operator has to know of first; None when there is none."""
    return min(links, key=lambda link: _WORST.index(link.state), default=None)


def heading(
    settings: Settings,
    signed_in: SignedIn | None,
    links: Collection[Link],
    *,
    read_only: bool,
    under_way: int,
    attention: int = 0,
    now: datetime,
    signs: Glyphs,
) -> tuple[list[Piece], list[Piece]]:
    """Write the header.

    Args:
        settings: Profile and what it is protected by.
        signed_in: The account, once it is open.
        links: The regions' connections.
        read_only: Changes are off.
        under_way: Operations that have not ended.
        attention: Things that need attention.
        now: The time of day.
        signs: The glyphs of this terminal.

    Returns:
        The pieces from the left and those at the right end.
    """
    dot = f" {signs.dot} "
    left = [Piece(" "), Piece("rcv3 ", "accent", spare=9)]
    left.append(Piece(f" {settings.profile} ", "profile"))
    if signed_in is not None:
        left.append(Piece(f" {','.join(signed_in.regions)}", "strong"))
        left.append(Piece(dot, "muted", spare=4))
        left.append(Piece("tenant ", "muted", spare=6))
        left.append(Piece(signed_in.tenant, "strong", spare=4))
    if settings.protected:
        left.append(Piece(f"{dot}PROTECTED", "warn"))
    if read_only:
        left.append(Piece(f"{dot}READ-ONLY", "warn"))
    right: list[Piece] = []
    if attention:
        verb = "needs" if attention == 1 else "need"
        right.append(Piece(f"! {attention}", "failed", spare=3))
        right.append(Piece(f" {verb} attention", "failed", spare=5))
        right.append(Piece(dot, "muted", spare=3))
    if under_way:
        noun = "operation" if under_way == 1 else "operations"
        right.append(Piece(f"{under_way}", "moving", spare=2))
        right.append(Piece(f" {noun}", "moving", spare=5))
        right.append(Piece(dot, "muted", spare=2))
    link = worst_of(links)
    if link is not None:
        right += _link_pieces(link, now, dot, signs)
    right.append(Piece(" "))
    return left, right


def _link_pieces(link: Link, now: datetime, dot: str, signs: Glyphs) -> list[Piece]:
    tone = _TONES[link.state]
    pieces = []
    if link.kept_from is not None:
        pieces.append(Piece(old_picture(link.kept_from, now), "failed"))
        pieces.append(Piece(dot, "muted"))
    pieces.append(Piece(link.state.value, tone))
    if link.state in (LinkState.STALE, LinkState.REFUSED, LinkState.PAUSED):
        if link.as_of is not None:
            pieces.append(Piece(f" {age(link.as_of, now)}", tone))
    elif link.kept_from is not None:
        # Until it is read anew nothing else matters as much.
        pass
    elif link.interval < _COUNTED_FROM:
        # A countdown this short would tick for ever and tell nothing.
        pieces.append(Piece(f"{dot}every {link.interval:g}s", "muted", spare=8))
    elif link.next_refresh is not None:
        left = (link.next_refresh - now).total_seconds()
        # As wide for one digit as for two, like the requests below: else all that stands before it
        # would move, and be written anew, each time.
        steps = max(0, -(-int(left) // _STEP) * _STEP)
        pieces.append(
            Piece(f"{dot}next {steps:>2}s" if steps else f"{dot}next now", "muted", spare=8)
        )
    if link.cause and link.state is not LinkState.PARTLY:
        cause = link.cause if len(link.cause) <= 60 else link.cause[:59] + signs.ellipsis
        # The panes' titles and the message line have it as well.
        pieces.append(Piece(f": {cause}", tone, spare=5))
    pieces.append(Piece(f"{dot}{link.used:>2}/{link.allowed}", "muted", spare=7))
    pieces.append(Piece(" req/min", "muted", spare=10))
    return pieces
