"""`rcv3-tui token`: prints the current token, for curl and scripts."""

from __future__ import annotations

import argparse
import sys

from rcv3_tui import PROGRAM
from rcv3_tui.cli.account_options import add_account_options
from rcv3_tui.cli.argparse_ext import Parser, add_log_level, log_to_stderr
from rcv3_tui.exit_codes import UsageError
from rcv3_tui.standard_streams import NO_OUTPUT, write_output

_EPILOG = """\
Prints the token that the other commands use, and signs in if there is none. It
is a secret: for a terminal, --show is required. Through a pipe, it appears
neither on the screen nor in the process list:

  rcv3-tui token | sed 's/^/X-Auth-Token: /' | curl -sSf -H @- URL

URL is an address of the RackConnect API: on a public IP or a pool, x in the
console copies a curl line that ends with the address of the row.

exit codes:
  0  printed                       4  the service is unreachable
  2  wrong usage or configuration  5  the service returned an error
  3  credentials refused
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui token`."""
    root = Parser(
        f"{PROGRAM} token",
        "Print the current token of the account.",
        _EPILOG,
        usage=f"{PROGRAM} token [options]",
    )
    root.options.add_argument(
        "--show", action="store_true", help="print it even if stdout is a terminal"
    )
    add_account_options(root, demo=False)
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """Print the token.

    Returns:
        The exit code.

    Raises:
        UsageError: The settings are wrong, or stdout is a terminal without `--show`.
    """
    import asyncio

    from rcv3_tui.api.errors import SecondFactorNeeded
    from rcv3_tui.cli import account_settings
    from rcv3_tui.exit_codes import ExitCode
    from rcv3_tui.login.sign_in import SignInRejected, sign_in
    from rcv3_tui.model.text_safety import escape_controls
    from rcv3_tui.sync.connect import describe_missing_credentials, describe_sign_in_error

    if sys.stdout is None:
        # Before a sign-in that nobody profits from.
        raise UsageError(NO_OUTPUT)
    log_to_stderr(getattr(options, "log_level", None))
    if not options.show and sys.stdout.isatty():
        raise UsageError(
            "the token is a secret and stdout is a terminal: pipe it to a command, or use --show"
        )
    settings = account_settings.load_settings(account_settings.pending_config(options))
    if settings.credentials is None:
        problem = describe_missing_credentials(settings)
        return _fail(escape_controls(problem.message), problem.problem.exit_code)
    try:
        grant = asyncio.run(sign_in(settings, settings.credentials, reuse_token=True))
    except SecondFactorNeeded as needed:
        failure = describe_sign_in_error(needed, settings, settings.credentials)
        return _fail(failure.message, failure.problem.exit_code)
    except SignInRejected as error:
        return _fail(str(error), error.code)
    write_output(f"{grant.token.reveal()}\n")
    return ExitCode.OK


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"{PROGRAM}: {' '.join(message.split())}\n")
    return code
