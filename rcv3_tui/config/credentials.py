"""Chooses whose credentials are used, among the candidates of all sources."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rcv3_tui.config.secrets import SecretSource
from rcv3_tui.settings import SecretKind


class CredentialCandidate(Struct, frozen=True):
    """The credentials of one source; the user name or the secret may be missing.

    A token needs no user name.
    """

    username: str | None
    secret: SecretSource | None
    is_password: bool = False
    """The secret is a password, not an API key."""
    is_token: bool = False
    """The secret is a token, which some other tool obtained."""
    username_origin: str = ""
    secret_origin: str = ""
    pins_user: bool = False
    """A user name without a secret already selects the user: the operator set it for this program,
    so the complete credentials of another user must not be used instead."""
    is_exclusive: bool = False
    """The operator selected this source, which is one account: no other source replaces it, even
    if it names no user."""
    missing: str = ""
    """The missing half of this source, in words."""
    unusable: str = ""
    """Why the credentials of this source cannot be used, in words; empty if they can."""

    @property
    def kind(self) -> SecretKind:
        """The kind of the secret."""
        if self.is_token:
            return SecretKind.TOKEN
        return SecretKind.PASSWORD if self.is_password else SecretKind.API_KEY

    @property
    def names_account(self) -> bool:
        """Whether it selects an account: by a user name, or by a token, which belongs to one."""
        return self.username is not None or (self.is_token and self.secret is not None)


class ResolvedCredentials(Struct, frozen=True):
    """The credentials to use; without a candidate, the login screen asks for them."""

    candidate: CredentialCandidate | None
    username_hint: str | None = None
    username_origin: str = ""
    note: str = ""


def resolve_credentials(candidates: Iterable[CredentialCandidate]) -> ResolvedCredentials:
    """Return the credentials to use: the first complete source wins.

    A secret is used only with the user name of its own source, so that the key of one account is
    never sent with the name of another. If a source with `pins_user` names a user without a
    secret, only later sources for the same user are considered.

    Args:
        candidates: The credentials of the sources, in order of preference.
    """
    wanted: CredentialCandidate | None = None
    hint: CredentialCandidate | None = None
    notes: list[str] = []
    for candidate in candidates:
        if candidate.unusable:
            if origin := candidate.secret_origin or candidate.username_origin:
                notes.append(f"{origin} is not used: {candidate.unusable}")
            continue
        if candidate.username is None and candidate.is_token and candidate.secret is not None:
            if wanted is None:
                return ResolvedCredentials(candidate, note=_joined(notes))
            # Whose token it is, only Identity knows.
            notes.append(
                f"{candidate.secret_origin} is not used: {wanted.username_origin} names a user"
            )
            continue
        if candidate.username is None:
            if candidate.secret is not None:
                notes.append(f"{candidate.secret_origin} is not used: {candidate.missing}")
            if candidate.is_exclusive and wanted is None:
                notes.append(candidate.missing)
                break
            continue
        if wanted is not None and candidate.username != wanted.username:
            continue
        if candidate.secret is not None:
            return ResolvedCredentials(
                candidate, username_origin=candidate.username_origin, note=_joined(notes)
            )
        notes.append(f"{candidate.username_origin} is set, but {candidate.missing}")
        hint = hint or candidate
        if candidate.pins_user:
            wanted = hint = wanted or candidate
    if hint is None:
        return ResolvedCredentials(None, note=_joined(notes))
    return ResolvedCredentials(None, hint.username, hint.username_origin, _joined(notes))


def _joined(notes: Iterable[str]) -> str:
    """Join notes without duplicates: two sources may be the same entry of a file."""
    return "; ".join(dict.fromkeys(notes))
