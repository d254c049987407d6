"""The verdict on a combination: was anything applied twice, lost, or recorded wrongly?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rcv3_tui.model.operation import Request
from rcv3_tui.simulator import LoggedRequest
from tests.faults.workers import RecordedOperation
from tests.faults.world import Holdings, World

DONE, REFUSED, UNKNOWN = "done", "refused", "unknown"
"""How an operation may end."""

_STATES = {"settled": DONE, "rejected": REFUSED, "failed": REFUSED, "unknown": UNKNOWN}


@dataclass
class Arrival:
    """A request as it arrived."""

    client: str
    method: str
    path: str
    body: bytes
    at: float
    """Seconds on the machine's monotonic clock."""
    scope: MutableMapping[str, Any] | None = field(default=None, repr=False)
    logged: LoggedRequest | None = None

    @property
    def is_change(self) -> bool:
        """Whether it is to change something in RackConnect."""
        return self.method != "GET" and "/rackconnect/" in self.path


@dataclass
class Verdict:
    """What was found to be wrong."""

    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    """Sent after a rejection or a stop, without a fresh read, or too often."""

    @property
    def complaints(self) -> list[str]:
        """All problems in one list."""
        return [
            *(f"twice: {text}" for text in self.twice),
            *(f"lost: {text}" for text in self.lost),
            *(f"wrong outcome: {text}" for text in self.wrong),
            *(f"unwanted: {text}" for text in self.unwanted),
        ]


def judge(
    world: World,
    requests: Sequence[Request],
    goals: Sequence[Holdings],
    before: Holdings,
    recorded: Sequence[RecordedOperation],
    *,
    allowed: Callable[[int], tuple[str, ...]],
    spoilt_was_applied: bool = False,
) -> Verdict:
    """Hold the journal against the account, and both against what was asked for.

    Args:
        world: The account, everything in it settled.
        requests: What was asked for.
        goals: What each of them makes of the account.
        before: What the account held when the first of them reached it.
        recorded: The operations in the journal.
        allowed: How the operation of a number may end.
        spoilt_was_applied: Requests that met a fault had been carried out.
    """
    verdict = Verdict(twice=list(_repeats(world, spoilt_was_applied)))
    expected = dict(before)
    open_goals: Holdings = {}
    for number, (request, goal) in enumerate(zip(requests, goals, strict=True)):
        subject = tuple(
            "" if thing is None else thing.id
            for thing in (request.server, request.public_ip, request.pool, request.node)
        )
        mine = [each for each in recorded if each.subject == subject]
        if len(mine) != 1:
            verdict.lost.append(f"the journal has {len(mine)} records of: {request.sentence}")
            continue
        outcome = mine[0].outcome
        if outcome is None:
            verdict.lost.append(f"{request.sentence}: {' -> '.join(mine[0].states)}")
            continue
        end = _STATES[outcome]
        if end not in allowed(number):
            verdict.wrong.append(
                f"{request.sentence} ended {outcome} ({mine[0].detail}), "
                f"not {' or '.join(allowed(number))}"
            )
        if end == DONE:
            expected |= goal
        elif end == UNKNOWN:
            open_goals |= goal
    held = world.holdings()
    for thing, how in held.items():
        fine = {expected[thing]} | ({open_goals[thing]} if thing in open_goals else set())
        if how not in fine:
            where = verdict.twice if how.count("yes") + how.count("new") > 1 else verdict.wrong
            where.append(
                f"{thing}: {how}, where the journal says {' or '.join(sorted(fine))}"
                f" ({'; '.join(each.detail for each in recorded)})"
            )
    return verdict


def stale(world: World, arrivals: Sequence[Arrival]) -> Iterator[str]:
    """Find changes that left without a read of what they change, right before them.

    Args:
        world: The account.
        arrivals: Every request, in the order of its arrival.
    """
    for number, arrived in enumerate(arrivals):
        if not arrived.is_change or arrived.logged is None:
            continue
        before = [
            each.logged
            for each in arrivals[:number]
            if each.logged is not None
            and each.client == arrived.client
            and each.method == "GET"
            and arrived.at - each.at < 0.5
            and each.logged.status in (200, 404)
        ]
        for change in changes_of(world, arrived.logged):
            if not any(change.shown_by(read) for read in before):
                yield f"{change.key} was sent without a read right before it"


@dataclass(frozen=True)
class Change:
    """One thing that a request changes, and the reading that shows whether it was."""

    key: str
    shown_by: Callable[[LoggedRequest], bool]


def _repeats(world: World, spoilt_was_applied: bool) -> Iterator[str]:
    """Find changes that were sent again without a look that they had not been applied."""
    spoilt = [(method, path) for fault, method, path in world.account.faults.happened]
    last: dict[str, tuple[int, bool]] = {}
    log = list(world.account.requests)
    for number, request in enumerate(log):
        if request.method == "GET" or "/rackconnect/" not in request.path:
            continue
        was_spoilt = (request.method, request.path) in spoilt
        if was_spoilt:
            spoilt.remove((request.method, request.path))
        applied = spoilt_was_applied if was_spoilt else 200 <= request.status < 300
        for change in changes_of(world, request):
            if change.key in last:
                earlier, was_applied = last[change.key]
                between = log[earlier + 1 : number]
                proven = any(
                    each.method == "GET" and each.status in (200, 404) and change.shown_by(each)
                    for each in between
                )
                if was_applied:
                    yield f"{change.key} was sent again although it had been applied"
                elif not proven:
                    yield f"{change.key} was sent again without a look"
            last[change.key] = (number, applied)


def changes_of(world: World, request: LoggedRequest) -> Iterator[Change]:
    """Give everything that a changing request is to change."""
    body: Any = json.loads(request.body or "null")
    path = request.path
    tail = path.rsplit("/", 1)[-1]
    if path.endswith("/public_ips"):
        server = body["cloud_server"]["id"] if "cloud_server" in body else ""
        query = f"cloud_server_id={server}" if server else ""
        yield Change(
            f"add a public IP to {server or 'no server'}",
            lambda read: read.path == path and read.query == query,
        )
    elif "/public_ips/" in path:
        yield Change(f"{request.method} {tail} {request.body}", lambda read: read.path == path)
    elif path.endswith("/load_balancer_pools/nodes"):
        for pair in body:
            yield _membership(
                request.method, pair["load_balancer_pool"]["id"], pair["cloud_server"]["id"]
            )
    elif request.method == "POST":
        pool = path.split("/")[-2]
        yield _membership("POST", pool, body["cloud_server"]["id"])
    else:
        yield _membership("DELETE", *world.membership(tail))


def _membership(method: str, pool: str, server: str) -> Change:
    return Change(
        f"{method} {server} in {pool}",
        lambda read: f"/load_balancer_pools/{pool}/nodes" in read.path,
    )
