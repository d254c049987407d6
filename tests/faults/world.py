"""A small account, and what it holds in words that can be compared."""

from __future__ import annotations

from typing import Protocol

from rcv3_tui.model.operation import Target
from rcv3_tui.settings import Settings
from rcv3_tui.simulator import Account, Node, Pool, PublicIP, Server
from tests.faults.profile import REGION, settings_for


class WorldClock(Protocol):
    """What measures an account's time."""

    def timestamp(self) -> float:
        """The time of day as seconds since 1970."""
        ...

    def set_forward(self, seconds: float) -> None:
        """Be that much later at once."""
        ...


Holdings = dict[str, str]
"""What stands in the account: a thing to how it is, such as `web-02 in web-80` to `yes`."""


class World:
    """Three servers, three public IPs and two pools.

    `web-01` has nothing; `web-02` has an address and is in web-80; `web-03` has a retained
    address and is in both pools; one retained address has no server.

    Args:
        clock: What measures the time.
        slower: By how much real waits are longer than usual; see `tests.faults.pace`.
    """

    def __init__(self, clock: WorldClock, slower: float = 1.0) -> None:
        self.clock = clock
        self.slower = slower
        self.account = account = Account(now=clock.timestamp)
        account.jitter = 0.0
        # Many times faster than the line, the clock would turn minutes in the middle of a request.
        account.limit_per_minute = None
        account.add_network()
        self.web_01 = account.add_server("web-01")
        self.web_02 = account.add_server("web-02")
        self.web_03 = account.add_server("web-03")
        self.plain = account.add_public_ip(self.web_02)
        self.kept = account.add_public_ip(self.web_03, retain=True)
        self.spare = account.add_public_ip(retain=True)
        self.web_80 = account.add_pool("web-80")
        self.web_443 = account.add_pool("web-443")
        self.node_02 = account.add_node(self.web_80, self.web_02)
        self.node_03 = account.add_node(self.web_80, self.web_03)
        self.node_03_too = account.add_node(self.web_443, self.web_03)
        self.region = account.region(REGION)
        self._servers = (self.web_01, self.web_02, self.web_03)
        self._pools = (self.web_80, self.web_443)
        self._known = {
            record.id: record.address or "" for record in (self.plain, self.kept, self.spare)
        }
        self._memberships: dict[str, tuple[str, str]] = {}
        self.note_nodes()

    def note_nodes(self) -> None:
        """Remember which nodes there are, for when they are gone."""
        for pool in self.region.pools.values():
            for node in pool.nodes.values():
                self._memberships[node.id] = (pool.id, node.server.id)

    def membership(self, node_id: str) -> tuple[str, str]:
        """Give the pool's and the server's id of a node that is or was there."""
        return self._memberships[node_id]

    def settings(self, url: str, *, timeout: float) -> Settings:
        """Settings that sign in to the account where it is served."""
        return settings_for(url, self.account.username, self.account.api_key, timeout=timeout)

    def settle(self) -> None:
        """Let everything come to its end that is under way in the account."""
        self.clock.set_forward(300.0)
        self.account.settle()

    def holdings(self, *, to_be: bool = False) -> Holdings:
        """Say what the account holds.

        Args:
            to_be: Take what is being added or updated for done.
        """
        held: Holdings = {}
        for server in (*self._servers, None):
            mine = [
                self._name(record, to_be)
                for record in self.region.public_ips.values()
                if record.server is server
            ]
            held[f"addresses of {_server(server)}"] = ", ".join(sorted(mine)) or "none"
        for key, address in self._known.items():
            record = self.region.public_ips.get(key)
            held[address] = "gone" if record is None else _how(record, to_be)
        for pool in self._pools:
            for server in self._servers:
                nodes = [
                    "yes" + _status(node.status, to_be)
                    for node in pool.nodes.values()
                    if node.server is server and pool.id in self.region.pools
                ]
                held[f"{server.name} in {pool.name}"] = ", ".join(sorted(nodes)) or "no"
        return held

    def _name(self, record: PublicIP, to_be: bool) -> str:
        return self._known.get(record.id, "a new one") + _status(record.status, to_be)


def _server(server: Server | None) -> str:
    return "nobody" if server is None else server.name


def _how(record: PublicIP, to_be: bool) -> str:
    kept = ", retained" if record.retain else ""
    return f"with {_server(record.server)}{kept}{_status(record.status, to_be)}"


def _status(status: str, to_be: bool) -> str:
    fine = {"ACTIVE", "ADDING", "UPDATING"} if to_be else {"ACTIVE"}
    return "" if status in fine else f", {status}"


def target(thing: Server | PublicIP | Pool | Node) -> Target:
    """Give a thing as the operator saw it."""
    match thing:
        case PublicIP():
            return Target(thing.id, thing.address or thing.id)
        case Node():
            return Target(thing.id, thing.server.name)
        case _:
            return Target(thing.id, thing.name)
