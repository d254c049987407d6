"""The service catalog: which services an account has, and their endpoints."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from msgspec import Struct

from rcv3_tui.api.errors import RegionUnavailable, WrongTenant
from rcv3_tui.settings import REGIONS

RACKCONNECT_TYPE = "rax:rackconnect"
RACKCONNECT_NAME = "rackconnect"
SERVERS_TYPE = "compute"
SERVERS_NAME = "cloudserversopenstack"

_FILES_TENANT = "MossoCloudFS_"


class Endpoint(Struct, frozen=True):
    """The endpoint of one service in one region."""

    name: str
    """The service's name, in lower case."""
    type: str
    """The service's type, in lower case."""
    region: str
    """In upper case; empty for a global service."""
    url: str
    """`publicURL` without a slash at its end."""
    tenant_id: str = ""

    @property
    def owner(self) -> str:
        """The tenant whose endpoint this is; empty where neither `tenantId` nor the URL names one.

        Also empty where the two contradict each other: requests would go to the URL's tenant, and
        the screen would show the other one.
        """
        last = unquote(urlsplit(self.url).path.rstrip("/").rpartition("/")[2]).strip()
        in_url = last if last.isdigit() else ""
        named = self.tenant_id.strip()
        # Files names its containers' owner in the same place (section 3.4).
        if named.startswith(_FILES_TENANT):
            return ""
        if named and in_url and not same_tenant(named, in_url):
            return ""
        # The last segment of a URL without an account is a version such as "v2.0".
        return named or in_url

    def belongs_to(self, tenant: str) -> bool:
        """Return whether this is an endpoint of a tenant, by `tenantId`, else by the URL.

        Args:
            tenant: The tenant's id, in any spelling.
        """
        if self.owner:
            return same_tenant(self.owner, tenant)
        last = unquote(urlsplit(self.url).path.rstrip("/").rpartition("/")[2])
        return not self.tenant_id.strip() and same_tenant(last, tenant)


def same_tenant(one: str, other: str) -> bool:
    """Return whether two spellings name one tenant: blanks and letter case do not count."""
    return one.strip().casefold() == other.strip().casefold() != ""


def is_account(tenant: str) -> bool:
    """Return whether a tenant is an account, not the owner of Cloud Files' containers."""
    return bool(tenant.strip()) and not tenant.strip().startswith(_FILES_TENANT)


class ServiceCatalog(Struct, frozen=True):
    """The endpoints that Identity listed, in its order."""

    endpoints: tuple[Endpoint, ...] = ()

    def of_tenant(self, tenant: str) -> ServiceCatalog:
        """Return the endpoints of one tenant; those without a known tenant are left out."""
        return ServiceCatalog(tuple(e for e in self.endpoints if e.belongs_to(tenant)))

    def rackconnect_regions(self) -> tuple[str, ...]:
        """List the regions that the account has RackConnect v3.0 in."""
        return tuple(dict.fromkeys(e.region for e in self._rackconnect() if e.region))

    def rackconnect(self, region: str) -> str | None:
        """Find RackConnect's endpoint in a region; letter case does not matter."""
        return _in_region(self._rackconnect(), region)

    def servers(self, region: str) -> str | None:
        """Find Cloud Servers' endpoint in a region.

        Two services have the type `compute`; the first generation is not meant (section 3.4).
        """
        compute = self._compute()
        named = tuple(e for e in compute if e.name == SERVERS_NAME)
        by_url = tuple(e for e in compute if "/v2/" in f"{urlsplit(e.url).path}/")
        return _in_region(named, region) or _in_region(by_url, region)

    def tenants(self) -> tuple[str, ...]:
        """List the accounts that the catalog has endpoints of, each once.

        RackConnect and Cloud Servers count; other services only where there is neither.
        """
        own = _owners((*self._rackconnect(), *self._compute()))
        return own or _owners(self.endpoints)

    def rackconnect_tenants(self) -> tuple[str, ...]:
        """List the accounts that have RackConnect v3.0 in any region."""
        return _owners(self._rackconnect())

    def _compute(self) -> tuple[Endpoint, ...]:
        return tuple(e for e in self.endpoints if e.type == SERVERS_TYPE or e.name == SERVERS_NAME)

    def _rackconnect(self) -> tuple[Endpoint, ...]:
        typed = tuple(e for e in self.endpoints if e.type == RACKCONNECT_TYPE)
        return typed or tuple(e for e in self.endpoints if e.name == RACKCONNECT_NAME)


