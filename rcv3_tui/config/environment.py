"""Reads environment variables: those of this program and of other tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from rcv3_tui.config import secrets, validators
from rcv3_tui.config.credentials import CredentialCandidate
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.identity_rule import RACKSPACE
from rcv3_tui.config.source import ConfigSource, SettingValue
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Secret, is_rackspace_identity

T = TypeVar("T")


class VariableSet(Struct, frozen=True):
    """The environment variables of one program or ecosystem."""

    username: str
    region: str
    api_key: str | None = None
    password: str | None = None
    identity: str | None = None
    tokens: tuple[str, ...] = ()
    """The variables with a token, in order of preference."""
    tenants: tuple[str, ...] = ()
    """The variables with the id of a tenant, in order of preference."""
    tenant_names: tuple[str, ...] = ()
    """The variables with the name of a tenant, used if it is the account's number."""
    ca_bundle: str | None = None
    read_only: str | None = None
    is_own: bool = False
    """They belong to this program."""
    is_rackspace: bool = True
    """They are only for Rackspace's cloud."""

    @property
    def variables(self) -> frozenset[str]:
        """The names of all variables."""
        single = (
            self.username,
            self.region,
            self.api_key,
            self.password,
            self.identity,
            self.ca_bundle,
            self.read_only,
        )
        named = (name for name in single if name)
        return frozenset((*named, *self.tokens, *self.tenants, *self.tenant_names))

    @property
    def prefix(self) -> str:
        """The common prefix of the names: `OS_`."""
        return f"{self.username.partition('_')[0]}_"


VARIABLE_SETS = (
    VariableSet(
        "RCV3_USERNAME",
        "RCV3_REGION",
        api_key="RCV3_API_KEY",
        password="RCV3_PASSWORD",  # noqa: S106 - the variable's name
        identity="RCV3_IDENTITY_URL",
        tokens=("RCV3_TOKEN",),
        tenants=("RCV3_TENANT",),
        read_only="RCV3_READ_ONLY",
        is_own=True,
    ),
    VariableSet(
        "RS_USERNAME",
        "RS_REGION_NAME",
        api_key="RS_API_KEY",
        password="RS_PASSWORD",  # noqa: S106 - the variable's name
        identity="RS_AUTH_URL",
        tenants=("RS_TENANT_ID",),
        tenant_names=("RS_TENANT_NAME",),
    ),
    VariableSet("RAX_USERNAME", "RAX_REGION", api_key="RAX_API_KEY"),
    VariableSet(
        "OS_USERNAME",
        "OS_REGION_NAME",
        api_key="OS_API_KEY",
        password="OS_PASSWORD",  # noqa: S106 - the variable's name
        identity="OS_AUTH_URL",
        tokens=("OS_TOKEN", "OS_AUTH_TOKEN"),
        tenants=("OS_PROJECT_ID", "OS_TENANT_ID"),
        tenant_names=("OS_PROJECT_NAME", "OS_TENANT_NAME"),
        ca_bundle="OS_CACERT",
        is_rackspace=False,
    ),
)
"""The sets of variables that are read, in order of preference."""

_PLUGINS = {"rackspace": US_IDENTITY, "rackspace_uk": UK_IDENTITY, "rackspace_apikey": US_IDENTITY}
"""Names of Rackspace's plug-ins for OpenStack's tools, with which `OS_PASSWORD` is an API key."""

_BY_PASSWORD = {"rackspace_password": US_IDENTITY}
"""The same, with which it is a password."""

_BY_TOKEN = ("token", "v2token", "v3token")
"""Plug-ins of OpenStack's tools with which a token is used."""

_PLUGIN_VARIABLES = ("OS_AUTH_SYSTEM", "OS_AUTH_TYPE", "OS_AUTH_PLUGIN", "OS_AUTH_STRATEGY")

