"""The environment variables that are read, this program's own and those of other tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct

from rcv3_tui import credentials
from rcv3_tui.config import values
from rcv3_tui.config.sources import Entry, Source
from rcv3_tui.credentials import Offer

T = TypeVar("T")


class Family(Struct, frozen=True):
    """The environment variables of one program or ecosystem."""

    username: str
    region: str
    api_key: str | None = None
    password: str | None = None
    identity: str | None = None
    read_only: str | None = None
    settles: bool = False
    identity_is_bound: bool = False


FAMILIES = (
    Family(
        "RCV3_USERNAME",
        "RCV3_REGION",
        api_key="RCV3_API_KEY",
        password="RCV3_PASSWORD",  # noqa: S106 - the variable's name
        identity="RCV3_IDENTITY_URL",
        read_only="RCV3_READ_ONLY",
        settles=True,
    ),
    Family("RS_USERNAME", "RS_REGION_NAME", api_key="RS_API_KEY", identity="RS_AUTH_URL"),
    Family("RAX_USERNAME", "RAX_REGION", api_key="RAX_API_KEY"),
    Family(
        "OS_USERNAME",
        "OS_REGION_NAME",
        api_key="OS_API_KEY",
        password="OS_PASSWORD",  # noqa: S106 - the variable's name
        identity="OS_AUTH_URL",
        # A shell set up for another OpenStack cloud must not draw a Rackspace key to that cloud.
        identity_is_bound=True,
    ),
)
"""The environment variables that are read, the ones that win first."""


def from_environment(family: Family, environ: Mapping[str, str]) -> Source:
    """Give what one family of variables says; an empty variable says nothing."""

    def given(name: str | None, check: Callable[[object], T]) -> Entry[T] | None:
        raw = environ.get(name, "").strip() if name else ""
        return Entry(raw, check, name) if raw and name else None

    username = given(family.username, values.text)
    api_key = given(family.api_key, values.secret_text)
    password = given(family.password, values.secret_text)
    if password is not None and api_key is None and _password_is_key(family, environ):
        api_key = password
    secret = api_key or password
    names = [name for name in (family.api_key, family.password) if name]
    lacks = f"neither {' nor '.join(names)}" if len(names) > 1 else f"not {names[0]}"
    return Source(
        offer=Offer(
            username=username.value() if username else None,
            secret=credentials.WrittenSecret(secret.value()) if secret else None,
            is_password=api_key is None,
            username_origin=family.username,
            secret_origin=secret.name if secret else "",
            settles=family.settles,
            missing=lacks if username else f"{family.username} is not set",
        ),
        regions=given(family.region, values.regions),
        identity=given(family.identity, values.identity),
        identity_is_bound=family.identity_is_bound,
        read_only=given(family.read_only, values.yes_or_no),
    )


def _password_is_key(family: Family, environ: Mapping[str, str]) -> bool:
    """Whether `OS_PASSWORD` holds an API key, as with Rackspace's plugin for OpenStack's tools."""
    if family.password != "OS_PASSWORD":  # noqa: S105 - the variable's name
        return False
    plugin = environ.get("OS_AUTH_SYSTEM", "") or environ.get("OS_AUTH_TYPE", "")
    return plugin in ("rackspace", "rackspace_uk", "rackspace_apikey") or environ.get(
        "NOVA_RAX_AUTH", ""
    ) not in ("", "0")
