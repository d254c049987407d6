"""Reads `~/.rackspace_cloud_credentials` and `~/.pyrax.cfg`, the ini files of pyrax.

Environments, kinds of Identity and sections are interpreted as in pyrax 1.10; missing settings are
taken from its `CLOUD_*` variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.config import secrets, validators
from rcv3_tui.config.credentials import CredentialCandidate
from rcv3_tui.config.environment import unusable_address
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.ini_file import IniFile
from rcv3_tui.config.source import ConfigSource, SettingValue
from rcv3_tui.config.source_file import is_out_of_reach
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Secret
from rcv3_tui.suggest import did_you_mean, quote_value

T = TypeVar("T")

_KEYRING_SERVICE = "pyrax"
"""The service name under which pyrax stores secrets in the system's keyring."""

_UK_REGION = "LON"
_TOOL = "pyrax"
_RACKSPACE_SECTION, _KEYSTONE_SECTION = "rackspace_cloud", "keystone"
_DEFAULTS = ("settings", "default")
"""The sections of pyrax's default environment; the last one in the file is used."""

_RACKSPACE = ("rackspace", "rax_identity.raxidentity", "pyrax.identity.rax_identity.raxidentity")
_KEYSTONE = (
    "keystone",
    "keystone_identity.keystoneidentity",
    "pyrax.identity.keystone_identity.keystoneidentity",
)

_VARIABLES = {
    "identity_type": "CLOUD_ID_TYPE",
    "auth_endpoint": "CLOUD_AUTH_ENDPOINT",
    "keyring_username": "CLOUD_KEYRING_USER",
    "region": "CLOUD_REGION",
    "tenant_id": "CLOUD_TENANT_ID",
    "tenant_name": "CLOUD_TENANT_NAME",
    "verify_ssl": "CLOUD_VERIFY_SSL",
}
"""Each setting, with the variable that is used if the file lacks it."""

_UNREAD = ("encoding", "custom_user_agent", "debug", "http_debug", "use_servicenet")

_CREDENTIAL_KEYS = ("username", "password", "api_key")


class PyraxFiles(Struct, frozen=True):
    """The paths of pyrax's files."""

    credentials: Path
    settings: Path | None = None
    named_by: str = ""
    """The variable that names the credentials file, which must exist then; empty: none."""


def pyrax_files(environ: Mapping[str, str], usual: Path, settings: Path | None) -> PyraxFiles:
    """Return the paths of pyrax's files.

    Args:
        environ: May name another credentials file, as for Ansible's Rackspace modules.
        usual: The usual file of credentials.
        settings: The file of settings.
    """
    for name in ("RAX_CREDENTIALS", "RAX_CREDS_FILE"):
        if named := environ.get(name, "").strip():
            return PyraxFiles(Path(named).expanduser(), settings, name)
    return PyraxFiles(usual, settings)


def from_pyrax(files: PyraxFiles, environ: Mapping[str, str]) -> ConfigSource:
    """Return the settings in pyrax's files, which need not exist.

    Args:
        files: Their paths.
        environ: May name an environment (`RAX_ENV`), and fills in missing settings.

    Raises:
        ConfigError: A file cannot be read, or the named environment does not exist.
    """
    own = IniFile.read(files.credentials, _TOOL)
    if own is None and files.named_by:
        reason = "out of reach" if is_out_of_reach(files.credentials) else "no such file"
        raise ConfigError(None, None, f"{files.named_by} names {files.credentials}: {reason}")
    return _Pyrax(own, _Settings.read(files.settings, environ)).source()


