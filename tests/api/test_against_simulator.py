"""The client against the simulated service, over a real socket; the two share no code."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from rcv3_tui.api.cloud_servers import CloudServersClient
from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.errors import (
    ApiError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    CredentialsRefused,
    MalformedResponse,
    NotFound,
    ServerError,
    Throttled,
)
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.http_factory import create_http_client
from rcv3_tui.api.rackconnect import RackConnectClient
from rcv3_tui.api.service_catalog import rackconnect_endpoint, servers_endpoint
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.api.session import Session
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, Fault, ManualClock, create_app
from rcv3_tui.simulator.serve import running_server


@dataclass
class World:
    """An account, and somebody who is signed in to it."""

    account: Account
    now: ManualClock
    http: HttpClient
    session: Session
    rackconnect: RackConnectClient
    servers: CloudServersClient
    identity: str


@pytest.fixture
def now() -> ManualClock:
    return ManualClock()


@pytest.fixture
def account(now: ManualClock) -> Account:
    account = Account(now=now)
    account.jitter = 0.0
    account.limit_per_minute = None
    account.add_network()
    return account


@pytest.fixture
def base(account: Account) -> Iterator[str]:
    with running_server(create_app(account)) as url:
        yield url


@pytest_asyncio.fixture
async def world(account: Account, now: ManualClock, base: str) -> AsyncIterator[World]:
    identity = f"{base}/v2.0"
    credentials = Credentials(account.username, api_key=Secret(account.api_key))
    async with create_http_client(Settings(timeout=5)) as http:
        session = Session(http, identity, credentials)
        access = await session.access()
        region = account.regions[0]
        rackconnect = rackconnect_endpoint(access.catalog, region, access.tenant_id, identity)
        servers = servers_endpoint(access.catalog, region, access.tenant_id, identity)
        assert servers is not None
        yield World(
            account,
            now,
            http,
            session,
            RackConnectClient(ServiceClient(http, session, rackconnect)),
            CloudServersClient(ServiceClient(http, session, servers)),
            identity,
        )


async def test_signing_in_finds_account_and_its_regions(world: World) -> None:
    access = await world.session.access()

    assert access.tenant_id == "123456"
    assert access.catalog.rackconnect_regions() == tuple(world.account.regions)


async def test_wrong_key_is_refused(world: World) -> None:
    wrong = Credentials(world.account.username, api_key=Secret("wrong-key-wrong-key"))

    with pytest.raises(CredentialsRefused):
        await Session(world.http, world.identity, wrong).token()


async def test_address_from_adding_to_removed(world: World) -> None:
    server = world.account.add_server("web-01")

    added = await world.rackconnect.add_public_ip(server.id)
    assert added is not None
    assert (added.status, added.address) == ("ADDING", None)
    world.now.advance(300)
    active = await world.rackconnect.show_public_ip(added.id)
    assert active.status == "ACTIVE"
    assert active.address is not None
    listing = await world.rackconnect.list_public_ips_of_server(server.id)
    assert [ip.id for ip in listing.items] == [added.id]

    await world.rackconnect.remove_public_ip(added.id)
    world.now.advance(300)
    with pytest.raises(NotFound):
        await world.rackconnect.show_public_ip(added.id)
    assert (await world.rackconnect.list_public_ips()).items == ()


async def test_address_is_retained_unassigned_assigned_and_moved(world: World) -> None:
    first = world.account.add_server("web-01")
    second = world.account.add_server("web-02")
    record = world.account.add_public_ip(first)

    await world.rackconnect.retain_public_ip(record.id, True)
    world.now.advance(300)
    await world.rackconnect.unassign_public_ip(record.id)
    world.now.advance(300)
    loose = await world.rackconnect.show_public_ip(record.id)
    assert (loose.retain, loose.server) == (True, None)
    retained = await world.rackconnect.list_public_ips_by_retain(True)
    assert [ip.id for ip in retained.items] == [record.id]

    await world.rackconnect.assign_public_ip(record.id, first.id)
    world.now.advance(300)
    await world.rackconnect.reassign_public_ip(record.id, second.id)
    world.now.advance(300)
    moved = await world.rackconnect.show_public_ip(record.id)
    assert moved.server is not None
    assert moved.server.id == second.id


async def test_node_from_adding_to_removed(world: World) -> None:
    server = world.account.add_server("web-01")
    pool = world.account.add_pool("web-80")

    added = await world.rackconnect.add_node(pool.id, server.id)
    assert added is not None
    assert (added.pool_id, added.server_key) == (pool.id, server.id)
    world.now.advance(300)
    short = await world.rackconnect.show_node(pool.id, added.id)
    long = await world.rackconnect.show_node_with_details(pool.id, added.id)
    assert short.status == long.status == "ACTIVE"
    assert long.server is not None
    assert long.server.name == "web-01"
    of_pool = await world.rackconnect.list_nodes_with_details(pool.id)
    of_server = await world.rackconnect.list_nodes_of_server(long.server)
    assert [node.id for node in of_pool.items] == [node.id for node in of_server.items]
    assert of_server.items[0].server_key == server.id

    await world.rackconnect.remove_node(pool.id, added.id)
    world.now.advance(300)
    with pytest.raises(NotFound):
        await world.rackconnect.show_node(pool.id, added.id)


async def test_bulk_and_its_conflicts(world: World) -> None:
    servers = [world.account.add_server(f"web-0{n}") for n in range(3)]
    pool = world.account.add_pool("web-80")
    pairs = [(pool.id, server.id) for server in servers]

    nodes = await world.rackconnect.add_nodes(pairs[:2])
    assert {node.server_key for node in nodes} == {server.id for server in servers[:2]}
    world.now.advance(300)
    with pytest.raises(Conflict) as already:
        await world.rackconnect.add_nodes(pairs)
    assert {c.kind for c in already.value.conflicts} == {ConflictKind.ALREADY_MEMBER}
    assert {(c.pool, c.server) for c in already.value.conflicts} == set(pairs[:2])
    with pytest.raises(Conflict) as missing:
        await world.rackconnect.remove_nodes(pairs)
    assert [(c.kind, c.pool, c.server) for c in missing.value.conflicts] == [
        (ConflictKind.NOT_A_MEMBER, *pairs[2])
    ]
    await world.rackconnect.remove_nodes(pairs[:2])
    world.now.advance(300)
    assert (await world.rackconnect.list_nodes(pool.id)).items == ()


async def test_pools_and_networks(world: World) -> None:
    pool = world.account.add_pool("web-80")

    listed = (await world.rackconnect.list_pools()).items[0]
    shown = await world.rackconnect.show_pool(pool.id)
    network = (await world.rackconnect.list_networks()).items[0]

    assert (listed.id, listed.name) == (shown.id, shown.name) == (pool.id, "web-80")
    assert (await world.rackconnect.show_network(network.id)).name == network.name


async def test_unknown_server_is_conflict_and_odd_id_bad_request(world: World) -> None:
    with pytest.raises(Conflict) as refused:
        await world.rackconnect.add_public_ip("d95ae0c4-6ab8-4873-b82f-f8433840cff2")
    with pytest.raises(BadRequest, match="not in the correct format"):
        await world.rackconnect.show_public_ip("no uuid?")

    assert refused.value.conflicts[0].kind is ConflictKind.NO_SUCH_SERVER


async def test_servers_come_in_pages(world: World) -> None:
    made = {world.account.add_server(f"web-{n}").id for n in range(25)}

    listing = await world.servers.list(page_size=10)
    again = await world.servers.list(page_size=10, previous=listing.items)

    assert {server.id for server in listing.items} == made
    assert {id(server) for server in again.items} == {id(server) for server in listing.items}
    assert (await world.servers.show(next(iter(made)))).id in made


async def test_revoked_tokens_cause_one_new_sign_in(world: World) -> None:
    world.account.revoke_tokens()
    before = world.account.count("POST", "/tokens")

    await world.rackconnect.list_pools()

    assert world.account.count("POST", "/tokens") == before + 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.status(500), ServerError),
        (Fault.throttle(), Throttled),
        (Fault.status(429, headers={"Retry-After": "3"}), Throttled),
        (Fault.drop(after=True), ConnectionFailed),
        (Fault.drop(), ConnectionFailed),
        (Fault.html(200), MalformedResponse),
        (Fault.cut_off(), MalformedResponse),
    ],
)
async def test_each_error_of_add_is_reported_and_never_repeated(
    world: World, fault: Fault, kind: type[ApiError]
) -> None:
    server = world.account.add_server("web-01")
    world.account.faults.add(fault)
    before = world.account.count("POST", "public_ips")

    with pytest.raises(kind) as failed:
        await world.rackconnect.add_public_ip(server.id)

    assert failed.value.operation == "add public IP"
    assert failed.value.target == server.id
    assert world.account.count("POST", "public_ips") == before + 1
    assert failed.value.is_definitely_not_applied is (kind is Throttled)


async def test_dropped_read_is_read_again(world: World) -> None:
    world.account.faults.add(Fault.drop(times=1))

    assert (await world.rackconnect.list_pools()).items == ()


async def test_hostile_names_are_spelled_out(world: World) -> None:
    world.account.add_server("\x1b]0;pwned\x07[red]x[/]\nline")

    name = (await world.servers.list()).items[0].name

    assert name.isprintable()
    assert "[red]x[/]" in name


async def test_no_secret_reaches_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.account.revoke_tokens()

    await world.rackconnect.list_pools()

    assert "load_balancer_pools: 200" in caplog.text
    token = (await world.session.token()).reveal()
    assert token not in caplog.text
    assert world.account.api_key not in caplog.text
