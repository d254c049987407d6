"""The filter line: what passes, what does not, and what is not finished yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rcv3_tui.tui.filtering import FilterError, fields, known_fields, row_filter
from rcv3_tui.tui.items import (
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)
from rcv3_tui.tui.picture import PaneKind
from tests.unit.rows import (
    NOW,
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


PANES: dict[type[Item], PaneKind] = {
    ServerItem: PaneKind.SERVERS,
    PublicIPItem: PaneKind.PUBLIC_IPS,
    PoolItem: PaneKind.POOLS,
    NodeItem: PaneKind.NODES,
    NetworkItem: PaneKind.NETWORKS,
    OperationItem: PaneKind.OPERATIONS,
}


def read(text: str, item: Item) -> Callable[[Item], bool] | None:
    return row_filter(text, PANES[type(item)], lambda: NOW)


def passes(text: str, item: Item) -> bool:
    test = read(text, item)
    return test is None or test(item)


def test_an_empty_line_is_no_filter() -> None:
    assert read("", server_row()) is None
    assert read("   ", server_row()) is None


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


def test_a_field_that_the_pane_does_not_have_is_a_mistake() -> None:
    assert passes("retain:yes", ip_row(record(retain=True)))
    assert passes("retain:no", ip_row(record()))
    assert passes("server:web", node_row())
    assert passes("detail:device", node_row("ADD_FAILED", detail="network device"))
    with pytest.raises(FilterError, match="no field retain here"):
        read("retain:yes", pool_row())


def test_a_word_with_a_colon_that_begins_with_no_name_is_a_word() -> None:
    assert not passes("10:80", server_row())


@pytest.mark.parametrize("item", ROWS)
def test_every_row_has_just_the_fields_that_its_pane_promises(item: Item) -> None:
    assert fields(item).keys() == known_fields(PANES[type(item)]).keys()


def test_ages_are_those_of_now() -> None:
    assert passes("age:<4d age:>2d", server_row())
    assert not passes("age:<1d", server_row())


@pytest.mark.parametrize("item", ROWS)
def test_every_kind_of_row_can_be_filtered(item: Item) -> None:
    assert not passes("nothing-is-named-so", item)
    assert passes("!nothing-is-named-so", item)
