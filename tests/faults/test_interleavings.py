"""Operations, faults, restarts and another operator's changes, in any order."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rcv3_tui.model.operation import OperationKind, Request
from rcv3_tui.simulator import Fault, LoggedRequest, Node, Pool, PublicIP, Server
from tests.faults.cases import CASES, Case
from tests.faults.stage import Stage
from tests.faults.verdicts import Verdict, changes_of, stale
from tests.faults.virtual_time import play
from tests.faults.workers import RecordedOperation, read_journal
from tests.faults.world import World

pytestmark = pytest.mark.slow


# -- what can happen ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """The operator asks for something."""

    case: Case

    def __repr__(self) -> str:
        return f"ask({self.case})"


@dataclass(frozen=True)
class Spoil:
    """The next changing request goes wrong."""

    name: str

    def __repr__(self) -> str:
        return f"spoil({self.name})"


@dataclass(frozen=True)
class Rival:
    """Another operator does something."""

    name: str

    def __repr__(self) -> str:
        return f"rival({self.name})"


@dataclass(frozen=True)
class Wait:
    """Some seconds pass."""

    seconds: float


@dataclass(frozen=True)
class SetClock:
    """The machine's time of day is set."""

    seconds: float


@dataclass(frozen=True)
class Restart:
    """The program ends in the midst of its work and is started again."""


_FAULTS: dict[str, Callable[..., Fault]] = {
    "dropped-before": Fault.drop,
    "dropped-after": partial(Fault.drop, after=True),
    "500-before": partial(Fault.status, 500),
    "500-after": partial(Fault.status, 500, after=True),
    "401": partial(Fault.status, 401),
    "429": partial(Fault.throttle, 3),
    "html-200-before": partial(Fault.html, 200),
    "html-502-after": partial(Fault.html, after=True),
    "429-after": partial(Fault.status, 429, after=True),
    "404-after": partial(Fault.status, 404, body="", after=True),
    "dropped-and-late": lambda **on: Fault.drop(**on).applied_late(5.0),
    "503-and-late": lambda **on: Fault.status(503, **on).applied_late(9.0),
}


def _give_address(world: World) -> None:
    if not world.region.ips_of(world.web_01.id):
        world.account.add_public_ip(world.web_01)


def _take_address(world: World) -> None:
    if world.plain.id in world.region.public_ips and world.plain.status == "ACTIVE":
        world.account.lifecycle.begin_removal(world.region, world.plain, world.account.now())


def _take_server_off(world: World) -> None:
    if world.kept.status == "ACTIVE" and world.kept.retain:
        world.region.assign_ip(world.kept, None)
        world.account.lifecycle.begin_update(world.region, world.kept, world.account.now())


def _join(world: World) -> None:
    if not _nodes(world, world.web_80, world.web_01):
        world.account.add_node(
            world.web_80, world.web_01, status="ADDING", age=0.0, moves_after=4.0
        )


def _leave(world: World) -> None:
    for node in _nodes(world, world.web_80, world.web_02):
        if node.status == "ACTIVE":
            now = world.account.now()
            world.account.lifecycle.begin_node_removal(world.region, node, now)


def _keep_busy(world: World) -> None:
    world.web_80.busy_until = world.account.now() + 5.0


_RIVALS: dict[str, Callable[[World], None]] = {
    "gives web-01 an address": _give_address,
    "removes an address": _take_address,
    "unassigns an address": _take_server_off,
    "adds web-01 to web-80": _join,
    "removes web-02 from web-80": _leave,
    "changes web-80": _keep_busy,
}

Step = Ask | Spoil | Rival | Wait | SetClock | Restart

STEPS = st.lists(
    st.one_of(
        st.sampled_from(CASES).map(Ask),
        st.sampled_from(CASES).map(Ask),
        st.sampled_from(sorted(_FAULTS)).map(Spoil),
        st.sampled_from(sorted(_RIVALS)).map(Rival),
        st.sampled_from((0.5, 2.0, 6.0)).map(Wait),
        st.sampled_from((-3600.0, 300.0)).map(SetClock),
        st.just(Restart()),
    ),
    min_size=3,
    max_size=9,
)