_SELECTORS = frozenset(
    {
        *_PLUGIN_VARIABLES,
        "NOVA_RAX_AUTH",
        "OS_CLOUD",
        "OS_CLIENT_CONFIG_FILE",
        "OS_CLIENT_SECURE_FILE",
        "RAX_CREDENTIALS",
        "RAX_CREDS_FILE",
        "RAX_ENV",
        "RCV3_CONFIG",
        "RCV3_PROFILE",
    }
)
"""Variables that are read in addition to those of the sets."""

_ADVICE = {
    "OS_INSECURE": "certificates are always checked; trust your authority with --ca-bundle",
    "OS_CERT": "client certificates are not sent",
    "OS_KEY": "client certificates are not sent",
}


def from_environment(group: VariableSet, environ: Mapping[str, str]) -> ConfigSource:
    """Return the settings of one set of variables; empty variables are ignored.

    Args:
        group: The set of variables.
        environ: The environment.

    Raises:
        ConfigError: A variable of this program is invalid. If one of another tool is invalid, its
            set is not used, and the source says why.
    """
    try:
        return _source(group, environ)
    except ConfigError as error:
        if group.is_own:
            raise
        candidate = CredentialCandidate(
            None, None, username_origin=group.username, unusable=error.message
        )
        return ConfigSource(
            candidate=candidate,
            unhonored=(f"{group.username} is not used: {error.message}",),
        )


def _source(group: VariableSet, environ: Mapping[str, str]) -> ConfigSource:
    def given(name: str | None, check: Callable[[object], T]) -> SettingValue[T] | None:
        raw = environ.get(name, "") if name else ""
        return SettingValue(raw, check, name) if raw.strip() and name else None

    def word(name: str | None, check: Callable[[object], T]) -> SettingValue[T] | None:
        entry = given(name, check)
        return entry and SettingValue(str(entry.raw).strip(), check, entry.name)

    username = given(group.username, validators.parse_text)
    api_key = given(group.api_key, validators.parse_secret)
    password = given(group.password, validators.parse_secret)
    implied_identity, holds_key = _implied_identity(group, environ)
    if password is not None and api_key is None and holds_key:
        api_key = password
    secret = api_key or password
    names = [name for name in (group.api_key, group.password) if name]
    lacks = f"neither {' nor '.join(names)}" if len(names) > 1 else f"not {names[0]}"
    identity = word(group.identity, validators.parse_identity)
    tenant = next((e for n in group.tenants if (e := word(n, validators.parse_tenant))), None)
    named = [e for n in group.tenant_names if (e := word(n, validators.parse_tenant)) is not None]
    tenant = tenant or next((each for each in named if str(each.raw).isdigit()), None)
    tokens = (given(name, validators.parse_secret) for name in group.tokens)
    token = next((each for each in tokens if each is not None), None)
    is_token = _by_token(group, environ, token, tenant, has_others=bool(username and secret))
    secret = token if is_token else secret
    return ConfigSource(
        candidate=CredentialCandidate(
            username=username.value() if username else None,
            secret=secrets.InlineSecret(secret.value()) if secret else None,
            is_password=api_key is None and not is_token,
            is_token=is_token,
            username_origin=group.username if username else "",
            secret_origin=secret.name if secret else "",
            pins_user=group.is_own,
            missing=lacks if username else f"{group.username} is not set",
            unusable="" if group.is_own or identity is None else unusable_address(identity),
        ),
        is_own=group.is_own,
        is_shared=group.is_rackspace,
        regions=word(group.region, validators.parse_regions),
        tenant=tenant,
        identity=identity,
        implied_identity=implied_identity,
        ca_bundle=word(group.ca_bundle, validators.existing_path_below(Path())),
        read_only=word(group.read_only, validators.parse_bool_word),
        unhonored=(*_unhonored(group, environ, tenant), *_unused_token(token, is_token, tenant)),
    )


