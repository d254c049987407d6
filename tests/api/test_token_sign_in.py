"""Signing in with a token that another tool obtained, and what happens when it expires."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from pytest_httpx import HTTPXMock

from rcv3_tui.api.errors import CredentialsRefused, NotFound, TokenRefused, WrongTenant
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.http_factory import create_http_client
from rcv3_tui.api.identity import authenticate
from rcv3_tui.api.session import Session
from rcv3_tui.api.token_cache import FileTokenCache
from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import CredentialError, Credentials, Secret, Settings
from rcv3_tui.simulator import Account, Fault, create_app

IDENTITY = "http://127.0.0.1/v2.0"
TOKEN = "AAD-t0ken-of-a-federated-user"


@dataclass
class Source:
    """Returns one text after the other, as a command does that is run again."""

    texts: list[str]
    reads: int = 0
    problems: list[str] = field(default_factory=list)

    def read(self) -> Secret:
        self.reads += 1
        if self.problems:
            raise CredentialError(self.problems.pop())
        return Secret(self.texts.pop(0) if len(self.texts) > 1 else self.texts[0])


@pytest_asyncio.fixture
async def simulated(account: Account, clock: ManualClock) -> AsyncIterator[HttpClient]:
    del clock
    async with create_http_client(Settings(), create_app(account)) as http:
        yield http


def session(
    http: HttpClient, account: Account, clock: ManualClock, token: str, source: Source | None = None
) -> Session:
    credentials = Credentials(token=Secret(token), token_source=source)
    return Session(http, IDENTITY, credentials, tenant=account.tenant_id, clock=clock)


async def test_token_is_sent_with_its_tenant_and_nothing_else(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=404, json={"itemNotFound": {"code": 404, "message": "no"}})

    with pytest.raises(CredentialsRefused):
        await authenticate(
            http, "https://id.example.com/v2.0", Credentials(token=Secret(f" {TOKEN} ")), tenant="7"
        )

    request = httpx_mock.get_requests()[0]
    assert json.loads(request.content) == {"auth": {"tenantId": "7", "token": {"id": TOKEN}}}
    assert TOKEN not in str(request.headers)


async def test_catalog_is_that_of_tokens_tenant(simulated: HttpClient, account: Account) -> None:
    account.other_tenants = ("222222",)
    token = account.new_token()

    grant = await authenticate(
        simulated, IDENTITY, Credentials(token=Secret(token.id)), tenant=account.tenant_id
    )

    assert grant.user_name == account.username
    assert {endpoint.owner for endpoint in grant.catalog.endpoints} == {account.tenant_id}
    assert grant.rackconnect_elsewhere == ("222222",)


async def test_token_without_tenant_is_not_sent(simulated: HttpClient, account: Account) -> None:
    with pytest.raises(CredentialsRefused, match="needs the account's number"):
        await authenticate(simulated, IDENTITY, Credentials(token=Secret(TOKEN)))
    assert account.requests == []


@pytest.mark.parametrize("tenant", ["222222", "123456"])
async def test_refused_token_is_final_and_never_quoted(
    simulated: HttpClient, account: Account, clock: ManualClock, tenant: str
) -> None:
    """Either it is another tenant's, or it has expired."""
    token = account.new_token(seconds=60).id
    if tenant == account.tenant_id:
        await clock.advance(61)
    opened = Session(
        simulated, IDENTITY, Credentials(token=Secret(token)), tenant=tenant, clock=clock
    )

    for _ in range(2):
        with pytest.raises(CredentialsRefused) as caught:
            await opened.access()

    assert token not in f"{caught.value} {caught.value!r}"
    assert account.count("POST", "/tokens") == 1


async def test_page_of_proxy_is_no_refusal_of_token(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=404, text="<html>not here</html>")
    with pytest.raises(NotFound):
        await authenticate(
            http, "https://id.example.com/v2.0", Credentials(token=Secret(TOKEN)), tenant="7"
        )


