"""`rcv3-tui operations`: lists the journal, shows one operation, finishes what is open."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from rcv3_tui import PROGRAM
from rcv3_tui.cli import interrupts
from rcv3_tui.cli.account_options import add_account_options
from rcv3_tui.cli.argparse_ext import Parser, SecondsRange, SinceArg, add_format, add_log_level
from rcv3_tui.exit_codes import ExitCode, UsageError
from rcv3_tui.standard_streams import discard_output, write_output

if TYPE_CHECKING:
    from rcv3_tui.change.journal_view import JournalEntry

FORMATS = ("table", "json", "markdown")

DEFAULT_WAIT = 300
"""Seconds of `--wait`."""

_EPILOG = """\
examples:
  rcv3-tui operations --since 8h -f markdown      for the handover
  rcv3-tui operations --since 2030-01-02T08:00Z
  rcv3-tui operations --resume

Without an ID, the operations of this user on this machine are listed, newest
first: of all profiles, or of --profile, --tenant and --region. The journal is
read; nobody signs in. An ID may be shortened.
--resume signs in, checks what became of operations that an earlier run left
open, and sends only what provably did not arrive and was requested within the
last 15 minutes. With the ID of an unknown outcome, it checks again and sends
nothing.

exit codes, with an ID or --resume:
  0  settled                              4  the service is unreachable
  1  failed                               5  the service rejected it
  2  wrong usage, no such operation       6  it was not sent
  3  credentials refused                  7  no outcome yet, or an unknown one
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui operations`."""
    root = Parser(
        f"{PROGRAM} operations",
        "List the journal of operations, show one of them, or finish what is open.",
        _EPILOG,
        usage=f"{PROGRAM} operations [ID] [options]",
    )
    root.takes_names = True
    root.positionals.add_argument(
        "id", nargs="?", metavar="ID", default="", help="an operation of the journal"
    )
    output = root.group("output")
    add_format(output, FORMATS)
    output.add_argument(
        "--since",
        metavar="TIME",
        type=SinceArg(),
        help="only those that went on since then: 8h, 90m, 2d, or a time like 2030-01-02T08:00Z",
    )
    output.add_argument("--ascii", action="store_true", help="print ASCII only")
    group = root.group("continuing")
    group.add_argument("--resume", action="store_true", help="finish what is open")
    group.add_argument(
        "--wait",
        metavar="SECONDS",
        nargs="?",
        const=DEFAULT_WAIT,
        type=SecondsRange(1, 86_400),
        help=f"with --resume: wait this long for the outcome ({DEFAULT_WAIT})",
    )
    add_account_options(root, demo=False)
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """List, show or finish operations.

    Raises:
        UsageError: The options make no sense, or there is no such operation.
    """
    with interrupts.exit_immediately_on_sigint():
        from rcv3_tui.change.journal_view import (
            JournalFormat,
            JournalQuery,
            find_operations,
            render,
            render_details,
        )
        from rcv3_tui.change.options import CommandError, WaitFor
        from rcv3_tui.change.report import exit_code
        from rcv3_tui.config import user_paths
        from rcv3_tui.model.text_safety import ascii_data, escape_json
        from rcv3_tui.terminal_capabilities import locale_is_utf8

        if options.wait is not None and not options.resume:
            raise UsageError("--wait goes with --resume only")
        regions = (options.region or "").upper().split(",") if options.region else []
        query = JournalQuery(
            id=options.id.strip(),
            profile=options.profile or "",
            tenant=options.tenant or "",
            regions=tuple(name.strip() for name in regions if name.strip() not in ("", "ALL")),
            since=options.since,
        )
        try:
            entries = find_operations(user_paths().state_dir, query)
        except CommandError as error:
            raise UsageError(str(error)) from error
    if options.resume:
        return _resume(options, entries[0] if query.id else None)
    from rcv3_tui.cli import account_settings

    with suppress(UsageError):
        # For the time zone alone: the journal can be read whatever is wrong with the settings.
        account_settings.pending_config(options)
    form = JournalFormat(options.format)
    if query.id and form is JournalFormat.TABLE:
        text = render_details(entries[0])
    else:
        text = render(entries, form)
    if form is JournalFormat.JSON:
        text = escape_json(text)
    elif options.ascii or not locale_is_utf8():
        text = ascii_data(text)
    code = exit_code([entries[0].operation], WaitFor.SETTLED) if query.id else ExitCode.OK
    try:
        write_output(text)
    except BrokenPipeError:
        # The outcome does not depend on its reader.
        discard_output(sys.stdout)
    return code


def _resume(options: argparse.Namespace, entry: JournalEntry | None) -> int:
    from msgspec.structs import replace

    from rcv3_tui.change.resume import run_resume
    from rcv3_tui.cli import account_settings
    from rcv3_tui.terminal_capabilities import locale_is_utf8

    settings = account_settings.load_settings(account_settings.pending_config(options))
    settings = replace(settings, ascii=settings.ascii or not locale_is_utf8())
    return run_resume(settings, entry, options.wait or DEFAULT_WAIT)
