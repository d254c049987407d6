"""Reads `clouds.yaml`, OpenStack's file of accounts, with `secure.yaml` and vendor files.

Files are located, merged and interpreted as in OpenStack's SDK; settings that concern neither
Rackspace's Identity nor this program are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from rcv3_tui.config import secrets, validators
from rcv3_tui.config.credentials import CredentialCandidate
from rcv3_tui.config.environment import unusable_address
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.paths import display_path
from rcv3_tui.config.source import ConfigSource, SettingValue, settings_in
from rcv3_tui.config.source_file import SourceFile, read_source_file
from rcv3_tui.config.yaml_positions import LocatedValue, parse
from rcv3_tui.settings import US_IDENTITY, Secret
from rcv3_tui.suggest import did_you_mean, quote_value

T = TypeVar("T")

_SUFFIXES = (".yaml", ".yml", ".json")
_VENDORS = {"rackspace": US_IDENTITY}
"""The vendors built into OpenStack's SDK that are Rackspace, with their Identity."""

_FILES = (("clouds", "OS_CLIENT_CONFIG_FILE"), ("secure", "OS_CLIENT_SECURE_FILE"))
"""The files with entries, and the variables that name other ones; the second is merged over the
first."""

_VENDORS_FILE = "clouds-public"

_OF_RACKSPACE = ("rackspace_apikey", "rackspace_password")
"""The kinds of sign-in that only Rackspace has."""

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")

_READ = frozenset(
    {"auth", "auth_type", "auth_plugin", "auth_url", "username", "password", "api_key", "profile"}
    | {"token", "auth_token"}
    | {"cloud", "region_name", "regions", "cacert", "verify", "insecure"}
    | {"project_id", "tenant_id", "project_name", "tenant_name"}
)
"""The settings of an entry that have an effect, or are reported individually."""

_READ_IN_AUTH = frozenset(
    {"auth_url", "username", "password", "api_key", "token"}
    | {"project_id", "tenant_id", "project_name", "tenant_name"}
)

_BY_KEY = ("rackspace_apikey",)
_BY_TOKEN = ("token", "v2token", "v3token")
_BY_PASSWORD = ("rackspace_password", "password", "v2password", "v3password")


def from_clouds(
    name: str,
    asked_for_by: SettingValue[str],
    environ: Mapping[str, str],
    places: tuple[Path, ...],
    *,
    is_linked: bool = False,
) -> ConfigSource:
    """Return the settings of an entry of `clouds.yaml`.

    Args:
        name: The entry.
        asked_for_by: What selects it: `OS_CLOUD`, `--profile`, or the profile's `cloud`.
        environ: May name other files: `OS_CLIENT_CONFIG_FILE`, `OS_CLIENT_SECURE_FILE`.
        places: The directories to search.
        is_linked: A profile names it, and may name its Identity.

    Raises:
        ConfigError: The file or entry does not exist or is wrong.
    """
    files, clouds = _read_clouds(environ, places)
    if not files:
        where = ", ".join(display_path(place) for place in places)
        raise ConfigError(
            asked_for_by.file,
            asked_for_by.line,
            f"{asked_for_by.name} names the cloud "
            f"{quote_value(name)}, but there is no clouds.yaml in "
            f"{where}; write one there, or {_without(asked_for_by)}",
        )
    if name not in clouds.table:
        known = clouds.table
        way_out = _without(asked_for_by)
        names = f"; known are: {', '.join(sorted(known)) or 'none'}, or {way_out}"
        hint = f"{near} Otherwise {way_out}" if (near := did_you_mean(name, known)) else names
        raise ConfigError(
            asked_for_by.file,
            asked_for_by.line,
            f"{asked_for_by.name} names the cloud {quote_value(name)}, which is not in "
            f"{next(iter(files))}{hint}",
        )
    cloud = _Cloud(name, clouds.table[name], files, places)
    source = cloud.source(is_linked=is_linked)
    for each in settings_in(source):
        each.value()
    why = cloud.why_unusable(source)
    # The profile that names the entry may have the address that it lacks.
    if why and not (is_linked and source.identity is None):
        raise ConfigError(cloud.file, cloud.line, f"{why}; or {_without(asked_for_by)}")
    return source


