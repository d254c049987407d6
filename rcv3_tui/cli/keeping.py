"""What the console's login screen keeps a profile with: the user's `config.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcv3_tui.config.keeping import Keeper
    from rcv3_tui.settings import Credentials
    from rcv3_tui.tui.keeper import Kept


class ConfigKeeper:
    """See `rcv3_tui.tui.keeper.ProfileKeeper`; what it needs is loaded when it is used.

    Args:
        path: The file that was read; None: the usual one, which is not there yet.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def problem_with(self, name: str) -> str:
        """Tell why a profile cannot have a name, in one line; empty where it can."""
        return self._keeper().problem_with(name)

    def keep(
        self, name: str, credentials: Credentials, regions: tuple[str, ...], identity_url: str
    ) -> Kept:
        """Write a profile, its secret where it is safest; a first one needs no default."""
        from rcv3_tui.config.keeping import KeepError, Login
        from rcv3_tui.tui.keeper import Kept

        try:
            text = self._keeper().save(name, Login(credentials, regions, identity_url))
        except KeepError as error:
            return Kept(f"not kept: {error}", is_kept=False)
        return Kept(text, is_kept=True)

    def _keeper(self) -> Keeper:
        from rcv3_tui.config import paths
        from rcv3_tui.config.keeping import Keeper

        return Keeper(self._path or paths().config_file)
