"""`rcv3-tui status`: prints the account's resources, for people and for scripts."""

from __future__ import annotations

import argparse
import gc
from typing import TYPE_CHECKING

from rcv3_tui import PROGRAM
from rcv3_tui.cli import interrupts
from rcv3_tui.cli.account_options import add_account_options
from rcv3_tui.cli.argparse_ext import ChoiceArg, Parser, SecondsRange, add_format, add_log_level
from rcv3_tui.exit_codes import UsageError

if TYPE_CHECKING:
    from rcv3_tui.api.http_factory import ASGIApp
    from rcv3_tui.settings import Settings
    from rcv3_tui.status.options import StatusOptions

NOUNS = ("servers", "ips", "pools", "nodes", "networks", "changes")
"""The resources that can be listed; a copy, so that `--help` loads nothing else."""

FORMATS = ("table", "json", "csv", "ndjson", "prometheus", "nagios")

FAIL_ON = ("failed", "warning", "note", "never")
"""The levels of `--fail-on`, most severe first."""

DEFAULT_WATCH = 15
"""Seconds between two reads with `--watch` alone."""

_EPILOG = """\
examples:
  rcv3-tui status                       what needs attention, and a summary
  rcv3-tui status ips --filter status:failed
  rcv3-tui status nodes --pool RCv3-api --wait && echo stable
  rcv3-tui status servers -c name,public -f csv --no-header
  rcv3-tui status pools -f json | jq -r '.[].name'
  rcv3-tui status ips --watch 10
  rcv3-tui status changes --since 2h    what changed in the last two hours
  rcv3-tui status -f prometheus > rcv3.tmp; mv rcv3.tmp rcv3.prom
  rcv3-tui status -f nagios             a check for Nagios or Icinga
  rcv3-tui status --demo trouble        look around, no account needed

Filters have the console's syntax: words, !word, ~fuzzy, field:word, age:<2h,
/regex/. JSON has the fields and values of the API; -c accepts its names too.
Nodes cost one request per pool, and the service allows 30 a minute: --pool, or
pool:word in the filter, reads fewer.
--wait ends when no resource is in transition. Resources in transition for
longer than usual (5 minutes for addresses and nodes) are reported as stuck and
not waited for.

exit codes:
  0  fine
  1  the list has something failed, stuck, left over from a deleted server, or
     a pool with fewer than two active nodes (--fail-on); or --wait timed out
  2  wrong usage or configuration       4  the service is unreachable
  3  credentials refused                5  the service returned an error
                                      130  interrupted
-f nagios has that convention's: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui status`."""
    root = Parser(
        f"{PROGRAM} status",
        "Print the account's resources and exit. Without a noun, print what needs\n"
        "attention and a summary on one screen.",
        _EPILOG,
        usage=f"{PROGRAM} status [{'|'.join(NOUNS)}] [options]",
    )
    root.positionals.add_argument(
        "noun",
        nargs="?",
        choices=NOUNS,
        type=ChoiceArg("noun", NOUNS),
        metavar="NOUN",
        help=f"{', '.join(NOUNS[:-1])} or {NOUNS[-1]}",
    )
    output = root.group("output")
    add_format(output, FORMATS)
    output.add_argument(
        "-c",
        "--column",
        metavar="NAME",
        action="append",
        default=[],
        help="a column, or several with commas; repeatable",
    )
    output.add_argument("--filter", metavar="TEXT", default="", help="only rows that match")
    output.add_argument(
        "--pool",
        metavar="NAME",
        action="append",
        default=[],
        help="only nodes of this pool, by name or id; repeatable",
    )
    output.add_argument(
        "--complete",
        action="store_true",
        help="read everything first, however long the rate limit takes",
    )
    output.add_argument(
        "--since",
        metavar="TIME",
        default="",
        help="only changes from then on: 2h, 14:02 or 2026-11-30T14:02Z (UTC)",
    )
    output.add_argument("--no-header", action="store_true", help="omit the header line")
    output.add_argument("--ascii", action="store_true", help="print ASCII only")
    output.add_argument(
        "--fail-on",
        metavar="LEVEL",
        type=ChoiceArg("level", FAIL_ON),
        default=FAIL_ON[1],
        help="least severe finding for exit code 1: failed, warning (%(default)s), note or never",
    )
    time = root.group("waiting")
    time.add_argument(
        "--watch",
        metavar="SECONDS",
        nargs="?",
        const=DEFAULT_WATCH,
        type=SecondsRange(1, 86_400),
        help="print repeatedly at this interval (%(const)s); stop with Ctrl+C",
    )
    time.add_argument(
        "--wait",
        metavar="SECONDS",
        nargs="?",
        const=0,
        type=SecondsRange(0, 86_400),
        help="wait until all resources are stable, at most this long (no limit)",
    )
    add_account_options(root)
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """Print the report.

    Returns:
        The exit code.

    Raises:
        UsageError: The options make no sense.
    """
    # Collecting garbage, mostly at exit, takes a sixth of such a short run.
    gc.disable()
    try:
        return _run(options)
    finally:
        gc.freeze()
        gc.enable()


def _run(options: argparse.Namespace) -> int:
    with interrupts.exit_immediately_on_sigint():
        from msgspec.structs import replace

        from rcv3_tui.status.options import InvalidOption
        from rcv3_tui.status.run import run_status
        from rcv3_tui.terminal_capabilities import locale_is_utf8

        try:
            settings, asked, app = _prepare(options)
        except InvalidOption as error:
            raise UsageError(str(error)) from error
    settings = replace(settings, ascii=settings.ascii or not locale_is_utf8())
    try:
        return run_status(settings, asked, asgi_app=app)
    except InvalidOption as error:
        raise UsageError(str(error)) from error


def _prepare(options: argparse.Namespace) -> tuple[Settings, StatusOptions, ASGIApp | None]:
    """Load the settings; create the simulated account of `--demo`."""
    from rcv3_tui.api import tls
    from rcv3_tui.cli import account_settings
    from rcv3_tui.status.options import FailOn, Format, Noun, StatusOptions
    from rcv3_tui.status.report import StatusQuery

    asked = StatusOptions(
        noun=None if options.noun is None else Noun(options.noun),
        format=Format(options.format),
        columns=tuple(options.column),
        filter=options.filter.strip(),
        pools=tuple(options.pool),
        watch=options.watch,
        wait=options.wait,
        complete=options.complete,
        header=not options.no_header,
        fail_on=FailOn(options.fail_on),
        since=options.since,
    )
    if options.demo is not None:
        from rcv3_tui.cli.demo_account import create_demo_app

        settings, app = create_demo_app(options, account_settings.demo_settings(options))
        return settings, asked, app
    pending = account_settings.pending_config(options)
    # Raises InvalidOption before the secret is read: a command need not run in vain.
    StatusQuery(asked)
    settings = account_settings.load_settings(pending)
    # Read on a thread while the account is opened.
    tls.preload_ca_bundle(settings.ca_bundle)
    return settings, asked, None
