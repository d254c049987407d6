"""`clouds.yaml`, OpenStack's file of accounts, with `secure.yaml` and vendors' files beside it.

Files are looked for, joined and understood as OpenStack's SDK does it; what concerns neither
Rackspace's Identity nor this program is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from rcv3_tui import credentials
from rcv3_tui.config import values
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.sources import Entry, Source
from rcv3_tui.config.text_file import TextFile, read_text
from rcv3_tui.config.user_files import short
from rcv3_tui.config.yaml_text import Written, parse
from rcv3_tui.credentials import Offer
from rcv3_tui.settings import US_IDENTITY, Secret
from rcv3_tui.spelling import did_you_mean, shown

T = TypeVar("T")

_SUFFIXES = (".yaml", ".yml", ".json")
_VENDORS = {"rackspace": US_IDENTITY}
"""Vendors that OpenStack's SDK brings along and that are Rackspace, and their Identity."""

_BY_KEY = ("rackspace_apikey",)
_BY_PASSWORD = ("rackspace_password", "password", "v2password", "v3password")


def from_clouds(
    name: str,
    asked_for_by: Entry[str],
    environ: Mapping[str, str],
    places: tuple[Path, ...],
    *,
    settles: bool,
) -> Source:
    """Give what an entry of `clouds.yaml` holds.

    Args:
        name: The entry.
        asked_for_by: What names it: `OS_CLOUD`, or the profile's `cloud`.
        environ: May name other files: `OS_CLIENT_CONFIG_FILE`, `OS_CLIENT_SECURE_FILE`.
        places: The directories to look in.
        settles: The entry was named for this program, so that no other user may stand in.

    Raises:
        ConfigError: There is no such file or entry, or something in it is wrong.
    """
    file = _first("clouds", environ.get("OS_CLIENT_CONFIG_FILE"), places)
    if file is None:
        where = ", ".join(short(place) for place in places)
        raise ConfigError(
            asked_for_by.file,
            asked_for_by.line,
            f"{asked_for_by.name} names the cloud {shown(name)}, but there is no clouds.yaml in "
            f"{where}; write one there, or {_without(asked_for_by)}",
        )
    files = {file.shown: file}
    clouds = _table(parse(file.path, file.text), "clouds")
    secure = _first("secure", environ.get("OS_CLIENT_SECURE_FILE"), places)
    if secure is not None:
        files[secure.shown] = secure
        clouds = _table(parse(secure.path, secure.text), "clouds").over(clouds)
    if name not in clouds.table:
        known = clouds.table
        hint = did_you_mean(name, known) or f"; known are: {', '.join(sorted(known)) or 'none'}"
        raise ConfigError(
            asked_for_by.file,
            asked_for_by.line,
            f"{asked_for_by.name} names the cloud {shown(name)}, which is not in "
            f"{file.shown}{hint}, or {_without(asked_for_by)}",
        )
    return _Cloud(name, clouds.table[name], files, places, settles=settles).source()


