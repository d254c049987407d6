"""The rules for public IPs."""

from __future__ import annotations

from datetime import timedelta

from rcv3_tui.model.diagnostics.context import RuleContext, RuleResult, Subject
from rcv3_tui.model.diagnostics.findings import Finding, ResourceRef, Rule, Severity
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import RETAINED_LIMIT, PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, failure_text, phase

_TODO = {
    "ADD_FAILED": "remove, add again",
    "REMOVE_FAILED": "remove again",
    "UPDATE_FAILED": "change again",
}

ACCESS_IP_DELAY = timedelta(seconds=120)
"""How long Access IP and record may differ after a change: they are read one after the other."""


def is_retained_unassigned(record: PublicIP) -> bool:
    """Return whether an address is retained without a server."""
    return record.retain and record.server is None


def retained_count(snapshot: Snapshot) -> int:
    """Count the retained addresses with and without a server; the limit applies to all of them."""
    return sum(1 for record in snapshot.public_ips.values() if record.retain)


def is_public_ip_healthy(snapshot: Snapshot, record: PublicIP, *, servers_read: bool) -> bool:
    """Return whether a record is certainly healthy, as nearly all are; False: check the rules."""
    if record.status != "ACTIVE" or record.server is None:
        return False
    if not servers_read:
        return True
    server = snapshot.servers.get(record.server.key)
    return server is not None and server.access_ip == record.address


def check_public_ip(context: RuleContext, record: PublicIP, retained: int) -> RuleResult:
    """Check a public IP record.

    Args:
        context: The input of the rules.
        record: The record.
        retained: The number of retained addresses.
    """
    result = RuleResult()
    snapshot = context.snapshot
    stage = phase(record.status)
    link = record.server
    ghost = link is not None and snapshot.is_orphan(link.key)
    if stage is Phase.STABLE and link is not None and not ghost:
        _check_access_ip(context, result, record, link.key)
        return result
    name = None if link is None else snapshot.server_name(link.key, link.name)
    subject = context.subject(ResourceKind.PUBLIC_IPS, record, _subject_name(record, name))
    also: tuple[ResourceRef, ...] = () if link is None else ((ResourceKind.SERVERS, link.key),)
    since = record.updated or record.created
    if ghost:
        result.findings.append(
            subject.finding(
                Severity.WARNING,
                Rule.ORPHAN,
                f"{record.status}, but cloud server {name} no longer exists",
                "Remove the public IP; if that is rejected or gets stuck, give Rackspace Support "
                f"the id of the record, {record.id}.",
                "remove it",
                since=since,
                also=also,
            )
        )
    elif stage is Phase.FAILED:
        result.findings.append(
            subject.finding(
                Severity.FAILED,
                Rule.FAILED,
                failure_text(record),
                _after_failure(record, name),
                _TODO.get(record.status, "check, try again"),
                since=since,
                also=also,
            )
        )
    elif stage is Phase.TRANSITIONING:
        context.check_duration(
            result,
            subject,
            record.status,
            context.began(ResourceKind.PUBLIC_IPS, record),
            "RackConnect may have got stuck: give Rackspace Support the id of the record, "
            f"{record.id}.",
            also,
        )
    else:
        result.findings.append(_unassigned(record, subject, retained))
    return result


def _subject_name(record: PublicIP, name: str | None) -> str:
    if name is None:
        return f"public IP {record.address}" if record.address else "public IP"
    return f"{record.address or 'public IP'} of {name}"


def _unassigned(record: PublicIP, subject: Subject, retained: int) -> Finding:
    if record.retain:
        return subject.finding(
            Severity.NOTE,
            Rule.UNASSIGNED,
            "retained without a server: it costs money and counts against the limit "
            f"({retained} of {RETAINED_LIMIT})",
            "Assign it to a server, or stop retaining it and remove it.",
            "assign or remove",
            since=record.updated or record.created,
        )
    return subject.finding(
        Severity.WARNING,
        Rule.UNASSIGNED,
        "has no server, and is not retained",
        "Remove it, or retain it and assign it to a server.",
        "remove or assign",
        since=record.updated or record.created,
    )


def _check_access_ip(
    context: RuleContext, result: RuleResult, record: PublicIP, server_key: str
) -> None:
    snapshot = context.snapshot
    server = snapshot.servers.get(server_key)
    servers = snapshot.fetch_state(ResourceKind.SERVERS)
    if (
        server is None
        or not servers.is_read
        or not record.address
        or server.access_ip == record.address
        or snapshot.ips_of[server_key][0].key != record.key
    ):
        return
    changed = record.updated or record.created
    read = servers.fetched
    if changed is not None and (read is None or read - changed < ACCESS_IP_DELAY):
        result.recheck_at = context.in_seconds(
            (ACCESS_IP_DELAY - (context.now - changed)).total_seconds()
        )
        return
    result.findings.append(
        context.subject(
            ResourceKind.PUBLIC_IPS, record, _subject_name(record, server.name)
        ).finding(
            Severity.WARNING,
            Rule.ACCESS_DIFFERS,
            f"the server's Access IP is {server.access_ip or 'empty'}, not {record.address}",
            "Find out which one is right: clients that use accessIPv4 connect to another address "
            "than RackConnect forwards.",
            "see which is right",
            since=changed,
            also=((ResourceKind.SERVERS, server_key),),
        )
    )


def _after_failure(record: PublicIP, name: str | None) -> str:
    if record.status == "ADD_FAILED":
        again = "one" if name is None else f"one to {name}"
        step = f"Remove the failed public IP, then add {again} again."
    elif record.status == "REMOVE_FAILED":
        step = "Remove it again."
    elif record.status == "UPDATE_FAILED":
        step = "Check server and retain, then make the change again."
    else:
        step = "Check its details, then try again."
    if record.ticket:
        return f"{step} Rackspace Support has it as ticket {record.ticket}."
    return f"{step} If it fails again, give Rackspace Support the id, {record.id}."
