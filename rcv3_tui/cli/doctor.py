"""`rcv3-tui doctor`: checks the setup and suggests what to do about problems."""

from __future__ import annotations

import argparse
import os

from rcv3_tui import PROGRAM
from rcv3_tui.cli.account_options import add_account_options
from rcv3_tui.cli.argparse_ext import Parser, add_log_level, log_to_stderr
from rcv3_tui.standard_streams import write_output

_EPILOG = """\
One line per check: ok, note, warn or FAIL, the subject, the result, and after
-> what to do. Signs in once and never shows a secret.

examples:
  rcv3-tui doctor
  rcv3-tui doctor --profile acme --region all
  rcv3-tui doctor --offline | grep -v ^ok

exit codes:
  0  no problems; there may be notes
  1  there are warnings
  with a FAIL, the code of the first one:
  2  configuration                4  the service is unreachable
  3  credentials                  5  the service returned an error
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui doctor`."""
    root = Parser(
        f"{PROGRAM} doctor",
        "Check configuration, credentials, files, terminal, the connection to Identity,\n"
        "and the endpoints of each region.",
        _EPILOG,
        usage=f"{PROGRAM} doctor [options]",
    )
    root.options.add_argument("--offline", action="store_true", help="send no requests")
    add_account_options(root, demo=False)
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """Run all checks.

    Returns:
        The exit code.
    """
    from rcv3_tui import config
    from rcv3_tui.cli import account_settings
    from rcv3_tui.display_time import use_zone
    from rcv3_tui.doctor.check_result import CheckResult
    from rcv3_tui.doctor.runner import run_checks
    from rcv3_tui.terminal_capabilities import locale_is_utf8

    log_to_stderr(getattr(options, "log_level", None))
    plain = not locale_is_utf8()

    def report(result: CheckResult) -> None:
        write_output(f"{result.line(ascii_text=plain)}\n")

    where = config.user_paths()
    pending: config.PendingConfig | config.ConfigError
    try:
        pending = config.load_pending(account_settings.to_flags(options), os.environ, where)
    except config.ConfigError as error:
        pending = error
    else:
        use_zone(pending.without_credentials.time_zone)
    return run_checks(
        pending,
        where,
        os.environ,
        report,
        check_display=account_settings.display_settings_problem,
        offline=options.offline,
    )
