"""What may be done to public IPs, and what comes of it.

Source: RackConnect API reference, sections on adding, changing and removing a public IP.
"""

from __future__ import annotations

from collections.abc import Mapping

from rcv3_tui.simulator import texts
from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import PublicIP, Server
from rcv3_tui.simulator.rules import (
    RefusedError,
    bad_format,
    check_id,
    member_id,
    usable_server,
)

_FAILED = frozenset({"ADD_FAILED", "UPDATE_FAILED", "REMOVE_FAILED"})


def find(account: Account, region: Region, public_ip_id: str) -> PublicIP:
    """Find a record by its id.

    Raises:
        RefusedError: 400 for an id that is not a UUID, 404 when there is none.
    """
    check_id(account, public_ip_id)
    record = region.public_ips.get(public_ip_id.lower())
    if record is None:
        raise RefusedError(404, "")
    return record


def add(account: Account, region: Region, body: object) -> PublicIP:
    """Begin to add a public IP to a server, or to none when it is retained.

    Raises:
        RefusedError: 400 or 409.
    """
    if not isinstance(body, dict):
        raise bad_format()
    retain = _flag(body["retain"]) if "retain" in body else False
    server: Server | None = None
    if body.get("cloud_server") is not None:
        server = usable_server(account, region, member_id(account, body, "cloud_server"))
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
    """Retain, assign, move or unassign; everything is checked before anything is done.

    Raises:
        RefusedError: 400, 404 or 409.
    """
    record = find(account, region, public_ip_id)
    if not isinstance(body, dict) or not body.keys() & {"retain", "cloud_server"}:
        raise bad_format()
    if record.status != "ACTIVE":
        raise RefusedError(409, texts.public_ip_inactive(record.id))
    retain = _flag(body["retain"]) if "retain" in body else record.retain
    target = _target(account, region, record, body)
    if retain and not record.retain:
        _check_retained_limit(account)
    moved = target is not record.server
    if moved and target is not None:
        if record.server is None and not retain:
            raise RefusedError(409, texts.not_retained(record.id))
        _check_free(region, target)

    now = account.now()
    record.retain = retain
    record.touch()
    if moved:
        if record.server is not None:
            # The old translation is taken out first: that server is off the net at once.
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
        RefusedError: 400, 404 or 409.
    """
    record = find(account, region, public_ip_id)
    removable = record.status == "ACTIVE" or (record.status in _FAILED and account.failed_removable)
    if not removable:
        raise RefusedError(409, texts.public_ip_inactive(record.id))
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
    return usable_server(account, region, server_id)


def _flag(value: object) -> bool:
    # A published script sends the string, and the service took it.
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise bad_format()


def _check_free(region: Region, server: Server) -> None:
    # A failed record holds no address, and may stand beside a live one.
    if any(record.status not in _FAILED for record in region.ips_of(server.id)):
        raise RefusedError(409, texts.has_public_ip(server.id))


def _check_retained_limit(account: Account) -> None:
    limit = account.retained_limit
    if limit is not None and account.retained() >= limit:
        raise RefusedError(409, texts.retained_limit(limit))
