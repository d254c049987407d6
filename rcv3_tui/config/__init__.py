"""Merges profiles, files, environment variables and flags into one frozen `Settings` value.

Each setting comes from the first source that has it: flags, environment, the profile in
`config.toml`, then the files of other tools. A wrong key or value raises `ConfigError` with its
file and line and the nearest correct spelling; nothing is silently ignored. Errors never contain
secrets.
"""

from __future__ import annotations

from rcv3_tui.config.config_file import PROFILE_KEYS, SECRET_KEYS, ConfigFile
from rcv3_tui.config.demo import DEMO_IDENTITY, demo_settings
from rcv3_tui.config.environment import VARIABLE_SETS
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.flags import Flags
from rcv3_tui.config.loader import (
    LoginDefaults,
    PendingConfig,
    load,
    load_login_defaults,
    load_pending,
    profile_names,
)
from rcv3_tui.config.paths import Paths, user_paths
from rcv3_tui.config.source import ConfigSource, SettingValue
from rcv3_tui.config.watched_files import watched_files
from rcv3_tui.user_dirs import APP_NAME

__all__ = [
    "APP_NAME",
    "DEMO_IDENTITY",
    "PROFILE_KEYS",
    "SECRET_KEYS",
    "VARIABLE_SETS",
    "ConfigError",
    "ConfigFile",
    "ConfigSource",
    "Flags",
    "LoginDefaults",
    "Paths",
    "PendingConfig",
    "SettingValue",
    "demo_settings",
    "load",
    "load_login_defaults",
    "load_pending",
    "profile_names",
    "user_paths",
    "watched_files",
]
