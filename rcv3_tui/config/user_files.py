"""Where this user's files are, and how their paths are shown."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

APP_NAME = "rcv3-tui"
"""The name of the per-user directories."""


class Paths(Struct, frozen=True):
    """Where this user's files are; none of them has to exist."""

    config_file: Path
    state_dir: Path
    cache_dir: Path
    pyrax_file: Path
    pyrax_settings: Path | None = None
    """pyrax's own settings, which may name a user of the keyring."""
    openstack_dirs: tuple[Path, ...] = ()
    """Where OpenStack's tools look for clouds.yaml, the place that wins first."""


def paths() -> Paths:
    """Find this user's files, as the system wants them placed."""
    import platformdirs

    home = Path.home()
    openstack = platformdirs.PlatformDirs("openstack", "OpenStack", multipath=True)
    places = (
        Path.cwd(),
        Path(openstack.user_config_dir),
        home / ".config" / "openstack",
        *(Path(each) for each in openstack.site_config_dir.split(os.pathsep)),
        Path("/etc/openstack"),
    )
    return Paths(
        config_file=platformdirs.user_config_path(APP_NAME, appauthor=False) / "config.toml",
        state_dir=platformdirs.user_state_path(APP_NAME, appauthor=False),
        cache_dir=platformdirs.user_cache_path(APP_NAME, appauthor=False),
        pyrax_file=home / ".rackspace_cloud_credentials",
        pyrax_settings=home / ".pyrax.cfg",
        openstack_dirs=tuple(dict.fromkeys(places)),
    )


def short(path: Path) -> str:
    """A path as an operator would write it."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
