"""A simulated account in which others add, remove and fail nodes and public IPs all the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from rcv3_tui.simulator import Account, Node, PublicIP

_EXTRA = 50
"""Nodes and public IPs of each kind that exist at a time beyond the first ones."""

_SECONDS_TO_ADD = 20.0


class ChangingAccount:
    """Changes an account; its size stays the same after the first changes.

    Args:
        account: The account, whose first region has servers and pools.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        region = account.region()
        self._region = region
        self._servers = list(region.servers.values())
        self._pools = list(region.pools.values())
        self._nodes: deque[Node] = deque()
        self._public_ips: deque[PublicIP] = deque()
        self.count = 0
        """Changes so far."""

    def step(self, changes: int = 1) -> None:
        """Make some changes: add, fail and remove nodes and public IPs in turn.

        Args:
            changes: How many.
        """
        kinds: tuple[Callable[[], None], ...] = (
            self._add_node,
            self._add_public_ip,
            self._fail_node,
            self._fail_public_ip,
            self._change_server,
        )
        for _ in range(changes):
            kinds[self.count % len(kinds)]()
            self.count += 1

    def _add_node(self) -> None:
        pool = self._pools[self.count % len(self._pools)]
        server = self._servers[self.count * 7 % len(self._servers)]
        self._nodes.append(
            self._account.add_node(
                pool, server, status="ADDING", age=0.0, moves_after=_SECONDS_TO_ADD
            )
        )
        if len(self._nodes) > _EXTRA:
            self._region.drop_node(self._nodes.popleft())

    def _add_public_ip(self) -> None:
        server = self._servers[self.count * 11 % len(self._servers)]
        self._public_ips.append(
            self._account.add_public_ip(
                server, status="ADDING", age=0.0, moves_after=_SECONDS_TO_ADD
            )
        )
        if len(self._public_ips) > _EXTRA:
            self._region.drop_ip(self._public_ips.popleft())

    def _fail_node(self) -> None:
        node = self._nodes[-1]

        node.status, node.status_detail = "ADD_FAILED", "The load balancer did not respond"
        node.updated = self._account.now()
        node.turn += 1
        node.touch()

    def _fail_public_ip(self) -> None:
        record = self._public_ips[-1]
        record.status, record.status_detail = "ADD_FAILED", "No address is available"
        record.updated = self._account.now()
        record.turn += 1
        record.touch()

    def _change_server(self) -> None:
        server = self._servers[self.count % len(self._servers)]
        server.status = "REBOOT" if server.status == "ACTIVE" else "ACTIVE"
        server.touch()
