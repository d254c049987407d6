"""A simulated account on loopback, of any size and any distance, that changes as it is told.

`service.py SERVERS POOLS NODES MILLISECONDS` says where it listens in its first line. Then it reads
commands from its input: `churn N` has N servers renamed at every reading of the first page,
`rename` changes one server once, `latency MILLISECONDS` moves it nearer or further.
"""

from __future__ import annotations

import asyncio
import sys

from starlette.types import Message, Receive, Scope, Send

from rcv3_tui.simulator import Account, create_app
from rcv3_tui.simulator.serve import running

_DAY = 86400.0


def furnish(servers: int, pools: int, nodes: int) -> Account:
    """Make an account with an address for each server."""
    blocks = [f"100.{64 + block // 256}.{block % 256}" for block in range(servers // 200 + 1)]
    account = Account(public_prefixes=blocks)
    network = None
    made = []
    for number in range(servers):
        if number % 200 == 0:
            network = account.add_network(f"RC-{number // 200}", prefix=f"10.0.{number // 200}")
        server = account.add_server(
            f"web-{number:05d}", network=network, age=300 * _DAY - number * 60
        )
        account.add_public_ip(server, age=200 * _DAY)
        made.append(server)
    for number in range(pools):
        pool = account.add_pool(f"pool-{number:03d}")
        for place in range(nodes // pools):
            account.add_node(pool, made[(number * 40 + place) % servers], age=100 * _DAY)
    return account


class Distant:
    """The account's app, some time away.

    Args:
        account: What it serves.
        seconds: How long an answer takes on its way.
    """

    def __init__(self, account: Account, seconds: float) -> None:
        self._account = account
        self._app = create_app(account)
        self.seconds = seconds
        self.churn = 0
        self._turn = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_first_page = b"marker" not in scope["query_string"]
        if self.churn and is_first_page and scope["path"].endswith("/servers/detail"):
            self.rename(self.churn)
        began = asyncio.get_running_loop().time()

        async def later(message: Message) -> None:
            if message["type"] == "http.response.start":
                passed = asyncio.get_running_loop().time() - began
                await asyncio.sleep(max(0.0, self.seconds - passed))
            await send(message)

        await self._app(scope, receive, later)

    def rename(self, count: int) -> None:
        """Change the flavor of the first server, and of others all over the account."""
        region = self._account.region()
        servers = sorted(region.servers.values(), key=lambda server: server.name)
        self._turn += 1
        for server in servers[:: max(1, len(servers) // count)][:count]:
            server.status = ("ACTIVE", "REBOOT")[self._turn % 2]
            server.touch()


def main() -> None:
    servers, pools, nodes, milliseconds = map(int, sys.argv[1:5])
    account = furnish(servers, pools, nodes)
    if "unlimited" in sys.argv:
        account.limit_per_minute = None
    distant = Distant(account, milliseconds / 1000)
    with running(distant) as url:
        print(url, account.username, account.api_key, flush=True)
        for line in sys.stdin:
            word, _, value = line.strip().partition(" ")
            if word == "churn":
                distant.churn = int(value)
            elif word == "rename":
                distant.rename(1)
            elif word == "latency":
                distant.seconds = int(value) / 1000


if __name__ == "__main__":
    main()
