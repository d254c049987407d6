import pytest

from rcv3_tui.api.errors import RegionUnavailable
from rcv3_tui.api.service_catalog import (
    Endpoint,
    ServiceCatalog,
    rackconnect_endpoint,
    servers_endpoint,
)

US = "https://identity.api.rackspacecloud.com/v2.0"
ELSEWHERE = "https://identity.example.com/v2.0"


def entry(name: str, type_: str, region: str, url: str, tenant: str = "") -> Endpoint:
    return Endpoint(name, type_, region, url, tenant)


def rackconnect(region: str, name: str = "rackconnect", type_: str = "rax:rackconnect") -> Endpoint:
    return entry(name, type_, region, f"https://{region.lower()}.rc.example.com/v3/123456")


FIRST_GENERATION = entry("cloudservers", "compute", "", "https://servers.example.com/v1.0/123456")
NEXT_GENERATION = entry(
    "cloudserversopenstack", "compute", "IAD", "https://iad.servers.example.com/v2/123456"
)


def test_rackconnect_is_found_by_type_in_any_case_of_region() -> None:
    catalog = ServiceCatalog((rackconnect("IAD", name="other"), rackconnect("ORD", type_="x")))

    assert catalog.rackconnect("iad") == "https://iad.rc.example.com/v3/123456"
    assert catalog.rackconnect_regions() == ("IAD",)


def test_rackconnect_is_found_by_name_where_no_type_fits() -> None:
    catalog = ServiceCatalog((rackconnect("IAD", type_="rax:other"),))

    assert catalog.rackconnect_regions() == ("IAD",)


def test_cloud_servers_are_those_of_next_generation() -> None:
    catalog = ServiceCatalog((FIRST_GENERATION, NEXT_GENERATION))

    assert catalog.servers("iad") == NEXT_GENERATION.url
    assert catalog.servers("ORD") is None


def test_cloud_servers_without_their_name_are_known_by_their_version() -> None:
    old = entry("x", "compute", "IAD", "https://iad.servers.example.com/v1.0/1")
    new = entry("x", "compute", "IAD", "https://iad.servers.example.com/v2/1")

    assert ServiceCatalog((old, new)).servers("IAD") == new.url


@pytest.mark.parametrize(
    ("endpoints", "tenants"),
    [
        ((rackconnect("IAD"),), ("123456",)),
        ((entry("x", "y", "", "https://x.example.com/v1", "777"),), ("777",)),
        ((entry("f", "object-store", "IAD", "https://f/v1/MossoCloudFS_a", "MossoCloudFS_a"),), ()),
        ((entry("identity", "identity", "", "https://identity.example.com/v2.0"),), ()),
        ((), ()),
    ],
)
def test_accounts_are_read_off_endpoints(
    endpoints: tuple[Endpoint, ...], tenants: tuple[str, ...]
) -> None:
    assert ServiceCatalog(endpoints).tenants() == tenants


def test_endpoint_of_catalog_is_preferred() -> None:
    catalog = ServiceCatalog((rackconnect("IAD"), NEXT_GENERATION))

    assert (
        rackconnect_endpoint(catalog, "iad", "123456", US) == "https://iad.rc.example.com/v3/123456"
    )
    assert servers_endpoint(catalog, "iad", "123456", US) == NEXT_GENERATION.url


def test_region_that_account_lacks_names_those_it_has() -> None:
    catalog = ServiceCatalog((rackconnect("IAD"), rackconnect("ORD")))

    with pytest.raises(RegionUnavailable) as missing:
        rackconnect_endpoint(catalog, "dfw", "123456", US)

    assert (missing.value.region, missing.value.regions) == ("DFW", ("IAD", "ORD"))


def test_nothing_is_guessed_for_region_that_operator_did_not_name() -> None:
    with pytest.raises(RegionUnavailable):
        rackconnect_endpoint(ServiceCatalog(), "dfw", "123456", US, is_named=False)
    assert servers_endpoint(ServiceCatalog(), "dfw", "123456", US, is_named=False) is None


def test_catalog_without_service_leads_to_documented_address() -> None:
    assert rackconnect_endpoint(ServiceCatalog(), "dfw", "123456", US) == (
        "https://dfw.rackconnect.api.rackspacecloud.com/v3/123456"
    )
    assert servers_endpoint(ServiceCatalog(), "DFW", "123456", US) == (
        "https://dfw.servers.api.rackspacecloud.com/v2/123456"
    )


@pytest.mark.parametrize(
    ("region", "tenant", "identity"),
    [
        ("DFW", "123456", ELSEWHERE),
        ("DFW", "123456", "https://rackspacecloud.com.example.com/v2.0"),
        ("DFW", "123456", "https://notrackspacecloud.com/v2.0"),
        ("DFW", "123456", "http://127.0.0.1:8080/v2.0"),
        ("MOON", "123456", US),
        ("EVIL.EXAMPLE.COM/", "123456", US),
        ("DFW", "", US),
        ("DFW", "../x", US),
    ],
)
def test_no_endpoint_is_guessed_for_other_accounts(region: str, tenant: str, identity: str) -> None:
    with pytest.raises(RegionUnavailable):
        rackconnect_endpoint(ServiceCatalog(), region, tenant, identity)
    assert servers_endpoint(ServiceCatalog(), region, tenant, identity) is None
