"""The header line: whose account, how true, what is under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from rcv3_tui.settings import Settings
from rcv3_tui.sync.events import ConnectionState, ConnectionStatus, SignedIn
from rcv3_tui.tui.header import header_pieces, worst_state
from rcv3_tui.views.formatting import ASCII
from tests.support.rows import NOW, ago

SIGNED_IN = SignedIn(tenant="123456", user="ops", regions=("IAD", "DFW"))


def header(
    *links: ConnectionStatus,
    settings: Settings | None = None,
    signed_in: SignedIn | None = SIGNED_IN,
    read_only: bool = False,
    under_way: int = 0,
    missed: int = 0,
    left_at: datetime | None = None,
) -> str:
    left, right = header_pieces(
        settings or Settings(profile="acme"),
        signed_in,
        links,
        read_only=read_only,
        under_way=under_way,
        missed=missed,
        left_at=left_at,
        now=NOW,
        signs=ASCII,
    )
    return "".join(piece.text for piece in (*left, *right))


def test_before_the_sign_in_only_the_profile_is_known() -> None:
    assert header(signed_in=None).split() == ["rcv3", "acme"]


def test_profile_regions_and_tenant_are_named() -> None:
    text = header()
    for words in ("acme", "IAD", "tenant 123456"):
        assert words in text


def test_protection_and_read_only_are_words() -> None:
    assert "PROTECTED" in header(settings=Settings(protected=True))
    assert "READ-ONLY" in header(read_only=True)
    assert "READ-ONLY" not in header()


def test_running_operations_are_counted() -> None:
    assert "1 operation |" in header(under_way=1)
    assert "2 operations |" in header(under_way=2)
    assert "operation" not in header()


def test_header_counts_changes_since_the_operator_left() -> None:
    left_at = NOW.replace(hour=11, minute=2)
    assert "1 change since you left (11:02)" in header(missed=1, left_at=left_at)
    assert "7 changes since you left (11:02)" in header(missed=7, left_at=left_at)
    assert "2000 or more changes since" in header(missed=2000, left_at=left_at)
    yesterday = left_at - timedelta(days=1)
    assert f"since you left ({yesterday:%d %b} 11:02)" in header(missed=7, left_at=yesterday)
    assert "since you left" not in header(missed=0, left_at=left_at)


def test_live_link_counts_down_in_steps() -> None:
    link = ConnectionStatus(
        "IAD", ConnectionState.LIVE, next_refresh=NOW + timedelta(seconds=12), interval=15.0
    )
    assert "live | next 15s" in header(link)
    assert "next now" in header(
        ConnectionStatus("IAD", ConnectionState.LIVE, next_refresh=ago(1), interval=15.0)
    )


def test_short_interval_is_named_and_not_counted() -> None:
    assert "every 5s" in header(
        ConnectionStatus("IAD", ConnectionState.LIVE, next_refresh=NOW, interval=5.0)
    )


def test_stale_connection_shows_age_and_cause() -> None:
    link = ConnectionStatus(
        "IAD", ConnectionState.STALE, as_of=ago(45), cause="connection refused", interval=15.0
    )
    assert "stale 45s: connection refused" in header(link)


def test_long_cause_is_cut() -> None:
    text = header(ConnectionStatus("IAD", ConnectionState.STALE, as_of=ago(45), cause="x" * 200))
    assert "x" * 59 + "~" in text
    assert "x" * 60 not in text


def test_rate_limit_is_shown() -> None:
    assert "7/30 req/min" in header(
        ConnectionStatus("IAD", ConnectionState.LIVE, used=7, allowed=30)
    )


def test_worst_connection_is_shown_first() -> None:
    live, stale = (
        ConnectionStatus("IAD", ConnectionState.LIVE),
        ConnectionStatus("DFW", ConnectionState.STALE),
    )
    assert worst_state([live, stale]) is stale
    assert worst_state([]) is None
    for state in ConnectionState:
        assert (
            worst_state(
                [ConnectionStatus("IAD", state), ConnectionStatus("DFW", ConnectionState.LIVE)]
            )
            is not None
        )


def test_pieces_without_spare_are_never_dropped() -> None:
    left, right = header_pieces(
        Settings(profile="acme", protected=True),
        SIGNED_IN,
        [ConnectionStatus("IAD", ConnectionState.STALE, as_of=ago(45), cause="broken")],
        read_only=True,
        under_way=1,
        now=NOW,
        signs=ASCII,
    )
    kept = "".join(piece.text for piece in (*left, *right) if piece.spare == 0)
    for words in ("acme", "IAD", "PROTECTED", "READ-ONLY", "stale 45s"):
        assert words in kept


def test_one_digit_count_does_not_move_the_text_before_it() -> None:
    later = NOW + timedelta(seconds=10)
    sooner = NOW + timedelta(seconds=4)
    two = header(
        ConnectionStatus("IAD", ConnectionState.LIVE, next_refresh=later, interval=15.0, used=12)
    )
    one = header(
        ConnectionStatus("IAD", ConnectionState.LIVE, next_refresh=sooner, interval=15.0, used=7)
    )
    assert len(two) == len(one)


def test_region_in_the_worst_state_is_named() -> None:
    live = ConnectionStatus("IAD", ConnectionState.LIVE, as_of=NOW)
    stale = ConnectionStatus(
        "DFW", ConnectionState.STALE, as_of=ago(40), cause="connection refused"
    )
    assert "DFW stale 40s: connection refused" in header(live, stale)
    other = ConnectionStatus("ORD", ConnectionState.STALE, as_of=ago(50))
    assert "DFW,ORD stale" in header(live, stale, other)
    # What holds for all of them needs no name.
    assert "DFW" not in header(stale, signed_in=None)
    assert "IAD live" not in header(live, ConnectionStatus("DFW", ConnectionState.LIVE, as_of=NOW))


def test_each_of_several_regions_has_its_state() -> None:
    live = ConnectionStatus("IAD", ConnectionState.LIVE, as_of=NOW)
    stale = ConnectionStatus("DFW", ConnectionState.STALE, as_of=ago(40), cause="refused")
    assert "+IAD !DFW" in header(live, stale)
    assert "+IAD ~DFW" in header(live)
    one = SignedIn(tenant="123456", user="ops", regions=("IAD",))
    assert "+IAD" not in header(live, signed_in=one)


def test_states_of_regions_differ_without_color() -> None:
    signs = {
        state: header(ConnectionStatus("IAD", state)).split("IAD")[0][-1]
        for state in ConnectionState
    }
    failed = {ConnectionState.STALE, ConnectionState.REFUSED}
    assert len({sign for state, sign in signs.items() if state not in failed}) == 4
    assert signs[ConnectionState.STALE] == signs[ConnectionState.REFUSED]
