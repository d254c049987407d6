"""The profiles that the console can go to while it runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from rcv3_tui.config import Flags
    from rcv3_tui.settings import Settings


class ConfiguredProfiles:
    """The profiles of `config.toml`, read when they are asked for.

    A profile that is gone to is opened as the file has it: the environment's user, secret, region
    and Identity belong to the account that was started with, and so do the flags for them. How the
    console looks stays as it is, but for what the profile says itself.

    Args:
        flags: What the command line said.
        ascii_only: Draw with ASCII alone: the terminal is the same for every profile.
    """

    def __init__(self, flags: Flags, *, ascii_only: bool) -> None:
        self._flags = replace(flags, profile=None, region=None, identity_url=None, ca_bundle=None)
        self._ascii_only = ascii_only
        self._names: tuple[str, ...] | None = None

    @property
    def names(self) -> Sequence[str]:
        """The profiles' names, in order; none where the file cannot be read any more."""
        from rcv3_tui import config

        if self._names is None:
            try:
                self._names = config.profile_names(_environment(), flags=self._flags)
            except config.ConfigError:
                return ()
        return self._names

    def settings(self, name: str) -> Settings:
        """Read a profile's settings and its secret; may take as long as its command does.

        Args:
            name: The profile's name.

        Raises:
            ValueError: It cannot be opened; the text is one line that says why.
        """
        from rcv3_tui import config
        from rcv3_tui.tui.choices import ChoiceError, check_choices

        try:
            plan = config.read(replace(self._flags, profile=name), _environment())
            check_choices(plan.without_credentials)
            settings = plan.settings()
        except (config.ConfigError, ChoiceError) as error:
            raise ValueError(str(error)) from error
        return replace(settings, ascii=self._ascii_only)


def _environment() -> Mapping[str, str]:
    """Give what of the environment holds for every profile."""
    return {n: os.environ[n] for n in ("RCV3_CONFIG", "RCV3_READ_ONLY") if n in os.environ}
