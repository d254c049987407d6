"""Caches a token grant between two runs, which saves one round trip at the next start.

There is one file per user, tenant and Identity address, readable by its owner only. It is used only
with the secret that it was obtained with: another key needs a token of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import stat
from datetime import datetime
from pathlib import Path

import msgspec

from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.api.service_catalog import Endpoint, ServiceCatalog
from rcv3_tui.clock import Clock
from rcv3_tui.private_files import atomic_write, ensure_private_dir, load_or_quarantine
from rcv3_tui.settings import Credentials, Secret

_log = logging.getLogger("rcv3_tui.api")

_VERSION = 2
"""Version 1 held the endpoints of all tenants of the user."""
_ROUNDS = 20_000
_MOST_BYTES = 4 * 1024 * 1024
_LEAST_LIFE = 600.0
"""Seconds that a token must have left to be used again."""


class _CachedGrant(msgspec.Struct, frozen=True):
    version: int
    salt: str
    proof: str
    token: str
    expires: datetime | None
    tenant_id: str
    user_name: str
    default_region: str | None
    endpoints: list[tuple[str, str, str, str, str]]
    roles: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


class FileTokenCache:
    """A token in a file of mode 0600; see `rcv3_tui.api.session.TokenCache`.

    A file that cannot be written, is damaged, or is readable by others is never an error: the next
    start signs in again.

    Args:
        directory: The per-user cache directory; created, for its owner only, at the first write.
        identity_url: Identity's address.
        credentials: The owner of the token.
        clock: Decides whether a token has expired.
        tenant: The tenant named in the sign-in; None: none.
    """

    def __init__(
        self,
        directory: Path,
        identity_url: str,
        credentials: Credentials,
        clock: Clock,
        *,
        tenant: str | None = None,
    ) -> None:
        key = f"{identity_url}\n{credentials.username}\n{tenant or ''}"
        if credentials.token is not None:
            key += "\ntoken"
        name = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:24]
        self._path = directory / f"token-{name}.json"
        self._secret = credentials.secret
        self._clock = clock

    def load(self) -> TokenGrant | None:
        """Return the grant saved last with the same secret; None without a usable one."""
        try:
            mode = self._path.lstat().st_mode
            if stat.S_ISREG(mode) and stat.S_IMODE(mode) & 0o077:
                _log.warning("the token cache is readable by others: deleted")
                self.drop()
                return None
        except OSError:
            return None
        return load_or_quarantine(self._path, self._decode, max_bytes=_MOST_BYTES)

    def _decode(self, data: bytes) -> TokenGrant | None:
        """Return the grant in a file; None where it is not usable."""
        cached = msgspec.json.decode(data, type=_CachedGrant)
        if cached.version != _VERSION or not hmac.compare_digest(
            cached.proof, self._proof(bytes.fromhex(cached.salt))
        ):
            return None
        if cached.expires is not None:
            left = (cached.expires - self._clock.now()).total_seconds()
            if left < _LEAST_LIFE:
                return None
        return TokenGrant(
            token=Secret(cached.token),
            expires=cached.expires,
            tenant_id=cached.tenant_id,
            user_name=cached.user_name,
            default_region=cached.default_region,
            catalog=ServiceCatalog(tuple(Endpoint(*fields) for fields in cached.endpoints)),
            rackconnect_roles=cached.roles,
            rackconnect_elsewhere=cached.elsewhere,
        )

    def save(self, access: TokenGrant) -> None:
        """Save a grant for the next run, atomically, also while another process does the same."""
        salt = secrets.token_bytes(16)
        cached = _CachedGrant(
            version=_VERSION,
            salt=salt.hex(),
            proof=self._proof(salt),
            token=access.token.reveal(),
            expires=access.expires,
            tenant_id=access.tenant_id,
            user_name=access.user_name,
            default_region=access.default_region,
            endpoints=[
                (e.name, e.type, e.region, e.url, e.tenant_id) for e in access.catalog.endpoints
            ],
            roles=access.rackconnect_roles,
            elsewhere=access.rackconnect_elsewhere,
        )
        try:
            ensure_private_dir(self._path.parent)
            atomic_write(self._path, [msgspec.json.encode(cached)])
        except OSError as error:
            _log.warning("the token is not saved: %s", error.strerror)

    def drop(self) -> None:
        """Delete the token, because a service rejected it."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("the token cache could not be deleted: %s", error.strerror)

    def _proof(self, salt: bytes) -> str:
        # Slow enough that the file is no cheap way to guess passwords.
        secret = self._secret.reveal().encode(errors="surrogatepass")
        return hashlib.pbkdf2_hmac("sha256", secret, salt, _ROUNDS).hex()
