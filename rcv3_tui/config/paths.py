"""The paths of the user's files, and how they are displayed."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import platformdirs
from msgspec import Struct

from rcv3_tui.user_dirs import APP_NAME, NOWHERE, placed, user_cache_dir


class Paths(Struct, frozen=True):
    """The paths of the user's files; none of them needs to exist."""

    config_file: Path
    state_dir: Path
    cache_dir: Path
    pyrax_file: Path
    pyrax_settings: Path | None = None
    """The settings of pyrax, which may name a user of the keyring."""
    rack_file: Path | None = None
    """The configuration of Rackspace's command line tool `rack`."""
    openstack_dirs: tuple[Path, ...] = ()
    """The directories in which OpenStack's tools look for clouds.yaml, in order of preference."""


def user_paths() -> Paths:
    """Return the paths of the user's files, following the conventions of the system."""
    home = _home()
    openstack = platformdirs.PlatformDirs("openstack", "OpenStack", multipath=True)
    here = current_directory()
    places = (
        *((here,) if here is not None else ()),
        placed(lambda: Path(openstack.user_config_dir)),
        home / ".config" / "openstack",
        *(Path(each) for each in openstack.site_config_dir.split(os.pathsep)),
        Path("/etc/openstack"),
    )
    return Paths(
        config_file=placed(partial(platformdirs.user_config_path, APP_NAME, appauthor=False))
        / "config.toml",
        state_dir=placed(partial(platformdirs.user_state_path, APP_NAME, appauthor=False)),
        cache_dir=user_cache_dir(),
        pyrax_file=home / ".rackspace_cloud_credentials",
        pyrax_settings=home / ".pyrax.cfg",
        rack_file=home / ".rack" / "config",
        openstack_dirs=tuple(dict.fromkeys(places)),
    )


def current_directory() -> Path | None:
    """Return the current directory; None if it was deleted."""
    try:
        return Path.cwd()
    except OSError:
        return None


def _home() -> Path:
    """Return the user's home; in a container there may be neither HOME nor an entry in passwd."""
    try:
        home = Path.home()
    except RuntimeError:
        return NOWHERE
    # A relative HOME would depend on the current directory.
    return home if home.is_absolute() else NOWHERE


def display_path(path: Path) -> str:
    """Return a path as an operator writes it, with `~` for the home."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
