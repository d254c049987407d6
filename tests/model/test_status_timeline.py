"""Time lines of observed statuses, and what is usual by them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.status_timeline import (
    GONE,
    MAX_SPANS,
    StatusChange,
    Timeline,
    merge_timelines,
    spans,
    transitions,
    typical_duration,
)
from rcv3_tui.tui.details import timeline_text
from tests.support.snapshots import NOW


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def line(*seen: tuple[float, str]) -> Timeline:
    return tuple(StatusChange(at(seconds), status) for seconds, status in seen)


def test_span_ends_at_the_next_change_and_the_last_one_is_open() -> None:
    first, second = spans(line((0, "ADDING"), (8, "ACTIVE")))
    assert (first.status, first.seconds) == ("ADDING", 8.0)
    assert (second.status, second.seconds) == ("ACTIVE", None)


def test_only_transitions_observed_from_start_to_end_count() -> None:
    whole = line((0, "ADDING"), (8, "ACTIVE"), (100, "REMOVING"), (120, GONE))
    assert list(transitions(ResourceKind.PUBLIC_IPS, whole)) == [
        ("ADDING", 8.0),
        ("REMOVING", 20.0),
    ]
    guessed = (StatusChange(at(0), "ADDING", watched=False), StatusChange(at(9), "ACTIVE"))
    assert list(transitions(ResourceKind.PUBLIC_IPS, guessed)) == []


def test_timelines_of_two_copies_merge_into_one() -> None:
    mine = line((0, "ADDING"), (8, "ACTIVE"))
    other = line((2, "ADDING"), (10, "ACTIVE"))
    assert merge_timelines(mine, other) == mine
    behind = line((8.5, "ADDING"), (10, "ACTIVE"))
    assert merge_timelines(line((7, "ADDING"), (8, "ACTIVE")), behind) == line(
        (7, "ADDING"), (8, "ACTIVE")
    )


def test_repeated_status_stays_on_the_timeline() -> None:
    twice = line((0, "ACTIVE"), (100, "UPDATING"), (110, "ACTIVE"), (200, "UPDATING"))
    assert merge_timelines(twice) == twice


def test_timeline_is_limited_to_its_newest_changes() -> None:
    long = line(*((i * 60.0, "ACTIVE" if i % 2 else "UPDATING") for i in range(100)))
    merged = merge_timelines(long)
    assert len(merged) == MAX_SPANS
    assert merged[-1] == long[-1]


def test_few_transitions_have_no_typical_duration() -> None:
    assert typical_duration([8.0] * 4) is None
    assert typical_duration([7.0, 8.0, 9.0, 8.0, 900.0]) == 8.0


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (line((-10, "ADDING"), (-2, "ACTIVE")), "ADDING 8 s → ACTIVE since 11:59:58 UTC"),
        (line((-200_000, "ACTIVE")), "ACTIVE since 2026-01-13 04:26 UTC"),
        (line((-100, "REMOVING"), (0, GONE)), "REMOVING 1 min 40 s → gone since 12:00:00 UTC"),
        (
            (StatusChange(at(-90), "ADDING", watched=False), StatusChange(at(-1), "ACTIVE")),
            "ADDING about 1 min 29 s → ACTIVE since 11:59:59 UTC",
        ),
    ],
)
def test_spans_have_durations(seen: Timeline, text: str) -> None:
    assert timeline_text(seen, NOW) == text