# -- who looks on ---------------------------------------------------------------------------------


@dataclass
class Asked:
    """One request of the operator's, and what was seen of it."""

    request: Request
    id: str
    reached: bool = False
    """What was asked for has been so at some moment since."""
    applied: int = 0
    """Requests of the program's that made it so."""
    over: bool = False
    """The same was requested again."""


@dataclass
class Onlooker:
    """Sees every change as the service itself does."""

    world: World
    asked: list[Asked] = field(default_factory=list)
    rivals: deque[Callable[[World], None]] = field(default_factory=deque)
    complaints: list[str] = field(default_factory=list)
    _state: frozenset[tuple[object, ...]] = frozenset()

    def ask(self, requests: Iterable[tuple[Request, str]]) -> None:
        """Hear what was asked for, and as which operation it goes on."""
        for request, operation in requests:
            if any(each.id == operation for each in self.asked):
                continue
            for earlier in self.asked:
                earlier.over = earlier.over or _keys(earlier.request) == _keys(request)
            self.asked.append(Asked(request, operation))

    def sees(self) -> None:
        while self.rivals:
            self.rivals.popleft()(self.world)
        self._look()

    def sees_change(self, request: LoggedRequest) -> None:
        before = self._state
        self._look()
        if self._state != before:
            keys = {change.key for change in changes_of(self.world, request)}
            for asked in self.asked:
                if not asked.over and _keys(asked.request) & keys:
                    asked.applied += 1

    def _look(self) -> None:
        self.world.account.settle()
        self.world.note_nodes()
        self._state = _state(self.world)
        for asked in self.asked:
            asked.reached = asked.reached or _is_so(self.world, asked.request)
        for server in self.world.region.servers.values():
            if len(self.world.region.ips_of(server.id)) > 1:
                self.complaints.append(f"{server.name} has two public IPs")
            pools = [node.pool.id for node in self.world.region.nodes_of(server.id)]
            if len(pools) != len(set(pools)):
                self.complaints.append(f"{server.name} is in one pool twice")


def _state(world: World) -> frozenset[tuple[object, ...]]:
    """What changes alter; what time alone brings about makes no difference to it."""
    records = (
        (record.id, record.server and record.server.id, record.retain)
        for record in world.region.public_ips.values()
        if record.status != "REMOVING"
    )
    nodes = (
        (node.id,)
        for pool in world.region.pools.values()
        for node in pool.nodes.values()
        if node.status != "REMOVING"
    )
    return frozenset((*records, *nodes))


def _nodes(world: World, pool: Pool, server: Server) -> list[Node]:
    return [node for node in world.region.nodes_of(server.id) if node.pool is pool]


def _is_so(world: World, request: Request) -> bool:
    """Return whether the account is now as a request wants it."""
    region = world.region
    server = None if request.server is None else region.servers[request.server.key]
    if request.pool is not None and server is not None:
        here = [
            node
            for node in _nodes(world, region.pools[request.pool.key], server)
            if node.status != "REMOVING"
        ]
        return bool(here) is (request.kind is OperationKind.ADD_NODE)
    if request.public_ip is None and server is None:
        first = {record.id for record in (world.plain, world.kept, world.spare)}
        new = (record for record in region.public_ips.values() if record.id not in first)
        return any(record.server is None for record in _lasting(new))
    if request.public_ip is None:
        return server is not None and bool(_lasting(region.ips_of(server.id)))
    record = region.public_ips.get(request.public_ip.key)
    gone = record is None or record.status == "REMOVING"
    match request.kind:
        case OperationKind.REMOVE_PUBLIC_IP:
            return gone
        case OperationKind.RETAIN:
            return record is not None and record.retain
        case OperationKind.RELEASE:
            return record is None or not record.retain
        case _:
            return record is not None and record.server is server


def _lasting(records: Iterable[PublicIP]) -> list[PublicIP]:
    return [record for record in records if record.status != "REMOVING"]


