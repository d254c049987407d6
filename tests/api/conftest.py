"""A client whose answers the test makes up, and somebody who is signed in."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
import stamina

from rcv3_tui.api import network
from rcv3_tui.api.http import Http, make_http
from rcv3_tui.api.rackconnect import RackConnect
from rcv3_tui.api.servers import CloudServers
from rcv3_tui.api.transport import Transport
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


@pytest.fixture(autouse=True)
def no_back_off() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    """Reading all of the world's authorities takes longer than most of these tests."""
    return httpx.create_ssl_context()


@pytest_asyncio.fixture
async def http(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Http]:
    monkeypatch.setattr(network, "tls_context", lambda settings: tls)
    async with make_http(Settings(timeout=20)) as made:
        yield made


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def transport(http: Http, tokens: Tokens) -> Transport:
    return Transport(http, tokens, BASE)


@pytest.fixture
def rackconnect(transport: Transport) -> RackConnect:
    return RackConnect(transport)


@pytest.fixture
def cloud_servers(http: Http, tokens: Tokens) -> CloudServers:
    return CloudServers(Transport(http, tokens, COMPUTE))
