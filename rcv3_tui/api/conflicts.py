"""Parses the messages in which RackConnect explains a 409, and words the temporary ones."""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

POOL_BUSY = "the pool is being changed"
NODE_BUSY = "the node is being changed"
NOT_LISTED = "the service's response and its list of nodes differ"


class ConflictKind(StrEnum):
    """The meaning of a message."""

    NODE_NOT_ACTIVE = "node is not active"
    POOL_NOT_ACTIVE = "pool is not active"
    NO_SUCH_POOL = "pool does not exist"
    ALREADY_MEMBER = "already a member"
    NOT_A_MEMBER = "not a member"
    UNPROCESSABLE = "server is unprocessable"
    NO_SUCH_SERVER = "server does not exist"
    IP_NOT_ACTIVE = "public IP is not active"
    OTHER = "other"
    """An unknown wording: shown, and never treated as success."""


class ConflictMessage(Struct, frozen=True):
    """One message and its parsed ids, in lower case: the service changes their case."""

    kind: ConflictKind
    text: str
    server: str | None = None
    pool: str | None = None
    node: str | None = None
    ip: str | None = None


# Order matters: a "Load Balancer Pool Node" would else be read as a pool named "Node".
_FORMS = tuple(
    (kind, re.compile(form, re.IGNORECASE))
    for kind, form in (
        (
            ConflictKind.NODE_NOT_ACTIVE,
            r"Load Balancer Pool Node (?P<node>\S+) is not in an ACTIVE state",
        ),
        (
            ConflictKind.POOL_NOT_ACTIVE,
            r"Load Balancer Pool (?P<pool>\S+) is not in an ACTIVE state",
        ),
        (ConflictKind.NO_SUCH_POOL, r"Load Balancer Pool (?P<pool>\S+) does not exist"),
        (
            ConflictKind.ALREADY_MEMBER,
            r"Cloud Server (?P<server>\S+) is already a member of Load Balancer Pool (?P<pool>\S+)",
        ),
        (
            ConflictKind.NOT_A_MEMBER,
            r"Cloud Server (?P<server>\S+) is not a member of Load Balancer Pool (?P<pool>\S+)",
        ),
        (
            ConflictKind.NOT_A_MEMBER,
            r"Node (?P<node>\S+) is not a member of Load Balancer Pool (?P<pool>\S+)",
        ),
        (ConflictKind.UNPROCESSABLE, r"Cloud Server (?P<server>\S+) is unprocessable"),
        (ConflictKind.NO_SUCH_SERVER, r"Cloud Server (?P<server>\S+) does not exist"),
        (
            ConflictKind.IP_NOT_ACTIVE,
            r"Public IP Address (?P<ip>\S+) is not in an ACTIVE state",
        ),
    )
)


def parse_conflict(text: str) -> ConflictMessage:
    """Parse one message of a 409 (RackConnect API reference, section 4.7).

    Args:
        text: The message; surrounding whitespace and quotes are ignored.

    Returns:
        The parsed message; `ConflictKind.OTHER` for an unknown wording.
    """
    bare = text.strip().strip("\"'").strip()
    for kind, form in _FORMS:
        if found := form.match(bare):
            ids = {name: _identifier(value) for name, value in found.groupdict().items()}
            return ConflictMessage(kind=kind, text=bare, **ids)
    return ConflictMessage(kind=ConflictKind.OTHER, text=bare)


def _identifier(value: str) -> str:
    """Normalize an id for comparisons; a sentence may end right after it."""
    return value.rstrip(".,;\"'").lower()
