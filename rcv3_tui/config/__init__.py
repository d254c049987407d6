"""Profiles, files, environment and flags become one frozen `Settings` value.

Every setting comes from the first source that has it: flags, environment, the profile in
`config.toml`, pyrax's credentials file. A wrong key or value is a `ConfigError` that says where it
stands and what was meant; nothing is silently ignored. Secrets are never part of an error.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcv3_tui.config.config_file import PROFILE_KEYS, SECRET_KEYS, ConfigFile
    from rcv3_tui.config.demonstration import DEMO_IDENTITY, demo
    from rcv3_tui.config.environment import FAMILIES
    from rcv3_tui.config.errors import ConfigError
    from rcv3_tui.config.flags import Flags
    from rcv3_tui.config.gathering import LoginStart, Plan, for_login, load, profile_names, read
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
    "profile_names",
    "read",
]

# Imported when they are first asked for: a simulated account needs no parser of any file.
_HOMES = {
    "config_file": ("PROFILE_KEYS", "SECRET_KEYS", "ConfigFile"),
    "demonstration": ("DEMO_IDENTITY", "demo"),
    "environment": ("FAMILIES",),
    "errors": ("ConfigError",),
    "flags": ("Flags",),
    "gathering": ("LoginStart", "Plan", "for_login", "load", "profile_names", "read"),
    "sources": ("Entry", "Source"),
    "user_files": ("APP_NAME", "Paths", "paths"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import one of the names above."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
