"""Opens an account: the session, the clients of its regions, and what to say where that fails."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from rcv3_tui.api.errors import (
    ApiError,
    CredentialsRefused,
    InsecureEndpoint,
    NoSuchRegion,
    NotReached,
    SecondFactorNeeded,
)
from rcv3_tui.api.identity import Access, Session, endpoint_for, servers_endpoint_for
from rcv3_tui.api.rackconnect import RackConnect
from rcv3_tui.api.servers import CloudServers
from rcv3_tui.api.transport import Transport
from rcv3_tui.settings import ALL_REGIONS, Credentials, Settings
from rcv3_tui.sync.budget import RequestBudget

if TYPE_CHECKING:
    from rcv3_tui.api.http import Http
    from rcv3_tui.api.identity import TokenCache
    from rcv3_tui.clock import Clock
    from rcv3_tui.sync.changes import SignInFailed
    from rcv3_tui.sync.ledger import Ledger


class OpenRegion(Struct, frozen=True):
    """One region of an open account, with the clients to ask it."""

    name: str
    rackconnect: RackConnect
    servers: CloudServers | None
    """None: the account's catalogue has no Cloud Servers there."""
    budget: RequestBudget
    """What RackConnect's requests are counted in."""


def session_for(http: Http, settings: Settings, credentials: Credentials, clock: Clock) -> Session:
    """Make the session of an account; its token is kept between runs where files may be.

    Args:
        http: The shared client.
        settings: Where Identity is, and the cache directory.
        credentials: Who signs in.
        clock: What decides when a token is old.
    """
    cache: TokenCache | None = None
    if settings.cache_dir is not None:
        from rcv3_tui.api.token_cache import FileTokenCache

        cache = FileTokenCache(settings.cache_dir, settings.identity_url, credentials, clock)
    return Session(http, settings.identity_url, credentials, clock=clock, cache=cache)


def open_regions(
    http: Http, session: Session, access: Access, settings: Settings, clock: Clock
) -> tuple[OpenRegion, ...]:
    """Find the regions that are asked for, in that order.

    Args:
        http: The shared client.
        session: Signed in.
        access: What it gave.
        settings: Which regions; none: the account's default one, or its first.
        clock: What measures the time.

    Raises:
        NoSuchRegion: The account has no RackConnect v3.0 in one of them.
    """
    identity, tenant = settings.identity_url, access.tenant_id
    regions: list[OpenRegion] = []
    for name in chosen_regions(settings.regions, access):
        rackconnect = endpoint_for(access.catalogue, name, tenant, identity)
        servers = servers_endpoint_for(access.catalogue, name, tenant, identity)
        budget = RequestBudget(clock, ledger=ledger_for(settings, rackconnect, clock))
        own = Transport(http, session, rackconnect, budget=budget, clock=clock)
        nova = None if servers is None else Transport(http, session, servers, clock=clock)
        regions.append(
            OpenRegion(
                name=name,
                rackconnect=RackConnect(own),
                servers=None if nova is None else CloudServers(nova),
                budget=budget,
            )
        )
    return tuple(regions)


def sign_in_failure(error: ApiError, settings: Settings, credentials: Credentials) -> SignInFailed:
    """Say why an account could not be opened, and what to do next.

    Args:
        error: What came of it.
        settings: Where Identity is.
        credentials: Who asked.
    """
    from rcv3_tui.sync.changes import SignInFailed, Trouble

    identity = settings.identity_url
    match error:
        case SecondFactorNeeded():
            return SignInFailed(
                Trouble.SECOND_FACTOR,
                f"user {credentials.username} needs a second factor; sign in with the API key, "
                "which is exempt from it",
            )
        case CredentialsRefused():
            return SignInFailed(
                Trouble.CREDENTIALS,
                f"Identity refused user {credentials.username} and {credentials.kind}: "
                f"{error.message} It was tried once; check both and try again.",
            )
        case NoSuchRegion():
            return SignInFailed(Trouble.REGION, f"{error.message}; choose one with --region")
        case InsecureEndpoint():
            return SignInFailed(Trouble.CONFIGURATION, error.one_line())
        case NotReached():
            return SignInFailed(
                Trouble.UNREACHABLE,
                f"cannot reach Identity at {identity}: {error.cause}; check the address, "
                "network, proxy and --ca-bundle",
            )
        case _:
            return SignInFailed(
                Trouble.SERVICE, f"Identity at {identity} answered: {error.one_line()}"
            )


def ledger_for(settings: Settings, endpoint: str, clock: Clock) -> Ledger | None:
    """Give what the requests to an endpoint are counted in; all copies share it."""
    if settings.cache_dir is None:
        return None
    from rcv3_tui.sync.ledger import SharedLedger

    name = hashlib.sha256(endpoint.encode()).hexdigest()[:24]
    return SharedLedger(settings.cache_dir / f"requests-{name}.json", clock)


def chosen_regions(asked: tuple[str, ...], access: Access) -> tuple[str, ...]:
    """Choose the regions to look at; none that was asked for: the account's default or first."""
    has = access.catalogue.rackconnect_regions()
    if asked and ALL_REGIONS not in asked:
        return tuple(dict.fromkeys(asked))
    if asked or not has:
        return has or ((access.default_region or "DFW").upper(),)
    default = (access.default_region or "").upper()
    return (default,) if default in has else has[:1]
