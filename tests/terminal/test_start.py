"""What stands on the terminal when the console cannot open the account."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.terminal.conftest import (
    WRONG_KEY,
    Opener,
    account_of,
    assert_restored,
    leave,
)
from tests.terminal.stranger import API_KEY, REGION, USERNAME, Stranger
from tests.terminal.terminal import Terminal


def test_wrong_credentials_are_tried_once_and_told(opened: Opener, stranger: Stranger) -> None:
    terminal = opened(environment=account_of(stranger) | {"RCV3_API_KEY": WRONG_KEY})
    assert ended_with(terminal, 3).startswith("rcv3-tui: ")
    assert USERNAME in terminal.farewell
    assert_restored(terminal)
    assert [request.path for request in stranger.requests] == ["/v2.0/tokens"]


def test_an_unknown_region_is_told_with_those_that_there_are(
    opened: Opener, stranger: Stranger
) -> None:
    terminal = opened("--region", "XYZ", environment=account_of(stranger))
    told = ended_with(terminal, 2)
    assert "XYZ" in told
    assert REGION in told
    assert_restored(terminal)


def test_a_refused_connection_is_told_with_the_address(opened: Opener, stranger: Stranger) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v2.0"
        terminal = opened(environment=account_of(stranger) | {"RCV3_IDENTITY_URL": url})
        told = ended_with(terminal, 4)
    assert url.removesuffix("/v2.0") in told
    assert "refused" in told
    assert_restored(terminal)


def test_an_identity_that_answers_500_is_told(opened: Opener, stranger: Stranger) -> None:
    stranger.faults["/tokens"] = (500, "Sorry, something broke.")
    terminal = opened(environment=account_of(stranger))
    assert "500" in ended_with(terminal, 5, patience=30.0)
    assert_restored(terminal)


def test_a_config_file_that_cannot_be_read_is_told_with_its_line(
    opened: Opener, stranger: Stranger, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.toml"
    for text in ('default_profile = "a"\n[profiles.a\n', '[profiles.a]\nuser_name = "a"\n'):
        broken.write_text(text)
        terminal = opened("--config", str(broken), environment=account_of(stranger))
        told = ended_with(terminal, 2)
        assert "broken.toml" in told
        assert "2" in told.partition("broken.toml")[2]
        assert b"\x1b" not in terminal.raw
    assert stranger.requests == []


# -- certificates -----------------------------------------------------------------------------


@pytest.fixture
def authority() -> trustme.CA:
    """An authority that no machine trusts."""
    return trustme.CA()


@pytest.fixture
def vouched(authority: trustme.CA) -> Iterator[Stranger]:
    """Run a service whose certificate that authority made."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    service = Stranger(tls=context)
    yield service
    service.stop()


def test_a_certificate_that_does_not_verify_is_told(opened: Opener, vouched: Stranger) -> None:
    terminal = opened(environment=account_of(vouched))
    told = ended_with(terminal, 4)
    assert "certificate" in told
    assert "--ca-bundle" in told
    assert_restored(terminal)
    assert vouched.requests == []


def test_the_authority_of_ca_bundle_is_trusted(
    opened: Opener, vouched: Stranger, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    terminal = opened("--ca-bundle", str(bundle), environment=account_of(vouched))
    terminal.wait_row("edge-1", "203.0.113.71")
    leave(terminal)


# -- the login screen -------------------------------------------------------------------------


def test_without_credentials_they_are_asked_for_until_they_are_right(
    opened: Opener, stranger: Stranger
) -> None:
    terminal = opened(environment={"RCV3_IDENTITY_URL": stranger.identity_url})
    terminal.wait_for("Sign in")
    terminal.wait_for("API key")
    assert stranger.requests == []
    terminal.type(USERNAME)
    terminal.press("enter")
    terminal.type(WRONG_KEY)
    terminal.wait_for(f"API key     {'*' * 10}")
    terminal.press("enter")
    terminal.wait_for("refused")
    assert len(stranger.requests) == 1
    terminal.settle()
    terminal.type(API_KEY)
    terminal.press("enter")
    terminal.wait_row("edge-1", "192.0.2.21", "203.0.113.71")
    assert len(stranger.sent("POST", "/tokens")) == 2
    leave(terminal)


def test_escape_leaves_the_login_screen(opened: Opener, stranger: Stranger) -> None:
    terminal = opened(environment={"RCV3_IDENTITY_URL": stranger.identity_url})
    terminal.wait_for("Sign in")
    terminal.press("escape")
    assert terminal.wait_end() == 0
    assert_restored(terminal)
    assert stranger.requests == []


def ended_with(terminal: Terminal, code: int, patience: float = 15.0) -> str:
    """Wait for the end and give the one line that it left."""
    assert terminal.wait_end(patience) == code, terminal.farewell
    (line,) = terminal.farewell.splitlines()
    return line
