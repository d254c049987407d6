"""Which tenant an answer of Identity is for, and whose endpoints are used."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence

import pytest
from pytest_httpx import HTTPXMock

from rcv3_tui.api.errors import SecondFactorNeeded, WrongTenant
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.identity import TokenGrant, authenticate
from rcv3_tui.api.session import Session
from rcv3_tui.settings import Credentials, Secret

IDENTITY = "https://identity.api.example.com/v2.0"
ME = Credentials("ops", api_key=Secret("0fedcba9876543210fedcba987654321"))
ONE, OTHER = "111111", "222222"

Endpoint = dict[str, object]


def at(tenant: object, *, region: str = "IAD", named: bool = True, version: str = "v3") -> Endpoint:
    url = f"https://iad.api.example.com/{version}/{tenant}"
    endpoint: Endpoint = {"region": region, "publicURL": url}
    if named:
        endpoint["tenantId"] = tenant
    return endpoint


def answer(
    rackconnect: Sequence[Endpoint],
    servers: Sequence[Endpoint] = (),
    *,
    tenant: object = ONE,
    user: dict[str, object] | None = None,
) -> dict[str, object]:
    token: dict[str, object] = {"id": "t", "expires": "2036-01-02T03:04:05Z"}
    if tenant is not None:
        token["tenant"] = tenant if isinstance(tenant, dict) else {"id": tenant, "name": "name"}
    named: dict[str, object] = {"name": "ops"}
    return {
        "access": {
            "token": token,
            "user": named | (user or {}),
            "serviceCatalog": [
                {"type": "rax:rackconnect", "endpoints": list(rackconnect)},
                {"name": "cloudServersOpenStack", "type": "compute", "endpoints": list(servers)},
            ],
        }
    }


SignIn = Callable[..., Awaitable[TokenGrant]]


@pytest.fixture
def sign_in(http: HttpClient, httpx_mock: HTTPXMock) -> SignIn:
    """Sign in, and be answered with this body."""

    async def signing_in(body: dict[str, object], tenant: str | None = None) -> TokenGrant:
        httpx_mock.add_response(json=body)
        return await authenticate(http, IDENTITY, ME, tenant=tenant)

    return signing_in


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("order", [(ONE, OTHER), (OTHER, ONE)])
async def test_endpoints_are_those_of_tokens_tenant_in_any_order(
    sign_in: SignIn,
    order: tuple[str, ...],
    named: bool,
) -> None:
    body = answer(
        [at(each, named=named) for each in order],
        [at(each, named=named, version="v2") for each in order],
    )

    access = await sign_in(body)

    assert access.tenant_id == ONE
    assert access.catalog.rackconnect("IAD") == f"https://iad.api.example.com/v3/{ONE}"
    assert access.catalog.servers("IAD") == f"https://iad.api.example.com/v2/{ONE}"
    assert OTHER not in repr(access.catalog)


@pytest.mark.parametrize(
    ("spelled", "tenant"),
    [(" 111111 ", ONE), ("111111", " 111111"), (111111, ONE), (ONE, 111111), ("Acme-1", "ACME-1")],
)
async def test_tenant_is_same_in_every_spelling(
    sign_in: SignIn,
    spelled: object,
    tenant: object,
) -> None:
    mine = at("acme", named=False)
    mine["tenantId"] = spelled

    access = await sign_in(answer([at(OTHER), mine], tenant={"id": tenant}))

    assert access.catalog.rackconnect("IAD") == "https://iad.api.example.com/v3/acme"


async def test_region_that_another_tenant_alone_has_is_not_there(sign_in: SignIn) -> None:
    access = await sign_in(answer([at(OTHER, region="ORD"), at(ONE)]))

    assert access.catalog.rackconnect_regions() == ("IAD",)
    assert access.rackconnect_elsewhere == (OTHER,)


@pytest.mark.parametrize(
    "contradicting",
    [
        {"region": "IAD", "tenantId": ONE, "publicURL": f"https://x.example.com/v3/{OTHER}"},
        {"region": "IAD", "tenantId": OTHER, "publicURL": f"https://x.example.com/v3/{ONE}"},
        {"region": "IAD", "publicURL": "https://x.example.com/v3"},
    ],
)
async def test_endpoint_of_unknown_tenant_is_not_used(
    sign_in: SignIn,
    contradicting: Endpoint,
) -> None:
    access = await sign_in(answer([contradicting], [at(ONE, version="v2")]))

    assert access.catalog.rackconnect("IAD") is None


async def test_only_tenant_of_catalog_is_meant_without_one_in_token(
    sign_in: SignIn,
) -> None:
    access = await sign_in(answer([at(OTHER)], [at(OTHER, version="v2")], tenant=None))

    assert access.tenant_id == OTHER


@pytest.mark.parametrize("tenant", [None, "MossoCloudFS_0000-1111", {}, {"id": None}])
@pytest.mark.parametrize(
    ("rackconnect", "servers"),
    [((ONE, OTHER), (ONE, OTHER)), ((OTHER,), (ONE,)), ((), (OTHER, ONE))],
)
async def test_without_tenant_in_token_none_of_several_is_guessed(
    sign_in: SignIn,
    tenant: object,
    rackconnect: Sequence[str],
    servers: Sequence[str],
) -> None:
    body = answer(
        [at(each) for each in rackconnect],
        [at(each, version="v2") for each in servers],
        tenant=tenant,
        user={"RAX-AUTH:domainId": ONE},
    )

    with pytest.raises(WrongTenant) as refused:
        await sign_in(body)

    assert set(refused.value.tenants) == {ONE, OTHER}
    assert all(each in refused.value.one_line() for each in (ONE, OTHER, "--tenant"))


async def test_catalog_of_other_tenants_alone_is_refused(sign_in: SignIn) -> None:
    with pytest.raises(WrongTenant, match=f"no endpoint of tenant {ONE}; .*: {OTHER}, 333333$"):
        await sign_in(answer([at(OTHER)], [at("333333", version="v2")]))


async def test_chosen_tenant_is_sent_along(http: HttpClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=answer([at(ONE), at(OTHER)], tenant=OTHER))
    httpx_mock.add_response(json=answer([at(ONE), at(OTHER)], tenant=None))
    by_password = Credentials("ops", password=Secret("correct-horse"))

    access = await authenticate(http, IDENTITY, ME, tenant=OTHER)
    same = await authenticate(http, IDENTITY, by_password, tenant=OTHER)

    assert [json.loads(r.content)["auth"]["tenantId"] for r in httpx_mock.get_requests()] == [
        OTHER,
        OTHER,
    ]
    assert access.tenant_id == same.tenant_id == OTHER
    assert access.catalog.rackconnect("IAD") == f"https://iad.api.example.com/v3/{OTHER}"


async def test_passcode_is_sent_with_tenant_too(http: HttpClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        status_code=401,
        headers={"WWW-Authenticate": "OS-MF sessionId='s', factor='PASSCODE'"},
        json={"unauthorized": {"code": 401, "message": "Additional credentials required."}},
    )
    httpx_mock.add_response(json=answer([at(ONE), at(OTHER)], tenant=OTHER))
    session = Session(http, IDENTITY, ME, tenant=OTHER)

    with pytest.raises(SecondFactorNeeded) as needed:
        await session.access()
    await session.access(passcode="123456", session_id=needed.value.session_id)

    assert json.loads(httpx_mock.get_requests()[1].content)["auth"]["tenantId"] == OTHER


async def test_token_for_another_tenant_than_chosen_one_is_refused(sign_in: SignIn) -> None:
    with pytest.raises(WrongTenant, match=f"signed in to tenant {ONE}, not to tenant {OTHER}"):
        await sign_in(answer([at(ONE), at(OTHER)]), OTHER)


async def test_chosen_tenant_that_catalog_lacks_is_refused(sign_in: SignIn) -> None:
    with pytest.raises(WrongTenant, match=f"no endpoint of tenant 999; .*: {ONE}, {OTHER}"):
        await sign_in(answer([at(ONE), at(OTHER)], tenant=None), "999")


@pytest.mark.parametrize("domain", [111111, "111111"])
async def test_ids_that_are_numbers_are_read(sign_in: SignIn, domain: object) -> None:
    access = await sign_in(answer([], tenant=None, user={"RAX-AUTH:domainId": domain}))

    assert access.tenant_id == ONE


async def test_role_of_rackconnect_names_its_regions(sign_in: SignIn) -> None:
    roles = [
        {"name": "rackconnect:v3-IAD", "tenantId": ONE},
        {"name": "RackConnect:v3-ord"},
        {"name": "rackconnect:v3-LON", "tenantId": OTHER},
        {"name": "compute:default", "tenantId": ONE},
        None,
    ]

    access = await sign_in(answer([], user={"roles": roles}))

    assert access.rackconnect_roles == ("IAD", "ORD")
