"""A token and its tenant alone open the account, and the token reaches nothing but the service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.independent_server import TENANT, IndependentServer
from tests.support.running import run

OTHER = "990001"


@pytest.fixture
def server() -> Iterator[IndependentServer]:
    server = IndependentServer()
    server.other_tenant = OTHER
    yield server
    server.stop()


def account(server: IndependentServer, **more: str) -> dict[str, str]:
    return {"RCV3_IDENTITY_URL": server.identity_url, "RCV3_TENANT": TENANT, **more}


def texts_below(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_token_and_tenant_suffice_and_no_output_contains_the_token(
    server: IndependentServer, tmp_path: Path, command: str
) -> None:
    token = server.issue_token()
    home = tmp_path / "home"

    done = run(
        command, "--log-level", "debug", home=home, environment=account(server, RCV3_TOKEN=token)
    )

    assert done.returncode in (0, 1), done.stderr
    assert TENANT in done.stdout
    assert OTHER not in done.stdout + done.stderr
    assert token not in done.stdout + done.stderr
    assert {request.body["auth"]["tenantId"] for request in server.sent("POST", "/tokens")} == {
        TENANT
    }
    assert not server.sent("GET", OTHER)
    for path, data in texts_below(home).items():
        assert token.encode() not in data or (
            path.name.startswith("token-") and path.stat().st_mode & 0o077 == 0
        )


def test_profile_with_a_token_file_needs_no_user(server: IndependentServer, tmp_path: Path) -> None:
    home = tmp_path / "home"
    directory = home / "config" / "rcv3-tui"
    directory.mkdir(parents=True)
    (directory / "acme.token").write_text(server.issue_token())
    (directory / "acme.token").chmod(0o600)
    (directory / "config.toml").write_text(
        f'[profiles.acme]\ntoken_file = "acme.token"\ntenant = {TENANT}\n'
        f'identity = "{server.identity_url}"\n'
    )

    assert run("status", "ips", home=home).returncode == 0
    # The next run uses the cached catalog.
    assert run("status", "ips", home=home).returncode == 0
    assert len(server.sent("POST", "/tokens")) == 1


@pytest.mark.parametrize(
    ("change", "tenant", "said"),
    [
        (
            IndependentServer.revoke_tokens,
            TENANT,
            "it has expired or was revoked (Token not found)",
        ),
        (lambda server: None, OTHER, f"Token doesn't belong to Tenant with Id/Name: '{OTHER}"),
    ],
)
def test_refused_token_exits_3_and_says_what_to_do(
    server: IndependentServer,
    tmp_path: Path,
    change: object,
    tenant: str,
    said: str,
) -> None:
    token = server.issue_token()
    assert callable(change)
    change(server)

    done = run(
        "status",
        home=tmp_path / "home",
        environment=account(server, RCV3_TOKEN=token, RCV3_TENANT=tenant),
    )

    assert done.returncode == 3
    assert said in done.stderr
    assert "get a new token" in done.stderr
    assert token not in done.stderr
    assert len(server.sent("POST", "/tokens")) == 1


def test_token_without_tenant_is_a_usage_error(server: IndependentServer, tmp_path: Path) -> None:
    environment = account(server, RCV3_TOKEN=server.issue_token()) | {"RCV3_TENANT": ""}
    done = run("status", home=tmp_path / "home", environment=environment)
    assert done.returncode == 2
    assert "set RCV3_TENANT" in done.stderr
    assert server.requests == []
