"""The simulated account: its user and tokens, its regions, and methods to populate it."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rcv3_tui.simulator.clock import Clock
from rcv3_tui.simulator.faults import Faults
from rcv3_tui.simulator.lifecycle import FailedStatus, Lifecycle, TransitionKind
from rcv3_tui.simulator.messages import NIL_UUID
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import Network, Node, Pool, PublicIP, Server
from rcv3_tui.simulator.settings import AccountSettings

_LOG_LIMIT = 20_000
"""Requests in the log; a demo may run for days."""

IMAGE_ID = "a3d3a6b3-e4e4-496f-9a3d-5c987163e458"
"""The image of every simulated server."""


@dataclass(slots=True)
class LoggedRequest:
    """One request as it arrived, and the status of its response. Contains no secret."""

    method: str
    path: str
    """With token ids left out."""
    query: str
    body: str
    """As sent; empty for Identity, whose bodies contain secrets."""
    at: float
    """When it arrived, by the account's clock."""
    status: int = 0
    """The response's status; 0 before there is one, and after a dropped connection."""


@dataclass(slots=True)
class Token:
    """A token that Identity has issued."""

    id: str
    expires: float
    authenticated_by: str


class Account(AccountSettings):
    """The state of the simulator. Not safe to share between threads while serving."""

    def __init__(
        self,
        *,
        regions: Sequence[str] = ("IAD",),
        now: Clock = time.time,
        seed: int = 0,
        public_prefixes: Sequence[str] = ("203.0.113",),
    ) -> None:
        """Create an account without resources.

        Args:
            regions: the regions that have RackConnect, in upper case.
            now: the clock, seconds since 1970 UTC.
            seed: makes every id and every jitter repeatable.
            public_prefixes: the dedicated /24 blocks that public IPs come from, dealt to the
                regions in turn; with fewer blocks than regions, the last ones use all of them.
        """
        super().__init__()
        self.now = now
        # Repeatable ids and timings are the purpose; nothing here is a secret.
        self.rng = random.Random(seed)  # noqa: S311
        # A separate generator, so that ids do not depend on when they are created.
        self._id_rng = random.Random(seed)  # noqa: S311
        self.regions = tuple(regions)
        self.tokens: dict[str, Token] = {}
        self.sessions: set[str] = set()
        self.failed_logins = 0
        self.requests: list[LoggedRequest] = []
        self.faults = Faults()
        self.lifecycle = Lifecycle(self, now, self.rng)
        self._ids = self._id_stream()
        self._regions = {
            name: Region(
                name,
                self.new_id(),
                public_prefixes[place :: len(self.regions)] or public_prefixes,
            )
            for place, name in enumerate(self.regions)
        }
        self.settle = self.lifecycle.settle

    # the account as a whole

    def region(self, name: str | None = None) -> Region:
        """Return a region by its name in any case; by default the first one.

        Raises:
            KeyError: the account has no such region.
        """
        return self._regions[name.upper() if name else self.regions[0]]

    def has_region(self, name: str) -> bool:
        """Return whether the account has RackConnect in a region."""
        return name.upper() in self._regions

    def new_id(self) -> str:
        """Return the next UUID."""
        return next(self._ids)

    def _id_stream(self) -> Iterator[str]:
        # In blocks: for a large account this is several times faster than one id at a time.
        while True:
            block = self._id_rng.randbytes(16 * 64).hex()
            for start in range(0, len(block), 32):
                word = block[start : start + 32]
                yield f"{word[:8]}-{word[8:12]}-4{word[13:16]}-a{word[17:20]}-{word[20:]}"

    def log(self, method: str, path: str, query: str, body: str) -> LoggedRequest:
        """Log a request; its status is set later."""
        entry = LoggedRequest(method, path, query, body, self.now())
        self.requests.append(entry)
        if len(self.requests) > _LOG_LIMIT:
            del self.requests[: _LOG_LIMIT // 2]
        return entry

    def count(self, method: str, path: str = "") -> int:
        """Count the requests so far.

        Args:
            method: such as POST.
            path: a regular expression that matches within the path.
        """
        return sum(
            entry.method == method and re.search(path, entry.path) is not None
            for entry in self.requests
        )

    def retained(self) -> int:
        """Count the retained addresses of all regions: the limit is the account's."""
        return sum(
            record.retain
            for region in self._regions.values()
            for record in region.public_ips.values()
        )

    # tokens

    def token_for(self, authenticated_by: str) -> Token:
        """Issue a token: the cached one unless it is in its last hour."""
        now = self.now()
        for token in self.tokens.values():
            if (
                token.authenticated_by == authenticated_by
                and token.expires - now > self.renew_seconds
            ):
                return token
        return self.new_token(authenticated_by)

    def new_token(self, authenticated_by: str = "PASSWORD", seconds: float | None = None) -> Token:
        """Issue another token, such as one for a federated user's own tools.

        Args:
            authenticated_by: the methods, with commas.
            seconds: until it expires; by default `token_seconds`.
        """
        life = self.token_seconds if seconds is None else seconds
        token = Token(f"{self.rng.getrandbits(128):032x}", self.now() + life, authenticated_by)
        self.tokens[token.id] = token
        return token

    def valid_token(self, token_id: str | None) -> Token | None:
        """Return a known token that has not expired; None otherwise."""
        token = self.tokens.get(token_id or "")
        return token if token is not None and token.expires > self.now() else None

    def revoke_tokens(self) -> None:
        """Make every token invalid at once, on every service."""
        self.tokens.clear()

    # populating the account

    def add_network(
        self,
        name: str = "RC-CLOUD",
        *,
        region: str | None = None,
        prefix: str = "192.0.2",
        age: float = 300 * 86400.0,
    ) -> Network:
        """Add a cloud network, /24.

        Args:
            name: as Rackspace named it, mostly with `RC-` before it.
            region: by default the first one.
            prefix: the first three parts of its range.
            age: seconds since it was created.
        """
        created = self.now() - age
        network = Network(self.new_id(), name, prefix, created, created + 3902.94)
        self.region(region).networks[network.id] = network
        return network

    def add_server(
        self,
        name: str,
        *,
        region: str | None = None,
        status: str = "ACTIVE",
        network: Network | None = None,
        attached: bool = True,
        age: float = 86400.0,
        known_after: float = 0.0,
        build_seconds: float | None = None,
        flavor: str = "general1-2",
        metadata: dict[str, str] | None = None,
        fault: str | None = None,
        known_name: str | None = None,
    ) -> Server:
        """Add a cloud server.

        Args:
            name: any text.
            region: by default the first one.
            status: as Cloud Servers spells it; BUILD waits for `build_seconds`.
            network: the cloud network it is on; by default the region's first one.
            attached: False for a server without a RackConnect network ("unprocessable").
            age: seconds since it was created.
            known_after: seconds from now until RackConnect knows it ("does not exist" before).
            build_seconds: until a server in BUILD is ready; None for never.
            flavor: its flavour.
            metadata: its metadata.
            fault: the message of its fault, for one in ERROR.
            known_name: the name RackConnect has, where it lags behind.
        """
        where = self.region(region)
        created = self.now() - age
        if attached and network is None:
            network = next(iter(where.networks.values()), None) or self.add_network(region=region)
        server = Server(
            self.new_id(),
            name,
            status,
            created,
            created + min(age, 36.0),
            network=network if attached else None,
            private_ip=network.take_address() if attached and network else None,
            service_ip=f"10.{180 + len(where.servers) % 60}.{len(where.servers) % 250}.20",
            flavor=flavor,
            image=IMAGE_ID,
            metadata=dict(metadata or {}),
            fault=fault,
            known_name=known_name,
            known_from=self.now() + known_after if known_after else 0.0,
        )
        where.put_server(server)
        if status == "BUILD" and build_seconds is not None:
            self.lifecycle.begin_build(where, server, self.now() + build_seconds)
        return server

    def add_public_ip(
        self,
        server: Server | None = None,
        *,
        region: str | None = None,
        status: str = "ACTIVE",
        address: str | None = None,
        retain: bool = False,
        detail: str | None = None,
        ticket: str | None = None,
        by_rule: bool = False,
        age: float = 43200.0,
        moves_after: float | None = None,
    ) -> PublicIP:
        """Add a public IP record in any status.

        Args:
            server: the server it is for; None for an unassigned one.
            region: by default the first one.
            status: as RackConnect spells it; a transitional one is stuck without `moves_after`.
            address: None takes the next free one, or none where the service shows none.
            retain: whether it is retained.
            detail: `status_detail`.
            ticket: `failure_core_ticket_uuid`.
            by_rule: `added_by_match_rule`.
            age: seconds since it was created.
            moves_after: seconds from now until an ADDING or REMOVING record continues.
        """
        where = self.region(region)
        shown = status in {"ACTIVE", "UPDATING", "REMOVING", "UPDATE_FAILED"}
        created = self.now() - age
        record = PublicIP(
            self.new_id(),
            status,
            created,
            server=server,
            address=address or (where.take_address() if shown else None),
            updated=None if status in {"ADDING", "PENDING_BUILD"} else created + min(age, 7.373),
            status_detail=detail,
            retain=retain,
            ticket=None if ticket == NIL_UUID else ticket,
            by_rule=by_rule,
        )
        where.put_ip(record)
        if server is not None and status == "ACTIVE" and not server.deleted:
            server.access_ip = record.address or ""
            server.touch()
        if moves_after is not None and status == "ADDING":
            self.lifecycle.begin_add(where, record, self.now(), moves_after)
        return record

    def add_pool(
        self,
        name: str,
        *,
        region: str | None = None,
        pool_id: str | None = None,
        external: int = 1,
        port: int = 0,
        virtual_ip: str | None = None,
        status: str = "ACTIVE",
    ) -> Pool:
        """Add a load balancer pool; the live service shows port 0 and no address."""
        pool = Pool(pool_id or self.new_id(), name, port, virtual_ip, external, status)
        self.region(region).put_pool(pool)
        return pool

    def add_node(
        self,
        pool: Pool,
        server: Server,
        *,
        region: str | None = None,
        status: str = "ACTIVE",
        detail: str | None = None,
        age: float = 43200.0,
        moves_after: float | None = None,
    ) -> Node:
        """Make a server a member of a pool, in any status.

        Args:
            pool: the pool.
            server: the server, of the same region.
            region: by default the first one.
            status: as RackConnect spells it.
            detail: `status_detail`.
            age: seconds since it was created.
            moves_after: seconds from now until an ADDING node is ACTIVE; None leaves it stuck.
        """
        created = self.now() - age
        updated = None if status == "ADDING" else created + min(age, 6.51)
        node = Node(self.new_id(), pool, server, status, created, updated, detail)
        self.region(region).put_node(node)
        if moves_after is not None and status == "ADDING":
            self.lifecycle.begin_node_add(node, self.now(), moves_after)
        return node

    def delete_server(self, server_id: str, *, leave_ghosts: bool = False) -> None:
        """Delete a server, as a request to Cloud Servers would.

        Args:
            server_id: its id.
            leave_ghosts: leave its nodes and its public IP behind, as the service sometimes does.

        Raises:
            KeyError: there is no such server.
        """
        key = server_id.lower()
        where = next((r for r in self._regions.values() if key in r.servers), None)
        if where is None:
            raise KeyError(server_id)
        server = where.servers[key]
        where.drop_server(server, self.now())
        server.deleted = True
        server.status = "DELETED"
        server.updated = self.now()
        where.touch_server(server)
        if leave_ghosts:
            return
        for node in list(where.nodes_of(server_id)):
            where.drop_node(node)
        for record in list(where.ips_of(server_id)):
            if record.retain:
                where.assign_ip(record, None)
                record.updated = self.now()
            else:
                where.drop_ip(record)

    def rename_server(self, server_id: str, name: str, *, region: str | None = None) -> None:
        """Rename a server; RackConnect continues to show the old name."""
        server = self.region(region).servers[server_id.lower()]
        server.known_name = server.known_name or server.name
        server.name = name
        server.updated = self.now()
        server.touch()

    def plan_failure(
        self,
        kind: TransitionKind,
        status: FailedStatus,
        *,
        detail: str | None = None,
        ticket: str | None = None,
        times: int = 1,
    ) -> None:
        """Let the next accepted changes of a kind fail.

        Args:
            kind: what is changed.
            status: the final status; selects adds, updates or removals.
            detail: `status_detail`; live failures mostly had none.
            ticket: the support ticket's id.
            times: how many changes.
        """
        for _ in range(times):
            self.lifecycle.plan_failure(kind, status, detail, ticket)
