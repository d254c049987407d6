"""The settings of one run, as one frozen value.

This module only has values. `rcv3_tui.config` reads files and the environment to create them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Protocol
from urllib.parse import urlsplit

from msgspec import Struct, field

from rcv3_tui.display_time import DisplayZone
from rcv3_tui.suggest import did_you_mean, quote_value

US_IDENTITY = "https://identity.api.rackspacecloud.com/v2.0"
"""Identity for US accounts and all others but UK ones (RackConnect API reference, section 2)."""

UK_IDENTITY = "https://lon.identity.api.rackspacecloud.com/v2.0"
"""Identity for UK accounts."""

REGIONS = ("DFW", "IAD", "ORD", "LON", "HKG", "SYD")
"""Regions that offer RackConnect v3.0 (RackConnect API reference, section 1)."""

ALL_REGIONS = "ALL"
"""The region name for every region in which the account has RackConnect v3.0."""

DEFAULT_INTERVAL = 15.0
"""The default number of seconds between two refreshes."""

DEFAULT_TIMEOUT = 20.0
"""The default time limit of one request, in seconds."""


class NotifyMethod(StrEnum):
    """How the terminal reports the end of a long operation while it has no focus."""

    OFF = "off"
    BELL = "bell"
    OSC9 = "osc9"
    OSC777 = "osc777"


class Secret:
    """A text that must not be shown: its repr, str and format never contain it.

    Args:
        text: The secret; `reveal` returns it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret, for the request that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not to be pickled")


class CredentialError(Exception):
    """A secret cannot be read; the text has the reason and the next step."""


class SecretSource(Protocol):
    """A source that a secret can be read from; `rcv3_tui.config.secrets` has them."""

    def read(self) -> Secret:
        """Return the secret; may block on a file or a command.

        Raises:
            CredentialError: It cannot be read.
        """
        ...


class SecretKind(StrEnum):
    """The kind of a secret, as messages name it."""

    API_KEY = "API key"
    PASSWORD = "password"  # noqa: S105 - a name
    TOKEN = "token"  # noqa: S105 - a name


class Credentials(Struct, frozen=True):
    """A user name with an API key or a password, or a token."""

    username: str = ""
    """Empty with a token whose user is not known before the sign-in."""
    api_key: Secret | None = None
    password: Secret | None = None
    token: Secret | None = None
    """A token that another tool obtained. It is valid for one tenant and cannot be renewed."""
    token_source: SecretSource | None = None
    """Where a newer token can be read once this one has expired; None: the operator has to ask
    for one."""

    @classmethod
    def of(
        cls,
        kind: SecretKind,
        username: str,
        secret: Secret,
        *,
        token_source: SecretSource | None = None,
    ) -> Credentials:
        """Return credentials with a secret of some kind."""
        match kind:
            case SecretKind.API_KEY:
                return cls(username, api_key=secret)
            case SecretKind.PASSWORD:
                return cls(username, password=secret)
            case SecretKind.TOKEN:
                return cls(username, token=secret, token_source=token_source)

    @property
    def kind(self) -> SecretKind:
        """The kind of the secret."""
        if self.token is not None:
            return SecretKind.TOKEN
        return SecretKind.API_KEY if self.api_key is not None else SecretKind.PASSWORD

    @property
    def secret(self) -> Secret:
        """The secret, of any kind."""
        return self.api_key or self.password or self.token or Secret("")

    @property
    def who(self) -> str:
        """The user, as messages name it."""
        if self.username:
            return f"user {self.username}"
        return "the owner of the token" if self.token is not None else "no user"


class OwnCommand(Struct, frozen=True):
    """A program that the operator runs on a row: `[commands.NAME]` of the config file."""

    name: str
    run: tuple[str, ...]
    """The program and its arguments, with `{field}` where a value of the row belongs."""
    panes: tuple[str, ...]
    """The panes in which it is available."""
    key: str = ""
    """Its key or keys, with commas; empty: it has none."""
    description: str = ""
    confirm: bool = False
    background: bool = False


