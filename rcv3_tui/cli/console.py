"""The console, which runs without a command."""

from __future__ import annotations

import argparse
import gc
from contextlib import nullcontext
from typing import TYPE_CHECKING

from rcv3_tui import PROGRAM
from rcv3_tui.cli.account_options import add_account_options
from rcv3_tui.cli.argparse_ext import Parser, PrintVersion, add_log_level
from rcv3_tui.cli.commands import COMMANDS
from rcv3_tui.exit_codes import UsageError

if TYPE_CHECKING:
    from rcv3_tui.cli.console_start import ConsoleStart
    from rcv3_tui.settings import Settings

_DESCRIPTION = "A terminal console for Rackspace's RackConnect v3.0."

_EPILOG = """\
commands:
{commands}
                        (each has its own --help; none starts the console)

examples:
  rcv3-tui --demo                      look around, no account needed
  rcv3-tui --profile acme              the account of [profiles.acme]
  rcv3-tui --region DFW,IAD --read-only
  rcv3-tui simulator --scenario trouble

environment:
  RCV3_USERNAME, RCV3_API_KEY or RCV3_PASSWORD   credentials
  RCV3_TOKEN with RCV3_TENANT                    or a token of another tool
  RCV3_TENANT, RCV3_REGION, RCV3_IDENTITY_URL    account, regions and Identity
  RCV3_PROFILE, RCV3_CONFIG                      profile and configuration file
  RCV3_READ_ONLY                                 1: reject changes
  After these: OS_CLOUD; RS_USERNAME RS_API_KEY RS_REGION_NAME RS_AUTH_URL,
  RAX_USERNAME RAX_API_KEY RAX_REGION RAX_CREDS_FILE,
  OS_USERNAME OS_PASSWORD OS_REGION_NAME OS_AUTH_URL OS_PROJECT_ID OS_TOKEN.
  Options win, then --profile, the environment, and the default profile; then
  clouds.yaml, ~/.rackspace_cloud_credentials and ~/.rack/config.
  NO_COLOR is honored. No option takes a secret.

exit codes:
  0  fine                         5  the service returned an error
  1  something needs attention    6  a change was not sent
  2  wrong usage or configuration 7  a change has no outcome yet
  3  credentials refused          70 internal error in rcv3-tui
  4  the service is unreachable   130 interrupted
"""


def parser() -> Parser:
    """Return the parser of the words before a command."""
    commands = "\n".join(f"  {each.synopsis:<21} {each.help}" for each in COMMANDS)
    epilog = _EPILOG.format(commands=commands)
    root = Parser(PROGRAM, _DESCRIPTION, epilog, "rcv3-tui [options] [command ...]")
    root.options.add_argument(
        "--version", action=PrintVersion, nargs=0, help="show program's version number and exit"
    )
    add_account_options(root)
    console = root.group("the console")
    console.add_argument("--read-only", action="store_true", help="reject all changes")
    console.add_argument("--refresh", metavar="SECONDS", help="time between two refreshes")
    console.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    console.add_argument("--plain", action="store_true", help="for screen readers: no frames")
    console.add_argument("--mouse", action="store_true", help="use the mouse")
    console.add_argument("--theme", metavar="NAME", help="color theme")
    add_log_level(root, None)
    return root


def run(options: argparse.Namespace) -> int:
    """Run the console until the operator quits.

    Raises:
        UsageError: The settings are wrong, or there is no terminal.
    """
    # Until the first paint, which enables it: nothing that is imported becomes garbage.
    gc.disable()
    try:
        return _run(options)
    finally:
        gc.enable()


def _run(options: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from rcv3_tui.api import tls
    from rcv3_tui.cli import account_settings, terminal
    from rcv3_tui.cli.profiles import ConfiguredProfiles
    from rcv3_tui.config import user_paths
    from rcv3_tui.terminal_capabilities import draws_utf8
    from rcv3_tui.tui.cached_frame import file_states

    def drawn(settings: Settings) -> Settings:
        ascii_only = settings.ascii or options.plain or not draws_utf8()
        return replace(settings, ascii=ascii_only, plain=options.plain)

    if options.demo is not None:
        settings = account_settings.demo_settings(options, own_commands=True)
        _check_display(account_settings.display_settings_problem(settings))
        terminal.require_terminal()

        from rcv3_tui.cli.demo_account import create_demo_app, demo_profiles
        from rcv3_tui.tui.run import run_console

        settings, app = create_demo_app(options, settings)
        settings = drawn(settings)
        return run_console(settings, asgi_app=app, profiles=demo_profiles(settings))
    start: ConsoleStart | None = getattr(options, "start", None)
    shown = start.terminal if start is not None else None
    flags = account_settings.to_flags(options)
    # Before they are read: what changes in between must not count as read.
    files = file_states(account_settings.watched_files(flags))
    pending = account_settings.pending_config(options)
    _check_display(account_settings.display_settings_problem(pending.without_credentials))
    # Before the secret is read: a keyring or a command need not run in vain.
    terminal.require_terminal()
    with shown.lend() if shown is not None and pending.may_prompt else nullcontext():
        settings = drawn(account_settings.load_settings(pending))
    # Read on a thread while the screens are imported.
    tls.preload_ca_bundle(settings.ca_bundle)

    from rcv3_tui.config.profile_store import ProfileStore
    from rcv3_tui.tui.frame_recorder import FrameRecorder, is_recorded
    from rcv3_tui.tui.run import run_console

    recorder = None
    if start is not None and is_recorded(settings):
        recorder = FrameRecorder(start.store, files)
    return run_console(
        settings,
        terminal=shown,
        recorder=recorder,
        store=ProfileStore(pending.config_file or user_paths().config_file),
        profiles=ConfiguredProfiles(flags, ascii_only=settings.ascii),
    )


def _check_display(problem: str) -> None:
    if problem:
        raise UsageError(problem)
