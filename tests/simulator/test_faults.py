"""What can be made to go wrong, in process and over a real socket."""

from __future__ import annotations

import contextlib

import httpx
import pytest

from rcv3_tui.simulator import (
    Account,
    DroppedConnectionError,
    Fault,
    ManualTime,
    create_app,
    parse_fault,
)
from rcv3_tui.simulator.serve import running


async def test_a_fault_happens_as_often_as_asked_and_where_asked(
    account: Account, rackconnect: httpx.AsyncClient
) -> None:
    account.faults.add(Fault.status(503, method="GET", path=r"/public_ips$", times=2, skip=1))
    seen = [(await rackconnect.get("public_ips")).status_code for _ in range(4)]
    assert seen == [200, 503, 503, 200]
    assert (await rackconnect.get("cloud_networks")).status_code == 200
    assert len(account.faults) == 0
    assert len(account.faults.happened) == 2


async def test_faults_can_be_cleared(account: Account, rackconnect: httpx.AsyncClient) -> None:
    account.faults.add(Fault.status(500))
    assert (await rackconnect.get("public_ips")).status_code == 500
    account.faults.clear()
    assert (await rackconnect.get("public_ips")).status_code == 200


@pytest.mark.parametrize(("after", "applied"), [(False, 0), (True, 1)])
async def test_a_500_comes_before_or_after_the_change_was_applied(
    account: Account, rackconnect: httpx.AsyncClient, after: bool, applied: int
) -> None:
    account.faults.add(Fault.status(500, method="POST", after=after))
    assert (await rackconnect.post("public_ips", json={"retain": True})).status_code == 500
    assert len(account.region().public_ips) == applied


@pytest.mark.parametrize(("after", "applied"), [(False, 0), (True, 1)])
async def test_a_connection_is_dropped_before_or_after_the_change_was_applied(
    account: Account, rackconnect: httpx.AsyncClient, after: bool, applied: int
) -> None:
    account.faults.add(Fault.drop(method="POST", after=after))
    with pytest.raises(DroppedConnectionError):
        await rackconnect.post("public_ips", json={"retain": True})
    assert len(account.region().public_ips) == applied
    assert [entry.status for entry in account.requests] == [0]


async def test_what_a_drop_raises_in_process_can_be_chosen(
    account: Account, rackconnect: httpx.AsyncClient
) -> None:
    account.faults.add(Fault.drop())
    account.faults.drop_error = lambda: httpx.ReadError("closed")
    with pytest.raises(httpx.ReadError):
        await rackconnect.get("public_ips")


@pytest.mark.parametrize(("after", "applied"), [(False, 0), (True, 1)])
async def test_over_a_socket_the_connection_breaks_without_an_answer(
    now: ManualTime, after: bool, applied: int
) -> None:
    account = Account(now=now)
    account.faults.add(Fault.drop(method="POST", times=1, after=after))
    headers = {"X-Auth-Token": account.token_for("APIKEY").id}
    with running(create_app(account)) as url:
        async with httpx.AsyncClient(base_url=f"{url}/iad/rackconnect/v3/123456") as client:
            with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
                await client.post("public_ips", json={"retain": True}, headers=headers)
            answer = await client.get("public_ips", headers=headers)
    assert len(answer.json()) == applied
    assert answer.headers.get_list("date") == ["Thu, 15 Jan 2026 12:00:00 GMT"]
    assert answer.headers.get_list("server") == ["Apache-Coyote/1.1"]


async def test_a_body_can_be_cut_off(account: Account, rackconnect: httpx.AsyncClient) -> None:
    whole = (await rackconnect.get("cloud_networks")).content
    account.faults.add(Fault.cut_off())
    answer = await rackconnect.get("cloud_networks")
    assert (answer.status_code, answer.content) == (200, whole[: len(whole) // 2])


async def test_a_proxy_s_page_can_stand_in_the_place_of_json(
    account: Account, rackconnect: httpx.AsyncClient
) -> None:
    account.faults.add(Fault.html(times=1), Fault.html(200, "Log in to the network"))
    bad = await rackconnect.get("public_ips")
    assert (bad.status_code, bad.headers["content-type"]) == (502, "text/html")
    portal = await rackconnect.get("public_ips")
    assert portal.status_code == 200
    assert "<title>200 Log in" in portal.text


async def test_throttling_says_when_to_come_back(
    account: Account, rackconnect: httpx.AsyncClient
) -> None:
    account.faults.add(Fault.throttle(7, times=1), Fault.forbidden())
    answer = await rackconnect.get("public_ips")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert (await rackconnect.get("public_ips")).status_code == 403


async def test_json_can_be_of_the_wrong_shape(
    account: Account, rackconnect: httpx.AsyncClient, servers: httpx.AsyncClient
) -> None:
    good = [account.add_server(f"web-{n}") for n in range(2)]
    account.faults.add(Fault.wrong_shape("bad_item", path="/servers/"))
    account.faults.add(Fault.wrong_shape("object"))
    listed = (await servers.get("servers/detail")).json()["servers"]
    assert len(listed) == 2
    assert listed[0]["id"] == 17
    assert listed[1]["id"] in {server.id for server in good}
    assert isinstance((await rackconnect.get("public_ips")).json(), dict)


async def test_silence_passes_by_an_injected_sleep(
    account: Account, rackconnect: httpx.AsyncClient
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    account.faults.sleep = sleep
    account.faults.add(Fault.silence(30, times=1), Fault.silence(5, after=True))
    assert (await rackconnect.get("public_ips")).status_code == 200
    assert (await rackconnect.post("public_ips", json={"retain": True})).status_code == 201
    assert slept == [30, 5]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("500 GET /public_ips x3", Fault.status(500, method="GET", path="/public_ips", times=3)),
        (
            "drop post /public_ips$ after x1",
            Fault.drop(after=True, method="POST", path="/public_ips$", times=1),
        ),
        ("silence=30 GET", Fault.silence(30, method="GET")),
        ("429 skip5", Fault.throttle(skip=5)),
        ("html", Fault.html()),
        ("cut", Fault.cut_off()),
        ("bad-item", Fault.wrong_shape("bad_item")),
        ("role DELETE", Fault.forbidden(method="DELETE")),
    ],
)
def test_a_fault_is_read_from_a_line(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize("text", ["", "explode", "500 sometimes", "500 /(", "999"])
def test_a_line_that_is_no_fault_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"fault|regular expression"):
        parse_fault(text)


def test_the_server_stops_with_its_block(account: Account) -> None:
    with running(create_app(account)) as url:
        assert httpx.get(f"{url}/v2.0/tenants").status_code == 401
    with contextlib.suppress(httpx.TransportError):
        httpx.get(url)
        pytest.fail("still there")
