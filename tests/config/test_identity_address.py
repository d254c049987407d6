"""The address of Identity: what operators write, and the one form that is used."""

from __future__ import annotations

import pytest

from rcv3_tui.config import Flags
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, identity_label, normalize_identity_url
from tests.support.home import KEY, Home

SPELLINGS = [
    ("us", US_IDENTITY),
    (" UK ", UK_IDENTITY),
    (f"{US_IDENTITY}/", US_IDENTITY),
    ("https://id.example", "https://id.example/v2.0"),
    ("https://id.example/", "https://id.example/v2.0"),
    ("HTTPS://id.example:8443", "https://id.example:8443/v2.0"),
    ("https://id.example/v2.0/tokens/", "https://id.example/v2.0"),
    ("https://id.example/tokens", "https://id.example/v2.0"),
    ("https://id.example/identity/v2.0//", "https://id.example/identity/v2.0"),
    ("http://localhost:8765/v2.0/", "http://localhost:8765/v2.0"),
    ("http://127.3.2.1:1", "http://127.3.2.1:1/v2.0"),
    ("http://[::1]:9/v2.0", "http://[::1]:9/v2.0"),
]

REFUSED = [
    ("", 'must be "us", "uk" or a URL'),
    ("ukk", 'not "ukk"; did you mean "uk"?'),
    ("id.example/v2.0", 'must be "us", "uk" or a URL that starts with https://'),
    ("http://192.0.2.1/v2.0", "must start with https://: plain http would expose your secret"),
    ("http://localhost.example/v2.0", "must start with https://"),
    ("http://127.0.0.1.example/", "must start with https://"),
    ("http://127.0.0.1@id.example/", "without user name and password"),
    ("ftp://id.example/", 'must be an https:// URL with a host, not "ftp://id.example/"'),
    ("https:///v2.0", "must be an https:// URL with a host"),
    ("https://id.example:port/", "must be a URL with a host and, if any, a port number"),
    ("http://[::1", "must be a URL with a host and, if any, a port number"),
    (f"https://user:{KEY}@id.example/", "without user name and password"),
    (f"https://id.example/?key={KEY}", "without anything from ? or # on"),
    ("https://id .example/", "without spaces or control characters"),
    ("https://id\n.example/", "without spaces or control characters"),
]


@pytest.mark.parametrize(("given", "meant"), SPELLINGS)
def test_identity_address_is_brought_into_one_form(given: str, meant: str) -> None:
    assert normalize_identity_url(given) == meant
    assert normalize_identity_url(meant) == meant


@pytest.mark.parametrize(("given", "why"), REFUSED)
def test_address_that_is_unsafe_or_wrong_is_refused_in_one_line(given: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"^must .*$") as caught:
        normalize_identity_url(given)
    text = str(caught.value)
    assert why in text
    assert "\n" not in text
    assert KEY not in text


@pytest.mark.parametrize(("given", "meant"), SPELLINGS)
def test_flags_variables_and_profiles_follow_the_same_rules(
    home: Home, given: str, meant: str
) -> None:
    assert home.load(Flags(identity_url=given)).identity_url == meant
    assert home.load(environ={"RCV3_IDENTITY_URL": given}).identity_url == meant
    home.write_profile(f'identity = "{given}"')
    assert home.load().identity_url == meant


@pytest.mark.parametrize("given", [given for given, _ in REFUSED])
def test_wrong_address_in_a_flag_is_named_with_the_flag(home: Home, given: str) -> None:
    assert home.error(Flags(identity_url=given)).startswith("--identity-url must ")


def test_known_address_has_a_short_name() -> None:
    assert identity_label(US_IDENTITY) == "us"
    assert identity_label(UK_IDENTITY) == "uk"
    assert identity_label("https://id.example/v2.0") == "https://id.example/v2.0"
