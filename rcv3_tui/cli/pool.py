"""`rcv3-tui pool`: adds servers to pools and removes them."""

from __future__ import annotations

from rcv3_tui.cli.change_command import ChangeModule, Positional

_POOL = Positional("POOL", "the pool, by name or id")
_SERVERS = Positional(
    "SERVER", "a server by name, id or address; - reads names from stdin", many=True
)

_COMMANDS = (
    ChangeModule(
        "pool add",
        "Add servers to a load balancer pool.",
        [_POOL, _SERVERS],
        """\
  rcv3-tui pool add RCv3-api db-01 web-04
  rcv3-tui status servers -c name --no-header | rcv3-tui pool add RCv3-api -
""",
    ),
    ChangeModule(
        "pool remove",
        "Remove servers from a load balancer pool. Asks on a terminal, with what\nfollows from it.",
        [_POOL, _SERVERS],
        """\
  rcv3-tui pool remove RCv3-web-http web-01 --dry-run
  rcv3-tui pool remove RCv3-web-http web-02 --yes --note CHG-1234
""",
        removes=True,
    ),
)


def command(verb: str) -> ChangeModule:
    """Return the command of a verb."""
    return next(each for each in _COMMANDS if each.verb == f"pool {verb}")
