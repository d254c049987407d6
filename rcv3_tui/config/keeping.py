"""Keeps what was signed in with as a profile, and its secret where it is safest."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from rcv3_tui import credentials
from rcv3_tui.config.config_file import ConfigFile
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.private_file import write_private
from rcv3_tui.config.profile_text import Value, with_profile
from rcv3_tui.config.user_files import short
from rcv3_tui.credentials import CredentialError
from rcv3_tui.settings import Credentials, Secret, identity_name

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class KeepError(Exception):
    """A profile cannot be kept; the text says why, and what to do."""


class Place(StrEnum):
    """Where a secret may be kept."""

    KEYRING = "keyring"
    FILE = "file"
    PROFILE = "profile"
    NOWHERE = "nowhere"


class Login(Struct, frozen=True):
    """What a profile is made of."""

    credentials: Credentials
    regions: tuple[str, ...]
    identity_url: str


class Keeper:
    """Writes profiles into one `config.toml`.

    Args:
        path: The file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def problem_with(self, name: str, *, replace: bool = False) -> str:
        """Tell why a profile cannot have a name, in one line; empty where it can.

        Args:
            name: The name wished for.
            replace: It may be the name of a profile that there is.
        """
        if not _NAME.fullmatch(name):
            return "a profile's name has letters, digits, - _ and . only, and begins with neither"
        try:
            names = self.names()
        except ConfigError as error:
            return str(error)
        if name in names and not replace:
            return f'there is a profile "{name}" already in {short(self.path)}'
        return ""

    def names(self) -> tuple[str, ...]:
        """List the profiles that there are.

        Raises:
            ConfigError: The file is wrong.
        """
        file = ConfigFile.read(self.path)
        return tuple(file.profiles) if file is not None else ()

    def needs_default(self, name: str) -> bool:
        """Whether there are other profiles, and none of all is the default."""
        file = ConfigFile.read(self.path)
        return (
            file is not None
            and file.default_profile is None
            and any(other != name for other in file.profiles)
        )

    def places(self, login: Credentials) -> tuple[Place, ...]:
        """List where the secret can be kept here, the safest first."""
        if login.api_key is None:
            return (Place.FILE, Place.NOWHERE)
        keyring = (Place.KEYRING,) if credentials.keyring_works() else ()
        return (*keyring, Place.FILE, Place.PROFILE, Place.NOWHERE)

    def save(
        self,
        name: str,
        login: Login,
        *,
        place: Place | None = None,
        replace: bool = False,
        default: bool = False,
    ) -> str:
        """Write a profile.

        Args:
            name: Its name.
            login: Who and where.
            place: For the secret; None: the safest there is.
            replace: Who and where of a profile of that name may be replaced.
            default: Make it the default profile.

        Returns:
            One line that says where it all is.

        Raises:
            KeepError: Nothing was written.
        """
        if problem := self.problem_with(name, replace=replace):
            raise KeepError(problem)
        place = place or self.places(login.credentials)[0]
        secret_file = self.path.resolve().parent / f"{name}.key"
        settings = _settings(login, place, secret_file.name)
        try:
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
            changed = with_profile(text, name, settings, default=default)
            # What cannot be read back must not take the place of what can.
            ConfigFile(self.path, changed)
        except (OSError, UnicodeDecodeError, ConfigError) as error:
            raise KeepError(f"the profile cannot be added to {short(self.path)}: {error}") from None
        secret = login.credentials.api_key or login.credentials.password or Secret("")
        files = {secret_file: f"{secret.reveal()}\n"} if place is Place.FILE else {}
        try:
            if place is Place.KEYRING:
                credentials.keep_in_keyring(login.credentials.username, secret)
            write_private({**files, self.path: changed})
        except CredentialError as error:
            raise KeepError(str(error)) from None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise KeepError(f"{short(self.path)} cannot be written: {reason}") from None
        where = {
            Place.FILE: f"the secret in {short(secret_file)}",
            Place.KEYRING: "the key in the system's keyring",
            Place.PROFILE: "the key in it too",
            Place.NOWHERE: "without the secret, which will be asked for",
        }[place]
        return f'profile "{name}" is in {short(self.path)}, {where}'


def _settings(login: Login, place: Place, file: str) -> dict[str, Value]:
    key = login.credentials.api_key
    settings: dict[str, Value] = {"username": login.credentials.username}
    match place:
        case Place.KEYRING:
            settings["keyring"] = True
        case Place.FILE:
            settings["api_key_file" if key is not None else "password_file"] = file
        case Place.PROFILE if key is not None:
            settings["api_key"] = key.reveal()
        case Place.PROFILE:
            raise KeepError("a password is not kept in config.toml; choose a file")
        case Place.NOWHERE:
            pass
    if login.regions:
        settings["regions"] = list(login.regions)
    settings["identity"] = identity_name(login.identity_url)
    return settings
