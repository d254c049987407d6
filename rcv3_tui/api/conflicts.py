"""The texts by which RackConnect says why it will not do something."""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct


class ConflictKind(StrEnum):
    """What a text says."""

    NODE_NOT_ACTIVE = "node is not active"
    POOL_NOT_ACTIVE = "pool is not active"
    NO_SUCH_POOL = "pool does not exist"
    ALREADY_MEMBER = "already a member"
    NOT_A_MEMBER = "not a member"
    UNPROCESSABLE = "server is unprocessable"
    NO_SUCH_SERVER = "server does not exist"
    IP_NOT_ACTIVE = "public IP is not active"
    OTHER = "other"
    """A wording that is not known: to be shown, never to be taken for success."""


class ConflictText(Struct, frozen=True):
    """One text, and what was read from it. Ids are in lower case: the service changes theirs."""

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


def parse_conflict(text: str) -> ConflictText:
    """Read one text of a 409 (RackConnect API reference, section 4.7).

    Args:
        text: One text; white space and quotes around it do not matter.

    Returns:
        What it says; `ConflictKind.OTHER` for a wording that is not known.
    """
    bare = text.strip().strip("\"'").strip()
    for kind, form in _FORMS:
        if found := form.match(bare):
            ids = {name: _identifier(value) for name, value in found.groupdict().items()}
            return ConflictText(kind=kind, text=bare, **ids)
    return ConflictText(kind=ConflictKind.OTHER, text=bare)


def _identifier(value: str) -> str:
    """Bring an id into the form ids are compared in; a sentence may end right after it."""
    return value.rstrip(".,;\"'").lower()