def _keys(request: Request) -> set[str]:
    """Give the keys of `changes_of` under which a request's own change arrives."""
    server = "" if request.server is None else request.server.id
    record = "" if request.public_ip is None else request.public_ip.id
    pool = "" if request.pool is None else request.pool.id
    match request.kind:
        case OperationKind.ADD_PUBLIC_IP:
            return {f"add a public IP to {server}"}
        case OperationKind.REMOVE_PUBLIC_IP:
            return {f"DELETE {record} "}
        case OperationKind.RETAIN:
            return {f'PATCH {record} {{"retain":true}}'}
        case OperationKind.RELEASE:
            return {f'PATCH {record} {{"retain":false}}'}
        case OperationKind.ASSIGN | OperationKind.MOVE:
            return {f'PATCH {record} {{"cloud_server":{{"id":"{server}"}}}}'}
        case OperationKind.UNASSIGN:
            return {f'PATCH {record} {{"cloud_server":null}}'}
        case OperationKind.ADD_NODE:
            return {f"POST {server} in {pool}"}
        case OperationKind.REMOVE_NODE:
            return {f"DELETE {server} in {pool}"}


# -- the play -------------------------------------------------------------------------------------


@given(steps=STEPS)
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_any_interleaving_applies_once_with_true_outcome(
    steps: list[Step],
) -> None:
    verdict = play(lambda: _play(steps))
    assert not verdict.complaints


async def _play(steps: list[Step]) -> Verdict:
    with tempfile.TemporaryDirectory() as directory:
        return await _play_in(Path(directory), steps)


async def _play_in(state_dir: Path, steps: list[Step]) -> Verdict:
    stage = Stage(state_dir)
    world = stage.world
    onlooker = Onlooker(world)
    stage.witness = onlooker
    async with AsyncExitStack() as room:
        player = await room.enter_async_context(stage.worker())
        for step in steps:
            match step:
                case Ask(case):
                    requests = case.requests(world)
                    taken = player.worker.submit(requests)
                    onlooker.ask(zip(requests, (each.id for each in taken), strict=True))
                case Spoil(name):
                    fault = _FAULTS[name]
                    for method in ("POST", "PATCH", "DELETE"):
                        world.account.faults.add(
                            fault(method=method, path="/rackconnect/", times=1)
                        )
                case Rival(name):
                    onlooker.rivals.append(_RIVALS[name])
                case Wait(seconds):
                    await stage.clock.sleep(seconds)
                case SetClock(seconds):
                    stage.clock.jump(seconds)
                case Restart():
                    await room.aclose()
                    player = await room.enter_async_context(stage.worker())
        await player.ended()
    await stage.settle()
    recorded = {each.id: each for each in read_journal(state_dir)}
    # Without a lost answer, or a run that ended between question and answer, all is known.
    may_be_unknown = bool(world.account.faults.happened) or Restart() in steps
    untrue = [
        text
        for asked in onlooker.asked
        for text in _untruths(asked, recorded.get(asked.id), may_be_unknown=may_be_unknown)
    ]
    unwanted = [*stage.unannounced, *stale(world, stage.arrivals)]
    return Verdict(twice=onlooker.complaints, wrong=untrue, unwanted=unwanted)


def _untruths(
    asked: Asked, recorded: RecordedOperation | None, *, may_be_unknown: bool
) -> Iterable[str]:
    what = asked.request.sentence
    if asked.applied > 1:
        yield f"{what} was done {asked.applied} times"
    if recorded is None:
        # The program ended before it was written down: then nothing may have been sent.
        if asked.applied:
            yield f"{what} was done and is not in the journal"
        return
    match recorded.outcome:
        case None:
            yield f"{what} has no outcome: {' -> '.join(recorded.states)}"
        case "settled" if not asked.reached:
            yield f"{what} is recorded as settled and never was so: {recorded.detail}"
        case "rejected" if asked.applied:
            yield f"{what} is recorded as rejected and was done: {recorded.detail}"
        case "failed" if not (asked.applied or asked.reached):
            # Nothing here fails at the service: what failed was taken and is not so any more.
            yield f"{what} is recorded as failed and was never taken: {recorded.detail}"
        case "unknown" if not may_be_unknown:
            yield f"{what} is recorded as unknown though no response was lost: {recorded.detail}"