class Settings(Struct, frozen=True):
    """The settings of one run.

    The worker and the screens get this value; they read neither files nor the environment.
    """

    profile: str = "default"
    credentials: Credentials | None = None
    """None: the login screen asks for them."""
    username_hint: str | None = None
    """The initial user name of the login screen, if a source names a user but no secret."""
    credentials_note: str = ""
    """The sources of credentials that were not used, and why; one line for the login screen."""
    sources_searched: str = ""
    """Files and variables that were searched in vain for credentials, in one line."""
    tenant: str | None = None
    """The account that the sign-in names; None: the user's default one."""
    regions: tuple[str, ...] = ()
    """In upper case and order; empty: from the service catalog; `ALL_REGIONS`: all regions."""
    regions_are_borrowed: bool = False
    """They come from another tool's configuration, so that no endpoint is guessed for them."""
    identity_url: str = US_IDENTITY
    """Without a trailing slash."""
    ca_bundle: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    refresh_interval: float = DEFAULT_INTERVAL
    read_only: bool = False
    protected: bool = False
    ascii: bool = False
    plain: bool = False
    """For screen readers: one pane, no borders, a visible cursor, status changes as text."""
    mouse: bool = False
    title: bool = True
    """The window's title names the profile and the regions."""
    notify: NotifyMethod = NotifyMethod.BELL
    time_zone: DisplayZone = DisplayZone.UTC
    """The zone of the times on the screen."""
    theme: str | None = None
    color: str | None = None
    """The color of the profile in the header, as a CSS color name or `#rrggbb`."""
    log_level: str = "info"
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Command name to its key or keys, from `[keys]`."""
    commands: tuple[OwnCommand, ...] = ()
    """The operator's own commands, from `[commands.NAME]`."""
    state_dir: Path | None = None
    """The directory of journal and log; None: nothing is written."""
    cache_dir: Path | None = None
    """The directory of cached tokens, snapshots and request counts; None: nothing is written."""
    cache: bool = True
    """Use data that an earlier run cached there, and cache data for the next one."""
    caches_snapshots: bool = True
    """Whether snapshots are restored at the start, and cached for the next run."""
    demo: str | None = None
    """The scenario of the simulated account; None: a real account."""
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Setting name to its origin (`--region`, `RCV3_REGION`, `config.toml:4`)."""

    @property
    def data_cache_dir(self) -> Path | None:
        """The directory of cached data; None: none is used or written.

        The count of requests is no such data: all copies of the program need it.
        """
        return self.cache_dir if self.cache else None


def normalize_identity_url(text: str) -> str:
    """Return the URL of Identity for `us`, `uk` or a URL.

    Args:
        text: As typed; a URL may end with a slash or `/tokens`, and may lack `/v2.0`.

    Returns:
        The URL without a trailing slash.

    Raises:
        ValueError: It is invalid, or must not receive a secret; the text is one line that starts
            with "must".
    """
    text = text.strip()
    named = {"us": US_IDENTITY, "uk": UK_IDENTITY}.get(text.casefold())
    if named is not None:
        return named
    if "://" not in text:
        raise ValueError(
            f'must be "us", "uk" or a URL that starts with https://, not {quote_value(text)}'
            + did_you_mean(text.casefold(), ("us", "uk"))
        )
    if not text.isprintable() or " " in text:
        raise ValueError("must be a URL without spaces or control characters")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("must be a URL with a host and, if any, a port number") from None
    if parts.username is not None or parts.password is not None:
        # Not shown: it may contain a password.
        raise ValueError("must be a URL without user name and password")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"must be an https:// URL with a host, not {quote_value(text)}")
    if parts.query or parts.fragment:
        raise ValueError("must be a URL without anything from ? or # on")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(
            "must start with https://: plain http would expose your secret on the network "
            "(http is allowed for a test server on this machine)"
        )
    path = parts.path.rstrip("/").removesuffix("/tokens").rstrip("/")
    if path == "/v3" and is_rackspace_identity(text):
        # OpenStack's tools are often configured with it; the same service offers v2.0 too.
        path = "/v2.0"
    return f"{parts.scheme}://{parts.netloc}{path or '/v2.0'}"


def is_rackspace_identity(url: str) -> bool:
    """Return whether a URL is Rackspace's own Identity, in the US, the UK or elsewhere."""
    host = (urlsplit(url).hostname or "").lower()
    return f".{host}".endswith(".identity.api.rackspacecloud.com")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: localhost, 127.0.0.0/8, ::1."""
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def identity_label(url: str) -> str:
    """Return the short name of an Identity of Rackspace, else the URL."""
    return {US_IDENTITY: "us", UK_IDENTITY: "uk"}.get(url, url)
