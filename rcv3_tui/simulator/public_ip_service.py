"""The operations on public IPs.

Source: RackConnect API reference, sections on adding, changing and removing a public IP.
"""

from __future__ import annotations

from collections.abc import Mapping

from rcv3_tui.simulator import messages
from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import PublicIP, Server
from rcv3_tui.simulator.validation import (
    RejectedError,
    bad_format,
    check_id,
    member_id,
    require_active_server,
)

_FAILED = frozenset({"ADD_FAILED", "UPDATE_FAILED", "REMOVE_FAILED"})


def find(account: Account, region: Region, public_ip_id: str) -> PublicIP:
    """Find a record by its id.

    Raises:
        RejectedError: 400 for an id that is not a UUID, 404 for an unknown one.
    """
    check_id(account, public_ip_id)
    record = region.public_ips.get(public_ip_id.lower())
    if record is None:
        raise RejectedError(404, "")
    return record


def add(account: Account, region: Region, body: object) -> PublicIP:
    """Begin to add a public IP to a server, or to none if it is retained.

    Raises:
        RejectedError: 400 or 409.
    """
    if not isinstance(body, dict):
        raise bad_format()
    retain = _flag(body["retain"]) if "retain" in body else False
    server: Server | None = None
    if body.get("cloud_server") is not None:
        server = require_active_server(account, region, member_id(account, body, "cloud_server"))
        _check_free(region, server)
    elif not retain:
        raise bad_format()
    if retain:
        _check_retained_limit(account)
    now = account.now()
    record = PublicIP(account.new_id(), "ADDING", now, server=server, retain=retain)
    region.put_ip(record)
    account.lifecycle.begin_add(region, record, now)
    return record


def change(account: Account, region: Region, public_ip_id: str, body: object) -> PublicIP:
    """Retain, assign, reassign or unassign; everything is checked before anything is changed.

    Raises:
        RejectedError: 400, 404 or 409.
    """
    record = find(account, region, public_ip_id)
    if not isinstance(body, dict) or not body.keys() & {"retain", "cloud_server"}:
        raise bad_format()
    if record.status != "ACTIVE":
        raise RejectedError(409, messages.public_ip_inactive(record.id))
    retain = _flag(body["retain"]) if "retain" in body else record.retain
    target = _target(account, region, record, body)
    if retain and not record.retain:
        _check_retained_limit(account)
    reassigned = target is not record.server
    if reassigned and target is not None:
        if record.server is None and not retain:
            raise RejectedError(409, messages.not_retained(record.id))
        _check_free(region, target)

    now = account.now()
    record.retain = retain
    record.touch()
    if reassigned:
        if record.server is not None:
            # The old translation is rereassigned first: that server is offline at once.
            account.lifecycle.clear_access_ip(region, record.server, record.address, now)
        region.assign_ip(record, target)
    if target is None and not retain:
        account.lifecycle.begin_removal(region, record, now)
    else:
        account.lifecycle.begin_update(region, record, now)
    return record


def remove(account: Account, region: Region, public_ip_id: str) -> None:
    """Begin to remove a public IP.

    Raises:
        RejectedError: 400, 404 or 409.
    """
    record = find(account, region, public_ip_id)
    removable = record.status == "ACTIVE" or (record.status in _FAILED and account.failed_removable)
    if not removable:
        raise RejectedError(409, messages.public_ip_inactive(record.id))
    now = account.now()
    if record.retain and record.server is not None and account.delete_of_retained == "unassign":
        account.lifecycle.clear_access_ip(region, record.server, record.address, now)
        region.assign_ip(record, None)
        account.lifecycle.begin_update(region, record, now)
        return
    account.lifecycle.begin_removal(region, record, now)


def _target(
    account: Account, region: Region, record: PublicIP, body: Mapping[str, object]
) -> Server | None:
    if "cloud_server" not in body:
        return record.server
    if body["cloud_server"] is None:
        return None
    server_id = member_id(account, body, "cloud_server")
    if record.server is not None and record.server.id.lower() == server_id.lower():
        return record.server
    return require_active_server(account, region, server_id)


def _flag(value: object) -> bool:
    # A published script sends the string, and the service accepted it.
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise bad_format()


def _check_free(region: Region, server: Server) -> None:
    # A failed record has no address, and may exist in addition to a working one.
    if any(record.status not in _FAILED for record in region.ips_of(server.id)):
        raise RejectedError(409, messages.has_public_ip(server.id))


def _check_retained_limit(account: Account) -> None:
    limit = account.retained_limit
    if limit is not None and account.retained() >= limit:
        raise RejectedError(409, messages.retained_limit(limit))
