"""The settings for a simulated account, independent of the user's files."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from rcv3_tui.config.credentials import ResolvedCredentials
from rcv3_tui.config.environment import VARIABLE_SETS, from_environment
from rcv3_tui.config.flags import Flags, from_flags
from rcv3_tui.config.merge import AccountChoice, merge
from rcv3_tui.config.source import ConfigSource
from rcv3_tui.settings import Settings

DEMO_IDENTITY = "http://127.0.0.1/v2.0"
"""The Identity of the simulated account; it runs in this process, and nothing listens there."""


def demo_settings(flags: Flags, environ: Mapping[str, str], name: str) -> Settings:
    """Return the settings for a simulated account, from the options only.

    Args:
        flags: The options.
        environ: The environment; only `RCV3_READ_ONLY` is read.
        name: The scenario.

    Raises:
        ConfigError: The value of an option is wrong.
    """
    own = from_environment(VARIABLE_SETS[0], environ)
    settings, _ = merge(
        [from_flags(flags), ConfigSource(read_only=own.read_only)],
        AccountChoice(ResolvedCredentials(None)),
    )
    return replace(
        settings, profile="demo", identity_url=DEMO_IDENTITY, demo=name, log_level=flags.log_level
    )
