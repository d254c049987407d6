"""`rcv3-tui doctor`: what is right, what is not, and what to do about it."""

from __future__ import annotations

import argparse
import os
import sys

from rcv3_tui.cli.account import add_account_flags, flags_of
from rcv3_tui.cli.parsing import Parser, add_log_level
from rcv3_tui.cli.terminal import locale_is_utf8
from rcv3_tui.cli.usage import PROGRAM

_EPILOG = """\
One line a check: ok, note, warn or FAIL, what was looked at, what was found,
and after -> what to do. Signs in once and shows no secret.

examples:
  rcv3-tui doctor
  rcv3-tui doctor --profile acme --region all
  rcv3-tui doctor --offline | grep -v ^ok

exit codes:
  0  all is well, or there are only notes
  1  there are warnings
  with a FAIL, that of the first one:
  2  configuration                4  the service cannot be reached
  3  credentials                  5  the service answered with an error
"""


def parser() -> Parser:
    """Make the parser of `rcv3-tui doctor`."""
    made = Parser(
        f"{PROGRAM} doctor",
        "Check configuration, credentials, files, terminal, the way to Identity, and\n"
        "each region's endpoints.",
        _EPILOG,
        usage=f"{PROGRAM} doctor [flags]",
    )
    made.add_argument("--offline", action="store_true", help="send nothing")
    add_account_flags(made, demo=False)
    add_log_level(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Check everything.

    Returns:
        The exit code.
    """
    from rcv3_tui import config
    from rcv3_tui.cli.logs import log_to_stderr
    from rcv3_tui.doctor.examination import examine
    from rcv3_tui.doctor.finding import Finding

    log_to_stderr(getattr(options, "log_level", None))
    plain = not locale_is_utf8()

    def tell(finding: Finding) -> None:
        sys.stdout.write(f"{finding.line(ascii_text=plain)}\n")
        sys.stdout.flush()

    where = config.paths()
    plan: config.Plan | config.ConfigError
    try:
        plan = config.read(flags_of(options), os.environ, where)
    except config.ConfigError as error:
        plan = error
    return examine(plan, where, os.environ, tell, offline=options.offline)
