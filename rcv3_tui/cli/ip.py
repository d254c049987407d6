"""`rcv3-tui ip`: adds, removes, retains, assigns and unassigns public IPs."""

from __future__ import annotations

from rcv3_tui.cli.change_command import ChangeModule, Positional

_SERVERS = Positional(
    "SERVER", "a server by name, id or address; - reads names from stdin", many=True
)
_ADDRESSES = Positional(
    "ADDRESS", "a public IP by address, id or server; - reads them from stdin", many=True
)

_COMMANDS = (
    ChangeModule(
        "ip add",
        "Add a public IP to each server, or one without a server.",
        [_SERVERS],
        """\
  rcv3-tui ip add db-01 web-04 --note CHG-1234
  rcv3-tui ip add api-02 --wait-for-build --wait 1800
  rcv3-tui ip add --unassigned --region IAD --dry-run
  rcv3-tui status servers --filter db -c name --no-header | rcv3-tui ip add -
""",
        flags=[
            ("--retain", "retain the address when its server goes"),
            ("--unassigned", "add a retained address without a server"),
            ("--wait-for-build", "send it when Cloud Servers lists the server as ACTIVE"),
        ],
    ),
    ChangeModule(
        "ip remove",
        "Remove public IPs. Asks on a terminal, with what follows from it.",
        [_ADDRESSES],
        """\
  rcv3-tui ip remove 203.0.113.11 --dry-run
  rcv3-tui ip remove web-03 --yes
""",
        removes=True,
    ),
    ChangeModule(
        "ip retain",
        "Retain public IPs when their server is deleted, or stop retaining them.",
        [_ADDRESSES],
        """\
  rcv3-tui ip retain web-01
  rcv3-tui ip retain web-01 --off
""",
        flags=[("--off", "stop retaining")],
    ),
    ChangeModule(
        "ip assign",
        "Assign a retained public IP to a server that has none, or move it there from\n"
        "another server.",
        [
            Positional("ADDRESS", "the public IP, by address, id or server"),
            Positional("SERVER", "the server that gets it, by name, id or address"),
        ],
        """\
  rcv3-tui ip assign 203.0.113.14 batch-01 --dry-run
""",
    ),
    ChangeModule(
        "ip unassign",
        "Take retained public IPs off their servers without losing them.",
        [_ADDRESSES],
        """\
  rcv3-tui ip unassign 203.0.113.13 --dry-run
""",
    ),
)


def command(verb: str) -> ChangeModule:
    """Return the command of a verb."""
    return next(each for each in _COMMANDS if each.verb == f"ip {verb}")
