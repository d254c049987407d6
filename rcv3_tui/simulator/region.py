"""One region of the account: its records, the indexes over them, and its blocks of addresses."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from rcv3_tui.simulator.resources import Network, Node, Pool, PublicIP, Server


class Region:
    """The records of one region, indexed by lower-case id."""

    def __init__(self, name: str, link_id: str, public_prefixes: Sequence[str]) -> None:
        """Create an empty region.

        Args:
            name: in upper case, such as IAD.
            link_id: `configuration_to_cloud_account_uuid` of its public IP records.
            public_prefixes: the dedicated blocks, /24 each, written as in `203.0.113`.
        """
        self.name = name
        self.link_id = link_id
        self.networks: dict[str, Network] = {}
        self.servers: dict[str, Server] = {}
        self.public_ips: dict[str, PublicIP] = {}
        self.pools: dict[str, Pool] = {}
        self.deleted_servers: list[tuple[float, Server]] = []
        self._ips_of: dict[str, list[PublicIP]] = {}
        self._nodes_of: dict[str, list[Node]] = {}
        self._newest_first: list[Server] | None = None
        self._position: dict[str, int] = {}
        self._used: set[str] = set()
        self._fresh = _hosts(public_prefixes)
        self._returned: deque[str] = deque()
        self.minute = -1
        self.requests_this_minute = 0

    def count_request(self, now: float) -> int:
        """Count a request; the count restarts with each minute.

        Returns:
            The number of requests in this minute, including this one.
        """
        minute = int(now // 60)
        if minute != self.minute:
            self.minute = minute
            self.requests_this_minute = 0
        self.requests_this_minute += 1
        return self.requests_this_minute

    # servers

    def put_server(self, server: Server) -> None:
        """Add a server."""
        self.servers[server.id.lower()] = server
        self._newest_first = None

    def drop_server(self, server: Server, at: float) -> None:
        """Remove a server, and record it as deleted."""
        del self.servers[server.id.lower()]
        self.deleted_servers.append((at, server))
        self._newest_first = None

    def newest_first(self) -> list[Server]:
        """List the servers, newest first, as Cloud Servers does."""
        if self._newest_first is None:
            ordered = sorted(self.servers.values(), key=lambda server: -server.created)
            self._newest_first = ordered
            self._position = {server.id: index for index, server in enumerate(ordered)}
        return self._newest_first

    def position(self, server_id: str) -> int | None:
        """Return a server's position in `newest_first`."""
        self.newest_first()
        return self._position.get(server_id)

    def touch_server(self, server: Server) -> None:
        """Invalidate the cached bytes of a server and of all records that contain it."""
        server.touch()
        for record in self.ips_of(server.id):
            record.touch()

    # public IPs

    def put_ip(self, record: PublicIP) -> None:
        """Add a public IP record."""
        self.public_ips[record.id.lower()] = record
        if record.address is not None:
            self._used.add(record.address)
        if record.server is not None:
            self._ips_of.setdefault(record.server.id.lower(), []).append(record)

    def drop_ip(self, record: PublicIP) -> None:
        """Remove a public IP record and release its address."""
        self.assign_ip(record, None)
        self.public_ips.pop(record.id.lower(), None)
        record.turn += 1
        if record.address is not None:
            self._used.discard(record.address)
            self._returned.append(record.address)

    def assign_ip(self, record: PublicIP, server: Server | None) -> None:
        """Assign a record to another server, or to none."""
        if record.server is not None:
            mine = self._ips_of.get(record.server.id.lower(), [])
            if record in mine:
                mine.remove(record)
        record.server = server
        if server is not None:
            self._ips_of.setdefault(server.id.lower(), []).append(record)
        record.touch()

    def ips_of(self, server_id: str) -> Sequence[PublicIP]:
        """List the records of one server."""
        return self._ips_of.get(server_id.lower(), ())

    def take_address(self) -> str | None:
        """Allocate a free public address, unused ones first."""
        for address in self._fresh:
            if address not in self._used:
                self._used.add(address)
                return address
        while self._returned:
            address = self._returned.popleft()
            if address not in self._used:
                self._used.add(address)
                return address
        return None

    # pools and nodes

    def put_pool(self, pool: Pool) -> None:
        """Add a pool."""
        self.pools[pool.id.lower()] = pool

    def put_node(self, node: Node) -> None:
        """Add a node."""
        node.pool.nodes[node.id.lower()] = node
        node.pool.wire = None
        self._nodes_of.setdefault(node.server.id.lower(), []).append(node)

    def drop_node(self, node: Node) -> None:
        """Remove a node."""
        node.pool.nodes.pop(node.id.lower(), None)
        node.pool.wire = None
        node.turn += 1
        mine = self._nodes_of.get(node.server.id.lower(), [])
        if node in mine:
            mine.remove(node)

    def nodes_of(self, server_id: str) -> Sequence[Node]:
        """List the nodes of one server."""
        return self._nodes_of.get(server_id.lower(), ())

    def find_node(self, node_id: str) -> Node | None:
        """Return a node of any pool; slow, for error messages only."""
        key = node_id.lower()
        return next((pool.nodes[key] for pool in self.pools.values() if key in pool.nodes), None)


def _hosts(prefixes: Sequence[str]) -> Iterator[str]:
    for prefix in prefixes:
        for host in range(10, 255):
            yield f"{prefix}.{host}"
