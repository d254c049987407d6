"""A RackConnect v3.0 account in memory: Identity, Cloud Servers and RackConnect in one ASGI app.

It is built from the RackConnect API reference alone and imports nothing of the program, so that it
cannot share the program's misreadings.

    account = scenario("small", now=ManualTime())
    app = create_app(account)

Names are imported when they are asked for: who starts an account beside the program must not wait
for the web framework that serves it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcv3_tui.simulator.account import Account, LoggedRequest, Token
    from rcv3_tui.simulator.app import SimulatorApp, create_app
    from rcv3_tui.simulator.beside import Beside
    from rcv3_tui.simulator.clock import Clock, ManualTime
    from rcv3_tui.simulator.faults import DroppedConnectionError, Fault, Faults, parse_fault
    from rcv3_tui.simulator.resources import Network, Node, Pool, PublicIP, Server
    from rcv3_tui.simulator.scenarios import HOSTILE_NAMES, SCENARIOS, scenario

__all__ = [
    "HOSTILE_NAMES",
    "SCENARIOS",
    "Account",
    "Beside",
    "Clock",
    "DroppedConnectionError",
    "Fault",
    "Faults",
    "LoggedRequest",
    "ManualTime",
    "Network",
    "Node",
    "Pool",
    "PublicIP",
    "Server",
    "SimulatorApp",
    "Token",
    "create_app",
    "parse_fault",
    "scenario",
]

_HOMES = {
    "account": ("Account", "LoggedRequest", "Token"),
    "app": ("SimulatorApp", "create_app"),
    "beside": ("Beside",),
    "clock": ("Clock", "ManualTime"),
    "faults": ("DroppedConnectionError", "Fault", "Faults", "parse_fault"),
    "resources": ("Network", "Node", "Pool", "PublicIP", "Server"),
    "scenarios": ("HOSTILE_NAMES", "SCENARIOS", "scenario"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import one of the names above when it is first asked for."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
