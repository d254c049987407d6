"""Every operation: its method, path and body, and what comes of its answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
from pytest_httpx import HTTPXMock

from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.errors import BadRequest, Conflict, MalformedResponse, NotFound
from rcv3_tui.api.rackconnect import RackConnectClient
from rcv3_tui.model.resources import ServerLink
from tests.api.conftest import BASE

IP: dict[str, object] = {"id": "ip-1", "status": "ADDING", "public_ip_v4": None, "retain": True,
      "cloud_server": {"id": "server-1"}}  # fmt: skip
POOL: dict[str, object] = {"id": "pool-1", "name": "web", "status": "ACTIVE"}
NODE: dict[str, object] = {"id": "node-1", "status": "ADDING", "cloud_server": {"id": "server-1"},
        "load_balancer_pool": {"id": "pool-1"}}  # fmt: skip
NETWORK: dict[str, object] = {"id": "net-1", "name": "RC-CLOUD", "cidr": "192.0.2.0/24"}
NODES = f"{BASE}/load_balancer_pools/pool-1/nodes"

Call = Callable[[RackConnectClient], Awaitable[object]]

LISTS: list[tuple[str, Call, object]] = [
    ("cloud_networks", lambda r: r.list_networks(), NETWORK),
    ("public_ips", lambda r: r.list_public_ips(), IP),
    ("public_ips?cloud_server_id=server-1", lambda r: r.list_public_ips_of_server("server-1"), IP),
    ("public_ips?retain=true", lambda r: r.list_public_ips_by_retain(True), IP),
    ("load_balancer_pools", lambda r: r.list_pools(), POOL),
    ("load_balancer_pools/pool-1/nodes", lambda r: r.list_nodes("pool-1"), NODE),
    ("load_balancer_pools/pool-1/nodes/details",
     lambda r: r.list_nodes_with_details("pool-1"), NODE),
    ("load_balancer_pools/nodes/details?cloud_server_id=server-1",
     lambda r: r.list_nodes_of_server("server-1"), NODE),
]  # fmt: skip
SHOWS: list[tuple[str, Call, dict[str, object]]] = [
    ("cloud_networks/net-1", lambda r: r.show_network("net-1"), NETWORK),
    ("public_ips/ip-1", lambda r: r.show_public_ip("ip-1"), IP),
    ("load_balancer_pools/pool-1", lambda r: r.show_pool("pool-1"), POOL),
    ("load_balancer_pools/pool-1/nodes/node-1", lambda r: r.show_node("pool-1", "node-1"), NODE),
    ("load_balancer_pools/pool-1/nodes/node-1/details",
     lambda r: r.show_node_with_details("pool-1", "node-1"), NODE),
]  # fmt: skip
PAIR: dict[str, object] = {
    "cloud_server": {"id": "server-1"},
    "load_balancer_pool": {"id": "pool-1"},
}
CHANGES: list[tuple[str, str, Call, object]] = [
    ("POST", "public_ips", lambda r: r.add_public_ip("server-1"),
     {"cloud_server": {"id": "server-1"}}),
    ("POST", "public_ips", lambda r: r.add_public_ip("server-1", retain=True),
     {"cloud_server": {"id": "server-1"}, "retain": True}),
    ("POST", "public_ips", lambda r: r.add_public_ip(retain=True), {"retain": True}),
    ("PATCH", "public_ips/ip-1", lambda r: r.retain_public_ip("ip-1", True), {"retain": True}),
    ("PATCH", "public_ips/ip-1", lambda r: r.retain_public_ip("ip-1", False), {"retain": False}),
    ("PATCH", "public_ips/ip-1", lambda r: r.assign_public_ip("ip-1", "server-1"),
     {"cloud_server": {"id": "server-1"}}),
    ("PATCH", "public_ips/ip-1", lambda r: r.reassign_public_ip("ip-1", "server-1"),
     {"cloud_server": {"id": "server-1"}}),
    ("PATCH", "public_ips/ip-1", lambda r: r.unassign_public_ip("ip-1"), {"cloud_server": None}),
    ("POST", "load_balancer_pools/pool-1/nodes", lambda r: r.add_node("pool-1", "server-1"),
     {"cloud_server": {"id": "server-1"}}),
]  # fmt: skip
REMOVALS: list[tuple[str, Call, object]] = [
    ("public_ips/ip-1", lambda r: r.remove_public_ip("ip-1"), None),
    ("load_balancer_pools/pool-1/nodes/node-1", lambda r: r.remove_node("pool-1", "node-1"), None),
    ("load_balancer_pools/nodes", lambda r: r.remove_nodes([("pool-1", "server-1")]), [PAIR]),
]


@pytest.mark.parametrize(("path", "call", "item"), LISTS)
async def test_lists(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock, path: str, call: Call, item: object
) -> None:
    httpx_mock.add_response(method="GET", url=f"{BASE}/{path}", json=[item, {"no": "id"}])

    listing = await call(rackconnect)

    assert len(listing.items) == 1  # type: ignore[attr-defined]
    assert len(listing.skipped) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "call", "item"), LISTS)
@pytest.mark.parametrize("body", [b"", b"null", b"[]"])
async def test_empty_lists(
    rackconnect: RackConnectClient,
    httpx_mock: HTTPXMock,
    path: str,
    call: Call,
    item: object,
    body: bytes,
) -> None:
    httpx_mock.add_response(content=body)

    assert (await call(rackconnect)).items == ()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "call", "item"), SHOWS)
@pytest.mark.parametrize("many", [False, True])
async def test_shows(
    rackconnect: RackConnectClient,
    httpx_mock: HTTPXMock,
    path: str,
    call: Call,
    item: dict[str, object],
    many: bool,
) -> None:
    httpx_mock.add_response(method="GET", url=f"{BASE}/{path}", json=[item] if many else item)

    assert (await call(rackconnect)).id == item["id"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "call", "item"), SHOWS)
async def test_shows_of_what_is_gone(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock, path: str, call: Call, item: object
) -> None:
    httpx_mock.add_response(status_code=404)

    with pytest.raises(NotFound) as gone:
        await call(rackconnect)

    assert gone.value.target


@pytest.mark.parametrize(("method", "path", "call", "body"), CHANGES)
@pytest.mark.parametrize("answer", [b"", b'{"id": "new", "status": "ADDING"}', b'[{"id": "new"}]'])
async def test_changes(
    rackconnect: RackConnectClient,
    httpx_mock: HTTPXMock,
    method: str,
    path: str,
    call: Call,
    body: object,
    answer: bytes,
) -> None:
    httpx_mock.add_response(method=method, url=f"{BASE}/{path}", status_code=202, content=answer)

    record = await call(rackconnect)

    assert json.loads(httpx_mock.get_requests()[0].content) == body
    assert getattr(record, "id", None) == ("new" if answer else None)


@pytest.mark.parametrize(("method", "path", "call", "body"), CHANGES)
async def test_change_answered_with_web_page_proves_nothing(
    rackconnect: RackConnectClient,
    httpx_mock: HTTPXMock,
    method: str,
    path: str,
    call: Call,
    body: object,
) -> None:
    httpx_mock.add_response(html="<html>Welcome to the hotel</html>")

    with pytest.raises(MalformedResponse) as failed:
        await call(rackconnect)

    assert not failed.value.is_definitely_not_applied
    assert (failed.value.status, bool(failed.value.operation)) == (200, True)


@pytest.mark.parametrize(("path", "call", "body"), REMOVALS)
async def test_removals(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock, path: str, call: Call, body: object
) -> None:
    httpx_mock.add_response(method="DELETE", url=f"{BASE}/{path}", status_code=204)

    assert await call(rackconnect) is None

    request = httpx_mock.get_requests()[0]
    assert (json.loads(request.content) if request.content else None) == body
    assert ("Content-Type" in request.headers) is (body is not None)


@pytest.mark.parametrize(("path", "call", "body"), REMOVALS)
async def test_removal_answered_with_web_page_proves_nothing(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock, path: str, call: Call, body: object
) -> None:
    httpx_mock.add_response(html="<html>Welcome to the hotel</html>")

    with pytest.raises(MalformedResponse):
        await call(rackconnect)


async def test_bulk_add(rackconnect: RackConnectClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        method="POST", url=f"{BASE}/load_balancer_pools/nodes", status_code=201, json=[NODE, NODE]
    )

    nodes = await rackconnect.add_nodes([("pool-1", "server-1"), ("pool-2", "server-1")])

    assert [node.id for node in nodes] == ["node-1", "node-1"]
    assert json.loads(httpx_mock.get_requests()[0].content) == [
        PAIR,
        {"cloud_server": {"id": "server-1"}, "load_balancer_pool": {"id": "pool-2"}},
    ]


async def test_bulk_conflict_names_every_pair(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock
) -> None:
    texts = [
        "Cloud Server server-1 is not a member of Load Balancer Pool POOL-1",
        "Load Balancer Pool POOL-2 does not exist",
    ]
    httpx_mock.add_response(status_code=409, json={"errors": texts})

    with pytest.raises(Conflict) as refused:
        await rackconnect.remove_nodes([("pool-1", "server-1"), ("pool-2", "server-1")])

    first, second = refused.value.conflicts
    assert (first.kind, first.server, first.pool) == (
        ConflictKind.NOT_A_MEMBER, "server-1", "pool-1"
    )  # fmt: skip
    assert (second.kind, second.pool) == (ConflictKind.NO_SUCH_POOL, "pool-2")
    assert refused.value.target == "2 pairs of server and pool"


@pytest.mark.parametrize(
    "call",
    [
        lambda r: r.add_nodes([]),
        lambda r: r.remove_nodes([]),
        lambda r: r.add_nodes([("", "server-1")]),
        lambda r: r.remove_nodes([("pool-1", "")]),
        lambda r: r.add_public_ip(),
        lambda r: r.add_public_ip(""),
        lambda r: r.assign_public_ip("ip-1", " "),
        lambda r: r.assign_public_ip("", "server-1"),
        lambda r: r.reassign_public_ip("ip-1", ""),
        lambda r: r.remove_public_ip(""),
        lambda r: r.remove_node("", "node-1"),
        lambda r: r.remove_node("pool-1", ".."),
        lambda r: r.list_nodes(""),
        lambda r: r.list_nodes_of_server(""),
        lambda r: r.list_public_ips_of_server(""),
    ],
)
async def test_invalid_request_is_not_sent(rackconnect: RackConnectClient, call: Call) -> None:
    with pytest.raises(BadRequest) as refused:
        await call(rackconnect)

    assert refused.value.operation
    assert refused.value.is_definitely_not_applied


async def test_filter_that_service_ignores_is_applied_here(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock
) -> None:
    other = {**IP, "id": "ip-2", "retain": False, "cloud_server": {"id": "server-2"}}
    upper = {**IP, "id": "ip-3", "cloud_server": {"id": "SERVER-1"}}
    without = {**IP, "id": "ip-4", "cloud_server": None}
    httpx_mock.add_response(json=[IP, other, upper, without], is_reusable=True)

    of_server = await rackconnect.list_public_ips_of_server("Server-1")
    loose = await rackconnect.list_public_ips_by_retain(False)

    assert [ip.id for ip in of_server.items] == ["ip-1", "ip-3"]
    assert [ip.id for ip in loose.items] == ["ip-2"]


async def test_nodes_of_server_get_requested_server(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock
) -> None:
    bare = {"id": "node-1", "status": "ACTIVE", "load_balancer_pool": POOL}
    other = {**NODE, "id": "node-2", "cloud_server": {"id": "server-2"}}
    httpx_mock.add_response(json=[bare, other])
    asked = ServerLink("server-1", "web-01", "192.0.2.11")

    listing = await rackconnect.list_nodes_of_server(asked)

    assert [node.id for node in listing.items] == ["node-1"]
    assert listing.items[0].server == asked
    assert listing.items[0].pool_id == "pool-1"


async def test_unchanged_item_is_same_object(
    rackconnect: RackConnectClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=[POOL, {**POOL, "id": "pool-2"}])
    httpx_mock.add_response(json=[POOL, {**POOL, "id": "pool-2", "status": "BUSY"}])

    before = await rackconnect.list_pools()
    after = await rackconnect.list_pools(previous=before.items)

    assert after.items[0] is before.items[0]
    assert after.items[1].status == "BUSY"
