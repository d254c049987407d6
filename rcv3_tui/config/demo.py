"""The settings for a simulated account: of the user's files, only their commands and keys."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from rcv3_tui.config.config_file import ConfigFile
from rcv3_tui.config.credentials import ResolvedCredentials
from rcv3_tui.config.environment import VARIABLE_SETS, from_environment
from rcv3_tui.config.flags import Flags, config_file_path, from_flags
from rcv3_tui.config.merge import AccountChoice, merge
from rcv3_tui.config.paths import Paths
from rcv3_tui.config.source import ConfigSource
from rcv3_tui.settings import Settings

DEMO_IDENTITY = "http://127.0.0.1/v2.0"
"""The Identity of the simulated account; it runs in this process, and nothing listens there."""


def demo_settings(
    flags: Flags, environ: Mapping[str, str], name: str, *, where: Paths | None = None
) -> Settings:
    """Return the settings for a simulated account, from the options.

    Args:
        flags: The options.
        environ: The environment; only `RCV3_READ_ONLY` and `RCV3_CONFIG` are read.
        name: The scenario.
        where: The user's files, of which `[commands]` and `[keys]` are read; None: nothing is.

    Raises:
        ConfigError: The value of an option or the file is wrong.
    """
    own = from_environment(VARIABLE_SETS[0], environ)
    sources = [from_flags(flags), ConfigSource(read_only=own.read_only)]
    if where is not None:
        path, _ = config_file_path(flags, environ, where)
        # The demo goes without a file that is named but missing.
        if (file := ConfigFile.read(path)) is not None:
            sources.append(ConfigSource(keys=file.rest.keys, commands=file.rest.commands))
    settings, _ = merge(
        sources,
        AccountChoice(ResolvedCredentials(None)),
    )
    return replace(
        settings,
        profile="demo",
        identity_url=DEMO_IDENTITY,
        demo=name,
        log_level=flags.log_level,
        # The program is real, and may find something real by a simulated name or address.
        commands=tuple(replace(command, confirm=True) for command in settings.commands),
    )
