"""Settings from the parsed options: of a real account, or of a simulated one."""

from __future__ import annotations

import argparse
import os

from msgspec.structs import fields

from rcv3_tui import config
from rcv3_tui.child_environment import is_secret
from rcv3_tui.display_time import use_zone
from rcv3_tui.exit_codes import UsageError
from rcv3_tui.settings import Settings


def to_flags(options: argparse.Namespace) -> config.Flags:
    """Return the parsed options as a source of settings; a command may lack some of them."""
    given = {
        field.name: value
        for field in fields(config.Flags)
        if (value := getattr(options, field.name, None)) is not None
    }
    return config.Flags(**given)


def watched_files(flags: config.Flags) -> tuple[str, ...]:
    """Return the paths of the files that decide which account is opened.

    Raises:
        UsageError: An option is no path.
    """
    try:
        return config.watched_files(flags, os.environ)
    except config.ConfigError as error:
        raise UsageError(str(error)) from error


def pending_config(options: argparse.Namespace) -> config.PendingConfig:
    """Load the settings of a real account, except the secret.

    Raises:
        UsageError: The configuration is wrong.
    """
    if getattr(options, "demo_seed", None) is not None:
        raise UsageError("--demo-seed goes with --demo only")
    try:
        pending = config.load_pending(to_flags(options), os.environ)
    except config.ConfigError as error:
        raise UsageError(str(error)) from error
    use_zone(pending.without_credentials.time_zone)
    return pending


def load_settings(pending: config.PendingConfig) -> Settings:
    """Read the secret, and remove all secrets from this process's environment.

    Child processes, such as clipboard programs, do not inherit them then.

    Args:
        pending: The other settings.

    Raises:
        UsageError: The secret cannot be read.
    """
    try:
        settings = pending.settings()
    except config.ConfigError as error:
        raise UsageError(str(error)) from error
    for name in [name for name in os.environ if is_secret(name)]:
        del os.environ[name]
    return settings


def demo_settings(options: argparse.Namespace, *, own_commands: bool = False) -> Settings:
    """Return the settings for `--demo`, without the simulated account's credentials.

    Args:
        options: The parsed options.
        own_commands: Read the operator's own commands and keys from the configuration file.

    Raises:
        UsageError: An option does not go with `--demo`, or its value is wrong.
    """
    flags = to_flags(options)
    for name in ("profile", "tenant", "config", "identity_url", "ca_bundle"):
        if getattr(flags, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} does not go with --demo")
    try:
        where = config.user_paths() if own_commands else None
        return config.demo_settings(flags, os.environ, options.demo, where=where)
    except config.ConfigError as error:
        raise UsageError(str(error)) from error


def display_settings_problem(settings: Settings) -> str:
    """Return why the console rejects a theme, a color or a key; empty if it does not.

    Args:
        settings: The settings that the console would start with.
    """
    chosen = (settings.theme, settings.color, settings.keys or None, settings.commands or None)
    if all(each is None for each in chosen):
        return ""
    # Commands without a screen load Textual's names only where there is something to check.
    from rcv3_tui.tui.display_settings import DisplaySettingError, validate_display_settings

    try:
        validate_display_settings(settings)
    except DisplaySettingError as error:
        return str(error)
    return ""
