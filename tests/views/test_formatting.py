"""How values are written: short, in words, and never by color alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.model.status import Phase
from rcv3_tui.model.times import elapsed
from rcv3_tui.views.formatting import (
    ASCII,
    TONES,
    UNICODE,
    address_key,
    age_key,
    format_age,
    format_duration,
    format_time,
    glyphs,
    progress_bar,
    server_status_text,
    status_text,
)
from tests.support.rows import NOW, ago


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0s"),
        (0, "0s"),
        (12.9, "12s"),
        (99, "99s"),
        (100, "1m"),
        (3599, "59m"),
        (3600, "1h00"),
        (3600 * 3 + 60 * 20, "3h20"),
        (86400 * 45, "45d"),
        (86400 * 365 * 8, "8y"),
    ],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert elapsed(seconds) == text


@given(st.floats(min_value=-1e9, max_value=4e10))
def test_duration_fits_its_column(seconds: float) -> None:
    assert len(elapsed(seconds)) <= 5


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (7.4, "7 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s")]
)
def test_duration_of_an_operation_has_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_future_time_counts_as_now() -> None:
    assert format_age(NOW + timedelta(seconds=90), NOW) == "0s"
    assert format_age(None, NOW) == "-"
    assert format_time(None) == "-"
    assert format_time(NOW) == "2026-01-15 12:00:00 UTC"


def test_youngest_sorts_first_and_unknown_has_no_key() -> None:
    young, old = age_key(ago(1)), age_key(ago(100))
    assert young is not None
    assert old is not None
    assert young < old
    assert age_key(None) is None


def test_addresses_sort_by_their_numbers() -> None:
    texts = ["203.0.113.9", "203.0.113.10", "10.0.0.1", "2001:db8::1"]
    ordered = sorted(texts, key=lambda text: address_key(text) or ())
    assert ordered == ["10.0.0.1", "203.0.113.9", "203.0.113.10", "2001:db8::1"]
    assert address_key(None) is None
    assert address_key("") is None
    assert address_key("1.2.3.99999") is not None


def test_transitional_status_shows_its_age() -> None:
    assert status_text("ADDING", UNICODE, since=ago(12), now=NOW) == ("◐ ADDING 12s", "moving")
    assert status_text("ADDING", UNICODE, since=None, now=NOW) == ("◐ ADDING", "moving")


def test_failed_status_shows_its_reason() -> None:
    text, tone = status_text("ADD_FAILED", ASCII, since=ago(12), now=NOW, detail="no device")
    assert (text, tone) == ("! ADD_FAILED no device", "failed")
    assert status_text("ADD_FAILED", ASCII, since=None, now=NOW)[0].endswith("no reason given")


def test_unknown_status_counts_as_transitional() -> None:
    assert status_text("DANCING", ASCII, since=None, now=NOW) == ("~ DANCING", "moving")


def test_server_status_shows_its_task() -> None:
    assert server_status_text("ACTIVE", None, ASCII) == ("+ ACTIVE", "ok")
    assert server_status_text("ACTIVE", "rebooting", ASCII) == ("~ ACTIVE rebooting", "moving")
    assert server_status_text("SHUTOFF", None, ASCII) == ("o SHUTOFF", "muted")
    assert server_status_text("ERROR", None, ASCII) == ("! ERROR", "failed")


def test_every_phase_has_its_own_sign_and_a_tone() -> None:
    for signs in (UNICODE, ASCII):
        assert len({signs.of(stage) for stage in Phase}) == len(Phase)
    assert TONES.keys() == set(Phase)


def test_ascii_signs_are_ascii() -> None:
    assert glyphs(True) is ASCII
    assert glyphs(False) is UNICODE
    others = (ASCII.mark, ASCII.retain, ASCII.dash, ASCII.ellipsis, ASCII.dot, ASCII.arrow)
    assert all(text.isascii() for text in (*ASCII.phases.values(), *others, ASCII.up, ASCII.down))


@pytest.mark.parametrize(
    ("done", "failed", "left", "bar"),
    [
        (0, 0, 2, ".."),
        (1, 1, 1, "#!."),
        (40, 0, 0, "#" * 20),
        (38, 1, 1, "#" * 18 + "!."),
        (0, 50, 0, "!" * 20),
    ],
)
def test_bar_shows_applied_failed_and_remaining_operations(
    done: int, failed: int, left: int, bar: str
) -> None:
    text = progress_bar(done, failed, left, ASCII)

    assert text == f"{bar} {done} done, {failed} failed, {left} left"


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_bar_never_exceeds_its_width(done: int, failed: int, left: int) -> None:
    if done + failed + left:
        bar, _, _ = progress_bar(done, failed, left, ASCII).partition(" ")
        assert len(bar) <= 20
        assert ("!" in bar, "." in bar) == (failed > 0, left > 0)
