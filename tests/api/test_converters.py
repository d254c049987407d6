import json
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from rcv3_tui.api import converters
from rcv3_tui.model.resources import Address, NodeCounts, ServerLink

ZEROS = "00000000-0000-0000-0000-000000000000"

NETWORK: dict[str, object] = {
    "id": "07426958-1ebf-4c38-b032-d456820ca21a", "name": "RC-CLOUD", "cidr": "192.0.2.0/24",
    "created": "2014-05-25T01:23:42Z", "updated": "2014-05-25T02:28:44.94Z",
}  # fmt: skip
PUBLIC_IP: dict[str, object] = {
    "id": "2d0f586b-37a7-4ae0-adac-2743d5feb450",
    "public_ip_v4": "203.0.113.110",
    "status": "ACTIVE", "status_detail": None,
    "retain": False,
    "created": "2014-05-30T03:23:42.887Z", "updated": "2014-05-30T03:24:18.26Z",
    "configuration_to_cloud_account_uuid": "6b1f4f66-3f0d-4b51-9a55-3d1c5a0b7e11",
    "failure_core_ticket_uuid": ZEROS,
    "cloud_server": {
        "id": "d95ae0c4-6ab8-4873-b82f-f8433840cff2", "name": "RCv3TestServer1",
        "created": "2014-05-30T02:18:42Z", "updated": "2014-05-30T02:19:18Z",
        "cloud_network": {**NETWORK, "private_ip_v4": "192.0.2.11"},
    },
}  # fmt: skip
POOL: dict[str, object] = {
    "id": "d6d3aa7c-dfa5-4e61-96ee-1d54ac1075d2", "name": "RCv3Test",
    "node_counts": {"cloud_servers": 3, "external": 4, "total": 7},
    "port": 80, "virtual_ip": "198.51.100.5", "status": "ACTIVE", "status_detail": None,
}  # fmt: skip
NODE: dict[str, object] = {
    "id": "1860451d-fb89-45b8-b54e-151afceb50e5",
    "cloud_server": {"id": "d95ae0c4-6ab8-4873-b82f-f8433840cff2"},
    "load_balancer_pool": {"id": "d6d3aa7c-dfa5-4e61-96ee-1d54ac1075d2"},
    "status": "ADDING", "status_detail": None,
    "created": "2014-05-30T03:23:42.89Z", "updated": None,
}  # fmt: skip
SERVER: dict[str, object] = {
    "id": "d95ae0c4-6ab8-4873-b82f-f8433840cff2", "name": "web-01", "status": "ACTIVE",
    "progress": 100, "created": "2014-05-30T02:18:42Z", "updated": "2014-05-30T02:19:18Z",
    "tenant_id": "123456", "user_id": "10000001", "hostId": "0b1c", "key_name": None,
    "accessIPv4": "203.0.113.110", "accessIPv6": "",
    "addresses": {"RC-CLOUD": [{"version": 4, "addr": "192.0.2.11"}],
                  "private": [{"version": 4, "addr": "198.51.100.20"}]},
    "flavor": {"id": "general1-2", "links": []},
    "image": {"id": "a3d3a6b3-e4e4-496f-9a3d-5c987163e458", "links": []},
    "metadata": {"rax_service_level_automation": "Complete"},
    "OS-EXT-STS:vm_state": "active", "OS-EXT-STS:task_state": None,
}  # fmt: skip


def wire(value: Mapping[str, object], **changes: object) -> bytes:
    return json.dumps({**value, **changes}).encode()


def without(value: Mapping[str, object], *names: str) -> bytes:
    return json.dumps({name: part for name, part in value.items() if name not in names}).encode()


def test_live_public_ip() -> None:
    data = wire(PUBLIC_IP)

    ip = converters.to_public_ip(data)

    assert ip.address == "203.0.113.110"
    assert ip.status == "ACTIVE"
    assert ip.retain is False
    assert ip.ticket is None
    assert ip.created == datetime(2014, 5, 30, 3, 23, 42, 887000, UTC)
    assert ip.server is not None
    assert ip.server.name == "RCv3TestServer1"
    assert ip.server.private_ip == "192.0.2.11"
    assert ip.server.network is not None
    assert ip.server.network.cidr == "192.0.2.0/24"
    assert ip.raw == data


