"""Which services an account has, and where."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from rcv3_tui.api.errors import NoSuchRegion

RACKCONNECT_TYPE = "rax:rackconnect"
RACKCONNECT_NAME = "rackconnect"
SERVERS_TYPE = "compute"
SERVERS_NAME = "cloudserversopenstack"

REGIONS = ("DFW", "IAD", "ORD", "LON", "HKG", "SYD")
"""Where RackConnect v3.0 is to be had (RackConnect API reference, section 1)."""

_FILES_TENANT = "MossoCloudFS_"


class Endpoint(Struct, frozen=True):
    """Where one service is, in one region."""

    name: str
    """The service's name, in lower case."""
    type: str
    """The service's type, in lower case."""
    region: str
    """In upper case; empty for a global service."""
    url: str
    """`publicURL` without a slash at its end."""
    tenant_id: str = ""


class Catalogue(Struct, frozen=True):
    """The endpoints that Identity named, in its order."""

    endpoints: tuple[Endpoint, ...] = ()

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
        compute = [e for e in self.endpoints if e.type == SERVERS_TYPE or e.name == SERVERS_NAME]
        named = tuple(e for e in compute if e.name == SERVERS_NAME)
        by_url = tuple(e for e in compute if "/v2/" in f"{urlsplit(e.url).path}/")
        return _in_region(named, region) or _in_region(by_url, region)

    def tenant_id(self) -> str:
        """Read the account's number off the endpoints; empty when they do not tell."""
        preferred = [*self._rackconnect(), *(e for e in self.endpoints if e.type == SERVERS_TYPE)]
        for endpoint in (*preferred, *self.endpoints):
            last = urlsplit(endpoint.url).path.rpartition("/")[2]
            for candidate in (endpoint.tenant_id, last):
                if _is_account(candidate, named=candidate == endpoint.tenant_id):
                    return candidate
        return ""

    def _rackconnect(self) -> tuple[Endpoint, ...]:
        typed = tuple(e for e in self.endpoints if e.type == RACKCONNECT_TYPE)
        return typed or tuple(e for e in self.endpoints if e.name == RACKCONNECT_NAME)


def _in_region(endpoints: tuple[Endpoint, ...], region: str) -> str | None:
    wanted = region.strip().upper()
    return next((e.url for e in endpoints if e.region == wanted), None)


def _is_account(candidate: str, *, named: bool) -> bool:
    # Files names its containers' owner in the same place (section 3.2).
    if not candidate or candidate.startswith(_FILES_TENANT):
        return False
    # The last segment of a URL without an account is a version such as "v2.0".
    return named or candidate.isdigit()


def endpoint_for(catalogue: Catalogue, region: str, tenant: str, identity_url: str) -> str:
    """Find where RackConnect v3.0 is for a region (RackConnect API reference, section 2).

    Args:
        catalogue: What Identity named.
        region: The region asked for.
        tenant: The account, for the documented address where the catalogue lacks the service.
        identity_url: Only Rackspace's own Identity may stand for Rackspace's own addresses.

    Returns:
        The endpoint, without a slash at its end.

    Raises:
        NoSuchRegion: The account has none there.
    """
    if url := catalogue.rackconnect(region):
        return url
    has = catalogue.rackconnect_regions()
    name = region.strip().upper()
    if has or not _documented(name, tenant, identity_url):
        raise NoSuchRegion(name, has)
    return f"https://{name.lower()}.rackconnect.api.rackspacecloud.com/v3/{tenant}"


def servers_endpoint_for(
    catalogue: Catalogue, region: str, tenant: str, identity_url: str
) -> str | None:
    """Find where Cloud Servers is for a region (RackConnect API reference, section 2).

    Args:
        catalogue: What Identity named.
        region: The region asked for.
        tenant: The account.
        identity_url: See `endpoint_for`.

    Returns:
        The endpoint, without a slash at its end; None when there is none.
    """
    if url := catalogue.servers(region):
        return url
    name = region.strip().upper()
    if not _documented(name, tenant, identity_url):
        return None
    return f"https://{name.lower()}.servers.api.rackspacecloud.com/v2/{tenant}"


def _documented(region: str, tenant: str, identity_url: str) -> bool:
    host = (urlsplit(identity_url).hostname or "").lower()
    return (
        (host == "rackspacecloud.com" or host.endswith(".rackspacecloud.com"))
        and region in REGIONS
        and tenant.isdigit()
    )
