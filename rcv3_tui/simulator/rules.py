"""Refusals, and the small checks that several rules share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from rcv3_tui.simulator import texts
from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import Pool, Server

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class RefusedError(Exception):
    """The service says no.

    Attributes:
        status: the HTTP status.
        texts: one text, or for a bulk call one for each thing that is wrong.
        bulk: whether the answer is `{"errors": [...]}`.
    """

    def __init__(self, status: int, *reasons: str, bulk: bool = False) -> None:
        """Word a refusal."""
        super().__init__(status, *reasons)
        self.status = status
        self.texts: Sequence[str] = reasons
        self.bulk = bulk


def bad_format() -> RefusedError:
    """Word the 400."""
    return RefusedError(400, texts.BAD_FORMAT)


def check_id(account: Account, value: object) -> str:
    """Take an id as it came, refusing what is not a UUID.

    Raises:
        RefusedError: 400.
    """
    if not isinstance(value, str) or not value:
        raise bad_format()
    if account.require_uuids and not _UUID.fullmatch(value):
        raise bad_format()
    return value


def member_id(account: Account, body: Mapping[str, object], name: str) -> str:
    """Read `{"<name>": {"id": "..."}}`.

    Raises:
        RefusedError: 400.
    """
    inner = body.get(name)
    if not isinstance(inner, dict):
        raise bad_format()
    return check_id(account, inner.get("id"))


def server_refusal(account: Account, region: Region, server_id: str) -> str | None:
    """Say why RackConnect will not work with a server, if so."""
    server = region.servers.get(server_id.lower())
    if server is None or server.known_from > account.now():
        return texts.server_missing(server_id)
    if server.network is None and server.status != "BUILD":
        return texts.server_unprocessable(server_id)
    return None


def usable_server(account: Account, region: Region, server_id: str) -> Server:
    """Find a server that RackConnect can work with.

    Raises:
        RefusedError: 409.
    """
    reason = server_refusal(account, region, server_id)
    if reason is not None:
        raise RefusedError(409, reason)
    return region.servers[server_id.lower()]


def is_changeable(account: Account, pool: Pool) -> bool:
    """Say whether a pool takes changes now."""
    return pool.status == "ACTIVE" and pool.busy_until <= account.now()
