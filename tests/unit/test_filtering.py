"""The filter line: what passes, what does not, and what is not finished yet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.tui.filtering import FilterError, parse_filter
from rcv3_tui.tui.items import Item
from tests.unit.rows import (
    ip_row,
    network_row,
    node_row,
    operation_row,
    pool_row,
    record,
    server_row,
)

ROWS: list[Item] = [
    server_row(record=record()),
    ip_row(record()),
    pool_row(),
    node_row(),
    network_row(),
    operation_row(),
]


def passes(text: str, item: Item) -> bool:
    test = parse_filter(text)
    return test is None or test(item)


def test_an_empty_line_is_no_filter() -> None:
    assert parse_filter("") is None
    assert parse_filter("   ") is None


@pytest.mark.parametrize(
    "text",
    [
        "web",
        "WEB-01",
        "web active",
        "192.0.2.10",
        "203.0.113.",
        "name:web",
        "NAME:web",
        "status:active",
        "ip:203.0.113.",
        "pool:pool-a",
        "region:iad",
        "!mail",
        "!status:error",
        "/^web-\\d+$/",
        "/WEB/",
        "!/^mail/",
        "id:aaaaaaaa",
        "aaaaaaaa-0000",
    ],
)
def test_what_a_server_is_found_by(text: str) -> None:
    assert passes(text, server_row(record=record()))


@pytest.mark.parametrize(
    "text",
    ["mail", "web mail", "!web", "name:active", "status:error", "/^01/", "!/web/", "pool:web"],
)
def test_what_a_server_is_not_found_by(text: str) -> None:
    assert not passes(text, server_row(record=record()))


def test_two_letters_are_not_looked_for_in_ids() -> None:
    assert not passes("aa", server_row())
    assert passes("!aa", server_row())
    assert not passes("/aa/", server_row())


@pytest.mark.parametrize("text", ["!", "/", "//", "!/", "status:", "!status:", "web !", "web ip:"])
def test_what_is_not_finished_yet_hides_nothing(text: str) -> None:
    assert passes(text, server_row())


def test_an_expression_may_hold_spaces() -> None:
    assert passes("/unassigned|never mind/", ip_row(record(server=None)))
    assert passes("/add public IP to web/", operation_row())
    assert not passes("/add public IP to web/ mail", operation_row())
    assert passes("/add public IP/ web", operation_row())


@pytest.mark.parametrize("text", ["/[0/", "/(/", "web /*/", "!/[/", "/[0", "/a{2,1}/"])
def test_a_wrong_expression_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(FilterError, match="/"):
        parse_filter(text)


def test_fields_of_other_panes_are_words_there_that_match_nothing() -> None:
    assert passes("retain:yes", ip_row(record(retain=True)))
    assert passes("retain:no", ip_row(record()))
    assert not passes("retain:yes", server_row())
    assert passes("server:web", node_row())
    assert passes("detail:device", node_row("ADD_FAILED", detail="network device"))


def test_a_word_with_a_colon_that_is_no_field_is_a_word() -> None:
    assert not passes("10:80", server_row())


@pytest.mark.parametrize("item", ROWS)
def test_every_kind_of_row_can_be_filtered(item: Item) -> None:
    assert not passes("nothing-is-named-so", item)
    assert passes("!nothing-is-named-so", item)


@given(st.text(max_size=30))
def test_no_text_does_anything_but_filter_or_say_what_is_wrong(text: str) -> None:
    try:
        test = parse_filter(text)
    except FilterError as error:
        assert str(error)
        return
    for item in ROWS:
        assert test is None or isinstance(test(item), bool)
