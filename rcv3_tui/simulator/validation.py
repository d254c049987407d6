"""Rejections, and the checks that several operations share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from rcv3_tui.simulator import messages
from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import Pool, Server

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class RejectedError(Exception):
    """The service rejects a request.

    Attributes:
        status: the HTTP status.
        texts: one message, or for a bulk request one per error.
        bulk: whether the response is `{"errors": [...]}`.
    """

    def __init__(self, status: int, *reasons: str, bulk: bool = False) -> None:
        """Set the status and the messages."""
        super().__init__(status, *reasons)
        self.status = status
        self.texts: Sequence[str] = reasons
        self.bulk = bulk


def bad_format() -> RejectedError:
    """Return the 400 for a malformed body or id."""
    return RejectedError(400, messages.BAD_FORMAT)


def check_id(account: Account, value: object) -> str:
    """Return an id, rejecting what is not a UUID.

    Raises:
        RejectedError: 400.
    """
    if not isinstance(value, str) or not value:
        raise bad_format()
    if account.require_uuids and not _UUID.fullmatch(value):
        raise bad_format()
    return value


def member_id(account: Account, body: Mapping[str, object], name: str) -> str:
    """Read `{"<name>": {"id": "..."}}`.

    Raises:
        RejectedError: 400.
    """
    inner = body.get(name)
    if not isinstance(inner, dict):
        raise bad_format()
    return check_id(account, inner.get("id"))


def server_rejection(account: Account, region: Region, server_id: str) -> str | None:
    """Return why RackConnect rejects a server; None where it does not."""
    server = region.servers.get(server_id.lower())
    if server is None or server.known_from > account.now():
        return messages.server_missing(server_id)
    if server.network is None and server.status != "BUILD":
        return messages.server_unprocessable(server_id)
    return None


def require_active_server(account: Account, region: Region, server_id: str) -> Server:
    """Find a server that RackConnect can work with.

    Raises:
        RejectedError: 409.
    """
    reason = server_rejection(account, region, server_id)
    if reason is not None:
        raise RejectedError(409, reason)
    return region.servers[server_id.lower()]


def is_changeable(account: Account, pool: Pool) -> bool:
    """Return whether a pool accepts changes now."""
    return pool.status == "ACTIVE" and pool.busy_until <= account.now()