def test_least_public_ip_there_can_be() -> None:
    ip = converters.to_public_ip(b'{"id": "x", "status": "ADDING"}')

    assert (ip.address, ip.retain, ip.server, ip.updated) == (None, False, None, None)


@pytest.mark.parametrize(
    ("value", "retain"),
    [(True, True), (False, False), ("true", True), ("True", True), ("false", False), (None, False),
     (1, True)],
)  # fmt: skip
def test_retain_in_every_spelling(value: object, retain: bool) -> None:
    assert converters.to_public_ip(wire(PUBLIC_IP, retain=value)).retain is retain


def test_placeholder_network_is_no_network() -> None:
    placeholder = {"id": ZEROS, "name": None, "cidr": None, "updated": None,
                   "created": "0001-01-01T00:00:00Z"}  # fmt: skip
    server = {"id": "s", "name": "web", "cloud_network": placeholder}

    ip = converters.to_public_ip(wire(PUBLIC_IP, cloud_server=server))

    assert ip.server == ServerLink("s", "web")


def test_retained_address_without_server() -> None:
    assert converters.to_public_ip(wire(PUBLIC_IP, cloud_server=None, retain=True)).server is None


def test_ticket_is_converted() -> None:
    assert converters.to_public_ip(wire(PUBLIC_IP, failure_core_ticket_uuid="t-1")).ticket == "t-1"


def test_texts_are_cleaned_and_raw_is_not() -> None:
    ip = converters.to_public_ip(wire(PUBLIC_IP, status_detail="a\x1b[2Jb\n[red]x[/]"))

    assert ip.status_detail is not None
    assert "\x1b" not in ip.status_detail
    assert "\n" not in ip.status_detail
    assert "[red]x[/]" in ip.status_detail
    assert b"\\u001b" in ip.raw


@pytest.mark.parametrize("identifier", [None, "", "  "])
def test_item_without_id_is_bad(identifier: str | None) -> None:
    for make, value in (
        (converters.to_public_ip, PUBLIC_IP),
        (converters.to_pool, POOL),
        (converters.pool_node_decoder(), NODE),
        (converters.to_network, NETWORK),
        (converters.to_server, SERVER),
    ):
        with pytest.raises(msgspec.ValidationError, match="id"):
            make(wire(value, id=identifier))
        with pytest.raises(msgspec.ValidationError, match="id"):
            make(without(value, "id"))


def test_id_may_be_any_text() -> None:
    assert converters.to_pool(wire(POOL, id="../pool 7/ä")).id == "../pool 7/ä"


def test_pool() -> None:
    pool = converters.to_pool(wire(POOL))

    assert (pool.name, pool.port, pool.virtual_ip) == ("RCv3Test", 80, "198.51.100.5")
    assert pool.counts == NodeCounts(3, 4, 7)


@pytest.mark.parametrize(
    ("port", "read"), [(0, None), ("80", 80), (None, None), ("x", None), (1e308, None)]
)
def test_ports_that_are_not_known(port: object, read: int | None) -> None:
    assert converters.to_pool(wire(POOL, port=port)).port == read


def test_counts_that_are_missing() -> None:
    unknown = NodeCounts(None, None, None)
    assert converters.to_pool(without(POOL, "node_counts")).counts == unknown
    assert converters.to_pool(wire(POOL, node_counts=None)).counts == unknown
    two = converters.to_pool(wire(POOL, node_counts={"cloud_servers": "2"})).counts
    assert two == NodeCounts(2, None, None)
    sums = converters.to_pool(wire(POOL, node_counts={"cloud_servers": 2, "external": 1})).counts
    assert sums == NodeCounts(2, 1, 3)


@pytest.mark.parametrize(
    ("sent", "counts"),
    [
        ({"external": 1, "total": 3}, NodeCounts(2, 1, 3)),
        ({"cloud_servers": 3, "total": 3}, NodeCounts(3, 0, 3)),
        ({"cloud_servers": "many", "external": "1", "total": 3}, NodeCounts(2, 1, 3)),
        ({"total": 3}, NodeCounts(None, None, 3)),
        ({"external": 4, "total": 3}, NodeCounts(None, 4, 3)),
        ({"cloud_servers": -1, "external": 0, "total": -1}, NodeCounts(None, 0, None)),
        ({"cloud_servers": 1e308, "external": "9" * 30, "total": 2**64}, NodeCounts()),
    ],
)
def test_count_follows_from_two_others(sent: object, counts: NodeCounts) -> None:
    assert converters.to_pool(wire(POOL, node_counts=sent)).counts == counts


