"""Values of rows by name: one for each name of a kind, and "none" apart from "not read yet"."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters.fields import FIELDS_OF
from rcv3_tui.views.placeholders import FieldValue, field_value, placeholder_names
from rcv3_tui.views.rows import AnyRow
from tests.support.rows import ip_row, network_row, node_row, pool_row, record, server_row

SERVERS, IPS, POOLS = ResourceKind.SERVERS, ResourceKind.PUBLIC_IPS, ResourceKind.POOLS
NODES, NETWORKS = ResourceKind.NODES, ResourceKind.NETWORKS

ROWS: dict[ResourceKind, AnyRow] = {
    SERVERS: server_row(record=record()),
    IPS: ip_row(record()),
    POOLS: pool_row(),
    NODES: node_row(),
    NETWORKS: network_row(),
}


def value(row: AnyRow, kind: ResourceKind, name: str) -> FieldValue:
    return field_value(row, kind, name, lambda region: ())


@pytest.mark.parametrize("kind", ResourceKind)
def test_every_name_has_a_value_or_none(kind: ResourceKind) -> None:
    names = placeholder_names(kind)
    assert names >= FIELDS_OF[kind].keys()
    for name in names:
        assert isinstance(value(ROWS[kind], kind, name).text, str)


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        (SERVERS, "name", "web-01"),
        (SERVERS, "private_ip", "192.0.2.10"),
        (SERVERS, "private", "192.0.2.10"),
        (SERVERS, "public_ip", "203.0.113.10"),
        (SERVERS, "public_ip_v4", "203.0.113.10"),
        (SERVERS, "ip", "192.0.2.10"),
        (SERVERS, "pools", "pool-a"),
        (SERVERS, "region", "IAD"),
        (IPS, "address", "203.0.113.10"),
        (IPS, "ip", "203.0.113.10"),
        (IPS, "server", "web-01"),
        (IPS, "name", "web-01"),
        (IPS, "retain", "false"),
        (POOLS, "name", "web-80"),
        (POOLS, "nodes", "2"),
        (NODES, "private_ip", "192.0.2.10"),
        (NODES, "name", "web-01"),
        (NETWORKS, "cidr", "192.0.2.0/24"),
    ],
)
def test_value_is_that_of_the_row(kind: ResourceKind, name: str, text: str) -> None:
    assert value(ROWS[kind], kind, name) == FieldValue(text)


def test_address_in_transition_is_no_public_address() -> None:
    adding = server_row(record=record("ADDING", address=None))
    assert value(adding, SERVERS, "public") == FieldValue("")


def test_address_without_server_has_no_server() -> None:
    assert value(ip_row(record(server=None)), IPS, "name") == FieldValue("")
    assert value(ip_row(record(server=None)), IPS, "server") == FieldValue("")


def test_unread_value_differs_from_none() -> None:
    assert value(server_row(), SERVERS, "public") == FieldValue("")
    unread = replace(server_row(), addresses_known=False, private_ip=None, private_known=False)
    assert value(unread, SERVERS, "public") == FieldValue("", is_unread=True)
    assert value(unread, SERVERS, "private_ip") == FieldValue("", is_unread=True)
    assert value(pool_row(not_active=None), POOLS, "not_active") == FieldValue("", is_unread=True)
    partly = server_row(pools_known=False)
    found = field_value(partly, SERVERS, "pools", lambda region: ("other",))
    assert found == FieldValue("", is_unread=True)
