"""Back and forward through what was looked at."""

from __future__ import annotations

from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.place_history import MAX_PLACES, Place, PlaceHistory

SERVERS, IPS, POOLS = Place(PaneKind.SERVERS), Place(PaneKind.PUBLIC_IPS), Place(PaneKind.POOLS)


def seen(*places: Place) -> PlaceHistory:
    history = PlaceHistory()
    for place in places:
        history.note(place)
    return history


def test_back_leads_through_the_views_in_turn_and_forward_again() -> None:
    history = seen(SERVERS, IPS, POOLS)
    assert history.step(-1, POOLS) == IPS
    assert history.step(-1, IPS) == SERVERS
    assert history.step(-1, SERVERS) is None
    assert history.step(1, SERVERS) == IPS
    assert history.step(1, IPS) == POOLS
    assert history.step(1, POOLS) is None


def test_back_restores_the_row() -> None:
    history = seen(Place(PaneKind.SERVERS, row="a"), IPS)
    history.step(-1, IPS)
    assert history.step(1, Place(PaneKind.SERVERS, row="b")) == IPS
    assert history.step(-1, IPS) == Place(PaneKind.SERVERS, row="b")


def test_another_row_is_no_step_but_another_filter_is() -> None:
    history = seen(SERVERS, Place(PaneKind.SERVERS, row="x"))
    assert history.step(-1, Place(PaneKind.SERVERS, row="y")) is None
    filtered = Place(PaneKind.SERVERS, filter_text="web")
    assert history.step(-1, filtered) == Place(PaneKind.SERVERS, row="y")


def test_new_view_drops_later_views() -> None:
    history = seen(SERVERS, IPS)
    history.step(-1, IPS)
    history.note(POOLS)
    assert history.step(1, POOLS) is None
    assert history.step(-1, POOLS) == SERVERS


def test_history_has_a_limit() -> None:
    history = seen(*(Place(PaneKind.SERVERS, filter_text=str(n)) for n in range(MAX_PLACES * 2)))
    now = Place(PaneKind.SERVERS, filter_text=str(MAX_PLACES * 2 - 1))
    steps = 0
    while (place := history.step(-1, now)) is not None:
        now = place
        steps += 1
    assert steps == MAX_PLACES - 1
