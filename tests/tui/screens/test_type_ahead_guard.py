"""Type-ahead is distinguished from keys for the dialog."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.tui.screens.dialog import TypeAheadGuard

OPENED = 50.0


def taken(*times: float) -> list[bool]:
    guard = TypeAheadGuard(OPENED)
    return [guard.accepts(OPENED + time) for time in times]


def test_key_after_the_hold_is_taken() -> None:
    assert taken(0.5) == [True]


def test_key_in_the_first_300_ms_is_refused() -> None:
    assert taken(0.0, 0.1, 0.299) == [False, False, False]


def test_key_made_before_the_dialog_was_shown_is_refused() -> None:
    assert taken(-0.2) == [False]


def test_burst_that_began_too_early_is_refused_to_its_end() -> None:
    assert taken(0.25, 0.3, 0.35, 0.4, 0.45) == [False] * 5


def test_pause_ends_the_burst() -> None:
    assert taken(0.25, 0.3, 0.35, 0.5) == [False, False, False, True]


def test_key_held_down_since_the_opening_is_refused_until_released() -> None:
    held = [0.03 * n for n in range(100)]
    assert not any(taken(*held))
    assert taken(*held, held[-1] + 0.2)[-1]


def test_once_a_key_was_taken_fast_typing_is_taken() -> None:
    assert taken(0.5, 0.53, 0.55, 0.56) == [True] * 4


def test_key_right_after_another_is_hurried() -> None:
    guard = TypeAheadGuard(OPENED)
    found = []
    for time in (1, 1.001, 1.2):
        guard.accepts(OPENED + time)
        found.append(guard.hurried)
    assert found == [False, True, False]


def test_guard_without_a_key_is_not_hurried() -> None:
    assert not TypeAheadGuard(OPENED).hurried


@given(st.lists(st.floats(min_value=-1, max_value=3), max_size=30))
def test_no_key_of_the_first_burst_is_ever_taken(offsets: list[float]) -> None:
    times = sorted(offsets)
    guard = TypeAheadGuard(OPENED)
    last = None
    for time in times:
        accepted = guard.accepts(OPENED + time)
        if accepted:
            assert time >= 0.299
            assert last is None or time - last >= 0.079
            break
        last = time
