"""`rcv3-tui doctor` from outside: one line a check, exit codes that say what is wrong."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
import trustme

from tests.terminal.conftest import WRONG_KEY, Opener, account_of, assert_silent
from tests.terminal.running import run
from tests.terminal.stranger import API_KEY, REGION, TOKEN, Stranger


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_all_is_well_on_an_account_that_works(stranger: Stranger, home: Path) -> None:
    done = run("doctor", home=home, environment=account_of(stranger))
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    checks = [line.split()[1] for line in done.stdout.splitlines()]
    for check in ("config", "user", "state", "cache", "terminal", "identity", "clock", "sign-in"):
        assert check in checks
    assert "1 of 30 requests used" in done.stdout
    assert all(line.split()[0] in ("ok", "note") for line in done.stdout.splitlines())
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())
    assert_silent(done.stdout.encode(), API_KEY, TOKEN)


def test_nothing_is_sent_and_nothing_left_behind_offline(stranger: Stranger, home: Path) -> None:
    done = run("doctor", "--offline", home=home, environment=account_of(stranger))
    assert done.returncode == 0
    assert stranger.requests == []
    assert list(home.iterdir()) == []


def test_refused_credentials_are_tried_once(stranger: Stranger, home: Path) -> None:
    environment = account_of(stranger) | {"RCV3_API_KEY": WRONG_KEY}
    done = run("doctor", home=home, environment=environment)
    assert done.returncode == 3
    last = done.stdout.splitlines()[-1]
    assert last.startswith("FAIL  sign-in")
    assert "-> check user name and API key" in last
    assert len(stranger.sent("POST", "/tokens")) == 1
    assert_silent(done.stdout.encode(), WRONG_KEY)


def test_without_credentials_it_says_how_to_have_some(stranger: Stranger, home: Path) -> None:
    environment = {"RCV3_IDENTITY_URL": stranger.identity_url}
    done = run("doctor", home=home, environment=environment)
    assert done.returncode == 3
    assert "-> rcv3-tui login" in done.stdout
    assert stranger.sent("POST") == []


def test_a_service_that_cannot_be_reached_ends_it_with_4(home: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v2.0"
        done = run("doctor", home=home, environment={"RCV3_IDENTITY_URL": url})
    assert done.returncode == 4
    assert "FAIL  identity" in done.stdout
    assert "connection refused ->" in done.stdout


def test_a_region_whose_service_fails_ends_it_with_5(stranger: Stranger, home: Path) -> None:
    stranger.faults["/cloud_networks"] = (500, "Sorry.")
    done = run("doctor", home=home, environment=account_of(stranger))
    assert done.returncode == 5
    assert f"FAIL  {REGION}" in done.stdout
    assert "HTTP 500" in done.stdout


def test_a_wrong_line_ends_it_with_2_and_the_rest_is_looked_at_all_the_same(
    stranger: Stranger, home: Path
) -> None:
    file = home / "config" / "rcv3-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[profiles.acme]\nregionn = "DFW"\n')
    done = run("doctor", home=home, environment=account_of(stranger))
    assert done.returncode == 2
    assert "config.toml:2: unknown key" in done.stdout
    assert "did you mean" in done.stdout
    assert "ok    terminal" in done.stdout
    assert stranger.requests == []


def test_an_unwritable_home_is_a_warning(stranger: Stranger, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    environment = account_of(stranger) | {
        "XDG_STATE_HOME": str(blocker / "state"),
        "XDG_CACHE_HOME": str(blocker / "cache"),
    }
    done = run("doctor", home=tmp_path / "home", environment=environment)
    assert done.returncode == 1
    assert "warn  state dir" in done.stdout
    assert "nothing can be changed -> make it writable, or set XDG_STATE_HOME" in done.stdout
    assert "is in, tenant" in done.stdout


def test_a_certificate_nobody_vouches_for_names_the_flag_that_helps(
    home: Path, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    service = Stranger(tls=context)
    try:
        done = run("doctor", home=home, environment=account_of(service))
        assert done.returncode == 4
        assert "FAIL  tls" in done.stdout
        assert "--ca-bundle FILE" in done.stdout
        assert service.requests == []
        done = run("doctor", "--ca-bundle", str(bundle), home=home, environment=account_of(service))
        assert done.returncode == 0, done.stdout
        assert "certificate verified" in done.stdout
    finally:
        service.stop()


def test_on_a_terminal_its_size_is_told(opened: Opener, stranger: Stranger) -> None:
    terminal = opened("doctor", "--offline", size=(120, 40), environment=account_of(stranger))
    assert terminal.wait_end() == 0
    assert "120x40: three panes" in terminal.text


def test_a_secret_that_cannot_be_had_is_told_and_nothing_is_sent(
    stranger: Stranger, home: Path
) -> None:
    file = home / "config" / "rcv3-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[profiles.acme]\nusername = "a"\napi_key_command = "false --pw s3cret"\n')
    environment = {"RCV3_IDENTITY_URL": stranger.identity_url}
    done = run("doctor", home=home, environment=environment)
    assert done.returncode == 2
    assert 'config.toml:3: "false" ended with exit code 1' in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
    assert stranger.requests == []


def test_a_proxy_is_named_without_its_password(home: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        environment = {
            "HTTPS_PROXY": f"http://me:s3cret@127.0.0.1:{port}",
            "RCV3_USERNAME": "a",
            "RCV3_API_KEY": WRONG_KEY,
        }
        done = run("doctor", home=home, environment=environment)
    assert done.returncode == 4
    assert f"requests go through 127.0.0.1:{port}" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
