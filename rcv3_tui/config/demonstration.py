"""The settings for a simulated account, which none of the user's files have a say in."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from rcv3_tui import credentials
from rcv3_tui.config.environment import FAMILIES, from_environment
from rcv3_tui.config.flags import Flags, from_flags
from rcv3_tui.config.merging import merge
from rcv3_tui.config.sources import Source
from rcv3_tui.settings import Settings

DEMO_IDENTITY = "http://127.0.0.1/v2.0"
"""Identity of the simulated account; nothing listens there, it is reached within the process."""


def demo(flags: Flags, environ: Mapping[str, str], name: str) -> Settings:
    """The settings for a simulated account: flags alone, and none of the user's files.

    Args:
        flags: What the command line says.
        environ: The environment; only `RCV3_READ_ONLY` counts.
        name: The scenario.

    Raises:
        ConfigError: A flag's value is wrong.
    """
    own = from_environment(FAMILIES[0], environ)
    settings, _ = merge(
        [from_flags(flags), Source(read_only=own.read_only)], credentials.Choice(None)
    )
    return replace(
        settings, profile="demo", identity_url=DEMO_IDENTITY, demo=name, log_level=flags.log_level
    )
