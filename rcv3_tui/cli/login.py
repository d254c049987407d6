"""`rcv3-tui login`: asks for credentials, tries them once and saves them as a profile."""

from __future__ import annotations

import argparse
import sys

from rcv3_tui import PROGRAM
from rcv3_tui.cli.account_options import add_account_options
from rcv3_tui.cli.argparse_ext import ChoiceArg, Parser, add_log_level, log_to_stderr
from rcv3_tui.exit_codes import UsageError
from rcv3_tui.standard_streams import write_output

KINDS = ("key", "password", "token")
STORAGES = ("keyring", "file", "profile", "nowhere")
"""Where a secret can be saved; a copy, so that `--help` loads no settings."""

_EPILOG = """\
On a terminal, it asks for what the options leave out and never shows a secret.
Otherwise it reads lines from stdin: the user name, unless --username has it;
the API key or password; and the passcode, if the account requires one. With
--with token: the tenant, unless --tenant has it; and the token.
An existing profile is replaced only if you agree.

examples:
  rcv3-tui login
  rcv3-tui login --profile acme --identity-url uk
  pass show rackspace/acme | rcv3-tui login --username acme-ops --profile acme
  rcv3-tui login --with token --tenant 123456

The secret is saved in the keyring (pip install 'rcv3-tui[keyring]'), or in a
file next to config.toml that only you can read; --keep chooses.
"""


def parser() -> Parser:
    """Return the parser of `rcv3-tui login`."""
    root = Parser(
        f"{PROGRAM} login",
        "Ask for credentials, try them once, and save them as a profile of config.toml.",
        _EPILOG,
        usage=f"{PROGRAM} login [options]",
    )
    root.options.add_argument("--username", metavar="NAME", help="the user who signs in")
    root.options.add_argument(
        "--with",
        metavar="KIND",
        dest="kind",
        type=ChoiceArg("kind of secret", KINDS),
        help="key (an API key), password or token",
    )
    root.options.add_argument(
        "--keep",
        metavar="WHERE",
        type=ChoiceArg("place", STORAGES),
        help=f"where to save the secret: {', '.join(STORAGES)}",
    )
    root.options.add_argument(
        "--replace", action="store_true", help="replace the user and secret of the profile"
    )
    root.options.add_argument("--default", action="store_true", help="make it the default profile")
    add_account_options(root, demo=False)
    add_log_level(root)
    return root


def run(options: argparse.Namespace) -> int:
    """Ask, try and save.

    Raises:
        UsageError: A question was not answered, or the profile cannot be saved.
    """
    import os

    from rcv3_tui import config
    from rcv3_tui.cli.account_settings import to_flags
    from rcv3_tui.config.profile_store import ProfileStore, SaveError, SecretStorage
    from rcv3_tui.exit_codes import ExitCode
    from rcv3_tui.login.flow import SECRET_KINDS, LoginOptions, run_login
    from rcv3_tui.login.prompts import PromptAborted, make_prompter
    from rcv3_tui.login.sign_in import SignInRejected
    from rcv3_tui.model.text_safety import escape_controls
    from rcv3_tui.terminal_capabilities import locale_is_utf8

    log_to_stderr(getattr(options, "log_level", None))
    try:
        defaults = config.load_login_defaults(to_flags(options), os.environ)
    except config.ConfigError as error:
        raise UsageError(str(error)) from error
    known = LoginOptions(
        settings=defaults.settings,
        profile=defaults.profile,
        username=options.username or defaults.username,
        kind=None if options.kind is None else SECRET_KINDS[options.kind],
        storage=SecretStorage(options.keep) if options.keep else None,
        replace=options.replace,
        default=options.default,
        identity_is_known=defaults.settings.origins["identity_url"] != "default",
        interactive=sys.stdin.isatty(),
    )
    prompter = make_prompter(plain=not locale_is_utf8())
    try:
        saved = run_login(known, ProfileStore(defaults.config_file), prompter)
    except (SaveError, PromptAborted) as error:
        raise UsageError(str(error)) from error
    except SignInRejected as error:
        sys.stderr.write(f"{PROGRAM}: {escape_controls(' '.join(str(error).split()))}\n")
        return error.code
    write_output(f"{saved}\n")
    return ExitCode.OK
