"""The console itself, which is what runs without a command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rcv3_tui import __version__
from rcv3_tui.cli import account, terminal
from rcv3_tui.cli.commands import COMMANDS
from rcv3_tui.cli.parsing import Parser, add_log_level
from rcv3_tui.cli.usage import PROGRAM, UsageError

if TYPE_CHECKING:
    from rcv3_tui.config import Flags
    from rcv3_tui.settings import Settings
    from rcv3_tui.sync.worker import ASGIApp, End
    from rcv3_tui.tui.keeper import ProfileKeeper

_DESCRIPTION = "A terminal console for Rackspace's RackConnect v3.0."

_EPILOG = """\
commands:
{commands}
                        (each has its own --help; without one, the console)

examples:
  rcv3-tui --demo                      look around, no account needed
  rcv3-tui --profile acme              the account of [profiles.acme]
  rcv3-tui --region DFW,IAD --read-only
  rcv3-tui simulator --scenario trouble

environment:
  RCV3_USERNAME, RCV3_API_KEY or RCV3_PASSWORD   who to be
  RCV3_REGION, RCV3_IDENTITY_URL                 where
  RCV3_PROFILE, RCV3_CONFIG                      which profile, which file
  RCV3_READ_ONLY                                 1: change nothing
  After these: RS_USERNAME RS_API_KEY RS_REGION_NAME RS_AUTH_URL,
  RAX_USERNAME RAX_API_KEY RAX_REGION,
  OS_USERNAME OS_PASSWORD OS_REGION_NAME OS_AUTH_URL; OS_CLOUD.
  Flags win over the environment, the environment over config.toml,
  that over clouds.yaml, and that over ~/.rackspace_cloud_credentials.
  NO_COLOR is honoured. No flag takes a secret.

exit codes:
  0  fine                         4  the service cannot be reached
  1  something needs attention    5  the service answered with an error
  2  wrong usage or configuration 70 a fault in rcv3-tui itself
  3  credentials refused          130 interrupted
"""


def parser() -> Parser:
    """Make the parser of the words before a command."""
    commands = "\n".join(f"  {each.shows or each.name:<21} {each.help}" for each in COMMANDS)
    epilog = _EPILOG.format(commands=commands)
    made = Parser(PROGRAM, _DESCRIPTION, epilog, "rcv3-tui [flags] [command ...]")
    made.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    account.add_account_flags(made)
    console = made.add_argument_group("the console")
    console.add_argument("--read-only", action="store_true", help="change nothing")
    console.add_argument("--refresh", metavar="SECONDS", help="time between two refreshes")
    console.add_argument("--ascii", action="store_true", help="draw with ASCII alone")
    console.add_argument("--mouse", action="store_true", help="take the mouse")
    console.add_argument("--theme", metavar="NAME", help="colours")
    add_log_level(made, None)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the console until the operator leaves it.

    Raises:
        UsageError: The settings are wrong, or there is no terminal.
    """
    import gc

    # What is made while the console opens stays; to look through it for garbage again and again
    # takes a tenth of the time to the first picture. The app takes that up later.
    gc.disable()
    if options.demo is not None:
        settings = account.demo_settings(options)
        _check_choices(settings)
        terminal.require_terminal()
        # Imported here: a real account needs none of it.
        from rcv3_tui.cli import demonstration

        with demonstration.running(options, settings, ask_ahead=True) as (known, app, asked):
            return _open(known, app, asked)
    plan = account.plan_of(options)
    _check_choices(plan.without_credentials)
    # Before the secret is read: a keyring or a command need not be asked for nothing.
    terminal.require_terminal()
    # Imported here: help and a demo keep nothing.
    from rcv3_tui.cli.keeping import ConfigKeeper

    keeper = ConfigKeeper(plan.config_file)
    flags = account.flags_of(options)
    settings = account.settings_of(plan)
    # Before there is any thread, which a process beside would lack.
    from rcv3_tui.sync import ahead

    asked = ahead.begin(settings)
    if asked is None:
        from rcv3_tui.api import trust

        trust.prepare(settings.ca_bundle)
    try:
        return _open(settings, None, asked, keeper, flags)
    finally:
        if asked is not None:
            asked.close()


def _open(
    settings: Settings,
    app: ASGIApp | None,
    ahead: End | None,
    keeper: ProfileKeeper | None = None,
    flags: Flags | None = None,
) -> int:
    from msgspec.structs import replace

    from rcv3_tui.cli.profiles import ConfiguredProfiles
    from rcv3_tui.tui.run import run_console

    settings = replace(settings, ascii=settings.ascii or not terminal.locale_is_utf8())
    # A simulated account has no other one beside it.
    profiles = ConfiguredProfiles(flags, ascii_only=settings.ascii) if flags else None
    return run_console(settings, asgi_app=app, ahead=ahead, keeper=keeper, profiles=profiles)


def _check_choices(settings: Settings) -> None:
    """Refuse a theme or a key that the console does not have."""
    if settings.theme is None and settings.colour is None and not settings.keys:
        return
    # Imported here: the names are Textual's and the console's own.
    from rcv3_tui.tui.choices import ChoiceError, check_choices

    try:
        check_choices(settings)
    except ChoiceError as error:
        raise UsageError(str(error)) from error
