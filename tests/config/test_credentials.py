"""The choice of credentials among several sources."""

from __future__ import annotations

from rcv3_tui.config.credentials import CredentialCandidate, resolve_credentials
from rcv3_tui.config.secrets import InlineSecret
from rcv3_tui.settings import Secret


def candidate(
    username: str | None, secret: str | None, *, pins_user: bool = False, origin: str = "here"
) -> CredentialCandidate:
    written = InlineSecret(Secret(secret)) if secret else None
    return CredentialCandidate(
        username,
        written,
        username_origin=f"{origin}-user",
        secret_origin=f"{origin}-key",
        pins_user=pins_user,
        missing="the other half is not",
    )


def test_first_complete_source_is_used() -> None:
    first, second = candidate("a", "1"), candidate("b", "2")
    assert resolve_credentials([first, second]).candidate is first


def test_key_is_never_paired_with_a_user_of_another_source() -> None:
    choice = resolve_credentials([candidate("a", None), candidate(None, "2"), candidate("b", "3")])
    assert choice.candidate == candidate("b", "3")


def test_key_without_user_is_skipped_with_a_note() -> None:
    choice = resolve_credentials([candidate(None, "1", origin="env")])
    assert choice.candidate is None
    assert choice.note == "env-key is not used: the other half is not"


def test_own_user_is_not_replaced_by_credentials_of_another_user() -> None:
    choice = resolve_credentials(
        [candidate("a", None, pins_user=True, origin="env"), candidate("b", "2")]
    )
    assert choice.candidate is None
    assert choice.username_hint == "a"
    assert choice.note == "env-user is set, but the other half is not"


def test_key_of_the_same_user_is_used_from_any_later_source() -> None:
    later = candidate("a", "2")
    choice = resolve_credentials([candidate("a", None, pins_user=True), candidate("b", "1"), later])
    assert choice.candidate is later


def test_user_without_secret_prefills_the_login_screen() -> None:
    choice = resolve_credentials([candidate("a", None), candidate("b", None)])
    assert (choice.candidate, choice.username_hint) == (None, "a")