async def test_answer_for_another_tenant_is_not_used(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    token = {"id": "t", "tenant": {"id": "222222"}}
    httpx_mock.add_response(json={"access": {"token": token, "serviceCatalog": []}})
    with pytest.raises(WrongTenant, match="signed in to tenant 222222, not to tenant 111111"):
        await authenticate(
            http, "https://id.example.com/v2.0", Credentials(token=Secret(TOKEN)), tenant="111111"
        )


# -- expiry --------------------------------------------------------------------------------------


async def test_expired_token_is_replaced_by_running_command_once_more(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    first, second = account.new_token().id, account.new_token().id
    source = Source([second])
    opened = session(simulated, account, clock, first, source)
    token = await opened.token()
    del account.tokens[first]

    newer = await opened.renew(token)

    assert newer.reveal() == second
    assert source.reads == 1
    assert (await opened.token()).reveal() == second


async def test_token_is_replaced_shortly_before_it_expires(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    first, second = account.new_token(seconds=3600).id, account.new_token(seconds=7200).id
    source = Source([second])
    opened = session(simulated, account, clock, first, source)
    await opened.token()
    await clock.advance(3500)
    assert (await opened.token()).reveal() == first

    await clock.advance(50)

    assert (await opened.token()).reveal() == second
    assert (source.reads, account.count("POST", "/tokens")) == (1, 2)


async def test_command_that_prints_expired_token_again_leads_to_refusal(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    first = account.new_token().id
    source = Source([first])
    opened = session(simulated, account, clock, first, source)
    token = await opened.token()
    account.revoke_tokens()

    with pytest.raises(CredentialsRefused):
        await opened.renew(token)
    with pytest.raises(CredentialsRefused):
        await opened.token()

    assert (source.reads, account.count("POST", "/tokens")) == (1, 2)


async def test_command_that_fails_is_named_in_refusal(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    first = account.new_token().id
    source = Source([first], problems=['"sso" ended with exit code 3'])
    opened = session(simulated, account, clock, first, source)
    token = await opened.token()
    account.revoke_tokens()

    with pytest.raises(CredentialsRefused, match='cannot be read: "sso" ended with exit code 3'):
        await opened.renew(token)


async def test_command_that_fails_early_costs_nothing_while_token_is_valid(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    first, second = account.new_token(seconds=3600).id, account.new_token(seconds=9000).id
    source = Source([second], problems=["no network"])
    opened = session(simulated, account, clock, first, source)
    await opened.token()
    await clock.advance(3545)
    assert (await opened.token()).reveal() == first

    await clock.advance(56)

    assert (await opened.token()).reveal() == second
    assert source.reads == 2


async def test_token_without_source_is_used_until_service_refuses_it(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    first = account.new_token(seconds=100).id
    opened = session(simulated, account, clock, first)
    token = await opened.token()
    await clock.advance(101)
    assert await opened.token() is token

    with pytest.raises(CredentialsRefused):
        await opened.renew(token)

    assert account.count("POST", "/tokens") == 2


async def test_token_rejected_by_one_region_does_not_count_as_expired(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    opened = session(simulated, account, clock, account.new_token().id)
    token = await opened.renew(await opened.token())
    with pytest.raises(TokenRefused):
        await opened.renew(token)
    assert not opened.is_refused


async def test_outage_of_identity_is_no_refusal_of_token(
    simulated: HttpClient, account: Account, clock: ManualClock
) -> None:
    opened = session(simulated, account, clock, account.new_token().id)
    token = await opened.token()
    account.faults.add(Fault.status(503, path="/tokens", times=1))
    with pytest.raises(Exception, match="503"):
        await opened.renew(token)
    assert not opened.is_refused
    await opened.renew(token)


# -- between two runs ----------------------------------------------------------------------------


async def test_grant_is_cached_for_same_token_alone(
    simulated: HttpClient, account: Account, clock: ManualClock, tmp_path: Path
) -> None:
    def cache(token: str) -> FileTokenCache:
        credentials = Credentials(token=Secret(token))
        return FileTokenCache(tmp_path, IDENTITY, credentials, clock, tenant=account.tenant_id)

    token = account.new_token().id
    credentials = Credentials(token=Secret(token))
    opened = Session(
        simulated, IDENTITY, credentials, tenant=account.tenant_id, clock=clock, cache=cache(token)
    )
    await opened.access()

    grant = cache(token).load()
    assert grant is not None
    assert grant.tenant_id == account.tenant_id
    assert cache(TOKEN).load() is None
    assert modes(tmp_path) == [0o600]


def modes(directory: Path) -> list[int]:
    return [file.stat().st_mode & 0o777 for file in directory.iterdir()]
