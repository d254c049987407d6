"""What the login screen can keep a profile with; the command line brings it along."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from rcv3_tui.settings import Credentials


class Kept(Struct, frozen=True):
    """What came of keeping a profile."""

    text: str
    """One line: where it is, or why it is not."""
    is_kept: bool


class ProfileKeeper(Protocol):
    """Keeps what was signed in with as a profile, and its secret where it is safest."""

    def problem_with(self, name: str) -> str:
        """Tell why a profile cannot have a name, in one line; empty where it can."""
        ...

    def keep(
        self, name: str, credentials: Credentials, regions: tuple[str, ...], identity_url: str
    ) -> Kept:
        """Write a profile; may block, on a disk or a keyring."""
        ...
