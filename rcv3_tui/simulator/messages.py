"""The messages of the services' error responses.

Source: RackConnect API reference, sections on operations and on failures. Messages whose wording
is not documented say so; a client must not depend on them.
"""

from __future__ import annotations

NIL_UUID = "00000000-0000-0000-0000-000000000000"
"""The service's "unset" identifier."""

BAD_FORMAT = (
    "The input was not in the correct format. Please reference the documentation at "
    "http://docs.rcv3.apiary.io for further assistance."
)
"""400: a body or an id that is malformed, or an empty path segment."""

UNEXPECTED_ERROR = "Unexpected Error"
"""500: a bulk remove that names a ghost node."""

UNAUTHORIZED = "Unauthorized"
"""401 of RackConnect; the wording is not documented."""

OVER_LIMIT = "Over the rate limit: {limit} requests a minute are allowed."
"""403 beyond the documented 30 requests a minute; the wording is not documented."""

ROLE_MISSING = "403 Forbidden: Access was denied to this resource."
"""403 for a missing role."""

NO_ADDRESS_LEFT = "No Public IP Addresses are available."
"""409: the dedicated block is used up; the wording is not documented."""

WRONG_CREDENTIALS = "Unable to authenticate user with credentials provided."
"""Identity's 401 for a wrong user, key or password."""

MORE_CREDENTIALS = "Additional authentication credentials required."
"""Identity's 401 when a passcode has to follow the password."""

UNPARSABLE_AUTH = (
    "Invalid request body: unable to parse Auth data. Please review XML or JSON formatting"
)
"""Identity's 400."""

NO_VALID_TOKEN = "No valid token provided. Please use the 'X-Auth-Token' header with a valid token."  # noqa: S105 - a message
"""Identity's 401 for its own calls."""


def unexpected(request_id: str) -> str:
    """Return the message of a 500; the two spaces before "Request Id" are the service's own."""
    return (
        "An unexpected error has occurred. Please contact Support for assistance.  "
        f"Request Id: {request_id}"
    )


def server_missing(server_id: str) -> str:
    """Return the message of the 409 for a server that RackConnect does not know (yet)."""
    return f"Cloud Server {server_id} does not exist"


def server_unprocessable(server_id: str) -> str:
    """Return the message of the 409 for a server without a RackConnect network."""
    return f"Cloud Server {server_id} is unprocessable"


def already_member(server_id: str, pool_id: str) -> str:
    """Return the message of the 409 for adding an existing node."""
    return f"Cloud Server {server_id} is already a member of Load Balancer Pool {pool_id}"


def server_not_member(server_id: str, pool_id: str) -> str:
    """Return the message of the 409 of a bulk remove for a missing pair."""
    return f"Cloud Server {server_id} is not a member of Load Balancer Pool {pool_id}"


def node_not_member(node_id: str, pool_id: str) -> str:
    """Return the message of the 409 of a single remove for a node of another pool."""
    return f"Node {node_id} is not a member of Load Balancer Pool {pool_id}"


def pool_missing(pool_id: str) -> str:
    """Return the message of the 404, or 409 on an add, for an unknown pool."""
    return f"Load Balancer Pool {pool_id} does not exist"


def pool_inactive(pool_id: str) -> str:
    """Return the message of the 409 for a pool that is being changed."""
    return f"Load Balancer Pool {pool_id} is not in an ACTIVE state"


def node_inactive(node_id: str) -> str:
    """Return the message of the 409 for a node in transition."""
    return f"Load Balancer Pool Node {node_id} is not in an ACTIVE state"


def public_ip_inactive(public_ip_id: str) -> str:
    """Return the message of the 409 for a public IP in transition."""
    return f"Public IP Address {public_ip_id} is not in an ACTIVE state"


def has_public_ip(server_id: str) -> str:
    """Return the message of the 409 for a second address of one server; not documented."""
    return f"Cloud Server {server_id} already has a Public IP Address"


def retained_limit(limit: int) -> str:
    """Return the message for one retained address too many; the wording is not documented."""
    return f"The limit of {limit} retained Public IP Addresses has been reached"


def not_retained(public_ip_id: str) -> str:
    """Return the message for assigning an address that is not retained; not documented."""
    return f"Public IP Address {public_ip_id} is not retained"


def token_of_other_tenant(tenant: str) -> str:
    """Return the message of Identity's 401 for a token that is not for a tenant."""
    return f"Token doesn't belong to Tenant with Id/Name: '{tenant}'"


def wrong_tenant(tenant: str, username: str, user_id: str) -> str:
    """Return the message of Identity's 401 for a tenant of another user."""
    return f"Tenant with Name/Id: '{tenant}' is not valid for User '{username}' (id: '{user_id}')"
