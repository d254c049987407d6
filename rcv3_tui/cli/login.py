"""`rcv3-tui login`: credentials asked for, tried once, and kept as a profile."""

from __future__ import annotations

import argparse
import sys

from rcv3_tui.cli.account import add_account_flags, flags_of
from rcv3_tui.cli.parsing import OneOf, Parser, add_log_level
from rcv3_tui.cli.terminal import locale_is_utf8
from rcv3_tui.cli.usage import PROGRAM, UsageError

KINDS = ("key", "password")
PLACES = ("keyring", "file", "profile", "nowhere")
"""Where a secret may be kept; told here so that help needs no settings."""

_EPILOG = """\
On a terminal it asks for what the flags do not say, and never shows a secret.
Otherwise it reads lines from stdin: the user name, unless --username has it;
the API key or password; and the passcode, where the account wants one.
A profile that is there is replaced only when you say so.

examples:
  rcv3-tui login
  rcv3-tui login --profile acme --identity-url uk
  pass show rackspace/acme | rcv3-tui login --username acme-ops --profile acme

The secret goes into the keyring (pip install 'rcv3-tui[keyring]'), else into a
file beside config.toml that only you can read; --keep chooses.
"""


def parser() -> Parser:
    """Make the parser of `rcv3-tui login`."""
    made = Parser(
        f"{PROGRAM} login",
        "Ask for credentials, try them once, and keep them as a profile of config.toml.",
        _EPILOG,
        usage=f"{PROGRAM} login [flags]",
    )
    made.add_argument("--username", metavar="NAME", help="who signs in")
    made.add_argument(
        "--with",
        metavar="KIND",
        dest="kind",
        type=OneOf("kind of secret", KINDS),
        help="key (an API key) or password",
    )
    made.add_argument(
        "--keep",
        metavar="WHERE",
        type=OneOf("place", PLACES),
        help=f"the secret in: {', '.join(PLACES)}",
    )
    made.add_argument(
        "--replace", action="store_true", help="replace the profile's user and secret"
    )
    made.add_argument("--default", action="store_true", help="make it the default profile")
    add_account_flags(made, demo=False)
    add_log_level(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Ask, try and keep.

    Raises:
        UsageError: Something was not answered, or cannot be kept.
    """
    import os

    from rcv3_tui import config
    from rcv3_tui.cli.logs import log_to_stderr
    from rcv3_tui.config.keeping import Keeper, KeepError, Place
    from rcv3_tui.exit_codes import ExitCode
    from rcv3_tui.login.asking import NoAnswer, asker
    from rcv3_tui.login.dialogue import Wishes, log_in
    from rcv3_tui.login.trying import NotSignedIn

    log_to_stderr(getattr(options, "log_level", None))
    try:
        start = config.for_login(flags_of(options), os.environ)
    except config.ConfigError as error:
        raise UsageError(str(error)) from error
    wishes = Wishes(
        settings=start.settings,
        profile=start.profile,
        username=options.username or start.username,
        by_password=None if options.kind is None else options.kind == "password",
        place=Place(options.keep) if options.keep else None,
        replace=options.replace,
        default=options.default,
        identity_is_known=start.settings.origins["identity_url"] != "default",
        interactive=sys.stdin.isatty(),
    )
    try:
        kept = log_in(wishes, Keeper(start.config_file), asker(plain=not locale_is_utf8()))
    except (KeepError, NoAnswer) as error:
        raise UsageError(str(error)) from error
    except NotSignedIn as error:
        sys.stderr.write(f"{PROGRAM}: {' '.join(str(error).split())}\n")
        return error.code
    sys.stdout.write(f"{kept}\n")
    return ExitCode.OK