class _Cloud:
    """One entry, laid over what its vendor's file says."""

    def __init__(
        self,
        name: str,
        own: Written,
        files: dict[str, TextFile],
        places: tuple[Path, ...],
        *,
        settles: bool,
    ) -> None:
        self._name = name
        self._own = own
        self._files = files
        self._settles = settles
        if not isinstance(own.value, dict):
            raise ConfigError(own.file, own.line, f'"{name}" must be a table of settings')
        self._all, self._built_in = self._with_vendor(places)

    def source(self) -> Source:
        """Give what it says as a source of settings."""
        identity = self._entry("auth_url", values.identity)
        if identity is None and self._built_in is not None:
            profile, url = self._built_in
            identity = Entry(url, values.identity, '"profile"', profile.file, profile.line)
        bundle = self._all.get("cacert")
        return Source(
            offer=self._offer(),
            regions=self._regions(),
            identity=identity,
            # Its address is for its own secret; another's secret is not for its address.
            identity_is_bound=True,
            ca_bundle=self._as_entry(
                bundle, "cacert", values.existing_file(Path(bundle.file).expanduser().parent)
            )
            if bundle is not None
            else None,
        )

    def _with_vendor(self, places: tuple[Path, ...]) -> tuple[Written, tuple[Written, str] | None]:
        """Lay the entry over its vendor's, which is in a file or known by name."""
        profile = self._own.get("profile") or self._own.get("cloud")
        if profile is None or not isinstance(profile.value, str):
            return self._own, None
        name = profile.value
        file = _first("clouds-public", None, places)
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
            f'"profile" of "{self._name}" names the vendor {shown(name)}, which is neither in a '
            f"clouds-public.yaml nor known{did_you_mean(name, _VENDORS)}; give auth_url instead",
        )

    def _offer(self) -> Offer:
        username = self._entry("username", values.text)
        key, password = self._find("api_key"), self._find("password")
        kind = self._all.get("auth_type")
        kind_name = str(kind.value) if kind is not None else ""
        if kind is not None and kind_name not in _BY_KEY + _BY_PASSWORD:
            known = ", ".join(_BY_KEY + _BY_PASSWORD)
            raise ConfigError(
                kind.file,
                kind.line,
                f'"auth_type" of "{self._name}" is {shown(kind_name)}; here one can sign in '
                f"with {known}{did_you_mean(kind_name, _BY_KEY + _BY_PASSWORD)}",
            )
        by_password = kind_name in _BY_PASSWORD if kind_name else (key is None and bool(password))
        secret = password if by_password else key
        wanted = "password" if by_password else "api_key"
        # A secret that stands there under the other's name is for the operator to sort out: trying
        # one as the other is a failed sign-in, and accounts lock.
        lacks = f'"{self._name}" in {self._own.file} lacks '
        return Offer(
            username=username.value() if username else None,
            secret=self._secret(secret, wanted) if secret is not None else None,
            is_password=by_password,
            username_origin=username.origin if username else "",
            secret_origin=f"{secret.file}:{secret.line}" if secret is not None else "",
            settles=self._settles,
            missing=lacks + ("username" if username is None else wanted),
        )

    def _secret(self, written: Written, key: str) -> credentials.SecretSource:
        text = self._as_entry(written, key, values.secret_text).value()
        return credentials.WrittenSecret(Secret(text.reveal()), self._files[written.file].shared)

    def _regions(self) -> Entry[tuple[str, ...]] | None:
        """The regions that the operator chose; what a vendor has is no choice."""
        several = self._own.get("regions")
        if several is None:
            one = self._own.get("region_name")
            if one is None:
                return None
            raw: object = [*_names(one)] if isinstance(one.value, list) else one.value
            return Entry(raw, values.regions, self._called("region_name"), one.file, one.line)
        names = list(_names(several))
        return Entry(names, values.regions, self._called("regions"), several.file, several.line)

    def _find(self, key: str) -> Written | None:
        """Find a key of `auth`, which may as well stand beside it."""
        return self._all.get("auth", key) or self._all.get(key)

    def _entry(self, key: str, check: Callable[[object], T]) -> Entry[T] | None:
        written = self._find(key)
        return self._as_entry(written, key, check) if written is not None else None

    def _as_entry(self, written: Written, key: str, check: Callable[[object], T]) -> Entry[T]:
        return Entry(written.value, check, self._called(key), written.file, written.line)

    def _called(self, key: str) -> str:
        return f'"{key}" of "{self._name}"'


def _without(asked_for_by: Entry[str]) -> str:
    return "take the line away" if asked_for_by.file else f"unset {asked_for_by.name}"


def _names(written: Written) -> Iterator[object]:
    """Give the names in a list of regions: texts, or tables with a name."""
    listed = written.value if isinstance(written.value, list) else [written]
    for each in listed:
        name = each.get("name") if isinstance(each.value, dict) else each
        yield name.value if name is not None else None


def _table(whole: Written, name: str) -> Written:
    """Give one of the tables at the top of a file; an empty one if it is not there."""
    found = whole.get(name.replace("-", "_"))
    if found is None:
        return Written({}, whole.file, whole.line)
    if not isinstance(found.value, dict):
        raise ConfigError(found.file, found.line, f'"{name}" must be a table of entries')
    return found


def _first(stem: str, named: str | None, places: tuple[Path, ...]) -> TextFile | None:
    """Read the first file of a name that there is; the one that a variable names comes first."""
    first = [Path(named).expanduser()] if named else []
    beside = [place / f"{stem}{suffix}" for place in places for suffix in _SUFFIXES]
    return next((file for path in first + beside if (file := read_text(path))), None)
