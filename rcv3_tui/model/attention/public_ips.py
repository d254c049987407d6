"""What is wrong with a public IP record."""

from __future__ import annotations

from datetime import timedelta

from rcv3_tui.model.attention.case import Case, Judgement, Subject, failure
from rcv3_tui.model.attention.findings import Finding, Row, Rule, Severity
from rcv3_tui.model.resources import RETAINED_LIMIT, PublicIP
from rcv3_tui.model.snapshot import Part, Snapshot
from rcv3_tui.model.status import Phase, phase

_TODO = {
    "ADD_FAILED": "remove, add again",
    "REMOVE_FAILED": "remove again",
    "UPDATE_FAILED": "look, change again",
}

SETTLING = timedelta(seconds=120)
"""How long Access IP and record may differ after a change: they are not read at one moment."""


def is_kept(record: PublicIP) -> bool:
    """Tell whether an address is retained without a server."""
    return record.retain and record.server is None


def retained_count(snapshot: Snapshot) -> int:
    """Count the retained addresses, with a server or without: the limit is on all of them."""
    return sum(1 for record in snapshot.public_ips.values() if record.retain)


def is_plainly_well(snapshot: Snapshot, record: PublicIP, *, servers_read: bool) -> bool:
    """Tell at a glance that nothing is wrong with a record, as with nearly all; False: look."""
    if record.status != "ACTIVE" or record.server is None:
        return False
    if not servers_read:
        return True
    server = snapshot.servers.get(record.server.key)
    return server is not None and server.access_ip == record.address


def judge_public_ip(case: Case, record: PublicIP, retained: int) -> Judgement:
    """Say what is wrong with a public IP record.

    Args:
        case: What is known.
        record: The record.
        retained: How many addresses are retained.
    """
    said = Judgement()
    snapshot = case.snapshot
    stage = phase(record.status)
    link = record.server
    ghost = link is not None and snapshot.is_ghost(link.key)
    if stage is Phase.SETTLED and link is not None and not ghost:
        _judge_access(case, said, record, link.key)
        return said
    name = None if link is None else snapshot.server_name(link.key, link.name)
    subject = case.subject(Part.PUBLIC_IPS, record, _called(record, name))
    also: tuple[Row, ...] = () if link is None else ((Part.SERVERS, link.key),)
    since = record.updated or record.created
    if ghost:
        said.findings.append(
            subject.finding(
                Severity.WARNING,
                Rule.GHOST,
                f"{record.status}, but cloud server {name} no longer exists",
                "Remove the public IP; if that is refused or gets stuck, give Rackspace Support "
                f"the id of the record, {record.id}.",
                "remove it",
                since=since,
                also=also,
            )
        )
    elif stage is Phase.FAILED:
        said.findings.append(
            subject.finding(
                Severity.FAILED,
                Rule.FAILED,
                failure(record.status, record.status_detail, record.ticket),
                _after_failure(record, name),
                _TODO.get(record.status, "look, try again"),
                since=since,
                also=also,
            )
        )
    elif stage is Phase.MOVING:
        case.moving(
            said,
            subject,
            record.status,
            case.began(Part.PUBLIC_IPS, record),
            "RackConnect may have got stuck: give Rackspace Support the id of the record, "
            f"{record.id}.",
            also,
        )
    else:
        said.findings.append(_unassigned(record, subject, retained))
    return said


def _called(record: PublicIP, name: str | None) -> str:
    if name is None:
        return f"public IP {record.address}" if record.address else "public IP"
    return f"{record.address or 'public IP'} of {name}"


def _unassigned(record: PublicIP, subject: Subject, retained: int) -> Finding:
    if record.retain:
        return subject.finding(
            Severity.NOTE,
            Rule.UNASSIGNED,
            "retained without a server: it is paid for, and counts against the limit "
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


def _judge_access(case: Case, said: Judgement, record: PublicIP, server_key: str) -> None:
    snapshot = case.snapshot
    server = snapshot.servers.get(server_key)
    servers = snapshot.part(Part.SERVERS)
    if (
        server is None
        or not servers.is_read
        or not record.address
        or server.access_ip == record.address
        or snapshot.public_ip_of(server_key) is not record
    ):
        return
    changed = record.updated or record.created
    read = servers.fetched
    if changed is not None and (read is None or read < changed + SETTLING):
        said.look_again = changed + SETTLING
        return
    said.findings.append(
        case.subject(Part.PUBLIC_IPS, record, _called(record, server.name)).finding(
            Severity.WARNING,
            Rule.ACCESS_DIFFERS,
            f"the server's Access IP is {server.access_ip or 'empty'}, not {record.address}",
            "Find out which one is right: whoever reads accessIPv4 connects to another address "
            "than RackConnect forwards.",
            "see which is right",
            since=changed,
            also=((Part.SERVERS, server_key),),
        )
    )


def _after_failure(record: PublicIP, name: str | None) -> str:
    if record.status == "ADD_FAILED":
        again = "one" if name is None else f"one to {name}"
        step = f"Remove the failed public IP, then add {again} again."
    elif record.status == "REMOVE_FAILED":
        step = "Remove it once more."
    elif record.status == "UPDATE_FAILED":
        step = "See what server and retain are now, then make the change again."
    else:
        step = "Look at its details, then try again."
    if record.ticket:
        return f"{step} Rackspace Support has it as ticket {record.ticket}."
    return f"{step} If it fails again, give Rackspace Support the id, {record.id}."
