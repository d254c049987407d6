"""The demo accounts: small, with every known problem, of the largest size, and in two regions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.clock import Clock
from rcv3_tui.simulator.resources import Server

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86400.0
_MONTH: Final = 30 * _DAY

_LARGE_SERVERS: Final = 10_000
_LARGE_POOLS: Final = 500
_LARGE_NODES: Final = 20_000

REGIONS_OF_DEMO: Final = ("IAD", "DFW")
"""The regions of the scenario `regions`; the first one is the user's default."""

HOSTILE_NAMES: Final = (
    "[bold red]x[/]",
    "[/]",
    "esc\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "two\nlines\r\nand\ttab",
    "nul\x00byte",
    "right\u202eot-tfel\u202c",
    "\u5e7f\u57df\u7f51\u7edc-\U0001f525-wide",
    "long-" + "n" * 295,
)
"""Names that would style, move or break a careless screen."""


def build_scenario(
    name: str,
    now: Clock = time.time,
    seed: int = 0,
    regions: Sequence[str] = ("IAD",),
) -> Account:
    """Build a demo account.

    Args:
        name: one of `SCENARIOS`.
        now: the clock, seconds since 1970 UTC.
        seed: the same seed and clock make the same account.
        regions: the account's regions; the first one is populated, the others have a network only.
            The account of the scenario `regions` always has its own two.

    Returns:
        The account, ready to be served.

    Raises:
        ValueError: there is no scenario of that name.
    """
    if name not in SCENARIOS:
        raise ValueError(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    prefixes = (
        [f"100.{64 + block // 256}.{block % 256}" for block in range(60)]
        if name == "large"
        else ["203.0.113"]
    )
    if name == "regions":
        regions, prefixes = REGIONS_OF_DEMO, ["203.0.113", "198.51.100"]
    account = Account(regions=regions, now=now, seed=seed, public_prefixes=prefixes)
    account.default_region = account.regions[0]
    _BUILDERS[name](account)
    for other in account.regions[1:]:
        if not account.region(other).networks:
            account.add_network(region=other, prefix="198.51.100")
    return account


def build_second_account(now: Clock = time.time, seed: int = 0) -> Account:
    """Build the account of another customer, which the demo's second profile opens.

    Args:
        now: the clock, seconds since 1970 UTC.
        seed: the same seed and clock make the same account.
    """
    account = Account(regions=("ORD",), now=now, seed=seed + 1, public_prefixes=["198.51.100"])
    account.default_region = account.regions[0]
    account.tenant_id = "654321"
    account.username = "demo-production"
    network = account.add_network("RC-PRODUCTION", prefix="192.0.2")
    pool = account.add_pool("RCv3-shop-https", external=1, port=443, virtual_ip="203.0.113.80")
    for number in range(1, 5):
        server = account.add_server(f"shop-{number:02d}", network=network, age=(90 + number) * _DAY)
        account.add_public_ip(server, retain=number == 1, age=80 * _DAY)
        account.add_node(pool, server, age=80 * _DAY)
    account.add_server("shop-db-01", network=network, age=95 * _DAY, flavor="general1-8")
    return account


def _small(account: Account) -> None:
    """Eight servers; one failed record, one in transition, one retained address without server."""
    network = account.add_network("RC-CLOUD", prefix="192.0.2")
    names = ("web-01", "web-02", "web-03", "web-04", "api-01", "api-02", "db-01", "batch-01")
    servers: dict[str, Server] = {}
    for number, name in enumerate(names):
        servers[name] = account.add_server(
            name,
            network=network,
            age=(200 - 17 * number) * _DAY + 1234.0 * number,
            flavor="general1-8" if name.startswith("db") else "general1-2",
        )
    for name in ("web-01", "web-02", "web-03"):
        account.add_public_ip(servers[name], age=90 * _DAY, by_rule=name == "web-03")
    account.add_public_ip(servers["api-01"], retain=True, age=60 * _DAY)
    account.add_public_ip(None, retain=True, age=21 * _DAY)
    account.add_public_ip(servers["batch-01"], status="ADD_FAILED", age=2 * _HOUR)

    # Ids in mixed case: a client must compare them without regard to it.
    web = account.add_pool("RCv3-web-http", pool_id=account.new_id().upper(), external=1)
    tls = account.add_pool("RCv3-web-https", pool_id=_mixed(account.new_id()), external=1)
    api = account.add_pool("RCv3-api", external=3, port=8443, virtual_ip="198.51.100.5")
    account.add_pool("RCv3-staging", external=1)
    for name in ("web-01", "web-02", "web-03"):
        account.add_node(web, servers[name], age=80 * _DAY)
        account.add_node(tls, servers[name], age=80 * _DAY)
    account.add_node(api, servers["api-01"], age=50 * _DAY)
    account.add_node(api, servers["api-02"], age=50 * _DAY)
    account.add_node(web, servers["web-04"], status="ADDING", age=20.0, moves_after=2 * _MINUTE)


def _regions(account: Account) -> None:
    """The small account in its first region, and a standby site with its own faults in the other.

    Names repeat across the regions on purpose: a name alone does not identify a server.
    """
    _small(account)
    region = account.regions[1]
    network = account.add_network("RC-STANDBY", region=region, prefix="10.20.30")
    pool = account.add_pool("RCv3-web-http", region=region, external=1)
    account.add_pool("RCv3-reports", region=region, external=1)
    for number, name in enumerate(("web-01", "web-02", "api-01", "db-01", "report-01")):
        server = account.add_server(
            name, region=region, network=network, age=(60 + 11 * number) * _DAY
        )
        if name.startswith("web"):
            account.add_public_ip(server, region=region, age=40 * _DAY)
            account.add_node(pool, server, region=region, age=40 * _DAY)
        elif name == "report-01":
            account.add_public_ip(
                server,
                region=region,
                status="ADD_FAILED",
                detail="Unable to communicate with network device",
                age=5 * _HOUR,
            )
            account.add_node(pool, server, region=region, status="REMOVE_FAILED", age=_DAY)


def _trouble(account: Account) -> None:
    """One of each problem that needs attention."""
    network = account.add_network("RC-CLOUD", prefix="192.0.2")
    account.add_network("RC-RC-BACKEND", prefix="198.51.100")

    def server(name: str) -> Server:
        return account.add_server(name, network=network, age=120 * _DAY)

    ticket = account.new_id()
    account.add_public_ip(server("failed-plain"), status="ADD_FAILED", age=_HOUR)
    account.add_public_ip(
        server("failed-detail"),
        status="ADD_FAILED",
        detail="Unable to communicate with network device",
        ticket=ticket,
        age=3 * _HOUR,
    )
    account.add_public_ip(server("remove-failed"), status="REMOVE_FAILED", age=40 * _DAY)
    stuck = server("stuck-adding")
    account.add_public_ip(stuck, status="ADDING", age=5 * _MONTH)
    account.add_public_ip(None, status="REMOVING", retain=True, age=3 * _MONTH)
    account.add_public_ip(server("update-failed"), status="UPDATE_FAILED", age=_DAY)
    account.add_public_ip(None, retain=True, age=30 * _DAY)
    differing = server("access-differs")
    account.add_public_ip(differing, age=10 * _DAY)
    differing.access_ip = "203.0.113.250"
    account.add_server("no-network", attached=False, age=4 * _DAY)
    account.add_server("just-built", network=network, age=5.0, known_after=20.0)
    account.add_server("building", network=network, status="BUILD", age=40.0, build_seconds=90.0)
    lagging = server("old-name")
    account.rename_server(lagging.id, "renamed")
    account.add_public_ip(lagging, age=15 * _DAY)

    healthy = account.add_pool("healthy", pool_id=_mixed(account.new_id()), external=1)
    thin = account.add_pool("one-active-node", external=0)
    account.add_pool("no-node", external=1)
    busy = account.add_pool("being-changed", external=1)
    busy.busy_until = account.now() + 2 * _MINUTE
    members = [server("web-01"), server("web-02")]
    for member in members:
        account.add_public_ip(member, age=70 * _DAY)
        account.add_node(healthy, member)
        account.add_node(busy, member)
    account.add_node(thin, members[0])
    account.add_node(
        thin,
        members[1],
        status="ADD_FAILED",
        detail="Unable to communicate with network device",
        age=_DAY,
    )
    account.add_node(thin, lagging, status="REMOVE_FAILED", age=2 * _DAY)
    broken = account.add_server(
        "broken-01", network=network, status="ERROR", age=9 * _DAY, fault="No valid host was found."
    )
    account.add_node(healthy, broken)

    ghost = account.add_server("ghost-01", network=network, age=9 * _MONTH)
    account.add_public_ip(ghost, age=8 * _MONTH)
    account.add_node(healthy, ghost, status="ADDING", age=8 * _MONTH)
    account.delete_server(ghost.id, leave_ghosts=True)

    for name in HOSTILE_NAMES:
        hostile = server(name)
        account.add_node(healthy, hostile)
    account.add_pool("[blink]pool[/] \x1b[2J", external=1)


def _large(account: Account) -> None:
    """Ten thousand servers with an address each, 500 pools of 40 nodes, all of it quiet."""
    networks = [
        account.add_network(f"RC-NET-{number:02d}", prefix=f"10.{number // 250}.{number % 250}")
        for number in range(_LARGE_SERVERS // 200)
    ]
    roles = ("web", "api", "db", "cache", "batch")
    servers = [
        account.add_server(
            f"{roles[number % 5]}-{number:05d}",
            network=networks[number // 200],
            age=_DAY * 300 - number * 120.0,
        )
        for number in range(_LARGE_SERVERS)
    ]
    for number, server in enumerate(servers):
        account.add_public_ip(server, retain=number % 2000 == 0, age=_DAY * 200 - number * 90.0)
    each = _LARGE_NODES // _LARGE_POOLS
    for number in range(_LARGE_POOLS):
        pool = account.add_pool(f"pool-{number:03d}")
        for place in range(each):
            account.add_node(
                pool, servers[(number * each + place) % _LARGE_SERVERS], age=_DAY * 150
            )


def _mixed(text: str) -> str:
    return "".join(letter.upper() if index % 2 else letter for index, letter in enumerate(text))


_BUILDERS: Final[Mapping[str, Callable[[Account], None]]] = MappingProxyType(
    {"small": _small, "trouble": _trouble, "large": _large, "regions": _regions}
)

SCENARIOS: Final = tuple(_BUILDERS)
"""The names of the demo accounts."""
