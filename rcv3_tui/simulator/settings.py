"""The settings of a simulated account; each default is the service's own value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class AccountSettings:
    """The settings of an account; they can be changed at any time."""

    tenant_id: str = "123456"
    """The cloud account's number."""
    username: str = "demo"
    """The one user."""
    user_id: str = "10000001"
    """That user's id."""
    api_key: str = "0123456789abcdef0123456789abcdef"
    """The user's API key, made up."""
    password: str = "correct-horse-battery"  # noqa: S105 - a made-up one, nothing real opens with it
    """The user's password, made up."""
    user_enabled: bool = True
    """False: every sign-in gets 403 userDisabled."""
    mfa: bool = False
    """True requires a passcode after the password; API keys are exempt."""
    passcode: str = "123456"
    """The passcode of the second factor."""
    default_region: str = "IAD"
    """`RAX-AUTH:defaultRegion` of the user; may be empty."""
    tenant_in_token: bool = True
    """False omits `token.tenant`, as some responses do."""
    other_tenants: tuple[str, ...] = ()
    """Tenants that the user has roles on too; the catalog lists their endpoints first."""
    token_seconds: float = 86400.0
    """Seconds until a token expires."""
    renew_seconds: float = 3600.0
    """A cached token with more seconds left than this is issued again."""
    has_rackconnect: bool = True
    """False omits RackConnect from the catalog, as for an ordinary account."""
    has_cloud_servers: bool = True
    """False omits Cloud Servers from the catalog."""
    catalog_slash: bool = False
    """True ends every publicURL in a slash."""

    limit_per_minute: int | None = 30
    """RackConnect requests a minute and region; None for no limit."""
    limit_status: int = 403
    """The status of the response to a request over the limit."""
    limit_body: str | None = None
    """The body of that response; None for a plain text that names the rate limit."""
    retained_limit: int | None = 5
    """Retained addresses an account; None for no limit."""
    page_size: int = 1000
    """The most servers on one page."""
    require_uuids: bool = True
    """Respond with 400 to an id that is not a UUID, as the service does."""
    supports_patch: bool = True
    """False: PATCH gets 405, as from an older revision of the service."""
    patch_status: int = 200
    """The status of a successful PATCH; 204 sends no body."""
    empty_list_without_body: bool = False
    """True: a server's empty list of addresses is sent without a body."""
    failed_removable: bool = True
    """Whether DELETE is accepted for a failed public IP (not documented either way)."""
    delete_of_retained: Literal["unassign", "remove"] = "unassign"
    """The effect of DELETE on an address that is retained and assigned (documented ambiguously)."""
    ghost_after_seconds: float = 600.0
    """A node that has been ADDING for longer than this cannot be removed any more."""

    adding_seconds: float = 7.5
    """From ADDING to ACTIVE; seen live: 6.5 to 9 s."""
    updating_seconds: float = 3.0
    """From UPDATING to ACTIVE."""
    removing_seconds: float = 4.0
    """From REMOVING to gone."""
    access_seconds: float = 1.0
    """How far the server's `accessIPv4` lags behind the address."""
    jitter: float = 0.2
    """Each of those times varies by up to this fraction; 0 makes them exact."""
