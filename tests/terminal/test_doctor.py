"""`rcv3-tui doctor`: one line per check, and exit codes by the kind of problem."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
import trustme

from tests.support.independent_server import API_KEY, REGION, TOKEN, IndependentServer
from tests.support.running import run
from tests.support.terminal_sessions import (
    WRONG_KEY,
    OpenTerminal,
    account_environment,
    assert_no_secrets,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_working_account_passes_every_check(backend: IndependentServer, home: Path) -> None:
    done = run("doctor", home=home, environment=account_environment(backend))
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    checks = [line.split()[1] for line in done.stdout.splitlines()]
    for check in ("config", "user", "state", "cache", "terminal", "identity", "clock", "sign-in"):
        assert check in checks
    assert "1 of 30 requests used" in done.stdout
    assert all(line.split()[0] in ("ok", "note") for line in done.stdout.splitlines())
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())
    assert_no_secrets(done.stdout.encode(), API_KEY, TOKEN)


def test_offline_sends_and_writes_nothing(backend: IndependentServer, home: Path) -> None:
    done = run("doctor", "--offline", home=home, environment=account_environment(backend))
    assert done.returncode == 0
    assert backend.requests == []
    assert list(home.iterdir()) == []


def test_refused_credentials_are_tried_once(backend: IndependentServer, home: Path) -> None:
    environment = account_environment(backend) | {"RCV3_API_KEY": WRONG_KEY}
    done = run("doctor", home=home, environment=environment)
    assert done.returncode == 3
    last = done.stdout.splitlines()[-1]
    assert last.startswith("FAIL  sign-in")
    assert "-> check user name and API key" in last
    assert len(backend.sent("POST", "/tokens")) == 1
    assert_no_secrets(done.stdout.encode(), WRONG_KEY)


def test_missing_credentials_lead_to_login(backend: IndependentServer, home: Path) -> None:
    environment = {"RCV3_IDENTITY_URL": backend.identity_url}
    done = run("doctor", home=home, environment=environment)
    assert done.returncode == 3
    assert "-> rcv3-tui login" in done.stdout
    assert backend.sent("POST") == []


def test_unreachable_identity_exits_with_4(home: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v2.0"
        done = run("doctor", home=home, environment={"RCV3_IDENTITY_URL": url})
    assert done.returncode == 4
    assert "FAIL  identity" in done.stdout
    assert "connection refused ->" in done.stdout


def test_failing_region_exits_with_5(backend: IndependentServer, home: Path) -> None:
    backend.faults["/cloud_networks"] = (500, "Sorry.")
    done = run("doctor", home=home, environment=account_environment(backend))
    assert done.returncode == 5
    assert f"FAIL  {REGION}" in done.stdout
    assert "HTTP 500" in done.stdout


def test_wrong_config_line_exits_with_2_and_the_rest_is_checked(
    backend: IndependentServer, home: Path
) -> None:
    file = home / "config" / "rcv3-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[profiles.acme]\nregionn = "DFW"\n')
    done = run("doctor", home=home, environment=account_environment(backend))
    assert done.returncode == 2
    assert "config.toml:2: unknown key" in done.stdout
    assert "did you mean" in done.stdout
    assert "ok    terminal" in done.stdout
    assert backend.requests == []


def test_unwritable_home_is_a_warning(backend: IndependentServer, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    environment = account_environment(backend) | {
        "XDG_STATE_HOME": str(blocker / "state"),
        "XDG_CACHE_HOME": str(blocker / "cache"),
    }
    done = run("doctor", home=tmp_path / "home", environment=environment)
    assert done.returncode == 1
    assert "warn  state dir" in done.stdout
    assert "nothing can be changed -> make it writable, or set XDG_STATE_HOME" in done.stdout
    assert "is in, tenant" in done.stdout


def test_unverified_certificate_names_the_flag_that_helps(home: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    server = IndependentServer(tls=context)
    try:
        done = run("doctor", home=home, environment=account_environment(server))
        assert done.returncode == 4
        assert "FAIL  tls" in done.stdout
        assert "--ca-bundle FILE" in done.stdout
        assert server.requests == []
        done = run(
            "doctor",
            "--ca-bundle",
            str(bundle),
            home=home,
            environment=account_environment(server),
        )
        assert done.returncode == 0, done.stdout
        assert "certificate verified" in done.stdout
    finally:
        server.stop()


def test_terminal_size_is_reported(open_terminal: OpenTerminal, backend: IndependentServer) -> None:
    terminal = open_terminal(
        "doctor", "--offline", size=(120, 40), environment=account_environment(backend)
    )
    assert terminal.wait_end() == 0
    assert "120x40: three panes" in terminal.text


def test_failed_secret_command_is_reported_and_nothing_is_sent(
    backend: IndependentServer, home: Path
) -> None:
    file = home / "config" / "rcv3-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        '[profiles.acme]\nusername = "a"\napi_key_command = "false --pw s3cret"\n'
        f'identity = "{backend.identity_url}"\n'
    )
    done = run("doctor", home=home)
    assert done.returncode == 2
    assert 'config.toml:3: "false" ended with exit code 1' in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
    assert backend.requests == []


def test_proxy_is_named_without_its_password(home: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        environment = {
            "HTTPS_PROXY": f"http://me:s3cret@127.0.0.1:{port}",
            "RCV3_USERNAME": "a",
            "RCV3_API_KEY": WRONG_KEY,
        }
        done = run("doctor", home=home, environment=environment)
    assert done.returncode == 4
    assert f"requests go through 127.0.0.1:{port}" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
