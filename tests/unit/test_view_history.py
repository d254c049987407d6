"""Back and forward through what was looked at."""

from __future__ import annotations

from rcv3_tui.tui.history import LONGEST, History, View
from rcv3_tui.tui.picture import PaneKind

SERVERS, IPS, POOLS = View(PaneKind.SERVERS), View(PaneKind.PUBLIC_IPS), View(PaneKind.POOLS)


def seen(*views: View) -> History:
    history = History()
    for view in views:
        history.note(view)
    return history


def test_back_leads_through_the_views_in_turn_and_forward_again() -> None:
    history = seen(SERVERS, IPS, POOLS)
    assert history.step(-1, POOLS) == IPS
    assert history.step(-1, IPS) == SERVERS
    assert history.step(-1, SERVERS) is None
    assert history.step(1, SERVERS) == IPS
    assert history.step(1, IPS) == POOLS
    assert history.step(1, POOLS) is None


def test_the_way_back_remembers_the_row_that_was_left() -> None:
    history = seen(View(PaneKind.SERVERS, row="a"), IPS)
    history.step(-1, IPS)
    assert history.step(1, View(PaneKind.SERVERS, row="b")) == IPS
    assert history.step(-1, IPS) == View(PaneKind.SERVERS, row="b")


def test_another_row_is_no_step_but_another_filter_is() -> None:
    history = seen(SERVERS, View(PaneKind.SERVERS, row="x"))
    assert history.step(-1, View(PaneKind.SERVERS, row="y")) is None
    filtered = View(PaneKind.SERVERS, filter_text="web")
    assert history.step(-1, filtered) == View(PaneKind.SERVERS, row="y")


def test_going_elsewhere_forgets_what_was_ahead() -> None:
    history = seen(SERVERS, IPS)
    history.step(-1, IPS)
    history.note(POOLS)
    assert history.step(1, POOLS) is None
    assert history.step(-1, POOLS) == SERVERS


def test_it_does_not_grow_without_end() -> None:
    history = seen(*(View(PaneKind.SERVERS, filter_text=str(n)) for n in range(LONGEST * 2)))
    now = View(PaneKind.SERVERS, filter_text=str(LONGEST * 2 - 1))
    steps = 0
    while (view := history.step(-1, now)) is not None:
        now = view
        steps += 1
    assert steps == LONGEST - 1
