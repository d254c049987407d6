import pytest

from rcv3_tui.api.catalogue import Catalogue, Endpoint, endpoint_for, servers_endpoint_for
from rcv3_tui.api.errors import NoSuchRegion

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


def test_rackconnect_is_found_by_type_in_any_case_of_the_region() -> None:
    catalogue = Catalogue((rackconnect("IAD", name="other"), rackconnect("ORD", type_="x")))

    assert catalogue.rackconnect("iad") == "https://iad.rc.example.com/v3/123456"
    assert catalogue.rackconnect_regions() == ("IAD",)


def test_rackconnect_is_found_by_name_where_no_type_fits() -> None:
    catalogue = Catalogue((rackconnect("IAD", type_="rax:other"),))

    assert catalogue.rackconnect_regions() == ("IAD",)


def test_cloud_servers_are_those_of_the_next_generation() -> None:
    catalogue = Catalogue((FIRST_GENERATION, NEXT_GENERATION))

    assert catalogue.servers("iad") == NEXT_GENERATION.url
    assert catalogue.servers("ORD") is None


def test_cloud_servers_without_their_name_are_known_by_their_version() -> None:
    old = entry("x", "compute", "IAD", "https://iad.servers.example.com/v1.0/1")
    new = entry("x", "compute", "IAD", "https://iad.servers.example.com/v2/1")

    assert Catalogue((old, new)).servers("IAD") == new.url


@pytest.mark.parametrize(
    ("endpoints", "tenant"),
    [
        ((rackconnect("IAD"),), "123456"),
        ((entry("x", "y", "", "https://x.example.com/v1", "777"),), "777"),
        ((entry("f", "object-store", "IAD", "https://f/v1/MossoCloudFS_a", "MossoCloudFS_a"),), ""),
        ((entry("identity", "identity", "", "https://identity.example.com/v2.0"),), ""),
        ((), ""),
    ],
)
def test_the_account_is_read_off_the_endpoints(
    endpoints: tuple[Endpoint, ...], tenant: str
) -> None:
    assert Catalogue(endpoints).tenant_id() == tenant


def test_the_catalogues_endpoint_comes_first() -> None:
    catalogue = Catalogue((rackconnect("IAD"), NEXT_GENERATION))

    assert endpoint_for(catalogue, "iad", "123456", US) == "https://iad.rc.example.com/v3/123456"
    assert servers_endpoint_for(catalogue, "iad", "123456", US) == NEXT_GENERATION.url


def test_a_region_that_the_account_lacks_names_those_it_has() -> None:
    catalogue = Catalogue((rackconnect("IAD"), rackconnect("ORD")))

    with pytest.raises(NoSuchRegion) as missing:
        endpoint_for(catalogue, "dfw", "123456", US)

    assert (missing.value.region, missing.value.regions) == ("DFW", ("IAD", "ORD"))


def test_a_catalogue_without_the_service_leads_to_the_documented_address() -> None:
    assert endpoint_for(Catalogue(), "dfw", "123456", US) == (
        "https://dfw.rackconnect.api.rackspacecloud.com/v3/123456"
    )
    assert servers_endpoint_for(Catalogue(), "DFW", "123456", US) == (
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
def test_nothing_is_guessed_for_anybody_else(region: str, tenant: str, identity: str) -> None:
    with pytest.raises(NoSuchRegion):
        endpoint_for(Catalogue(), region, tenant, identity)
    assert servers_endpoint_for(Catalogue(), region, tenant, identity) is None