def _owners(endpoints: tuple[Endpoint, ...]) -> tuple[str, ...]:
    owners: dict[str, str] = {}
    for endpoint in endpoints:
        if endpoint.owner:
            owners.setdefault(endpoint.owner.casefold(), endpoint.owner)
    return tuple(owners.values())


def _in_region(endpoints: tuple[Endpoint, ...], region: str) -> str | None:
    wanted = region.strip().upper()
    return next((e.url for e in endpoints if e.region == wanted), None)


def resolve_tenant(
    catalog: ServiceCatalog, *, chosen: str | None, scoped: str, domain: str = ""
) -> str:
    """Decide which tenant a response of Identity is for (reference, sections 3.2 and 14).

    Args:
        catalog: All endpoints of the response.
        chosen: The tenant that the operator chose and the request named; None: none.
        scoped: The token's tenant; empty where it has none.
        domain: The user's domain, usually an account's number; the last resort.

    Returns:
        The tenant's id; empty where Identity names none.

    Raises:
        WrongTenant: The response is for another tenant, for several, or has no endpoints of the
            tenant.
    """
    seen = catalog.tenants()
    if chosen is not None and scoped and not same_tenant(chosen, scoped):
        raise WrongTenant(f"Identity signed in to tenant {scoped}, not to tenant {chosen}", seen)
    tenant = scoped.strip() or (chosen or "").strip()
    if not tenant:
        if len(seen) > 1:
            raise WrongTenant(
                "the token names no tenant, and the user has several; choose one with --tenant",
                seen,
            )
        return seen[0] if seen else domain if domain.isdigit() else ""
    if seen and not any(same_tenant(tenant, each) for each in seen):
        raise WrongTenant(f"the service catalog has no endpoint of tenant {tenant}", seen)
    return tenant


def rackconnect_endpoint(
    catalog: ServiceCatalog, region: str, tenant: str, identity_url: str, *, is_named: bool = True
) -> str:
    """Return the endpoint of RackConnect v3.0 in a region (RackConnect API reference, section 2).

    Args:
        catalog: The tenant's endpoints.
        region: The requested region.
        tenant: The account, for the documented address where the catalog lacks the service.
        identity_url: The documented address is used only with Rackspace's own Identity.
        is_named: Whether the operator named the region; otherwise nothing is guessed.

    Returns:
        The endpoint, without a trailing slash.

    Raises:
        RegionUnavailable: The account has no RackConnect v3.0 there.
    """
    if url := catalog.rackconnect(region):
        return url
    has = catalog.rackconnect_regions()
    name = region.strip().upper()
    if has or not is_named or not _documented(name, tenant, identity_url):
        raise RegionUnavailable(name, has)
    return f"https://{name.lower()}.rackconnect.api.rackspacecloud.com/v3/{tenant}"


def servers_endpoint(
    catalog: ServiceCatalog, region: str, tenant: str, identity_url: str, *, is_named: bool = True
) -> str | None:
    """Return the endpoint of Cloud Servers in a region (RackConnect API reference, section 2).

    Args:
        catalog: The tenant's endpoints.
        region: The requested region.
        tenant: The account.
        identity_url: See `rackconnect_endpoint`.
        is_named: See `rackconnect_endpoint`.

    Returns:
        The endpoint, without a trailing slash; None without one.
    """
    if url := catalog.servers(region):
        return url
    name = region.strip().upper()
    if not is_named or not _documented(name, tenant, identity_url):
        return None
    return f"https://{name.lower()}.servers.api.rackspacecloud.com/v2/{tenant}"


def has_documented_endpoint(region: str, tenant: str, identity_url: str) -> bool:
    """Return whether a documented endpoint exists for a region of an account."""
    return _documented(region.strip().upper(), tenant, identity_url)


def _documented(region: str, tenant: str, identity_url: str) -> bool:
    host = (urlsplit(identity_url).hostname or "").lower()
    return (
        (host == "rackspacecloud.com" or host.endswith(".rackspacecloud.com"))
        and region in REGIONS
        and tenant.isdigit()
    )
