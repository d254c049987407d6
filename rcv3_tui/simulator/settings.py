"""What can be set on a simulated account, each with the service's own figure as the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rcv3_tui.simulator.user import API_KEY, USERNAME


@dataclass
class AccountSettings:
    """The knobs of an account; change them at any time."""

    tenant_id: str = "123456"
    """The cloud account's number."""
    username: str = USERNAME
    """The one user."""
    user_id: str = "10000001"
    """That user's id."""
    api_key: str = API_KEY
    """The user's API key, made up."""
    password: str = "correct-horse-battery"  # noqa: S105 - a made-up one, nothing real opens with it
    """The user's password, made up."""
    user_enabled: bool = True
    """False answers every sign-in with 403 userDisabled."""
    mfa: bool = False
    """True asks for a passcode after the password; API keys are exempt."""
    passcode: str = "123456"
    """The passcode of the second factor."""
    default_region: str = "IAD"
    """`RAX-AUTH:defaultRegion` of the user; may be empty."""
    tenant_in_token: bool = True
    """False leaves `token.tenant` out, as some answers do."""
    token_seconds: float = 86400.0
    """How long a token lives."""
    renew_seconds: float = 3600.0
    """A cached token with more life than this is handed out again."""
    has_rackconnect: bool = True
    """False leaves RackConnect out of the catalogue, as for an ordinary account."""
    catalogue_slash: bool = False
    """True ends every publicURL in a slash."""

    limit_per_minute: int | None = 30
    """RackConnect requests a minute and region; None for no limit."""
    limit_status: int = 403
    """What a request over the limit is answered with."""
    limit_body: str | None = None
    """The body of that answer; None for a plain text that names the rate limit."""
    retained_limit: int | None = 5
    """Retained addresses an account; None for no limit."""
    page_size: int = 1000
    """The most servers on one page."""
    require_uuids: bool = True
    """Answer 400 to an id that is not a UUID, as the service does."""
    supports_patch: bool = True
    """False answers PATCH with 405, as an older revision of the service would."""
    patch_status: int = 200
    """The status a successful PATCH is answered with; 204 sends no body."""
    empty_list_without_body: bool = False
    """True answers a server's empty list of addresses with no body at all."""
    failed_removable: bool = True
    """Whether DELETE is taken for a failed public IP (not attested either way)."""
    delete_of_retained: Literal["unassign", "remove"] = "unassign"
    """What DELETE does to an address that is retained and assigned (ambiguous on record)."""
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
    """Each of those times varies by up to this part; 0 makes them exact."""
