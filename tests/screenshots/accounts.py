"""The accounts of the screenshots, made from the demo accounts."""

from __future__ import annotations

from typing import Final

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, build_scenario

_DAY: Final = 86400.0

_REASON: Final = "Unable to communicate with network device"


def shop(clock: ManualClock) -> Account:
    """Create the account of most screenshots: the small demo with enough rows to fill a screen.

    Fourteen servers, and a failed address that has a reason. The added names sort after those of
    the demo.
    """
    account = build_scenario("small", now=clock.timestamp)
    region = account.region()
    for record in region.public_ips.values():
        if record.status == "ADD_FAILED":
            record.status_detail = _REASON
    network = next(iter(region.networks.values()))
    workers = account.add_pool("RCv3-workers", external=1)
    queue = account.add_pool("RCv3-worker-mq", external=2, port=5672, virtual_ip="198.51.100.6")
    names = ("web-05", "web-06", "worker-01", "worker-02", "worker-03", "worker-04")
    for number, name in enumerate(names):
        server = account.add_server(name, network=network, age=(60 - 7 * number) * _DAY)
        if number % 4 != 3:
            account.add_public_ip(server, age=(50 - 7 * number) * _DAY)
        if name.startswith("worker"):
            account.add_node(workers, server, age=(20 - number) * _DAY)
            account.add_node(queue, server, age=(20 - number) * _DAY)
    batch = next(server for server in region.servers.values() if server.name == "batch-01")
    account.add_node(workers, batch, age=30 * _DAY)
    for name, prefix in (("RC-BACKUP", "198.51.100"), ("RC-MANAGEMENT", "10.20.30")):
        account.add_network(name, prefix=prefix)
    return account


def trouble(clock: ManualClock) -> Account:
    """Create an account with every known problem."""
    return build_scenario("trouble", now=clock.timestamp)


def empty_account(clock: ManualClock) -> Account:
    """Create an account without resources."""
    return Account(now=clock.timestamp)
