"""A simulated account, and somebody signed in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from rcv3_tui.simulator import Account, ManualTime, create_app

HOST = "http://simulator.test"


@pytest.fixture
def now() -> ManualTime:
    """A clock that stands still."""
    return ManualTime()


@pytest.fixture
def account(now: ManualTime) -> Account:
    """An account with a network and nothing else; every change takes exactly its time."""
    account = Account(now=now)
    account.jitter = 0.0
    account.limit_per_minute = None
    account.add_network()
    return account


@pytest_asyncio.fixture
async def anonymous(account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    transport = httpx.ASGITransport(create_app(account))
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        yield client


@pytest_asyncio.fixture
async def rackconnect(account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody signed in, at the region's RackConnect."""
    async for client in _signed_in(account, "rackconnect/v3"):
        yield client


@pytest_asyncio.fixture
async def servers(account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody signed in, at the region's Cloud Servers."""
    async for client in _signed_in(account, "servers/v2"):
        yield client


async def _signed_in(account: Account, service: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(account)),
        base_url=f"{HOST}/iad/{service}/123456",
        headers={"X-Auth-Token": account.token_for("APIKEY").id},
    ) as client:
        yield client
