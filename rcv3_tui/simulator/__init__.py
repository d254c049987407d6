"""A RackConnect v3.0 account in memory: Identity, Cloud Servers and RackConnect in one ASGI app.

It is built from the RackConnect API reference alone and imports nothing of the program, so that it
cannot share the program's misreadings.

    account = build_scenario("small", now=ManualClock())
    app = create_app(account)
"""

from __future__ import annotations

from rcv3_tui.simulator.account import Account, LoggedRequest, Token
from rcv3_tui.simulator.app import SimulatorApp, create_app
from rcv3_tui.simulator.clock import Clock, ManualClock
from rcv3_tui.simulator.faults import DroppedConnectionError, Fault, Faults, parse_fault
from rcv3_tui.simulator.resources import Network, Node, Pool, PublicIP, Server
from rcv3_tui.simulator.scenarios import (
    HOSTILE_NAMES,
    SCENARIOS,
    build_scenario,
    build_second_account,
)

__all__ = [
    "HOSTILE_NAMES",
    "SCENARIOS",
    "Account",
    "Clock",
    "DroppedConnectionError",
    "Fault",
    "Faults",
    "LoggedRequest",
    "ManualClock",
    "Network",
    "Node",
    "Pool",
    "PublicIP",
    "Server",
    "SimulatorApp",
    "Token",
    "build_scenario",
    "build_second_account",
    "create_app",
    "parse_fault",
]
