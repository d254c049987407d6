"""The flags that say whose account it is for, and the settings that follow from them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rcv3_tui.cli.parsing import OneOf, Parser, Range
from rcv3_tui.cli.usage import UsageError

if TYPE_CHECKING:
    from rcv3_tui.config import Flags, Plan
    from rcv3_tui.settings import Settings
    from rcv3_tui.simulator.app import SimulatorApp

SCENARIOS = ("small", "large", "trouble")
"""The simulated accounts, told here so that help needs no simulator."""

scenario = OneOf("scenario", SCENARIOS, exactly=True)
"""Reads the name of a simulated account."""


def add_account_flags(parser: Parser, *, demo: bool = True) -> None:
    """Give a parser the flags that every command on an account shares.

    Args:
        parser: Whose.
        demo: Whether a simulated account can stand in.
    """
    group = parser.add_argument_group("which account")
    group.add_argument("--profile", metavar="NAME", help="the profile in config.toml")
    group.add_argument(
        "--region", metavar="R[,R...]|all", help="regions to look at, such as DFW,IAD"
    )
    group.add_argument("--config", metavar="FILE", help="another file than config.toml")
    group.add_argument("--identity-url", metavar="URL", help="us, uk or the URL of Identity")
    group.add_argument(
        "--ca-bundle", metavar="FILE", help="certificate authorities to trust, in PEM form"
    )
    group.add_argument("--timeout", metavar="SECONDS", help="how long one request may take")
    if not demo:
        return
    group.add_argument(
        "--demo",
        metavar="NAME",
        nargs="?",
        const=SCENARIOS[0],
        type=scenario,
        help=f"a simulated account instead: {', '.join(SCENARIOS)}; no network, no credentials",
    )
    group.add_argument(
        "--demo-seed", metavar="N", type=Range(0, 2**31), help="another simulated account"
    )


def flags_of(options: argparse.Namespace) -> Flags:
    """Give what was parsed as a source of settings; a command may lack some of the flags."""
    from msgspec.structs import fields

    from rcv3_tui import config

    given = {
        field.name: value
        for field in fields(config.Flags)
        if (value := getattr(options, field.name, None)) is not None
    }
    return config.Flags(**given)


def plan_of(options: argparse.Namespace) -> Plan:
    """Gather the settings of a real account, all but the secret.

    Raises:
        UsageError: Something in them is wrong.
    """
    import os

    from rcv3_tui import config

    if getattr(options, "demo_seed", None) is not None:
        raise UsageError("--demo-seed goes with --demo only")
    try:
        return config.read(flags_of(options), os.environ)
    except config.ConfigError as error:
        raise UsageError(str(error)) from error


def settings_of(plan: Plan) -> Settings:
    """Read the secret of a plan, and leave none behind in this process's environment.

    Raises:
        UsageError: It cannot be had.
    """
    import os

    from rcv3_tui import config, credentials

    try:
        settings = plan.settings()
    except config.ConfigError as error:
        raise UsageError(str(error)) from error
    # Whatever is started from here on, such as a clipboard's program, is given none either.
    for name in credentials.SECRET_VARIABLES:
        os.environ.pop(name, None)
    return settings


def demo_settings(options: argparse.Namespace) -> Settings:
    """Gather the settings for the simulated account that `--demo` asks for, but its credentials.

    Raises:
        UsageError: A flag does not go with a simulated account, or its value is wrong.
    """
    import os

    from rcv3_tui import config

    flags = flags_of(options)
    for name in ("profile", "config", "identity_url", "ca_bundle"):
        if getattr(flags, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} does not go with --demo")
    try:
        return config.demo(flags, os.environ, options.demo)
    except config.ConfigError as error:
        raise UsageError(str(error)) from error


def demo_account(options: argparse.Namespace, settings: Settings) -> tuple[Settings, SimulatorApp]:
    """Make the simulated account in this very process; nothing is sent or written.

    Args:
        options: What was parsed.
        settings: From `demo_settings`.

    Returns:
        The settings with the account's credentials, and its service.
    """
    from msgspec.structs import replace

    from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret
    from rcv3_tui.simulator import create_app
    from rcv3_tui.simulator import scenario as make

    seed = options.demo_seed or 0
    if settings.regions and ALL_REGIONS not in settings.regions:
        account = make(options.demo, seed=seed, regions=settings.regions)
    else:
        account = make(options.demo, seed=seed)
    credentials = Credentials(account.username, api_key=Secret(account.api_key))
    return replace(settings, credentials=credentials), create_app(account)
