from __future__ import annotations

import httpx
import pytest
from pytest_httpx import HTTPXMock

from rcv3_tui.api.cloud_servers import CloudServersClient
from rcv3_tui.api.errors import BadRequest, MalformedResponse, NotFound
from tests.api.conftest import COMPUTE

FIRST = f"{COMPUTE}/servers/detail?limit=1000"


def page(*ids: str, following: str | None = None, name: str = "web") -> dict[str, object]:
    answer: dict[str, object] = {
        "servers": [{"id": i, "name": f"{name} {i}", "status": "ACTIVE"} for i in ids]
    }
    if following is not None:
        answer["servers_links"] = [
            {"rel": "self", "href": "https://x/?marker=self"},
            {"rel": "next", "href": following},
        ]
    return answer


async def ids(cloud_servers: CloudServersClient) -> list[str]:
    return [server.id for server in (await cloud_servers.list()).items]


async def test_single_page(cloud_servers: CloudServersClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=FIRST, status_code=203, json=page("a", "b"))

    assert await ids(cloud_servers) == ["a", "b"]


async def test_only_query_of_link_is_used(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    elsewhere = "http://evil.example.com/servers/detail?limit=2&marker=b%20c"
    httpx_mock.add_response(url=FIRST, json=page("a", "b c", following=elsewhere))
    httpx_mock.add_response(url=f"{COMPUTE}/servers/detail?limit=2&marker=b+c", json=page("d"))

    assert await ids(cloud_servers) == ["a", "b c", "d"]


async def test_full_last_page_is_followed_by_empty_one(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(url=FIRST, json=page("a", following="?marker=a"))
    httpx_mock.add_response(json=page(following="?marker=z"))

    assert await ids(cloud_servers) == ["a"]
    assert len(httpx_mock.get_requests()) == 2


async def test_same_next_page_twice_is_fault(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(url=FIRST, json=page("a", following="?marker=a"))
    httpx_mock.add_response(json=page("b", following="?marker=a"), is_reusable=True)

    with pytest.raises(MalformedResponse, match="never end"):
        await cloud_servers.list()

    assert len(httpx_mock.get_requests()) == 2


async def test_pages_that_bring_no_new_server_are_fault(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    count = 0

    def serve(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return httpx.Response(200, json=page("a", following=f"?marker={count}"))

    httpx_mock.add_callback(serve, is_reusable=True)

    with pytest.raises(MalformedResponse, match="never end"):
        await cloud_servers.list()

    assert count == 2


async def test_pages_that_never_end_are_bounded(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    count = 0

    def serve(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return httpx.Response(200, json=page(f"s{count}", following=f"?marker={count}"))

    httpx_mock.add_callback(serve, is_reusable=True)

    with pytest.raises(MalformedResponse, match="never end"):
        await cloud_servers.list()

    assert count == 200


async def test_server_on_two_pages_is_one_server(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(url=FIRST, json=page("a", "B", following="?marker=B"))
    httpx_mock.add_response(json=page("b", "c", name="later"))

    listing = await cloud_servers.list()

    assert [server.key for server in listing.items] == ["a", "b", "c"]
    assert listing.items[1].name == "later b"


async def test_marker_that_is_gone_starts_over_once(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    gone = {"badRequest": {"code": 400, "message": "marker [a] not found"}}
    httpx_mock.add_response(url=FIRST, json=page("a", following="?marker=a"))
    httpx_mock.add_response(status_code=400, json=gone)
    httpx_mock.add_response(url=FIRST, json=page("b"))

    assert await ids(cloud_servers) == ["b"]


async def test_marker_missing_twice_is_reported(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    gone = {"badRequest": {"code": 400, "message": "marker [a] not found"}}
    httpx_mock.add_response(status_code=400, json=gone, is_reusable=True)

    with pytest.raises(BadRequest):
        await cloud_servers.list()

    assert len(httpx_mock.get_requests()) == 2


async def test_other_400_is_reported_at_once(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=400, text="limit param must be an integer")

    with pytest.raises(BadRequest, match="integer"):
        await cloud_servers.list()


async def test_unchanged_servers_are_same_objects_across_pages(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    for _ in range(2):
        httpx_mock.add_response(json=page("a", "b", following="?marker=b"))
        httpx_mock.add_response(json=page("c", "d"))

    before = (await cloud_servers.list()).items
    after = (await cloud_servers.list(previous=before)).items

    assert len(after) == 4
    assert all(new is old for new, old in zip(after, before, strict=True))


async def test_bad_server_costs_that_server(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"servers": [{"id": "a"}, {"name": "no id"}]})

    listing = await cloud_servers.list()

    assert [server.id for server in listing.items] == ["a"]
    assert listing.skipped[0].startswith("$.servers[1]")


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b"{}", b'{"servers": 5}', b'{"servers": [']
)
async def test_body_without_page_is_malformed(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock, body: bytes
) -> None:
    httpx_mock.add_response(content=body)

    with pytest.raises(MalformedResponse) as failed:
        await cloud_servers.list()

    assert failed.value.operation == "list servers"


@pytest.mark.parametrize(
    "links", [None, {}, [None], [{"rel": "next"}], [{"rel": "next", "href": "x"}]]
)
async def test_links_of_another_shape_end_list(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock, links: object
) -> None:
    httpx_mock.add_response(json={**page("a"), "servers_links": links})

    assert await ids(cloud_servers) == ["a"]


async def test_one_server(cloud_servers: CloudServersClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        url=f"{COMPUTE}/servers/a%2Fb", json={"server": {"id": "a/b", "status": "ERROR"}}
    )

    assert (await cloud_servers.show("a/b")).status == "ERROR"


async def test_server_that_is_gone(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock
) -> None:
    gone = {"itemNotFound": {"code": 404, "message": "Instance could not be found"}}
    httpx_mock.add_response(status_code=404, json=gone)

    with pytest.raises(NotFound, match="Instance could not be found"):
        await cloud_servers.show("a")


@pytest.mark.parametrize("body", [b"{}", b'{"server": null}', b"<html>"])
async def test_show_without_server(
    cloud_servers: CloudServersClient, httpx_mock: HTTPXMock, body: bytes
) -> None:
    httpx_mock.add_response(content=body)

    with pytest.raises(MalformedResponse):
        await cloud_servers.show("a")
