"""The header line: whose account, how true, what is under way."""

from __future__ import annotations

from datetime import timedelta

from rcv3_tui.settings import Settings
from rcv3_tui.sync.changes import Link, LinkState, SignedIn
from rcv3_tui.tui.formats import ASCII
from rcv3_tui.tui.heading import heading, worst_of
from tests.unit.rows import NOW, ago

SIGNED_IN = SignedIn(tenant="123456", user="ops", regions=("IAD", "DFW"))


def header(
    *links: Link,
    settings: Settings | None = None,
    signed_in: SignedIn | None = SIGNED_IN,
    read_only: bool = False,
    under_way: int = 0,
) -> str:
    left, right = heading(
        settings or Settings(profile="acme"),
        signed_in,
        links,
        read_only=read_only,
        under_way=under_way,
        now=NOW,
        signs=ASCII,
    )
    return "".join(piece.text for piece in (*left, *right))


def test_before_the_sign_in_only_the_profile_is_known() -> None:
    assert header(signed_in=None).split() == ["rcv3", "acme"]


def test_profile_regions_and_tenant_are_named() -> None:
    text = header()
    for words in ("acme", "IAD,DFW", "tenant 123456"):
        assert words in text


def test_protection_and_read_only_are_words() -> None:
    assert "PROTECTED" in header(settings=Settings(protected=True))
    assert "READ-ONLY" in header(read_only=True)
    assert "READ-ONLY" not in header()


def test_operations_under_way_are_counted() -> None:
    assert "1 operation |" in header(under_way=1)
    assert "2 operations |" in header(under_way=2)
    assert "operation" not in header()


def test_a_live_link_counts_down_in_steps() -> None:
    link = Link("IAD", LinkState.LIVE, next_refresh=NOW + timedelta(seconds=12), interval=15.0)
    assert "live | next 15s" in header(link)
    assert "next now" in header(Link("IAD", LinkState.LIVE, next_refresh=ago(1), interval=15.0))


def test_a_short_interval_is_named_and_not_counted() -> None:
    assert "every 5s" in header(Link("IAD", LinkState.LIVE, next_refresh=NOW, interval=5.0))


def test_a_stale_link_says_how_old_the_picture_is_and_why() -> None:
    link = Link("IAD", LinkState.STALE, as_of=ago(45), cause="connection refused", interval=15.0)
    assert "stale 45s: connection refused" in header(link)


def test_a_long_cause_is_cut() -> None:
    text = header(Link("IAD", LinkState.STALE, as_of=ago(45), cause="x" * 200))
    assert "x" * 59 + "~" in text
    assert "x" * 60 not in text


def test_the_budget_is_told() -> None:
    assert "7/30 req/min" in header(Link("IAD", LinkState.LIVE, used=7, allowed=30))


def test_the_worst_of_several_links_is_what_has_to_be_known() -> None:
    live, stale = Link("IAD", LinkState.LIVE), Link("DFW", LinkState.STALE)
    assert worst_of([live, stale]) is stale
    assert worst_of([]) is None
    for state in LinkState:
        assert worst_of([Link("IAD", state), Link("DFW", LinkState.LIVE)]) is not None


def test_what_must_not_go_for_want_of_room_cannot_go() -> None:
    left, right = heading(
        Settings(profile="acme", protected=True),
        SIGNED_IN,
        [Link("IAD", LinkState.STALE, as_of=ago(45), cause="broken")],
        read_only=True,
        under_way=1,
        now=NOW,
        signs=ASCII,
    )
    kept = "".join(piece.text for piece in (*left, *right) if piece.spare == 0)
    for words in ("acme", "IAD", "PROTECTED", "READ-ONLY", "stale 45s"):
        assert words in kept


def test_a_count_of_one_digit_moves_nothing_that_stands_before_it() -> None:
    later = NOW + timedelta(seconds=10)
    sooner = NOW + timedelta(seconds=4)
    two = header(Link("IAD", LinkState.LIVE, next_refresh=later, interval=15.0, used=12))
    one = header(Link("IAD", LinkState.LIVE, next_refresh=sooner, interval=15.0, used=7))
    assert len(two) == len(one)