def from_only_cloud(environ: Mapping[str, str], places: tuple[Path, ...]) -> ConfigSource:
    """Return the settings of the only entry of `clouds.yaml`, which nothing selects by name.

    An error in a file that was not selected for this program is not fatal: the source says why it
    is not used.

    Args:
        environ: See `from_clouds`.
        places: The directories to search.
    """
    try:
        files, clouds = _read_clouds(environ, places)
        if len(clouds.table) != 1:
            return _of_several(files, clouds)
        ((name, entry),) = clouds.table.items()
        cloud = _Cloud(name, entry, files, places)
        source = cloud.source()
        why = cloud.why_unusable(source)
    except ConfigError as error:
        return ConfigSource(
            candidate=CredentialCandidate(
                None, None, username_origin="clouds.yaml", unusable=str(error)
            ),
            unhonored=(f"clouds.yaml is not used: {error}",),
        )
    if why and source.candidate is not None:
        return replace(
            source, candidate=replace(source.candidate, is_exclusive=False, unusable=why)
        )
    if source.candidate is None:
        return source
    return replace(source, candidate=replace(source.candidate, pins_user=False, is_exclusive=False))


def has_cloud(name: str, environ: Mapping[str, str], places: tuple[Path, ...]) -> bool:
    """Return whether an entry exists.

    Raises:
        ConfigError: A file is not YAML.
    """
    return name in _read_clouds(environ, places)[1].table


def _of_several(files: Mapping[str, SourceFile], clouds: LocatedValue) -> ConfigSource:
    if not clouds.table:
        return ConfigSource()
    names = ", ".join(sorted(clouds.table))
    why = f"it has the clouds {names}; choose one with --profile or OS_CLOUD"
    file = next(iter(files))
    return ConfigSource(
        candidate=CredentialCandidate(None, None, username_origin=file, unusable=why),
        unhonored=(f"{file} is not used: {why}",),
    )


def _read_clouds(
    environ: Mapping[str, str], places: tuple[Path, ...]
) -> tuple[dict[str, SourceFile], LocatedValue]:
    """Read `clouds.yaml` and merge `secure.yaml` over it; either may exist alone."""
    files: dict[str, SourceFile] = {}
    clouds = LocatedValue({}, "", 0)
    for stem, variable in _FILES:
        file = _first(stem, environ.get(variable), places)
        if file is not None:
            files[file.shown] = file
            clouds = _table(parse(file.path, file.text), "clouds").over(clouds)
    return files, clouds


