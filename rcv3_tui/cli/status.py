"""`rcv3-tui status`: a quick look at the account, for people and for scripts."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rcv3_tui.cli import account, interrupts, terminal
from rcv3_tui.cli.parsing import OneOf, Parser, Seconds, add_log_level
from rcv3_tui.cli.usage import PROGRAM, UsageError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from rcv3_tui.api.asgi import ASGIApp
    from rcv3_tui.oneshot.asked import Asked
    from rcv3_tui.settings import Settings

NOUNS = ("servers", "ips", "pools", "nodes", "networks")
"""What can be listed, told here so that help needs nothing else."""

FORMATS = ("table", "json", "csv", "ndjson")

FAIL_ON = ("failed", "warning", "note", "never")
"""How bad it has to be for exit code 1, in the order of severity."""

DEFAULT_WATCH = 15
"""Seconds between two pictures unless told otherwise."""

_EPILOG = """\
examples:
  rcv3-tui status                       what needs attention, and the figures
  rcv3-tui status ips --filter status:failed
  rcv3-tui status nodes --pool RCv3-api --wait && echo settled
  rcv3-tui status servers -c name,public -f csv --no-header
  rcv3-tui status pools -f json | jq -r '.[].name'
  rcv3-tui status ips --watch 10
  rcv3-tui status --demo trouble        look around, no account needed

The filter is the console's: words, !word, ~fuzzy, field:word, age:<2h,
/regex/. JSON has the API's own fields and values; -c takes its names too.
Nodes cost one request a pool, and the service allows 30 a minute: --pool, or
pool:word in the filter, reads fewer.
--wait ends when nothing moves any more; what moves for longer than usual (5
minutes for addresses and nodes) has got stuck, and is told, not waited for.

exit codes:
  0  fine
  1  what was listed holds something failed, stuck, left over from a deleted
     server, or a pool with fewer than two active nodes (--fail-on); or --wait
     reached its limit
  2  wrong usage or configuration       4  the service cannot be reached
  3  credentials refused                5  the service answered with an error
                                      130  interrupted
"""


def parser() -> Parser:
    """Make the parser of `rcv3-tui status`."""
    made = Parser(
        f"{PROGRAM} status",
        "Print what the account holds, and end. Without a noun: what needs attention,\n"
        "and a summary on one screen.",
        _EPILOG,
        usage=f"{PROGRAM} status [{'|'.join(NOUNS)}] [flags]",
    )
    made.add_argument(
        "noun",
        nargs="?",
        choices=NOUNS,
        type=OneOf("noun", NOUNS),
        metavar="NOUN",
        help=f"{', '.join(NOUNS[:-1])} or {NOUNS[-1]}",
    )
    shape = made.add_argument_group("what is printed")
    shape.add_argument(
        "-f",
        "--format",
        metavar="FORMAT",
        type=OneOf("format", FORMATS),
        default=FORMATS[0],
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]} (%(default)s)",
    )
    shape.add_argument(
        "-c",
        "--column",
        metavar="NAME",
        action="append",
        default=[],
        help="a column, or several with commas; may be given more than once",
    )
    shape.add_argument("--filter", metavar="TEXT", default="", help="only rows that pass")
    shape.add_argument(
        "--pool",
        metavar="NAME",
        action="append",
        default=[],
        help="only this pool's nodes, by name or id; may be given more than once",
    )
    shape.add_argument("--no-header", action="store_true", help="leave the first line out")
    shape.add_argument("--ascii", action="store_true", help="print ASCII alone")
    shape.add_argument(
        "--fail-on",
        metavar="LEVEL",
        type=OneOf("level", FAIL_ON),
        default=FAIL_ON[1],
        help="what makes the exit code 1: failed, warning (%(default)s), note or never",
    )
    time = made.add_argument_group("how long")
    time.add_argument(
        "--watch",
        metavar="SECONDS",
        nargs="?",
        const=DEFAULT_WATCH,
        type=Seconds(1, 86_400),
        help="print again and again, so long apart (%(const)s); Ctrl+C ends",
    )
    time.add_argument(
        "--wait",
        metavar="SECONDS",
        nargs="?",
        const=0,
        type=Seconds(0, 86_400),
        help="wait until nothing is moving, at most so long (as long as it takes)",
    )
    account.add_account_flags(made)
    add_log_level(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Print what was asked for.

    Returns:
        The exit code.

    Raises:
        UsageError: What was asked for makes no sense.
    """
    import gc
    from contextlib import ExitStack

    from msgspec.structs import replace

    # What a quick look makes, it needs until it ends: to look through that for garbage, above all
    # at the very end, takes a fifth of its time.
    gc.disable()
    try:
        with ExitStack() as opened:
            with interrupts.ending_at_once():
                settings, asked, app = _prepared(options, opened)
                from rcv3_tui.oneshot.asked import NotPossible
                from rcv3_tui.oneshot.run import run_status
            settings = replace(settings, ascii=settings.ascii or not terminal.locale_is_utf8())
            try:
                return run_status(settings, asked, asgi_app=app)
            except NotPossible as error:
                raise UsageError(str(error)) from error
    finally:
        gc.freeze()


def _prepared(
    options: argparse.Namespace, opened: ExitStack
) -> tuple[Settings, Asked, ASGIApp | None]:
    """Gather the settings, and open the simulated account where that is asked for."""
    from rcv3_tui.oneshot.asked import Asked, FailOn, Format, Noun

    asked = Asked(
        noun=None if options.noun is None else Noun(options.noun),
        format=Format(options.format),
        columns=tuple(options.column),
        filter=options.filter.strip(),
        pools=tuple(options.pool),
        watch=options.watch,
        wait=options.wait,
        header=not options.no_header,
        fail_on=FailOn(options.fail_on),
    )
    if options.demo is None:
        plan = account.plan_of(options)
        _check(asked)
        # After the question was checked: a command that gives a key need not run for nothing.
        settings = account.settings_of(plan)
        # Read while everything else is loaded.
        from rcv3_tui.api import trust

        trust.prepare(settings.ca_bundle)
        return settings, asked, None
    settings = account.demo_settings(options)
    # Imported here: a real account needs none of it.
    from rcv3_tui.cli import demonstration

    known, app, _ = opened.enter_context(demonstration.running(options, settings))
    return known, asked, app


def _check(asked: Asked) -> None:
    from rcv3_tui.oneshot.answer import Question
    from rcv3_tui.oneshot.asked import NotPossible

    try:
        Question(asked)
    except NotPossible as error:
        raise UsageError(str(error)) from error