class _Pyrax:
    """pyrax's two files, read together."""

    def __init__(self, own: IniFile | None, settings: _Settings) -> None:
        self._own = own
        self._settings = settings

    def source(self) -> ConfigSource:
        region = self._own.word("settings", "region", tool=_TOOL) if self._own else None
        region = region or self._settings.entry("region")
        address = self._settings.entry("auth_endpoint")
        kind = self._settings.entry("identity_type")
        name = str(kind.raw).casefold() if kind is not None else ""
        identity = address and _as(address, validators.parse_identity)
        implied_identity: SettingValue[str] | None = None
        if not name or name in _RACKSPACE:
            implied_identity = _implied_identity(region, kind)
            candidate = self._candidate(_RACKSPACE_SECTION) or self._keyring_candidate()
        elif name in _KEYSTONE:
            candidate = self._candidate(_KEYSTONE_SECTION)
        else:
            candidate = None
        why = ""
        if identity is not None:
            why = unusable_address(identity)
        elif implied_identity is None:
            why = f"{kind.name if kind else ''} is {name}, and there is no auth_endpoint"
        unused = self._unused(kind, name)
        if candidate is None and unused:
            candidate = CredentialCandidate(
                None, None, username_origin=self._place(), unusable=unused
            )
        elif candidate is not None and why:
            candidate = replace(candidate, unusable=why)
        return ConfigSource(
            candidate=candidate,
            regions=_as(region, validators.parse_regions) if region is not None else None,
            tenant=self._tenant(name),
            identity=identity,
            implied_identity=implied_identity,
            unhonored=tuple(self._unhonored(unused)),
        )

    def _place(self) -> str:
        return self._own.file.shown if self._own is not None else ""

    def _unused(self, kind: SettingValue[str] | None, name: str) -> str:
        """Return which credentials do not match pyrax's kind of Identity; empty if none."""
        if kind is None or name in _RACKSPACE or self._own is None:
            return ""
        if not self._own.options(_RACKSPACE_SECTION):
            return ""
        return (
            f"[{_RACKSPACE_SECTION}] is for Rackspace's Identity, and {kind.origin} has "
            f"identity_type {quote_value(str(kind.raw))}"
        )

    def _candidate(self, section: str) -> CredentialCandidate | None:
        own = self._own
        if own is None:
            return None
        username = own.word(section, "username", tool=_TOOL)
        is_rackspace = section == _RACKSPACE_SECTION
        key = own.word(section, "api_key", tool=_TOOL) if is_rackspace else None
        # A password may contain what looks like a comment.
        secret = key or own.entry(section, "password")
        if username is None and secret is None:
            return None
        return CredentialCandidate(
            username=str(username.raw) if username else None,
            secret=secrets.InlineSecret(Secret(str(secret.raw)), own.file.shared)
            if secret is not None
            else None,
            is_password=key is None and secret is not None,
            username_origin=username.origin if username else own.file.shown,
            secret_origin=secret.origin if secret else own.file.shown,
            missing=f"[{section}] of {own.file.shown} lacks "
            + (("api_key" if is_rackspace else "password") if username else "username"),
        )

    def _keyring_candidate(self) -> CredentialCandidate | None:
        username = self._settings.entry("keyring_username")
        if username is None:
            return None
        return CredentialCandidate(
            username=str(username.raw),
            secret=secrets.KeyringSecret(str(username.raw), _KEYRING_SERVICE),
            username_origin=username.origin,
            secret_origin=username.origin,
        )

    def _tenant(self, kind: str) -> SettingValue[str] | None:
        if kind in _KEYSTONE and self._own is not None:
            tenant = self._own.word(_KEYSTONE_SECTION, "tenant_id", tool=_TOOL)
            if tenant is not None:
                return _as(tenant, validators.parse_tenant)
        for key in ("tenant_id", "tenant_name"):
            found = self._settings.entry(key)
            if found is not None and (key == "tenant_id" or str(found.raw).isdigit()):
                return _as(found, validators.parse_tenant)
        return None

    def _unhonored(self, unused: str) -> Iterator[str]:
        if unused:
            yield f"{self._place()}: {unused}"
        yield from self._settings.unhonored()


class _Settings:
    """The selected environment of `~/.pyrax.cfg`, merged over the variables."""

    def __init__(self, file: IniFile | None, section: str, environ: Mapping[str, str]) -> None:
        self._file = file
        self._section = section
        self._environ = environ

    @classmethod
    def read(cls, path: Path | None, environ: Mapping[str, str]) -> _Settings:
        file = IniFile.read(path, _TOOL) if path is not None else None
        named = environ.get("RAX_ENV", "").strip()
        if file is None:
            if named and named not in _DEFAULTS:
                raise ConfigError(
                    None,
                    None,
                    f"RAX_ENV names pyrax's environment {quote_value(named)}, but there "
                    "is no ~/.pyrax.cfg; write it, or unset RAX_ENV",
                )
            return cls(None, "", environ)
        if named and named not in _DEFAULTS:
            if named not in file.sections:
                hint = did_you_mean(named, file.sections) or (
                    f"; known are: {', '.join(sorted(file.sections))}"
                )
                raise ConfigError(
                    None,
                    None,
                    f"RAX_ENV names pyrax's environment {quote_value(named)}, which is not in "
                    f"{file.file.shown}{hint}",
                )
            return cls(file, named, environ)
        # pyrax uses the first section if there is no default one.
        defaults = [name for name in file.sections if name in _DEFAULTS] or file.sections[:1]
        return cls(file, defaults[-1] if defaults else "", environ)

    def entry(self, key: str) -> SettingValue[str] | None:
        """Return a setting of the file, or of the environment."""
        if self._file is not None and self._section:
            found = self._file.word(self._section, key, tool=_TOOL)
            if found is not None:
                return found
        variable = _VARIABLES[key]
        text = self._environ.get(variable, "").strip()
        return SettingValue(text, str, variable) if text else None

    def unhonored(self) -> Iterator[str]:
        """Yield the settings that have no effect."""
        verify = self.entry("verify_ssl")
        if verify is not None and str(verify.raw) != "True":
            yield f"{verify.origin}: verify_ssl is not honored: certificates are always checked"
        tenant = self.entry("tenant_name")
        if tenant is not None and not str(tenant.raw).isdigit() and not self.entry("tenant_id"):
            yield f"{tenant.origin}: tenant_name is not honored: set RCV3_TENANT to its number"
        if self._file is None:
            return
        options = self._file.options(self._section)
        where = f"[{self._section}] of {self._file.file.shown}"
        if unread := [key for key in options if key in _UNREAD]:
            yield f"{where}: not read: {', '.join(unread)}"
        if written := [key for key in options if key in _CREDENTIAL_KEYS]:
            names = ", ".join(written)
            yield f"{where}: {names}: pyrax reads credentials only from their own file"


def _implied_identity(
    region: SettingValue[str] | None, kind: SettingValue[str] | None
) -> SettingValue[str]:
    """Return Rackspace's Identity for a region: the UK has its own."""
    if region is not None and str(region.raw).strip().upper() == _UK_REGION:
        return SettingValue(
            UK_IDENTITY, validators.parse_identity, region.name, region.file, region.line
        )
    if kind is not None:
        return SettingValue(US_IDENTITY, validators.parse_identity, kind.name, kind.file, kind.line)
    return SettingValue(US_IDENTITY, validators.parse_identity, "default")


def _as(entry: SettingValue[str], check: Callable[[object], T]) -> SettingValue[T]:
    return SettingValue(entry.raw, check, entry.name, entry.file, entry.line)
