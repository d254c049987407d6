"""Opens an account: the session, the clients of its regions, and what to say where that fails."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from msgspec import Struct

from rcv3_tui.api.cloud_servers import CloudServersClient
from rcv3_tui.api.errors import (
    ApiError,
    ConnectionFailed,
    CredentialsRefused,
    InsecureEndpoint,
    NoRackConnect,
    ProxyFailed,
    RegionUnavailable,
    SecondFactorNeeded,
    WrongTenant,
)
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.api.rackconnect import RackConnectClient
from rcv3_tui.api.rate_limit import SlidingWindowLimiter
from rcv3_tui.api.service_catalog import (
    has_documented_endpoint,
    rackconnect_endpoint,
    servers_endpoint,
)
from rcv3_tui.api.service_client import ServiceClient, TokenSource
from rcv3_tui.api.session import Session, TokenCache
from rcv3_tui.api.token_cache import FileTokenCache
from rcv3_tui.clock import Clock, local_clock
from rcv3_tui.settings import ALL_REGIONS, Credentials, Settings
from rcv3_tui.sync.events import SignInFailed, SignInProblem
from rcv3_tui.sync.rate_ledger import Ledger, SharedLedger
from rcv3_tui.sync.rate_limit import RequestRateLimiter


class RegionClients(Struct, frozen=True):
    """One region of an open account, with the clients to ask it."""

    name: str
    rackconnect: RackConnectClient
    cloud_servers: CloudServersClient | None
    """None: the account's catalog has no Cloud Servers there."""
    rate_limiter: RequestRateLimiter
    """What RackConnect's requests are counted in."""
    is_guess: bool = False
    """The catalog has no entry, and the documented address is tried for the named region."""


class _WriteOnlyCache(Struct, frozen=True):
    """Saves tokens for later runs, and never returns one."""

    cache: TokenCache

    def load(self) -> TokenGrant | None:
        """Return None, so that the session signs in."""
        return None

    def save(self, grant: TokenGrant) -> None:
        """See `TokenCache.save`."""
        self.cache.save(grant)

    def drop(self) -> None:
        """See `TokenCache.drop`."""
        self.cache.drop()


def session_for(
    http: HttpClient,
    settings: Settings,
    credentials: Credentials,
    clock: Clock,
    *,
    reuse_token: bool = True,
) -> Session:
    """Return the session of an account; its token is cached between runs if there is a cache.

    Args:
        http: The shared client.
        settings: The address of Identity and the cache directory.
        credentials: The user and the secret.
        clock: Decides when a token is old.
        reuse_token: Use a cached token; False: sign in, to test the credentials.
    """
    cache: TokenCache | None = None
    directory = settings.data_cache_dir
    if directory is not None:
        cache = FileTokenCache(
            directory, settings.identity_url, credentials, clock, tenant=settings.tenant
        )
        cache = cache if reuse_token else _WriteOnlyCache(cache)
    return Session(
        http, settings.identity_url, credentials, tenant=settings.tenant, clock=clock, cache=cache
    )


def connect_regions(
    http: HttpClient, session: Session, access: TokenGrant, settings: Settings, clock: Clock
) -> tuple[RegionClients, ...]:
    """Return the clients of the requested regions, in that order.

    Args:
        http: The shared client.
        session: Signed in.
        access: The token grant of the sign-in.
        settings: Which regions; none: the account's default one, or its first.
        clock: What measures the time.

    Raises:
        NoSuchRegion: The account has no RackConnect v3.0 in one of them.
    """
    regions: list[RegionClients] = []
    for name in select_regions(settings.regions, access):
        rackconnect, servers = endpoints_of(name, access, settings)
        limiter = RequestRateLimiter(clock, ledger=shared_ledger(settings, rackconnect, clock))
        own = ServiceClient(http, session, rackconnect, rate_limiter=limiter, clock=clock)
        nova = None if servers is None else servers_transport(http, session, servers, clock)
        regions.append(
            RegionClients(
                name=name,
                rackconnect=RackConnectClient(own),
                cloud_servers=None if nova is None else CloudServersClient(nova),
                rate_limiter=limiter,
                is_guess=access.catalog.rackconnect(name) is None,
            )
        )
    return tuple(regions)


def endpoints_of(region: str, access: TokenGrant, settings: Settings) -> tuple[str, str | None]:
    """Find where RackConnect and Cloud Servers are for one region of an open account.

    Args:
        region: The region.
        access: The open account.
        settings: Where Identity is, and whether the operator named the region.

    Returns:
        RackConnect's endpoint, and that of Cloud Servers where there is one.

    Raises:
        NoSuchRegion: The account has no RackConnect v3.0 there, and no address is to be guessed.
    """
    identity, tenant, catalog = settings.identity_url, access.tenant_id, access.catalog
    is_named = region in settings.regions and not settings.regions_are_borrowed
    try:
        rackconnect = rackconnect_endpoint(catalog, region, tenant, identity, is_named=is_named)
    except RegionUnavailable as error:
        if error.regions:
            raise
        raise NoRackConnect(
            region,
            tenant,
            roles=access.rackconnect_roles,
            elsewhere=access.rackconnect_elsewhere,
        ) from None
    return rackconnect, servers_endpoint(catalog, region, tenant, identity, is_named=is_named)


