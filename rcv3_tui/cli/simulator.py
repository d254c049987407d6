"""`rcv3-tui simulator`: serves a simulated account for scripts or the console."""

from __future__ import annotations

import argparse

from rcv3_tui import PROGRAM
from rcv3_tui.cli.account_options import SCENARIOS, scenario
from rcv3_tui.cli.argparse_ext import IntRange, Parser, add_log_level
from rcv3_tui.exit_codes import UsageError

DEFAULT_PORT = 8765
"""The TCP port that the simulator listens on by default."""

_EPILOG = """\
A fault is WHAT [METHOD] [/PATH] [xN] [skipN] [after | lateN], for instance:
  rcv3-tui simulator --fault "500 GET /public_ips x3" --fault "429 skip5"
WHAT: a status, drop, cut, html, object, array, null, string, bad-item,
role, silence=SECONDS.
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui simulator`."""
    root = Parser(
        f"{PROGRAM} simulator",
        "Serve a simulated RackConnect v3.0 account on this machine, for scripts or the\nconsole.",
        _EPILOG,
    )
    root.options.add_argument(
        "--port",
        metavar="N",
        type=IntRange(0, 65535),
        default=DEFAULT_PORT,
        help="the port to listen on (%(default)s); 0: any free port",
    )
    root.options.add_argument(
        "--scenario",
        metavar="NAME",
        type=scenario,
        default=SCENARIOS[0],
        help=f"the account: {', '.join(SCENARIOS)} (%(default)s)",
    )
    root.options.add_argument(
        "--seed", metavar="N", type=IntRange(0, 2**31), default=0, help="vary the account (0)"
    )
    root.options.add_argument(
        "--fault",
        metavar="SPEC",
        action="append",
        default=[],
        help="inject a fault; repeatable",
    )
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl+C.

    Raises:
        UsageError: A fault cannot be parsed.
    """
    from rcv3_tui.simulator import parse_fault
    from rcv3_tui.simulator.serve import serve

    try:
        faults = [parse_fault(text) for text in options.fault]
    except ValueError as error:
        raise UsageError(f"argument --fault: {error}") from error
    return serve(options.scenario, options.port, seed=options.seed, faults=faults)
