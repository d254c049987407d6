"""Keeps an open account between two runs, so that a second start costs one round trip less.

One file a user and Identity address, readable by its owner alone. It is used only with the very
secret that it was got with: who starts with another key is asked for a token of their own.
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

from rcv3_tui.api.access import Access
from rcv3_tui.api.catalogue import Catalogue, Endpoint
from rcv3_tui.clock import Clock
from rcv3_tui.private import make_private, write_whole
from rcv3_tui.settings import Credentials, Secret

_log = logging.getLogger("rcv3_tui.api")

_VERSION = 1
_ROUNDS = 20_000
_LEAST_LIFE = 600.0
"""Seconds that a token must have left to be worth taking up again."""


class _Kept(msgspec.Struct, frozen=True):
    version: int
    salt: str
    proof: str
    token: str
    expires: datetime | None
    tenant_id: str
    user_name: str
    default_region: str | None
    endpoints: list[tuple[str, str, str, str, str]]


class FileTokenCache:
    """A token in a file of mode 0600; see `rcv3_tui.api.identity.TokenCache`.

    A file that cannot be written, is damaged, or can be read by others is never an error: the
    account is opened anew.

    Args:
        directory: The per-user cache directory; made, for its owner alone, at the first write.
        identity_url: Identity's address.
        credentials: Whose token.
        clock: What decides whether a token is old.
    """

    def __init__(
        self, directory: Path, identity_url: str, credentials: Credentials, clock: Clock
    ) -> None:
        name = hashlib.sha256(f"{identity_url}\n{credentials.username}".encode()).hexdigest()[:24]
        self._path = directory / f"token-{name}.json"
        self._secret = credentials.api_key or credentials.password or Secret("")
        self._clock = clock

    def load(self) -> Access | None:
        """Give the account saved last with this very secret, None when there is none of use."""
        try:
            mode = self._path.stat().st_mode
            if stat.S_IMODE(mode) & 0o077:
                _log.warning("the token cache can be read by others: it is dropped")
                self.drop()
                return None
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("the token cache is not readable: %s", type(error).__name__)
            return None
        if kept.version != _VERSION or not hmac.compare_digest(
            kept.proof, self._proof(bytes.fromhex(kept.salt))
        ):
            return None
        if kept.expires is not None:
            left = (kept.expires - self._clock.now()).total_seconds()
            if left < _LEAST_LIFE:
                return None
        return Access(
            token=Secret(kept.token),
            expires=kept.expires,
            tenant_id=kept.tenant_id,
            user_name=kept.user_name,
            default_region=kept.default_region,
            catalogue=Catalogue(tuple(Endpoint(*fields) for fields in kept.endpoints)),
        )

    def save(self, access: Access) -> None:
        """Keep an account for the next run; whole or not at all, also beside another copy."""
        salt = secrets.token_bytes(16)
        kept = _Kept(
            version=_VERSION,
            salt=salt.hex(),
            proof=self._proof(salt),
            token=access.token.reveal(),
            expires=access.expires,
            tenant_id=access.tenant_id,
            user_name=access.user_name,
            default_region=access.default_region,
            endpoints=[
                (e.name, e.type, e.region, e.url, e.tenant_id) for e in access.catalogue.endpoints
            ],
        )
        try:
            make_private(self._path.parent)
            write_whole(self._path, [msgspec.json.encode(kept)])
        except OSError as error:
            _log.warning("the token is not kept: %s", error.strerror)

    def drop(self) -> None:
        """Forget the token, because a service refused it."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("the token cache could not be dropped: %s", error.strerror)

    def _proof(self, salt: bytes) -> str:
        # Slow enough that the file gives no cheap way to try passwords.
        secret = self._secret.reveal().encode()
        return hashlib.pbkdf2_hmac("sha256", secret, salt, _ROUNDS).hex()
