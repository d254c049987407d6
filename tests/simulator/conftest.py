"""A simulated account, and somebody signed in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from rcv3_tui.simulator import Account, ManualClock, create_app

HOST = "http://simulator.test"


@pytest.fixture
def now() -> ManualClock:
    """A clock that stands still."""
    return ManualClock()


@pytest.fixture
def bare_account(now: ManualClock) -> Account:
    """An account with a network and nothing else; every change takes exactly its time."""
    bare_account = Account(now=now)
    bare_account.jitter = 0.0
    bare_account.limit_per_minute = None
    bare_account.add_network()
    return bare_account


@pytest_asyncio.fixture
async def anonymous(bare_account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    transport = httpx.ASGITransport(create_app(bare_account))
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        yield client


@pytest_asyncio.fixture
async def rackconnect_http(bare_account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody signed in, at the region's RackConnect."""
    async for client in _signed_in(bare_account, "rackconnect/v3"):
        yield client


@pytest_asyncio.fixture
async def servers(bare_account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody signed in, at the region's Cloud Servers."""
    async for client in _signed_in(bare_account, "servers/v2"):
        yield client


async def _signed_in(account: Account, service: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(account)),
        base_url=f"{HOST}/iad/{service}/123456",
        headers={"X-Auth-Token": account.token_for("APIKEY").id},
    ) as client:
        yield client
