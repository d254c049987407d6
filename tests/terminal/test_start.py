"""The messages of a console that cannot open the account."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.support.independent_server import API_KEY, REGION, USERNAME, IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    WRONG_KEY,
    OpenTerminal,
    account_environment,
    assert_restored,
    quit_console,
)


def test_wrong_credentials_are_tried_once_and_reported(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(environment=account_environment(backend) | {"RCV3_API_KEY": WRONG_KEY})
    assert ended_with(terminal, 3).startswith("rcv3-tui: ")
    assert USERNAME in terminal.final_output
    assert_restored(terminal)
    assert [request.path for request in backend.requests] == ["/v2.0/tokens"]


@pytest.mark.slow
def test_unknown_region_is_reported_with_the_available_ones(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal("--region", "XYZ", environment=account_environment(backend))
    shown = ended_with(terminal, 2)
    assert "XYZ" in shown
    assert REGION in shown
    assert_restored(terminal)


def test_refused_connection_is_reported_with_the_address(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v2.0"
        terminal = open_terminal(
            environment=account_environment(backend) | {"RCV3_IDENTITY_URL": url}
        )
        shown = ended_with(terminal, 4)
    assert url.removesuffix("/v2.0") in shown
    assert "refused" in shown
    assert_restored(terminal)


@pytest.mark.slow
def test_identity_error_500_is_reported(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    backend.faults["/tokens"] = (500, "Sorry, something broke.")
    terminal = open_terminal(environment=account_environment(backend))
    assert "500" in ended_with(terminal, 5)
    assert_restored(terminal)


def test_broken_config_file_is_reported_with_its_line(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.toml"
    for text in ('default_profile = "a"\n[profiles.a\n', '[profiles.a]\nuser_name = "a"\n'):
        broken.write_text(text)
        terminal = open_terminal("--config", str(broken), environment=account_environment(backend))
        shown = ended_with(terminal, 2)
        assert "broken.toml" in shown
        assert "2" in shown.partition("broken.toml")[2]
        assert b"\x1b" not in terminal.raw
    assert backend.requests == []


# -- certificates -----------------------------------------------------------------------------


@pytest.fixture
def authority() -> trustme.CA:
    """Return a certificate authority that no machine trusts."""
    return trustme.CA()


@pytest.fixture
def signed(authority: trustme.CA) -> Iterator[IndependentServer]:
    """Run a server with a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = IndependentServer(tls=context)
    yield server
    server.stop()


def test_unverified_certificate_is_reported(
    open_terminal: OpenTerminal, signed: IndependentServer
) -> None:
    terminal = open_terminal(environment=account_environment(signed))
    shown = ended_with(terminal, 4)
    assert "certificate" in shown
    assert "--ca-bundle" in shown
    assert_restored(terminal)
    assert signed.requests == []


def test_authority_in_the_ca_bundle_is_trusted(
    open_terminal: OpenTerminal, signed: IndependentServer, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    terminal = open_terminal("--ca-bundle", str(bundle), environment=account_environment(signed))
    terminal.wait_row("edge-1", "203.0.113.71")
    quit_console(terminal)


# -- the login screen -------------------------------------------------------------------------


def test_login_screen_asks_until_the_credentials_are_right(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(environment={"RCV3_IDENTITY_URL": backend.identity_url})
    terminal.wait_dialog("Sign in")
    terminal.wait_for("API key")
    assert backend.requests == []
    terminal.type(USERNAME)
    terminal.press("enter")
    terminal.type(WRONG_KEY)
    terminal.wait_for(f"API key     {'*' * 10}")
    terminal.press("enter")
    terminal.wait_for("rejected")
    assert len(backend.requests) == 1
    # The field accepts keys again once it is empty.
    terminal.wait_gone("****")
    terminal.type(API_KEY)
    terminal.press("enter")
    terminal.wait_row("edge-1", "192.0.2.21", "203.0.113.71")
    assert len(backend.sent("POST", "/tokens")) == 2
    quit_console(terminal)


def test_escape_leaves_the_login_screen(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(environment={"RCV3_IDENTITY_URL": backend.identity_url})
    terminal.wait_dialog("Sign in")
    terminal.press("escape")
    assert terminal.wait_end() == 0
    assert_restored(terminal)
    assert backend.requests == []


def ended_with(terminal: Terminal, code: int) -> str:
    """Wait for the exit and return the only line that was printed."""
    assert terminal.wait_end() == code, terminal.final_output
    (line,) = terminal.final_output.splitlines()
    return line
