"""A client whose answers the test makes up, and somebody who is signed in."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from rcv3_tui.api import http_factory
from rcv3_tui.api.cloud_servers import CloudServersClient
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.http_factory import create_http_client
from rcv3_tui.api.rackconnect import RackConnectClient
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.settings import Secret, Settings

TOKEN = "tok-SECRET-0123456789abcdef0123456789abcdef"
BASE = "https://iad.rackconnect.api.example.com/v3/123456"
COMPUTE = "https://iad.servers.api.example.com/v2/123456"


class Tokens:
    """A session that hands out one token after the other."""

    def __init__(self) -> None:
        self.given = [TOKEN]
        self.renewed = 0

    async def token(self) -> Secret:
        return Secret(self.given[-1])

    async def renew(self, refused: Secret) -> Secret:
        if refused.reveal() == self.given[-1]:
            self.renewed += 1
            self.given.append(f"{TOKEN}-{self.renewed}")
        return Secret(self.given[-1])


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    """Reading all of the world's authorities takes longer than most of these tests."""
    return httpx.create_ssl_context()


@pytest_asyncio.fixture
async def http(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HttpClient]:
    monkeypatch.setattr(http_factory, "ssl_context", lambda settings: tls)
    async with create_http_client(Settings(timeout=20)) as made:
        yield made


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def transport(http: HttpClient, tokens: Tokens) -> ServiceClient:
    return ServiceClient(http, tokens, BASE)


@pytest.fixture
def rackconnect(transport: ServiceClient) -> RackConnectClient:
    return RackConnectClient(transport)


@pytest.fixture
def cloud_servers(http: HttpClient, tokens: Tokens) -> CloudServersClient:
    return CloudServersClient(ServiceClient(http, tokens, COMPUTE))
