"""The files that decide which account is opened, whether they exist or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rcv3_tui.config.clouds_file import clouds_paths
from rcv3_tui.config.flags import Flags, config_file_path
from rcv3_tui.config.paths import Paths, current_directory, user_paths
from rcv3_tui.config.pyrax_file import pyrax_files


def watched_files(
    flags: Flags, environ: Mapping[str, str], where: Paths | None = None
) -> tuple[str, ...]:
    """Return the paths of all files that users, regions and themes may be read from.

    As long as none of them changes, the same command line in the same environment opens the same
    account. Files in the current directory are also listed by name alone: in another directory,
    that name is another file.

    Args:
        flags: The options of the command line.
        environ: The environment.
        where: The user's files; None: in the usual places.

    Raises:
        ConfigError: The path of `config.toml` is not a path.
    """
    where = where or user_paths()
    return tuple(str(path) for path in dict.fromkeys(_paths(flags, environ, where)))


def _paths(flags: Flags, environ: Mapping[str, str], where: Paths) -> Iterator[Path]:
    yield config_file_path(flags, environ, where)[0]
    here = current_directory()
    for path in clouds_paths(environ, where.openstack_dirs):
        yield path
        if path.parent == here:
            yield Path(path.name)
    pyrax = pyrax_files(environ, where.pyrax_file, where.pyrax_settings)
    yield from (path for path in (pyrax.credentials, pyrax.settings, where.rack_file) if path)
