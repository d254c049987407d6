"""What the commands that change the account share: their options, and how they run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from rcv3_tui import PROGRAM
from rcv3_tui.cli import interrupts
from rcv3_tui.cli.account_options import add_account_options
from rcv3_tui.cli.argparse_ext import ChoiceArg, Parser, SecondsRange, add_log_level
from rcv3_tui.exit_codes import UsageError

FORMATS = ("table", "json")

DEFAULT_WAIT = 300
"""Seconds of `--wait`; a copy, so that `--help` loads nothing else."""

STDIN = "-"
"""In place of names: they are read from stdin, one per line."""

_EXIT_CODES = """
exit codes:
  0  everything asked for has happened
  1  an operation failed               5  the service returned an error
  2  wrong usage, unknown or ambiguous name
  3  credentials refused               6  nothing was sent: not confirmed,
  4  the service is unreachable           read-only, or no longer as confirmed
  7  outcome unknown or not settled in time: rcv3-tui operations continues it
                                      130 interrupted; what was not sent is not
"""


@dataclass(frozen=True)
class Positional:
    """A word that a command takes in addition to its options."""

    name: str
    help: str
    many: bool = False


@dataclass(frozen=True)
class ChangeModule:
    """One command; see `rcv3_tui.cli.commands.CommandModule`."""

    verb: str
    description: str
    positionals: Sequence[Positional]
    examples: str
    flags: Sequence[tuple[str, str]] = field(default=())
    """Options of this command alone, with their help."""
    removes: bool = False
    """It asks for confirmation."""

    def parser(self) -> Parser:
        """Return the parser of the words after the command's name."""
        usage = " ".join(f"{p.name}{'...' if p.many else ''}" for p in self.positionals)
        root = Parser(
            f"{PROGRAM} {self.verb}",
            self.description,
            f"examples:\n{self.examples}{_EXIT_CODES}",
            usage=f"{PROGRAM} {self.verb} {usage} [options]",
        )
        root.takes_names = True
        for each in self.positionals:
            root.positionals.add_argument(
                each.name.lower().replace("|", "_or_"),
                metavar=each.name,
                nargs="*" if each.many else None,
                help=each.help,
            )
        change = root.group("the change")
        for name, help_text in self.flags:
            change.add_argument(name, action="store_true", help=help_text)
        change.add_argument("--note", metavar="TEXT", default="", help="a note for the journal")
        change.add_argument(
            "--dry-run", action="store_true", help="print what would be sent and what follows"
        )
        change.add_argument(
            "-y", "--yes", action="store_true", help="confirm; needed without a terminal"
        )
        output = root.group("output")
        output.add_argument(
            "-f",
            "--format",
            metavar="FORMAT",
            type=ChoiceArg("format", FORMATS),
            default=FORMATS[0],
            help="table (%(default)s) or json",
        )
        output.add_argument("--ascii", action="store_true", help="print ASCII only")
        waiting = root.group("waiting")
        waiting.add_argument(
            "--wait",
            metavar="SECONDS",
            nargs="?",
            const=DEFAULT_WAIT,
            type=SecondsRange(1, 86_400),
            help=f"wait until it has settled, this long after it was sent ({DEFAULT_WAIT})",
        )
        waiting.add_argument(
            "--no-wait", action="store_true", help="wait only until the service has accepted it"
        )
        add_account_options(root)
        add_log_level(root)
        return root

    def run(self, options: argparse.Namespace) -> int:
        """Carry the change out.

        Raises:
            UsageError: The options make no sense; nothing was done.
        """
        with interrupts.exit_immediately_on_sigint():
            from msgspec.structs import replace

            from rcv3_tui.change.options import ChangeFormat, ChangeOptions, ChangeVerb, WaitFor
            from rcv3_tui.change.run import run_change
            from rcv3_tui.cli import account_settings
            from rcv3_tui.model.operation import MAX_NOTE
            from rcv3_tui.terminal_capabilities import locale_is_utf8

            names, from_stdin = self._names(options)
            if options.no_wait and options.wait is not None:
                raise UsageError("--no-wait and --wait exclude each other")
            if len(options.note) > MAX_NOTE or not options.note.isprintable():
                raise UsageError(
                    f"--note must be one line of at most {MAX_NOTE} printable characters"
                )
            asked = ChangeOptions(
                verb=ChangeVerb(self.verb),
                names=names,
                retain=getattr(options, "retain", False),
                unassigned=getattr(options, "unassigned", False),
                wait_for_build=getattr(options, "wait_for_build", False),
                off=getattr(options, "off", False),
                skip_unread=getattr(options, "skip_unread", False),
                note=options.note,
                dry_run=options.dry_run,
                yes=options.yes,
                format=ChangeFormat(options.format),
                wait_for=WaitFor.ACCEPTED if options.no_wait else WaitFor.SETTLED,
                wait=DEFAULT_WAIT if options.wait is None else options.wait,
                names_from_stdin=from_stdin,
            )
            app = None
            if options.demo is not None:
                from rcv3_tui.cli.demo_account import create_demo_app

                settings, app = create_demo_app(options, account_settings.demo_settings(options))
            else:
                settings = account_settings.load_settings(account_settings.pending_config(options))
            settings = replace(settings, ascii=settings.ascii or not locale_is_utf8())
        return run_change(settings, asked, asgi_app=app)

    def _names(self, options: argparse.Namespace) -> tuple[tuple[str, ...], bool]:
        """Return the names of all positionals in order, and whether stdin held some.

        Raises:
            UsageError: Names are missing, or go with no other option.
        """
        names: list[str] = []
        from_stdin = False
        for each in self.positionals:
            given = getattr(options, each.name.lower().replace("|", "_or_"))
            some = given if each.many else [given]
            if each.many and some == [STDIN]:
                some, from_stdin = _names_on_stdin(), True
            if any(not name.strip() or name == STDIN for name in some):
                raise UsageError(f"{each.name} must be a name, or - alone to read names from stdin")
            names += some
            if each.many and not some and not getattr(options, "unassigned", False):
                raise UsageError(f"{self.verb} needs at least one {each.name}")
        if getattr(options, "unassigned", False) and names:
            raise UsageError("--unassigned adds an address without a server: name no server")
        return tuple(dict.fromkeys(names)), from_stdin


def _names_on_stdin() -> list[str]:
    """Return the names on stdin, one per line; empty lines and those that begin with # are not.

    Raises:
        UsageError: Stdin is a terminal, or is not text.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("- reads names from stdin, one per line, and stdin is a terminal")
    try:
        lines = sys.stdin.read().splitlines()
    except UnicodeDecodeError:
        raise UsageError("the names on stdin are not text in this locale's encoding") from None
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