class _Cloud:
    """One entry, merged over the settings of its vendor."""

    def __init__(
        self,
        name: str,
        own: LocatedValue,
        files: dict[str, SourceFile],
        places: tuple[Path, ...],
    ) -> None:
        self._name = name
        self._own = own
        self._files = files
        if not isinstance(own.value, dict):
            raise ConfigError(own.file, own.line, f'"{name}" must be a table of settings')
        self._all, self._built_in = self._with_vendor(places)

    @property
    def file(self) -> str:
        """Its file, for messages."""
        return self._own.file

    @property
    def line(self) -> int:
        """Its first line."""
        return self._own.line

    def source(self, *, is_linked: bool = False) -> ConfigSource:
        """Return its settings as a source."""
        return ConfigSource(
            candidate=self._candidate(),
            is_linked=is_linked,
            regions=self._regions(),
            tenant=self._tenant(),
            identity=self._entry("auth_url", validators.parse_identity),
            implied_identity=self._implied_identity(),
            ca_bundle=self._bundle(),
            unhonored=tuple(self._unhonored()),
        )

    def why_unusable(self, source: ConfigSource) -> str:
        """Return why its credentials cannot be used; empty if they can."""
        if source.identity is not None:
            return unusable_address(source.identity)
        if source.implied_identity is None:
            return (
                f'"{self._name}" has no auth_url, and nothing says that it is for Rackspace; add '
                "profile: rackspace to it"
            )
        return ""

    def _implied_identity(self) -> SettingValue[str] | None:
        """Return Rackspace's Identity if the vendor or the kind of sign-in implies it."""
        if self._built_in is not None:
            profile, url = self._built_in
            return SettingValue(
                url, validators.parse_identity, '"profile"', profile.file, profile.line
            )
        kind = self._kind()
        if kind is not None and str(kind.value) in _OF_RACKSPACE:
            return self._as_entry(
                LocatedValue(US_IDENTITY, kind.file, kind.line), "auth_type", _url
            )
        return None

    def _kind(self) -> LocatedValue | None:
        return self._all.get("auth_type") or self._all.get("auth_plugin")

    def _bundle(self) -> SettingValue[Path] | None:
        """Return the trusted authorities: `cacert`, or the file that `verify` names."""
        for key in ("cacert", "verify"):
            written = self._all.get(key)
            if written is None or (key == "verify" and _is_switch(written)):
                continue
            base = Path(written.file).expanduser().parent
            return self._as_entry(written, key, validators.existing_path_below(base))
        return None

    def _tenant(self) -> SettingValue[str] | None:
        """Return the account, in the order of OpenStack's SDK; a name is used if it is a number."""
        for key in ("project_id", "tenant_id", "project_name", "tenant_name"):
            # Keys next to `auth` take precedence, as in the SDK.
            written = self._all.get(key) or self._all.get("auth", key)
            if written is None or (key.endswith("name") and not str(written.value).isdigit()):
                continue
            return self._as_entry(written, key, validators.parse_tenant)
        return None

    def _unhonored(self) -> Iterator[str]:
        """Yield the settings of the entry that have no effect."""
        unread: list[str] = []
        verify = self._all.get("verify")
        insecure = self._all.get("insecure")
        if verify is not None and _is_switch(verify, _NO):
            yield f"{self._place(verify)}: verify is not honored: certificates are always checked"
        if insecure is not None and _is_switch(insecure, _YES):
            yield (
                f"{self._place(insecure)}: insecure is not honored: certificates are always "
                "checked; trust your authority with cacert"
            )
        tables = [(self._own, _READ), (self._own.get("auth"), _READ_IN_AUTH)]
        for table, known in tables:
            for key, written in table.table.items() if table is not None else ():
                if key.replace("-", "_") not in known and written.value is not None:
                    unread.append(key)
        for key in ("project_name", "tenant_name"):
            if self._find(key) is not None and self._tenant() is None:
                unread.append(f"{key} (set RCV3_TENANT to the account's number)")
        if unread:
            yield f'{self._place(self._own)}: "{self._name}": not read: {", ".join(unread)}'

    @staticmethod
    def _place(written: LocatedValue) -> str:
        return f"{written.file}:{written.line}"

    def _with_vendor(
        self, places: tuple[Path, ...]
    ) -> tuple[LocatedValue, tuple[LocatedValue, str] | None]:
        """Merge the entry over that of its vendor, which is in a file or built in."""
        profile = self._own.get("profile") or self._own.get("cloud")
        if profile is None or not isinstance(profile.value, str):
            return self._own, None
        name = profile.value
        file = _first(_VENDORS_FILE, None, places)
        if file is not None:
            vendors = _table(parse(file.path, file.text), "public-clouds").table
            if name in vendors:
                self._files[file.shown] = file
                return self._own.over(vendors[name]), None
        if name in _VENDORS:
            return self._own, (profile, _VENDORS[name])
        if self._own.get("auth", "auth_url") or self._own.get("auth_url"):
            return self._own, None
        raise ConfigError(
            profile.file,
            profile.line,
            f'"profile" of "{self._name}" names the vendor '
            f"{quote_value(name)}, which is neither in a "
            f"clouds-public.yaml nor known{did_you_mean(name, _VENDORS)}; give auth_url instead",
        )

    def _candidate(self) -> CredentialCandidate:
        username = self._entry("username", validators.parse_text)
        key, password = self._find("api_key"), self._find("password")
        token = self._find("token") or self._all.get("auth_token")
        kind = self._kind()
        kind_name = str(kind.value) if kind is not None else ""
        kinds = _BY_KEY + _BY_PASSWORD + _BY_TOKEN
        if kind is not None and kind_name not in kinds:
            known = ", ".join(kinds)
            raise ConfigError(
                kind.file,
                kind.line,
                f'"auth_type" of "{self._name}" is {quote_value(kind_name)}; here one can sign in '
                f"with {known}{did_you_mean(kind_name, kinds)}",
            )
        by_password = kind_name in _BY_PASSWORD if kind_name else (key is None and bool(password))
        # As in the SDK, a token without a kind of sign-in is one.
        by_token = kind_name in _BY_TOKEN or (
            not kind_name and token is not None and key is None and password is None
        )
        by_password = by_password and not by_token
        secret = token if by_token else password if by_password else key
        wanted = "token" if by_token else "password" if by_password else "api_key"
        # A secret under the wrong key is not tried as the other kind: accounts lock after failed
        # sign-ins.
        lacks = f'"{self._name}" in {self._own.file} lacks '
        return CredentialCandidate(
            username=username.value() if username else None,
            secret=self._secret(secret, wanted) if secret is not None else None,
            is_password=by_password,
            is_token=by_token,
            username_origin=username.origin if username else "",
            secret_origin=f"{secret.file}:{secret.line}" if secret is not None else "",
            pins_user=True,
            is_exclusive=True,
            missing=lacks + ("username" if username is None and not by_token else wanted),
        )

    def _secret(self, written: LocatedValue, key: str) -> secrets.SecretSource:
        text = self._as_entry(written, key, validators.parse_secret).value()
        return secrets.InlineSecret(Secret(text.reveal()), self._files[written.file].shared)

    def _regions(self) -> SettingValue[tuple[str, ...]] | None:
        """Return the regions that the operator chose; a list from the vendor is not a choice."""
        several = self._own.get("regions")
        if several is None:
            # A single region of the vendor is used; its list of regions is not.
            one = self._all.get("region_name")
            if one is None:
                return None
            raw: object = [*_names(one)] if isinstance(one.value, list) else one.value
            return SettingValue(
                raw, validators.parse_regions, self._called("region_name"), one.file, one.line
            )
        names = list(_names(several))
        return SettingValue(
            names, validators.parse_regions, self._called("regions"), several.file, several.line
        )

    def _find(self, key: str) -> LocatedValue | None:
        """Return a key of `auth`, or of the entry itself."""
        return self._all.get("auth", key) or self._all.get(key)

    def _entry(self, key: str, check: Callable[[object], T]) -> SettingValue[T] | None:
        written = self._find(key)
        return self._as_entry(written, key, check) if written is not None else None

    def _as_entry(
        self, written: LocatedValue, key: str, check: Callable[[object], T]
    ) -> SettingValue[T]:
        return SettingValue(written.value, check, self._called(key), written.file, written.line)

    def _called(self, key: str) -> str:
        return f'"{key}" of "{self._name}"'