def test_node_in_its_short_form() -> None:
    node = converters.pool_node_decoder()(wire(NODE))

    assert node.pool_id == POOL["id"]
    assert node.server_key == SERVER["id"]
    assert node.updated is None


def test_node_in_its_long_form() -> None:
    long = wire(NODE, cloud_server=PUBLIC_IP["cloud_server"], load_balancer_pool=POOL)

    node = converters.pool_node_decoder()(long)

    assert node.server is not None
    assert node.server.private_ip == "192.0.2.11"
    assert node.pool_id == POOL["id"]


def test_node_in_its_server_form_takes_server_from_question() -> None:
    asked = ServerLink("s-1", "web-01")

    assert converters.pool_node_decoder(server=asked)(without(NODE, "cloud_server")).server == asked


def test_node_without_its_pool_takes_it_from_question() -> None:
    assert (
        converters.pool_node_decoder(pool_id="p-1")(without(NODE, "load_balancer_pool")).pool_id
        == "p-1"
    )


def test_server() -> None:
    server = converters.to_server(wire(SERVER))

    assert server.name == "web-01"
    assert server.access_ip == "203.0.113.110"
    assert server.addresses == (
        Address("RC-CLOUD", "192.0.2.11"), Address("private", "198.51.100.20")
    )  # fmt: skip
    assert server.flavor == "general1-2"
    assert server.metadata == (("rax_service_level_automation", "Complete"),)


def test_server_while_it_is_being_built() -> None:
    building = {"accessIPv4": "", "addresses": {}, "image": "", "status": "BUILD",
                "OS-EXT-STS:task_state": "spawning", "progress": 40, "flavor": None}  # fmt: skip

    server = converters.to_server(wire(SERVER, **building))

    assert (server.access_ip, server.addresses, server.image, server.flavor) == (
        None,
        (),
        None,
        None,
    )
    assert (server.task_state, server.progress) == ("spawning", 40)


def test_fault_of_server_in_error() -> None:
    fault = {"code": 500, "created": "2014-05-30T02:19:18Z", "message": "No valid host was found."}

    assert converters.to_server(wire(SERVER, fault=fault)).fault == "No valid host was found."


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2014-05-30T03:23:42Z", datetime(2014, 5, 30, 3, 23, 42, 0, UTC)),
        ("2014-12-08T21:23:32.8Z", datetime(2014, 12, 8, 21, 23, 32, 800000, UTC)),
        ("2014-12-08T21:23:32.89Z", datetime(2014, 12, 8, 21, 23, 32, 890000, UTC)),
        ("2014-12-08T21:23:29.157Z", datetime(2014, 12, 8, 21, 23, 29, 157000, UTC)),
        ("2014-09-12T13:26:54.45", datetime(2014, 9, 12, 13, 26, 54, 450000, UTC)),
        ("2014-09-12T13:26:54.153", datetime(2014, 9, 12, 13, 26, 54, 153000, UTC)),
        ("2015-05-19T08:07:08-05:00", datetime(2015, 5, 19, 13, 7, 8, 0, UTC)),
        ("2015-06-05T16:24:57.637Z", datetime(2015, 6, 5, 16, 24, 57, 637000, UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1234567890, None),
    ],
)
def test_every_form_of_time(text: str | float | None, read: datetime | None) -> None:
    found = converters.parse_timestamp(text)

    assert found == read
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (True, True), ("true", True), ("True", True), (1, True), ("1", True),
        (False, False), ("false", False), (0, False),
        (None, None), ("", None), ("perhaps", None), ({"id": 1}, None), ([True], None),
    ],
)  # fmt: skip
def test_match_rule_flag_of_any_shape_leaves_record_readable(
    value: object, read: bool | None
) -> None:
    record = converters.to_public_ip(wire(PUBLIC_IP, added_by_match_rule=value))

    assert record.added_by_match_rule is read
    assert record.address == "203.0.113.110"


def test_record_without_flag_has_unknown_retain() -> None:
    assert converters.to_public_ip(wire(PUBLIC_IP)).added_by_match_rule is None
