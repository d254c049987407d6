"""Dates in HTTP headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.api.http_client import parse_http_date


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_date_that_servers_write_is_parsed(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_http_date(format_datetime(moment, usegmt=True)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 15 Nov 1994 08:12:31 +0200", datetime(1994, 11, 15, 6, 12, 31, tzinfo=UTC)),
        ("Tuesday, 15-Nov-94 08:12:31 GMT", datetime(1994, 11, 15, 8, 12, 31, tzinfo=UTC)),
        ("Tue Nov 15 08:12:31 1994", datetime(1994, 11, 15, 8, 12, 31, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_older_forms_are_parsed(text: str, moment: datetime) -> None:
    assert parse_http_date(text) == moment
    assert parse_http_date(text).tzinfo in (UTC, timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    "text",
    ["", "now", "Tue, 15 Nov", "Tue, 35 Nov 1994 08:12:31 GMT", "Tue, 15 anF 1994 08:12:31 GMT"],
)
def test_text_that_is_not_date_raises(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_http_date(text)