def _by_token(
    group: VariableSet,
    environ: Mapping[str, str],
    token: SettingValue[Secret] | None,
    tenant: SettingValue[str] | None,
    *,
    has_others: bool,
) -> bool:
    """Return whether the token of a set is used, rather than its user and secret.

    Nobody sets this program's variable by accident. Another tool's may be left over from a script,
    so that it needs a tenant, and comes after a complete user and secret.
    """
    if token is None:
        return False
    if group.is_own:
        return True
    plugins = (environ.get(name, "").strip().casefold() for name in _PLUGIN_VARIABLES)
    return tenant is not None and (not has_others or any(each in _BY_TOKEN for each in plugins))


def _unused_token(
    token: SettingValue[Secret] | None, is_token: bool, tenant: SettingValue[str] | None
) -> Iterator[str]:
    if token is not None and not is_token and tenant is not None:
        yield f"{token.name} is not honored: a user and a secret are set too"


def unusable_address(identity: SettingValue[str]) -> str:
    """Return why another tool's Identity address cannot be used here; empty if it can.

    Args:
        identity: The address in the configuration of that tool.
    """
    try:
        url = identity.value()
    except ConfigError as error:
        return error.message
    if urlsplit(url).path.rstrip("/").endswith("/v3") and not is_rackspace_identity(url):
        return f"{identity.name} is another cloud's Identity v3; Rackspace's speaks v2.0"
    return ""


def _implied_identity(
    group: VariableSet, environ: Mapping[str, str]
) -> tuple[SettingValue[str] | None, bool]:
    """Return the Identity of the credentials, and whether the password is an API key."""
    if group.is_rackspace:
        return RACKSPACE, False
    for name in _PLUGIN_VARIABLES:
        plugin = environ.get(name, "").strip().casefold()
        if url := _PLUGINS.get(plugin, _BY_PASSWORD.get(plugin)):
            return SettingValue(url, validators.parse_identity, name), plugin in _PLUGINS
    if environ.get("NOVA_RAX_AUTH", "").strip() not in ("", "0"):
        return SettingValue(US_IDENTITY, validators.parse_identity, "NOVA_RAX_AUTH"), True
    return None, False


def _unhonored(
    group: VariableSet, environ: Mapping[str, str], tenant: SettingValue[str] | None
) -> Iterator[str]:
    """Yield the variables of a set that have no effect."""
    known = group.variables | _SELECTORS
    unread: list[str] = []
    for name in sorted(environ):
        if not name.startswith(group.prefix) or not environ[name].strip():
            continue
        if name in _ADVICE:
            yield f"{name} is not honored: {_ADVICE[name]}"
        elif name in group.tenant_names and tenant is None:
            yield f"{name} is not honored: a tenant is chosen by its number; set RCV3_TENANT"
        elif name not in known:
            unread.append(name)
    if unread:
        yield f"{', '.join(unread)}: not read by this program"


def unhonored_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables that have no effect for any source of credentials."""
    for group in VARIABLE_SETS:
        is_scoped = any(environ.get(name, "").strip() for name in group.tenants)
        names = (environ.get(name, "").strip() for name in group.tenant_names)
        if group.is_own or is_scoped or any(name.isdigit() for name in names):
            continue
        for name in group.tokens:
            if environ.get(name, "").strip():
                yield f"{name} is not honored: a token needs its tenant; set {group.tenants[0]}"
    if bundle := next((n for n in _BUNDLES if environ.get(n, "").strip()), None):
        named = next((n for n in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environ.get(n)), None)
        if named is not None:
            yield f"{bundle} is not honored: {named} comes first"


_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The variables of requests and curl that name trusted certificate authorities."""


def from_bundles(environ: Mapping[str, str]) -> ConfigSource:
    """Return the certificate authorities that the environment names for all HTTP clients."""
    if environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR"):
        # OpenSSL's own variables take precedence; httpx reads them.
        return ConfigSource()
    for name in _BUNDLES:
        if raw := environ.get(name, "").strip():
            check = validators.existing_path_below(Path())
            return ConfigSource(is_own=True, ca_bundle=SettingValue(raw, check, name))
    return ConfigSource()
