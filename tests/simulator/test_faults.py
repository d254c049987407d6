"""What can be made to go wrong, in process and over a real socket."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import httpx
import pytest

from rcv3_tui.simulator import (
    Account,
    DroppedConnectionError,
    Fault,
    ManualClock,
    create_app,
    parse_fault,
)
from rcv3_tui.simulator.serve import running_server


async def test_fault_occurs_as_configured(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    bare_account.faults.add(Fault.status(503, method="GET", path=r"/public_ips$", times=2, skip=1))
    seen = [(await rackconnect_http.get("public_ips")).status_code for _ in range(4)]
    assert seen == [200, 503, 503, 200]
    assert (await rackconnect_http.get("cloud_networks")).status_code == 200
    assert len(bare_account.faults) == 0
    assert len(bare_account.faults.happened) == 2


async def test_faults_can_be_cleared(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    bare_account.faults.add(Fault.status(500))
    assert (await rackconnect_http.get("public_ips")).status_code == 500
    bare_account.faults.clear()
    assert (await rackconnect_http.get("public_ips")).status_code == 200


@pytest.mark.parametrize(("after", "applied"), [(False, 0), (True, 1)])
async def test_500_is_sent_before_or_after_change(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, after: bool, applied: int
) -> None:
    bare_account.faults.add(Fault.status(500, method="POST", after=after))
    assert (await rackconnect_http.post("public_ips", json={"retain": True})).status_code == 500
    assert len(bare_account.region().public_ips) == applied


@pytest.mark.parametrize(("after", "applied"), [(False, 0), (True, 1)])
async def test_connection_is_dropped_before_or_after_change_was_applied(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, after: bool, applied: int
) -> None:
    bare_account.faults.add(Fault.drop(method="POST", after=after))
    with pytest.raises(DroppedConnectionError):
        await rackconnect_http.post("public_ips", json={"retain": True})
    assert len(bare_account.region().public_ips) == applied
    assert [entry.status for entry in bare_account.requests] == [0]


async def test_exception_of_in_process_drop_is_configurable(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    bare_account.faults.add(Fault.drop())
    bare_account.faults.drop_error = lambda: httpx.ReadError("closed")
    with pytest.raises(httpx.ReadError):
        await rackconnect_http.get("public_ips")


@pytest.mark.parametrize(("after", "applied"), [(False, 0), (True, 1)])
async def test_over_socket_connection_breaks_without_answer(
    now: ManualClock, after: bool, applied: int
) -> None:
    account = Account(now=now)
    account.faults.add(Fault.drop(method="POST", times=1, after=after))
    headers = {"X-Auth-Token": account.token_for("APIKEY").id}
    with running_server(create_app(account)) as url:
        async with httpx.AsyncClient(base_url=f"{url}/iad/rackconnect/v3/123456") as client:
            with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
                await client.post("public_ips", json={"retain": True}, headers=headers)
            answer = await client.get("public_ips", headers=headers)
    assert len(answer.json()) == applied
    assert answer.headers.get_list("date") == ["Thu, 15 Jan 2026 12:00:00 GMT"]
    assert answer.headers.get_list("server") == ["Apache-Coyote/1.1"]


async def test_body_can_be_cut_off(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    whole = (await rackconnect_http.get("cloud_networks")).content
    bare_account.faults.add(Fault.cut_off())
    answer = await rackconnect_http.get("cloud_networks")
    assert (answer.status_code, answer.content) == (200, whole[: len(whole) // 2])


async def test_proxy_s_page_can_stand_in_place_of_json(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    bare_account.faults.add(Fault.html(times=1), Fault.html(200, "Log in to the network"))
    bad = await rackconnect_http.get("public_ips")
    assert (bad.status_code, bad.headers["content-type"]) == (502, "text/html")
    portal = await rackconnect_http.get("public_ips")
    assert portal.status_code == 200
    assert "<title>200 Log in" in portal.text


async def test_throttling_sends_retry_after(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    bare_account.faults.add(Fault.throttle(7, times=1), Fault.forbidden())
    answer = await rackconnect_http.get("public_ips")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert (await rackconnect_http.get("public_ips")).status_code == 403


async def test_json_can_be_of_wrong_shape(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, servers: httpx.AsyncClient
) -> None:
    good = [bare_account.add_server(f"web-{n}") for n in range(2)]
    bare_account.faults.add(Fault.wrong_shape("bad_item", path="/servers/"))
    bare_account.faults.add(Fault.wrong_shape("object"))
    listed = (await servers.get("servers/detail")).json()["servers"]
    assert len(listed) == 2
    assert listed[0]["id"] == 17
    assert listed[1]["id"] in {server.id for server in good}
    assert isinstance((await rackconnect_http.get("public_ips")).json(), dict)


async def test_silence_passes_by_injected_sleep(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    bare_account.faults.sleep = sleep
    bare_account.faults.add(Fault.silence(30, times=1), Fault.silence(5, after=True))
    assert (await rackconnect_http.get("public_ips")).status_code == 200
    assert (await rackconnect_http.post("public_ips", json={"retain": True})).status_code == 201
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
def test_fault_is_read_from_line(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize("text", ["", "explode", "500 sometimes", "500 /(", "999"])
def test_line_that_is_no_fault_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"fault|regular expression"):
        parse_fault(text)


def test_server_stops_with_its_block(bare_account: Account) -> None:
    with running_server(create_app(bare_account)) as url:
        assert httpx.get(f"{url}/v2.0/tenants").status_code == 401
    with contextlib.suppress(httpx.TransportError):
        httpx.get(url)
        pytest.fail("still there")


@pytest.mark.parametrize("fault", [Fault.status(504), Fault.silence(0.0)])
async def test_request_can_be_carried_out_after_its_answer(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock, fault: Fault
) -> None:
    bare_account.faults.add(replace(fault, method="POST", times=1).applied_late(5.0))

    await rackconnect_http.post("public_ips", json={"retain": True})
    at_once = (await rackconnect_http.get("public_ips")).json()
    now.advance(5.0)
    later = (await rackconnect_http.get("public_ips")).json()

    assert (len(at_once), len(later)) == (0, 1)


def test_late_change_is_configurable_by_name() -> None:
    fault = parse_fault("drop POST /public_ips$ late6 x1")
    assert (fault.kind, fault.late, fault.times) == ("drop", 6.0, 1)
