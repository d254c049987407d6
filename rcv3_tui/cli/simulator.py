"""`rcv3-tui simulator`: an account to point scripts or the console at."""

from __future__ import annotations

import argparse

from rcv3_tui.cli.account import SCENARIOS, scenario
from rcv3_tui.cli.parsing import Parser, Range, add_log_level
from rcv3_tui.cli.usage import PROGRAM, UsageError

DEFAULT_PORT = 8765
"""Where the simulator listens unless told otherwise."""

_EPILOG = """\
A fault is WHAT [METHOD] [/PATH] [xN] [skipN] [after], for instance:
  rcv3-tui simulator --fault "500 GET /public_ips x3" --fault "429 skip5"
WHAT: a status, drop, cut, html, object, array, null, string, bad-item,
role, silence=SECONDS.
"""


def parser() -> Parser:
    """Make the parser of `rcv3-tui simulator`."""
    made = Parser(
        f"{PROGRAM} simulator",
        "Serve a simulated RackConnect v3.0 account on this machine, to point scripts\n"
        "or the console at.",
        _EPILOG,
    )
    made.add_argument(
        "--port",
        metavar="N",
        type=Range(0, 65535),
        default=DEFAULT_PORT,
        help="where to listen (%(default)s); 0: any free port",
    )
    made.add_argument(
        "--scenario",
        metavar="NAME",
        type=scenario,
        default=SCENARIOS[0],
        help=f"which account: {', '.join(SCENARIOS)} (%(default)s)",
    )
    made.add_argument(
        "--seed", metavar="N", type=Range(0, 2**31), default=0, help="another account (0)"
    )
    made.add_argument(
        "--fault",
        metavar="SPEC",
        action="append",
        default=[],
        help="make something go wrong; may be given more than once",
    )
    add_log_level(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl+C.

    Raises:
        UsageError: A fault cannot be understood.
    """
    from rcv3_tui.simulator import parse_fault
    from rcv3_tui.simulator.serve import serve

    try:
        faults = [parse_fault(text) for text in options.fault]
    except ValueError as error:
        raise UsageError(f"argument --fault: {error}") from error
    return serve(options.scenario, options.port, seed=options.seed, faults=faults)
