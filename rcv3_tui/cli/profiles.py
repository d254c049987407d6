"""The profiles that the console can switch to while it runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from rcv3_tui import config
from rcv3_tui.cli.account_settings import display_settings_problem
from rcv3_tui.settings import Settings

_SHARED_VARIABLES = (
    "CURL_CA_BUNDLE",
    "OS_CLIENT_CONFIG_FILE",
    "OS_CLIENT_SECURE_FILE",
    "RCV3_CONFIG",
    "RCV3_READ_ONLY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
)
"""Variables that hold for every profile: they name files and select no account."""


class ConfiguredProfiles:
    """The profiles of `config.toml`, read on demand.

    A profile is opened as the file defines it. The user, secret, region and Identity in the
    environment belong to the account that the console started with, and so do the options for
    them. The display stays as it is unless the profile sets it.

    Args:
        flags: The options of the command line.
        ascii_only: Draw with ASCII only; the terminal is the same for every profile.
    """

    def __init__(self, flags: config.Flags, *, ascii_only: bool) -> None:
        self._flags = replace(
            flags, profile=None, region=None, tenant=None, identity_url=None, ca_bundle=None
        )
        self._ascii_only = ascii_only
        self._names: tuple[str, ...] | None = None

    @property
    def names(self) -> Sequence[str]:
        """The names of the profiles, in the order of the file; empty if it cannot be read."""
        if self._names is None:
            try:
                self._names = config.profile_names(_shared_environment(), flags=self._flags)
            except config.ConfigError:
                return ()
        return self._names

    def settings(self, name: str) -> Settings:
        """Read the settings of a profile and its secret; blocks while a secret command runs.

        Args:
            name: The profile's name.

        Raises:
            ValueError: It cannot be opened; the text is one line that says why.
        """
        try:
            pending = config.load_pending(replace(self._flags, profile=name), _shared_environment())
            if problem := display_settings_problem(pending.without_credentials):
                raise ValueError(problem)
            settings = pending.settings()
        except config.ConfigError as error:
            raise ValueError(str(error)) from error
        return replace(settings, ascii=self._ascii_only)


def _shared_environment() -> Mapping[str, str]:
    return {name: os.environ[name] for name in _SHARED_VARIABLES if name in os.environ}
