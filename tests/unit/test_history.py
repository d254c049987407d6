"""Time lines of observed statuses, and what is usual by them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rcv3_tui.model.history import GONE, STEPS_KEPT, Seen, Timeline, joined, moves, steps, usual_of
from rcv3_tui.model.snapshot import Part
from rcv3_tui.tui.details import time_line
from tests.unit.pictures import NOW


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def line(*seen: tuple[float, str]) -> Timeline:
    return tuple(Seen(at(seconds), status) for seconds, status in seen)


def test_a_step_lasts_until_the_next_and_the_last_one_lasts() -> None:
    first, second = steps(line((0, "ADDING"), (8, "ACTIVE")))
    assert (first.status, first.seconds) == ("ADDING", 8.0)
    assert (second.status, second.seconds) == ("ACTIVE", None)


def test_only_moves_that_were_watched_from_begin_to_end_count() -> None:
    whole = line((0, "ADDING"), (8, "ACTIVE"), (100, "REMOVING"), (120, GONE))
    assert list(moves(Part.PUBLIC_IPS, whole)) == [("ADDING", 8.0), ("REMOVING", 20.0)]
    guessed = (Seen(at(0), "ADDING", watched=False), Seen(at(9), "ACTIVE"))
    assert list(moves(Part.PUBLIC_IPS, guessed)) == []


def test_two_copies_that_saw_the_same_make_one_line() -> None:
    mine = line((0, "ADDING"), (8, "ACTIVE"))
    other = line((2, "ADDING"), (10, "ACTIVE"))
    assert joined(mine, other) == mine
    behind = line((8.5, "ADDING"), (10, "ACTIVE"))
    assert joined(line((7, "ADDING"), (8, "ACTIVE")), behind) == line((7, "ADDING"), (8, "ACTIVE"))


def test_what_happened_again_stays_on_the_line() -> None:
    twice = line((0, "ACTIVE"), (100, "UPDATING"), (110, "ACTIVE"), (200, "UPDATING"))
    assert joined(twice) == twice


def test_a_line_keeps_its_newest_steps() -> None:
    long = line(*((i * 60.0, "ACTIVE" if i % 2 else "UPDATING") for i in range(100)))
    kept = joined(long)
    assert len(kept) == STEPS_KEPT
    assert kept[-1] == long[-1]


def test_a_few_moves_do_not_say_what_is_usual() -> None:
    assert usual_of([8.0] * 4) is None
    assert usual_of([7.0, 8.0, 9.0, 8.0, 900.0]) == 8.0


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (line((-10, "ADDING"), (-2, "ACTIVE")), "ADDING 8 s → ACTIVE since 11:59:58 UTC"),
        (line((-200_000, "ACTIVE")), "ACTIVE since 2026-01-13 04:26 UTC"),
        (line((-100, "REMOVING"), (0, GONE)), "REMOVING 1 min 40 s → gone since 12:00:00 UTC"),
        (
            (Seen(at(-90), "ADDING", watched=False), Seen(at(-1), "ACTIVE")),
            "ADDING about 1 min 29 s → ACTIVE since 11:59:59 UTC",
        ),
    ],
)
def test_a_time_line_is_written_with_its_durations(seen: Timeline, text: str) -> None:
    assert time_line(seen, NOW) == text
