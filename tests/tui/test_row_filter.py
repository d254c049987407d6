"""The filter line: what passes, what does not, and what is not finished yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from rcv3_tui.model.filters import FilterError
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.row_filter import SearchedTexts, decide, field_names, row_filter
from rcv3_tui.views.registry import view_of
from rcv3_tui.views.rows import (
    AnyRow,
    ChangeRow,
    NetworkRow,
    NodeRow,
    OperationRow,
    PoolRow,
    PublicIPRow,
    ServerRow,
)
from tests.support.rows import (
    NOW,
    change_row,
    ip_row,
    network_row,
    node_row,
    operation_row,
    pool_row,
    record,
    server_row,
)

ROWS: list[AnyRow] = [
    server_row(record=record()),
    ip_row(record()),
    pool_row(),
    node_row(),
    network_row(),
    operation_row(),
    change_row(),
]


PANES: dict[type[AnyRow], PaneKind] = {
    ServerRow: PaneKind.SERVERS,
    PublicIPRow: PaneKind.PUBLIC_IPS,
    PoolRow: PaneKind.POOLS,
    NodeRow: PaneKind.NODES,
    NetworkRow: PaneKind.NETWORKS,
    OperationRow: PaneKind.OPERATIONS,
    ChangeRow: PaneKind.CHANGES,
}


def read(text: str, item: AnyRow) -> Callable[[AnyRow], bool | None] | None:
    return row_filter(text, PANES[type(item)], lambda: NOW, SearchedTexts(lambda region: None))


def passes(text: str, item: AnyRow) -> bool:
    test = read(text, item)
    return test is None or test(item) is True


@pytest.mark.parametrize(
    "text",
    [
        "web-01",
        "resource:node",
        "change:status",
        "from:active",
        "to:failed",
        "status:failed",
        "pool:api",
        "by:elsewhere",
    ],
)
def test_filter_finds_a_change(text: str) -> None:
    assert passes(text, change_row())
    assert not passes(f"!{text}", change_row())


def test_filter_finds_a_change_by_its_operation() -> None:
    assert passes("by:3f2a", change_row("20260115T120000-3f2a1b2c"))
    assert not passes("by:elsewhere", change_row("20260115T120000-3f2a1b2c"))


def test_empty_line_is_no_filter() -> None:
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
def test_server_matches_filters_of_its_fields(text: str) -> None:
    assert passes(text, server_row(record=record()))


@pytest.mark.parametrize(
    "text",
    ["mail", "web mail", "!web", "name:active", "status:error", "/^01/", "!/web/", "pool:web"],
)
def test_server_does_not_match_other_filters(text: str) -> None:
    assert not passes(text, server_row(record=record()))


def test_two_letters_are_not_looked_for_in_ids() -> None:
    assert not passes("aa", server_row())
    assert passes("!aa", server_row())
    assert not passes("/aa/", server_row())


@pytest.mark.parametrize("text", ["!", "/", "//", "!/", "status:", "!status:", "web !", "web ip:"])
def test_incomplete_filter_hides_nothing(text: str) -> None:
    assert passes(text, server_row())


def test_expression_may_hold_spaces() -> None:
    assert passes("/unassigned|never mind/", ip_row(record(server=None)))
    assert passes("/add public IP to web/", operation_row())
    assert not passes("/add public IP to web/ mail", operation_row())
    assert passes("/add public IP/ web", operation_row())


def test_unknown_filter_field_is_an_error() -> None:
    assert passes("retain:yes", ip_row(record(retain=True)))
    assert passes("retain:no", ip_row(record()))
    assert passes("server:web", node_row())
    assert passes("detail:device", node_row("ADD_FAILED", detail="network device"))
    with pytest.raises(FilterError, match="no field retain here"):
        read("retain:yes", pool_row())


def test_word_with_a_colon_that_begins_with_no_name_is_a_word() -> None:
    assert not passes("10:80", server_row())


@pytest.mark.parametrize("item", ROWS)
def test_every_row_has_exactly_the_filter_fields_of_its_pane(item: AnyRow) -> None:
    assert (
        view_of(item).filter_values(item, lambda region: None).keys()
        == field_names(PANES[type(item)]).keys()
    )


def test_ages_are_those_of_now() -> None:
    assert passes("age:<4d age:>2d", server_row())
    assert not passes("age:<1d", server_row())


@pytest.mark.parametrize("item", ROWS)
def test_every_kind_of_row_can_be_filtered(item: AnyRow) -> None:
    assert not passes("nothing-is-named-so", item)
    assert passes("!nothing-is-named-so", item)


def test_node_is_found_by_its_pool() -> None:
    node = replace(node_row(), pool_name="web-80")
    assert passes("pool:web", node)
    assert not passes("!pool:web", node)


async def test_filtering_many_rows_lets_other_work_run_between() -> None:
    item = server_row()
    rows: dict[str, AnyRow] = {
        str(number): replace(item, row=str(number)) for number in range(2000)
    }
    test = row_filter("web", PaneKind.SERVERS, lambda: NOW, SearchedTexts(lambda region: None))
    assert test is not None
    task = asyncio.create_task(decide(rows, test))
    rounds = 0
    while not task.done():
        await asyncio.sleep(0)
        rounds += 1
    assert rounds > 10
    assert task.result() == dict.fromkeys(rows, test(item))


def test_row_that_changed_is_searched_by_its_new_text() -> None:
    texts = SearchedTexts(lambda region: None)
    item = server_row()
    test = row_filter("green", PaneKind.SERVERS, lambda: NOW, texts)
    assert test is not None
    assert test(item) is False
    assert test(replace(item, server=replace(item.server, name="green"))) is True
