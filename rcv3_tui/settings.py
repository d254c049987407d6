"""The settings one run of the program works with, as one frozen value.

Pure values: no file, environment or network is touched here. `rcv3_tui.config` builds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from msgspec import Struct, field

from rcv3_tui.spelling import did_you_mean, shown

US_IDENTITY = "https://identity.api.rackspacecloud.com/v2.0"
"""Identity for US accounts and all others but UK ones (RackConnect API reference, section 2)."""

UK_IDENTITY = "https://lon.identity.api.rackspacecloud.com/v2.0"
"""Identity for UK accounts."""

ALL_REGIONS = "ALL"
"""The region name that stands for every region the account has RackConnect v3.0 in."""

DEFAULT_INTERVAL = 15.0
"""Seconds between two refreshes, unless asked otherwise."""

DEFAULT_TIMEOUT = 20.0
"""Seconds one request may take, unless asked otherwise."""


class Secret:
    """A text that must not be shown: its repr, str and format never hold it.

    Args:
        text: The secret itself; read it back with `reveal`.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the secret itself, for the one request that needs it."""
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


class Credentials(Struct, frozen=True):
    """What Identity is asked with: a user name and either an API key or a password."""

    username: str
    api_key: Secret | None = None
    password: Secret | None = None

    @property
    def kind(self) -> str:
        """Which kind of secret is used, in words for a message."""
        return "API key" if self.api_key is not None else "password"


class Settings(Struct, frozen=True):
    """Everything one run needs to know.

    The worker and the screen are given this value; neither reads files or the environment.
    """

    profile: str = "default"
    credentials: Credentials | None = None
    """None: the login screen has to ask."""
    username_hint: str | None = None
    """The user name the login screen starts with, where a source names a user but no secret."""
    credentials_note: str = ""
    """Which sources of credentials were passed over, and why; one line for the login screen."""
    regions: tuple[str, ...] = ()
    """Upper case, as ordered; empty: chosen from the catalogue; `ALL_REGIONS`: every one."""
    identity_url: str = US_IDENTITY
    """Without a slash at its end."""
    ca_bundle: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    refresh_interval: float = DEFAULT_INTERVAL
    read_only: bool = False
    protected: bool = False
    ascii: bool = False
    mouse: bool = False
    theme: str | None = None
    colour: str | None = None
    """The profile's own colour in the header, as a CSS colour name or `#rrggbb`."""
    log_level: str = "info"
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Command name to the key(s) it is put on, from `[keys]`."""
    state_dir: Path | None = None
    """Where journal and log live; None: nothing is written."""
    cache_dir: Path | None = None
    """Where tokens and last snapshots live; None: nothing is written."""
    demo: str | None = None
    """Name of the simulated account's scenario, or None on a real account."""
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Setting name to where it came from (`--region`, `RCV3_REGION`, `config.toml:4`)."""


def identity_address(text: str) -> str:
    """Give Identity's address for what an operator wrote: `us`, `uk` or a URL.

    Args:
        text: As written; a URL may end in a slash or in `/tokens`, and may lack the `/v2.0`.

    Returns:
        The URL without a slash at its end.

    Raises:
        ValueError: It is no such address, or a secret must not be sent there; the text is one
            line that begins with "must".
    """
    text = text.strip()
    named = {"us": US_IDENTITY, "uk": UK_IDENTITY}.get(text.casefold())
    if named is not None:
        return named
    if "://" not in text:
        raise ValueError(
            f'must be "us", "uk" or a URL that starts with https://, not {shown(text)}'
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
        # Not shown: a password may stand in it.
        raise ValueError("must be a URL without user name and password")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"must be an https:// URL with a host, not {shown(text)}")
    if parts.query or parts.fragment:
        raise ValueError("must be a URL without anything from ? or # on")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            "must start with https://: plain http would send your secret readable to anybody "
            "on the way (http is for a test server on this machine)"
        )
    path = parts.path.rstrip("/").removesuffix("/tokens").rstrip("/")
    if path == "/v3" and host.lower().endswith("identity.api.rackspacecloud.com"):
        # What OpenStack's tools are often given; the same service speaks v2.0 beside it.
        path = "/v2.0"
    return f"{parts.scheme}://{parts.netloc}{path or '/v2.0'}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def identity_name(url: str) -> str:
    """Give the short name of one of Rackspace's own Identity addresses, else the URL itself."""
    return {US_IDENTITY: "us", UK_IDENTITY: "uk"}.get(url, url)
