"""Every view is consistent: what it lists exists, and names are unique."""

from __future__ import annotations

import pytest

from rcv3_tui.views.export import copyable_fields, export_record
from rcv3_tui.views.registry import view_of
from rcv3_tui.views.rows import AnyRow
from tests.support.rows import (
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
    server_row(),
    ip_row(record()),
    pool_row(),
    node_row(),
    network_row(),
    operation_row(),
    change_row(),
]


@pytest.mark.parametrize("row", ROWS)
def test_view_lists_existing_fields_under_unique_names(row: AnyRow) -> None:
    view = view_of(row)
    names = [field.name for field in view.fields]
    assert len(set(names)) == len(names)
    listed = {*view.pane, *view.export.values(), *view.copy.values()}
    assert listed | {detail.field for detail in view.details} <= set(names)


@pytest.mark.parametrize("row", ROWS)
def test_fields_of_panes_and_tables_have_a_heading(row: AnyRow) -> None:
    view = view_of(row)
    assert all(view.field(name).pane is not None for name in view.pane)
    assert all(field.title for field in view.fields if field.table is not None)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_can_be_exported_and_copied(row: AnyRow) -> None:
    assert list(export_record(row)) == [*view_of(row).export, "region"]
    assert copyable_fields(row)["id"]