def no_rackconnect_advice(error: NoRackConnect, settings: Settings) -> str:
    """Describe what to do where an account has no RackConnect v3.0.

    Args:
        error: The error.
        settings: Where Identity is.
    """
    if error.elsewhere:
        return "choose one with --tenant"
    guess = next(iter(error.roles), error.region)
    if has_documented_endpoint(guess, error.tenant, settings.identity_url):
        return (
            f"sign in to the account that has it, or try the documented address of a region with "
            f"--region {guess}"
        )
    return "sign in to the account that has it, or ask Rackspace Support"


def guess_warning(region: str, url: str) -> str:
    """Word that the address of a region is a guess, in one line."""
    return (
        f"{region}: the service catalog has no RackConnect v3.0 for this account; "
        f"{urlsplit(url).hostname} is a guess, from the documented form of its addresses"
    )


def servers_transport(
    http: HttpClient, session: TokenSource, url: str, clock: Clock
) -> ServiceClient:
    """Make the client of one region's Cloud Servers.

    Args:
        http: The shared client.
        session: Where tokens come from.
        url: The endpoint.
        clock: What measures the time.
    """
    return ServiceClient(
        http,
        session,
        url,
        rate_limiter=SlidingWindowLimiter(clock),
        clock=clock,
        limits_by_403=False,
    )


def describe_missing_credentials(settings: Settings) -> SignInFailed:
    """Describe that no source has credentials, where they were searched, and what to do next."""
    note = f" ({settings.credentials_note})" if settings.credentials_note else ""
    searched = f"; searched: {settings.sources_searched}" if settings.sources_searched else ""
    return SignInFailed(
        SignInProblem.NO_CREDENTIALS,
        "no credentials found; set RCV3_USERNAME and RCV3_API_KEY, or RCV3_TOKEN and RCV3_TENANT, "
        f"or save a profile with rcv3-tui login{note}{searched}",
    )


def describe_sign_in_error(
    error: ApiError, settings: Settings, credentials: Credentials
) -> SignInFailed:
    """Describe why an account could not be opened, and what to do next.

    Args:
        error: What came of it.
        settings: Where Identity is.
        credentials: The credentials that were used.
    """
    identity = settings.identity_url
    match error:
        case SecondFactorNeeded():
            return SignInFailed(
                SignInProblem.SECOND_FACTOR,
                f"{credentials.who} needs a second factor; sign in with the API key, "
                "which is exempt from it",
            )
        case CredentialsRefused():
            message = error.message.removesuffix(".")
            if credentials.token is not None:
                return SignInFailed(
                    SignInProblem.CREDENTIALS,
                    f"Identity rejected the token{_for_tenant(settings)}: {message}; get a new "
                    "token, and check that it is for this tenant",
                )
            return SignInFailed(
                SignInProblem.CREDENTIALS,
                f"Identity rejected user {credentials.username} and {credentials.kind}"
                f"{_for_tenant(settings)}: {message}. It was tried once; check both and try again.",
            )
        case WrongTenant():
            return SignInFailed(
                SignInProblem.CONFIGURATION, _wrong_tenant(error, settings, credentials)
            )
        case NoRackConnect():
            advice = no_rackconnect_advice(error, settings)
            return SignInFailed(SignInProblem.REGION, f"{error.message}; {advice}")
        case RegionUnavailable():
            return SignInFailed(SignInProblem.REGION, f"{error.message}; choose one with --region")
        case InsecureEndpoint():
            return SignInFailed(SignInProblem.CONFIGURATION, error.one_line())
        case ProxyFailed():
            return SignInFailed(
                SignInProblem.UNREACHABLE, f"cannot reach Identity at {identity}: {error.cause}"
            )
        case ConnectionFailed():
            return SignInFailed(
                SignInProblem.UNREACHABLE,
                f"cannot reach Identity at {identity}: {error.cause}; check the address, "
                "network, proxy and --ca-bundle",
            )
        case _:
            return SignInFailed(
                SignInProblem.SERVICE, f"Identity at {identity} answered: {error.one_line()}"
            )


def _for_tenant(settings: Settings) -> str:
    return "" if settings.tenant is None else f" for tenant {settings.tenant}"


def _wrong_tenant(error: WrongTenant, settings: Settings, credentials: Credentials) -> str:
    where = settings.origins.get("tenant", "default")
    source = "" if where == "default" else f" (tenant {settings.tenant} from {where})"
    advice = "" if "--tenant" in error.message else "; choose one of them with --tenant"
    # The login screen has three lines: what to do comes before where the tenant is from.
    return f"{credentials.who}: {error.message}{advice}{source}; nothing was read"


def shared_ledger(settings: Settings, endpoint: str, clock: Clock) -> Ledger | None:
    """Return what the requests to an endpoint are counted in; all copies share it."""
    if settings.cache_dir is None:
        return None
    name = hashlib.sha256(endpoint.encode()).hexdigest()[:24]
    # Copies of the program have this machine's clock in common, and no other.
    return SharedLedger(settings.cache_dir / f"requests-{name}.json", local_clock(clock))


def select_regions(requested: tuple[str, ...], access: TokenGrant) -> tuple[str, ...]:
    """Return the requested regions; without any, the account's default or first one."""
    has = access.catalog.rackconnect_regions()
    if requested and ALL_REGIONS not in requested:
        return tuple(dict.fromkeys(requested))
    if requested or not has:
        return has or ((access.default_region or "DFW").upper(),)
    default = (access.default_region or "").upper()
    return (default,) if default in has else has[:1]
