"""`rcv3-tui server`: drains servers, and puts drained ones back."""

from __future__ import annotations

from rcv3_tui.cli.change_command import ChangeModule, Positional

_SERVERS = Positional(
    "SERVER", "a server by name, id or address; - reads names from stdin", many=True
)

_COMMANDS = (
    ChangeModule(
        "server drain",
        "Take servers out of every pool that they are in, and record which. Asks on a\n"
        "terminal, with what follows for each pool.",
        [_SERVERS],
        """\
  rcv3-tui server drain web-01 --dry-run
  rcv3-tui server drain web-01 web-02 --yes --note CHG-1234
  rcv3-tui status servers --filter name:web -c name --no-header \\
      | rcv3-tui server drain - --yes
""",
        flags=[
            (
                "--skip-unread",
                "drain from the pools that could be read; the exit code is 5 then",
            )
        ],
        removes=True,
    ),
    ChangeModule(
        "server restore",
        "Put drained servers back into the pools that they are still missing from.\n"
        "What cannot be put back is listed: the pool or the server is gone.",
        [_SERVERS],
        """\
  rcv3-tui server restore web-01 --dry-run
  rcv3-tui server restore web-01 web-02 --note CHG-1234
""",
    ),
)


def command(verb: str) -> ChangeModule:
    """Return the command of a verb."""
    return next(each for each in _COMMANDS if each.verb == f"server {verb}")