def _url(value: object) -> str:
    return str(value)


def _is_switch(written: LocatedValue, words: tuple[str, ...] = _YES + _NO) -> bool:
    return isinstance(written.value, str) and written.value.casefold() in words


def _without(asked_for_by: SettingValue[str]) -> str:
    return "take the line away" if asked_for_by.file else f"unset {asked_for_by.name}"


def _names(written: LocatedValue) -> Iterator[object]:
    """Yield the names in a list of regions: texts, or tables with a name."""
    listed = written.value if isinstance(written.value, list) else [written]
    for each in listed:
        name = each.get("name") if isinstance(each.value, dict) else each
        yield name.value if name is not None else None


def _table(whole: LocatedValue, name: str) -> LocatedValue:
    """Return a top-level table of a file; an empty one if it does not exist."""
    found = whole.get(name.replace("-", "_"))
    if found is None:
        return LocatedValue({}, whole.file, whole.line)
    if not isinstance(found.value, dict):
        raise ConfigError(found.file, found.line, f'"{name}" must be a table of entries')
    return found


def _first(stem: str, named: str | None, places: tuple[Path, ...]) -> SourceFile | None:
    """Read the first existing file of a name; a file named by a variable takes precedence."""
    paths = _candidates(stem, named, places)
    return next((file for path in paths if (file := read_source_file(path))), None)


def _candidates(stem: str, named: str | None, places: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the paths that a file may be at, in order of preference."""
    if named:
        yield Path(named).expanduser()
    yield from (place / f"{stem}{suffix}" for place in places for suffix in _SUFFIXES)


def clouds_paths(environ: Mapping[str, str], places: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the paths of all files that entries may be read from, existing or not.

    Args:
        environ: May name other files.
        places: The directories that may have them.
    """
    for stem, variable in _FILES:
        yield from _candidates(stem, environ.get(variable), places)
    yield from _candidates(_VENDORS_FILE, None, places)
