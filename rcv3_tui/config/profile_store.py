"""Saves credentials as a profile of `config.toml`, and the secret in the safest place."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from tomlkit.exceptions import TOMLKitError

from rcv3_tui.config import secrets
from rcv3_tui.config.config_file import ConfigFile
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.paths import display_path
from rcv3_tui.config.secrets import CredentialError
from rcv3_tui.config.toml_edit import Value, set_profile
from rcv3_tui.private_files import atomic_write_all
from rcv3_tui.settings import Credentials, SecretKind, identity_label

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


_FILE_KEYS = {
    SecretKind.API_KEY: "api_key_file",
    SecretKind.PASSWORD: "password_file",
    SecretKind.TOKEN: "token_file",
}


class SaveError(ValueError):
    """A profile cannot be saved; the text is one line with the reason and the next step."""


class SecretStorage(StrEnum):
    """Where a secret can be saved."""

    KEYRING = "keyring"
    FILE = "file"
    PROFILE = "profile"
    NOWHERE = "nowhere"


class ProfileStore:
    """Writes profiles to one `config.toml`.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def problem_with(self, name: str, *, replace: bool = False) -> str:
        """Return why a profile cannot have a name, in one line; empty if it can.

        Args:
            name: The name.
            replace: It may be the name of an existing profile.
        """
        if not _NAME.fullmatch(name):
            return (
                "a profile name consists of letters, digits, - _ and ., and starts with a letter "
                "or digit"
            )
        try:
            names = self.names()
        except ConfigError as error:
            return str(error)
        if name in names and not replace:
            return f'profile "{name}" already exists in {display_path(self.path)}'
        return ""

    def names(self) -> tuple[str, ...]:
        """Return the names of the profiles.

        Raises:
            ConfigError: The file is wrong.
        """
        file = ConfigFile.read(self.path)
        return tuple(file.profiles) if file is not None else ()

    def needs_default(self, name: str) -> bool:
        """Return whether there are other profiles and no default profile.

        Args:
            name: The profile to be saved.
        """
        file = ConfigFile.read(self.path)
        return (
            file is not None
            and file.default_profile is None
            and any(other != name for other in file.profiles)
        )

    def storages(self, credentials: Credentials) -> tuple[SecretStorage, ...]:
        """Return where the secret can be saved on this system, the safest place first."""
        if credentials.kind is not SecretKind.API_KEY:
            return (SecretStorage.FILE, SecretStorage.NOWHERE)
        keyring = (SecretStorage.KEYRING,) if secrets.keyring_available() else ()
        return (*keyring, SecretStorage.FILE, SecretStorage.PROFILE, SecretStorage.NOWHERE)

    def save(
        self,
        name: str,
        credentials: Credentials,
        regions: tuple[str, ...],
        identity_url: str,
        tenant: str | None = None,
        *,
        storage: SecretStorage | None = None,
        replace: bool = False,
        default: bool = False,
    ) -> str:
        """Write a profile; may block on the disk or the keyring.

        Args:
            name: The profile.
            credentials: The user and the secret.
            regions: The regions; empty: as the service catalog has them.
            identity_url: The address of Identity.
            tenant: The account; None: the user's default one.
            storage: Where to save the secret; None: in the safest place.
            replace: The account of an existing profile may be replaced.
            default: Make it the default profile.

        Returns:
            One line that says where everything was saved.

        Raises:
            SaveError: Nothing was written.
        """
        if problem := self.problem_with(name, replace=replace):
            raise SaveError(problem)
        storage = storage or self.storages(credentials)[0]
        suffix = "token" if credentials.kind is SecretKind.TOKEN else "key"
        secret_file = self.path.resolve().parent / f"{name}.{suffix}"
        settings: dict[str, Value] = {}
        if credentials.username:
            settings["username"] = credentials.username
        settings.update(_secret_setting(credentials, storage, secret_file.name))
        if tenant is not None:
            settings["tenant"] = tenant
        if regions:
            settings["regions"] = list(regions)
        settings["identity"] = identity_label(identity_url)
        try:
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
            changed = set_profile(text, name, settings, default=default)
            # A file that cannot be read back must not replace one that can.
            ConfigFile(self.path, changed)
        except (OSError, UnicodeDecodeError, ConfigError, TOMLKitError) as error:
            shown = display_path(self.path)
            raise SaveError(f"the profile cannot be added to {shown}: {error}") from None
        self._write(changed, credentials, storage, secret_file)
        where = {
            SecretStorage.FILE: f"the secret in {display_path(secret_file)}",
            SecretStorage.KEYRING: "the key in the system's keyring",
            SecretStorage.PROFILE: "with the key",
            SecretStorage.NOWHERE: "without the secret; you will be asked for it",
        }[storage]
        return f'profile "{name}" saved in {display_path(self.path)}, {where}'

    def _write(
        self, text: str, credentials: Credentials, storage: SecretStorage, secret_file: Path
    ) -> None:
        secret = credentials.secret
        files = {self.path: text}
        if storage is SecretStorage.FILE:
            files = {secret_file: f"{secret.reveal()}\n", **files}
        try:
            if storage is SecretStorage.KEYRING:
                secrets.store_in_keyring(credentials.username, secret)
            atomic_write_all(files)
        except CredentialError as error:
            raise SaveError(str(error)) from None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise SaveError(f"{display_path(self.path)} cannot be written: {reason}") from None


def _secret_setting(
    credentials: Credentials, storage: SecretStorage, file: str
) -> dict[str, Value]:
    """Return the setting that says where the secret is."""
    key = credentials.api_key
    match storage:
        case SecretStorage.KEYRING:
            return {"keyring": True}
        case SecretStorage.FILE:
            return {_FILE_KEYS[credentials.kind]: file}
        case SecretStorage.PROFILE if key is not None:
            return {"api_key": key.reveal()}
        case SecretStorage.PROFILE:
            raise SaveError(f"a {credentials.kind} cannot be saved in config.toml; choose a file")
        case SecretStorage.NOWHERE:
            return {}
