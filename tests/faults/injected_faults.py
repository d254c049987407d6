"""The documented refusals, and what somebody else does right before a change arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from rcv3_tui.simulator import Fault, PublicIP, messages
from tests.faults.cases import (
    ADD_NODE,
    ADD_NODES,
    ADD_PUBLIC_IP,
    ADDRESS_CHANGES,
    ASSIGN,
    MOVE,
    RELEASE,
    REMOVE_NODE,
    REMOVE_NODES,
    REMOVE_PUBLIC_IP,
    RETAIN,
    UNASSIGN,
    Case,
)
from tests.faults.verdicts import DONE, REFUSED, UNKNOWN
from tests.faults.world import World

_FAR_AWAY: Final = 1e12

FaultMaker = Callable[[Case, World], Fault]
Happening = Callable[[Case, World], None]


@dataclass(frozen=True)
class InjectedFault:
    """One thing that goes wrong with the changing request."""

    name: str
    fault: FaultMaker | None = None
    ends: tuple[str, ...] = (DONE,)
    """How each operation must end; the last one counts for all that follow."""
    applied: bool = False
    """The request that was spoilt had been carried out."""
    nothing_readable: bool = False
    """Nothing can be read any more once the request has arrived."""
    refused_connections: int = 0
    before: Happening | None = None
    """What somebody else does right before the request is looked at."""
    at_first: Happening | None = None
    """How the account differs from the start."""
    most_sends: int | None = None

    def __str__(self) -> str:
        return self.name

    def ends_of(self, number: int) -> tuple[str, ...]:
        """Say how the operation of this number may end."""
        return (self.ends[min(number, len(self.ends) - 1)],)


def faults_of(case: Case) -> Iterator[InjectedFault]:
    """Give everything that can happen to a kind of operation, besides single answers."""
    yield from _of_any(case)
    yield from _conflicts_of(case)


# -- the line and the service ---------------------------------------------------------------------


def _with(
    make: Callable[..., Fault], *given: object, times: int | None = 1, **named: object
) -> FaultMaker:
    return lambda case, world: make(
        *given, **named, method=case.method, path=case.path(world), times=times
    )


def _of_any(case: Case) -> Iterator[InjectedFault]:
    yield InjectedFault("nothing", most_sends=1)
    yield InjectedFault("refused-connection", refused_connections=1, most_sends=1)
    yield InjectedFault("refused-connections", refused_connections=4, most_sends=1)
    yield InjectedFault("dropped-twice", _with(Fault.drop, times=2), most_sends=3)
    # Where the bulk call fails for good, the nodes are removed one by one.
    singly = DONE if case is REMOVE_NODES else REFUSED
    yield InjectedFault(
        "dropped-for-ever", _with(Fault.drop, times=None), ends=(REFUSED,), most_sends=3
    )
    yield InjectedFault(
        "500-for-ever", _with(Fault.status, 500, times=None), ends=(singly,), most_sends=4
    )
    yield InjectedFault(
        "401-for-ever", _with(Fault.status, 401, times=None), ends=(REFUSED,), most_sends=3
    )
    yield InjectedFault(
        "429-for-ever", _with(Fault.throttle, 5, times=None), ends=(REFUSED,), most_sends=10
    )
    yield InjectedFault(
        "403-role-for-ever", _with(Fault.forbidden, times=None), ends=(REFUSED,), most_sends=10
    )
    yield InjectedFault(
        "applied-and-nothing-readable",
        _with(Fault.drop, after=True),
        applied=True,
        nothing_readable=True,
        ends=(UNKNOWN,),
        most_sends=1,
    )
    yield InjectedFault(
        "lost-and-nothing-readable",
        _with(Fault.drop),
        nothing_readable=True,
        ends=(UNKNOWN,),
        most_sends=1,
    )


# -- the documented refusals (RackConnect API reference, section 9.1) -----------------------------


def _conflicts_of(case: Case) -> Iterator[InjectedFault]:
    if case in (ADD_PUBLIC_IP, ASSIGN, MOVE, ADD_NODE, ADD_NODES):
        # In a batch, those of another server go on.
        ends = (REFUSED, REFUSED, DONE)
        yield InjectedFault("409-server-does-not-exist", before=_forget_server, ends=ends)
        yield InjectedFault("409-server-is-unprocessable", before=_detach_server, ends=ends)
        yield InjectedFault(
            "409-server-was-just-built", at_first=_build_server, before=_do_not_know_it_yet
        )
    if case in (ADD_PUBLIC_IP, ASSIGN, MOVE):
        # Somebody else has brought about what an add wants.
        end = DONE if case is ADD_PUBLIC_IP else REFUSED
        yield InjectedFault("409-has-a-public-ip", before=_give_address, ends=(end,))
    if case in (REMOVE_PUBLIC_IP, *ADDRESS_CHANGES):
        yield InjectedFault("409-public-ip-is-updating", before=_update_address)
    if case in (REMOVE_PUBLIC_IP, RETAIN, RELEASE, UNASSIGN):
        # What was confirmed is not so any more once the address is ACTIVE again.
        yield InjectedFault("409-public-ip-moves-away", before=_move_away, ends=(REFUSED,))
        lost = _with(Fault.drop)
        # It may have been without a server before somebody else gave it one.
        end = UNKNOWN if case is UNASSIGN else REFUSED
        yield InjectedFault("dropped-before-and-moved-away", lost, before=_move_away, ends=(end,))
    if case is REMOVE_PUBLIC_IP:
        yield InjectedFault("409-public-ip-is-removing", before=_remove_address)
        yield InjectedFault("404-gone-already", before=_drop_address)
    if case is RETAIN:
        yield InjectedFault("409-retained-limit", before=_lower_limit, ends=(REFUSED,))
    if case in (ADD_NODE, ADD_NODES):
        yield InjectedFault("409-already-a-member", before=_add_member)
        yield InjectedFault("409-already-on-its-way", before=_begin_member)
        yield InjectedFault("409-pool-does-not-exist", before=_drop_pool, ends=(REFUSED, DONE))
        yield InjectedFault("409-pool-is-stuck", before=_break_pool, ends=(REFUSED, DONE))
        yield InjectedFault("409-pool-is-busy", before=_busy_pool)
    if case in (REMOVE_NODE, REMOVE_NODES):
        yield InjectedFault("409-pool-is-busy", before=_busy_pool)
        yield InjectedFault("409-pool-is-stuck", before=_break_pool, ends=(REFUSED, REFUSED, DONE))
        yield InjectedFault("409-pool-does-not-exist", before=_drop_pool)
        yield InjectedFault("409-node-is-removing", before=_remove_member)
        yield InjectedFault(
            "409-server-is-not-a-member",
            lambda case, world: _refusal(
                case, world, messages.server_not_member(world.web_02.id, world.web_80.id.upper())
            ),
            before=_drop_member,
        )
        yield InjectedFault(
            "409-node-is-not-a-member",
            lambda case, world: _refusal(
                case, world, messages.node_not_member(world.node_02.id, world.web_80.id)
            ),
            before=_drop_member,
        )
    if case is REMOVE_NODE:
        yield InjectedFault("404-gone-already", before=_drop_member)
    if case is REMOVE_NODES:
        yield InjectedFault("409-server-does-not-exist", before=_delete_server)
        yield InjectedFault("500-ghost-node", before=_leave_ghost)


def _refusal(case: Case, world: World, text: str) -> Fault:
    body = msgspec.json.encode({"errors": [text]}).decode() if case is REMOVE_NODES else text
    return Fault.status(409, body=body, method=case.method, path=case.path(world), times=1)


def _forget_server(case: Case, world: World) -> None:
    world.web_01.known_from = _FAR_AWAY


def _detach_server(case: Case, world: World) -> None:
    world.web_01.network = None


def _build_server(case: Case, world: World) -> None:
    for server in (world.web_01, world.web_02):
        server.created = world.account.now() - 5.0
        server.touch()


def _do_not_know_it_yet(case: Case, world: World) -> None:
    world.web_01.known_from = world.account.now() + 10.0


def _give_address(case: Case, world: World) -> None:
    world.account.add_public_ip(world.web_01)


def _address(case: Case, world: World) -> PublicIP:
    records = (world.plain, world.kept, world.spare)
    return next(record for record in records if record.id in case.path(world))


def _move_away(case: Case, world: World) -> None:
    record = _address(case, world)
    world.region.assign_ip(record, world.web_01)
    world.account.lifecycle.begin_update(world.region, record, world.account.now())


def _update_address(case: Case, world: World) -> None:
    record = _address(case, world)
    world.account.lifecycle.begin_update(world.region, record, world.account.now())


def _remove_address(case: Case, world: World) -> None:
    world.account.lifecycle.begin_removal(world.region, world.plain, world.account.now())


def _drop_address(case: Case, world: World) -> None:
    world.region.drop_ip(world.plain)


def _lower_limit(case: Case, world: World) -> None:
    world.account.retained_limit = 2


def _add_member(case: Case, world: World) -> None:
    world.account.add_node(world.web_80, world.web_01)


def _begin_member(case: Case, world: World) -> None:
    world.account.add_node(world.web_80, world.web_01, status="ADDING", age=0.0, moves_after=5.0)


def _drop_pool(case: Case, world: World) -> None:
    for node in list(world.web_80.nodes.values()):
        world.region.drop_node(node)
    del world.region.pools[world.web_80.id]


def _break_pool(case: Case, world: World) -> None:
    world.web_80.status = "UPDATE_FAILED"
    world.web_80.touch()


def _busy_pool(case: Case, world: World) -> None:
    world.web_80.busy_until = world.account.now() + 6.0


def _remove_member(case: Case, world: World) -> None:
    world.account.lifecycle.begin_node_removal(world.region, world.node_02, world.account.now())


def _drop_member(case: Case, world: World) -> None:
    world.region.drop_node(world.node_02)


def _delete_server(case: Case, world: World) -> None:
    world.account.delete_server(world.web_02.id)


def _leave_ghost(case: Case, world: World) -> None:
    world.account.delete_server(world.web_02.id, leave_ghosts=True)
