"""The options that select an account, shared by several commands."""

from __future__ import annotations

from rcv3_tui.cli.argparse_ext import ChoiceArg, IntRange, Parser

SCENARIOS = ("small", "large", "regions", "trouble")
"""The simulated accounts; a copy, so that `--help` does not load the simulator."""

REGIONS = ("DFW", "IAD", "ORD", "LON", "HKG", "SYD")
"""The known regions; a copy, so that building the completions needs the standard library only."""

scenario = ChoiceArg("scenario", SCENARIOS, exactly=True)
"""The argparse type for the name of a simulated account."""


def add_account_options(parser: Parser, *, demo: bool = True) -> None:
    """Add the options that every command on an account shares.

    Args:
        parser: The command's parser.
        demo: The command also works on a simulated account.
    """
    group = parser.group("which account")
    group.add_argument("--profile", metavar="NAME", help="the profile in config.toml")
    group.add_argument("--region", metavar="R[,R...]|all", help="regions, such as DFW,IAD")
    group.add_argument("--tenant", metavar="ID", help="the account's number, for users of several")
    group.add_argument("--config", metavar="FILE", help="use FILE instead of config.toml")
    group.add_argument("--identity-url", metavar="URL", help="us, uk or the URL of Identity")
    group.add_argument(
        "--ca-bundle", metavar="FILE", help="certificate authorities to trust, in PEM format"
    )
    group.add_argument("--timeout", metavar="SECONDS", help="time limit of one request")
    if not demo:
        return
    group.add_argument(
        "--no-cache", action="store_true", help="neither use nor store data between runs"
    )
    group.add_argument(
        "--demo",
        metavar="NAME",
        nargs="?",
        const=SCENARIOS[0],
        type=scenario,
        help=f"use a simulated account: {', '.join(SCENARIOS)}; no network, no credentials",
    )
    group.add_argument(
        "--demo-seed", metavar="N", type=IntRange(0, 2**31), help="vary the simulated account"
    )
