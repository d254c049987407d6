"""Serves a simulated account of any size and latency on loopback, and changes it on command.

`service.py SERVERS POOLS NODES MILLISECONDS REGIONS` prints its URL and credentials in its first
line; each region has that many resources. Then it reads commands from its input: `churn N` changes
N servers at every read of the first page, `change` changes one server once, `latency MILLISECONDS`
changes the latency, `silence REGION` leaves a region's requests without a response, `stir N` makes
N changes of nodes, public IPs and servers at every read of a list of pools.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

from starlette.types import Message, Receive, Scope, Send

from rcv3_tui.simulator import Account, Fault, create_app
from rcv3_tui.simulator.serve import running_server
from tests.support.changing_account import ChangingAccount

_DAY = 86400.0

REGIONS = ("IAD", "DFW", "HKG", "LON", "ORD", "SYD")
"""The regions of the account, as far as they are needed."""


def create_account(
    servers: int,
    pools: int,
    nodes: int,
    regions: int = 1,
    now: Callable[[], float] = time.time,
) -> Account:
    """Create an account with a public IP for each server.

    Args:
        servers: How many, in each region.
        pools: How many, in each region.
        nodes: How many over all pools of a region.
        regions: How many regions.
        now: The clock, seconds since 1970 UTC.
    """
    count = (servers // 200 + 1) * regions
    blocks = [f"100.{64 + block // 256}.{block % 256}" for block in range(count)]
    account = Account(regions=REGIONS[:regions], public_prefixes=blocks, now=now)
    for region in account.regions:
        _populate(account, region, servers, pools, nodes)
    return account


def _populate(account: Account, region: str, servers: int, pools: int, nodes: int) -> None:
    network = None
    made = []
    for number in range(servers):
        if number % 200 == 0:
            network = account.add_network(
                f"RC-{number // 200}", region=region, prefix=f"10.0.{number // 200}"
            )
        server = account.add_server(
            f"web-{number:05d}", region=region, network=network, age=300 * _DAY - number * 60
        )
        account.add_public_ip(server, region=region, age=200 * _DAY)
        made.append(server)
    for number in range(pools):
        pool = account.add_pool(f"pool-{number:03d}", region=region)
        for place in range(nodes // pools):
            server = made[(number * 40 + place) % servers]
            account.add_node(pool, server, region=region, age=100 * _DAY)


class DelayedApp:
    """The account's app, with latency.

    Args:
        account: The account.
        seconds: The latency of every response.
    """

    def __init__(self, account: Account, seconds: float) -> None:
        self._account = account
        self._app = create_app(account)
        self.seconds = seconds
        self.churn = 0
        self.stir = 0
        self._changing = ChangingAccount(account)
        self._turn = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_first_page = b"marker" not in scope["query_string"]
        if self.churn and is_first_page and scope["path"].endswith("/servers/detail"):
            self.change(self.churn)
        if self.stir and scope["path"].endswith("/load_balancer_pools"):
            self._changing.step(self.stir)
        began = asyncio.get_running_loop().time()

        async def later(message: Message) -> None:
            if message["type"] == "http.response.start":
                passed = asyncio.get_running_loop().time() - began
                await asyncio.sleep(max(0.0, self.seconds - passed))
            await send(message)

        await self._app(scope, receive, later)

    def change(self, count: int) -> None:
        """Change the status of the first server, and of others throughout the account."""
        region = self._account.region()
        servers = sorted(region.servers.values(), key=lambda server: server.name)
        self._turn += 1
        for server in servers[:: max(1, len(servers) // count)][:count]:
            server.status = ("ACTIVE", "REBOOT")[self._turn % 2]
            server.touch()


def main() -> None:
    servers, pools, nodes, milliseconds, regions = map(int, sys.argv[1:6])
    account = create_account(servers, pools, nodes, regions)
    if "unlimited" in sys.argv:
        account.limit_per_minute = None
    app = DelayedApp(account, milliseconds / 1000)
    with running_server(app) as url:
        print(url, account.username, account.api_key, flush=True)
        for line in sys.stdin:
            word, _, value = line.strip().partition(" ")
            if word == "churn":
                app.churn = int(value)
            elif word == "stir":
                app.stir = int(value)
            elif word == "change":
                app.change(1)
            elif word == "latency":
                app.seconds = int(value) / 1000
            elif word == "silence":
                account.faults.add(Fault.silence(3600.0, path=f"/{value.lower()}/"))


if __name__ == "__main__":
    main()
