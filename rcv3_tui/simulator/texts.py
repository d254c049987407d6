"""The words the service refuses with, one function a text.

Source: RackConnect API reference, sections on operations and on failures. Texts whose wording is
not on record say so; a client must not depend on those.
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
"""401 of RackConnect; the wording is not on record."""

OVER_LIMIT = "Over the rate limit: {limit} requests a minute are allowed."
"""403 beyond the documented 30 requests a minute; the wording is not on record."""

ROLE_MISSING = "403 Forbidden: Access was denied to this resource."
"""403 for want of a role."""

NO_ADDRESS_LEFT = "No Public IP Addresses are available."
"""409: the dedicated block is used up; the wording is not on record."""

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
    """Word a 500; the two spaces before "Request Id" are the service's own."""
    return (
        "An unexpected error has occurred. Please contact Support for assistance.  "
        f"Request Id: {request_id}"
    )


def server_missing(server_id: str) -> str:
    """Word the 409 for a server that RackConnect does not know (yet)."""
    return f"Cloud Server {server_id} does not exist"


def server_unprocessable(server_id: str) -> str:
    """Word the 409 for a server without a RackConnect network."""
    return f"Cloud Server {server_id} is unprocessable"


def already_member(server_id: str, pool_id: str) -> str:
    """Word the 409 for an add of what is there already."""
    return f"Cloud Server {server_id} is already a member of Load Balancer Pool {pool_id}"


def server_not_member(server_id: str, pool_id: str) -> str:
    """Word the 409 of a bulk remove for a pair that is not there."""
    return f"Cloud Server {server_id} is not a member of Load Balancer Pool {pool_id}"


def node_not_member(node_id: str, pool_id: str) -> str:
    """Word the 409 of a single remove for a node of another pool."""
    return f"Node {node_id} is not a member of Load Balancer Pool {pool_id}"


def pool_missing(pool_id: str) -> str:
    """Word the 404, or 409 on an add, for a pool that is not there."""
    return f"Load Balancer Pool {pool_id} does not exist"


def pool_inactive(pool_id: str) -> str:
    """Word the 409 for a pool that is being changed."""
    return f"Load Balancer Pool {pool_id} is not in an ACTIVE state"


def node_inactive(node_id: str) -> str:
    """Word the 409 for a node that is moving."""
    return f"Load Balancer Pool Node {node_id} is not in an ACTIVE state"


def public_ip_inactive(public_ip_id: str) -> str:
    """Word the 409 for a public IP that is moving."""
    return f"Public IP Address {public_ip_id} is not in an ACTIVE state"


def has_public_ip(server_id: str) -> str:
    """Word the 409 for a second address of one server; the wording is not on record."""
    return f"Cloud Server {server_id} already has a Public IP Address"


def retained_limit(limit: int) -> str:
    """Word the refusal of one retained address too many; the wording is not on record."""
    return f"The limit of {limit} retained Public IP Addresses has been reached"


def not_retained(public_ip_id: str) -> str:
    """Word the refusal to assign what is not kept; the wording is not on record."""
    return f"Public IP Address {public_ip_id} is not retained"


def wrong_tenant(tenant: str, username: str, user_id: str) -> str:
    """Word Identity's 401 for a tenant that is not the user's."""
    return f"Tenant with Name/Id: '{tenant}' is not valid for User '{username}' (id: '{user_id}')"
