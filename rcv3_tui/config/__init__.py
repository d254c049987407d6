"""Profiles, files, environment and flags become one frozen `Settings` value.

Every setting comes from the first source that has it: flags, environment, the profile in
`config.toml`, pyrax's credentials file. A wrong key or value is a `ConfigError` that says where it
stands and what was meant; nothing is silently ignored. Secrets are never part of an error.
"""

from __future__ import annotations

from rcv3_tui.config.config_file import PROFILE_KEYS, SECRET_KEYS, ConfigFile
from rcv3_tui.config.environment import FAMILIES
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.flags import Flags
from rcv3_tui.config.gathering import (
    DEMO_IDENTITY,
    LoginStart,
    Plan,
    demo,
    for_login,
    load,
    read,
)
from rcv3_tui.config.sources import Entry, Source
from rcv3_tui.config.user_files import APP_NAME, Paths, paths

__all__ = [
    "APP_NAME",
    "DEMO_IDENTITY",
    "FAMILIES",
    "PROFILE_KEYS",
    "SECRET_KEYS",
    "ConfigError",
    "ConfigFile",
    "Entry",
    "Flags",
    "LoginStart",
    "Paths",
    "Plan",
    "Source",
    "demo",
    "for_login",
    "load",
    "paths",
    "read",
]
