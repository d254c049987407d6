"""`~/.rackspace_cloud_credentials` and `~/.pyrax.cfg`, the ini files of pyrax."""

from __future__ import annotations

import configparser
from pathlib import Path

from rcv3_tui import credentials
from rcv3_tui.config import values
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.sources import Entry, Source
from rcv3_tui.config.text_file import TextFile, read_text
from rcv3_tui.credentials import Offer
from rcv3_tui.settings import UK_IDENTITY, Secret

_KEYRING_SERVICE = "pyrax"
"""The service name that pyrax keeps secrets under in the system's keyring."""

_UK_REGION = "LON"
_CREDENTIALS = "rackspace_cloud"
_SETTINGS = "settings"


def from_pyrax(credentials_file: Path, settings_file: Path | None = None) -> Source:
    """Give what pyrax's files hold; nothing if there is none.

    Args:
        credentials_file: With user name and API key.
        settings_file: With region and Identity, and the user whose key is in the keyring.

    Raises:
        ConfigError: One of them cannot be read.
    """
    own = _Ini.read(credentials_file)
    settings = _Ini.read(settings_file) if settings_file is not None else None
    # pyrax takes the first section where there is none of this name.
    section = settings.first_of(_SETTINGS) if settings is not None else ""
    region = own.entry(_SETTINGS, "region") if own is not None else None
    if region is None and settings is not None:
        region = settings.entry(section, "region")
    identity: Entry[str] | None = None
    if settings is not None and (address := settings.entry(section, "auth_endpoint")):
        identity = Entry(
            address.raw, values.identity, address.name, file=address.file, line=address.line
        )
    elif region is not None and str(region.raw).strip().upper() == _UK_REGION:
        identity = Entry(UK_IDENTITY, values.identity, region.name, region.file, region.line)
    return Source(
        offer=_offer(own) or (_keyring_offer(settings, section) if settings else None),
        regions=Entry(region.raw, values.regions, region.name, region.file, region.line)
        if region is not None
        else None,
        identity=identity,
        identity_is_bound=True,
    )


def _offer(own: _Ini | None) -> Offer | None:
    if own is None:
        return None
    username = own.entry(_CREDENTIALS, "username")
    key = own.entry(_CREDENTIALS, "api_key")
    secret = key or own.entry(_CREDENTIALS, "password")
    if username is None and secret is None:
        return None
    return Offer(
        username=str(username.raw) if username else None,
        secret=credentials.WrittenSecret(Secret(str(secret.raw)), own.file.shared)
        if secret is not None
        else None,
        is_password=key is None and secret is not None,
        username_origin=username.origin if username else own.file.shown,
        secret_origin=secret.origin if secret else own.file.shown,
        missing=f"[{_CREDENTIALS}] of {own.file.shown} lacks "
        + ("api_key" if username else "username"),
    )


def _keyring_offer(settings: _Ini, section: str) -> Offer | None:
    username = settings.entry(section, "keyring_username")
    if username is None:
        return None
    return Offer(
        username=str(username.raw),
        secret=credentials.KeyringSecret(str(username.raw), _KEYRING_SERVICE),
        username_origin=username.origin,
        secret_origin=username.origin,
    )


class _Ini:
    """An ini file whose options know their lines."""

    def __init__(self, file: TextFile, parser: configparser.ConfigParser) -> None:
        self.file = file
        self._parser = parser

    @classmethod
    def read(cls, path: Path) -> _Ini | None:
        """Read a file; None if there is none.

        Raises:
            ConfigError: It is no ini file. Nothing of it is quoted: it may hold a key.
        """
        file = read_text(path)
        if file is None:
            return None
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(file.text)
        except configparser.Error as error:
            # The parser's own text quotes the line, which may be the one with the key.
            number = getattr(error, "lineno", None)
            line = number if isinstance(number, int) else None
            raise ConfigError(
                file.shown, line, "this is not an ini file as pyrax writes it"
            ) from None
        return cls(file, parser)

    def first_of(self, preferred: str) -> str:
        """Name the section to use: the preferred one if it is there, else the first."""
        sections = self._parser.sections()
        return preferred if preferred in sections or not sections else sections[0]

    def entry(self, section: str, option: str) -> Entry[str] | None:
        """Give an option with its place; None where it is missing or empty."""
        text = self._parser.get(section, option, fallback="").strip()
        if not text:
            return None
        name = f"{option} in [{section}]"
        return Entry(text, str, name, self.file.shown, self._line(section, option))

    def _line(self, section: str, option: str) -> int:
        within = False
        for number, line in enumerate(self.file.text.splitlines(), start=1):
            if line.lstrip().startswith("["):
                within = line.strip().startswith(f"[{section}]")
            elif within and line.replace(":", "=").partition("=")[0].strip().lower() == option:
                return number
        return 1
