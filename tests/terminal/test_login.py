"""`rcv3-tui login` on a terminal and in a pipe; no secret is shown."""

from __future__ import annotations

import signal
import tomllib
from pathlib import Path

import pytest

from tests.support.independent_server import (
    API_KEY,
    PASSCODE,
    PASSWORD,
    REGION,
    TENANT,
    TOKEN,
    USERNAME,
    IndependentServer,
)
from tests.support.running import run
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import WRONG_KEY, OpenTerminal, assert_no_secrets


def config_of(home: Path) -> Path:
    return home / "config" / "rcv3-tui" / "config.toml"


def profiles(home: Path) -> dict[str, dict[str, object]]:
    read: dict[str, dict[str, object]] = tomllib.loads(config_of(home).read_text())["profiles"]
    return read


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


# Over a pipe ---------------------------------------------------------------------------------


def test_pipe_is_read_line_by_line_and_one_line_is_printed(
    backend: IndependentServer, home: Path
) -> None:
    flags = ("--identity-url", backend.identity_url, "--profile", "acme")
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{API_KEY}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert 'profile "acme" saved in' in done.stdout
    assert len(backend.sent("POST", "/tokens")) == 1
    assert profiles(home)["acme"] == {
        "username": USERNAME,
        "api_key_file": "acme.key",
        "regions": [REGION],
        "identity": backend.identity_url,
    }
    for path in (config_of(home), config_of(home).with_name("acme.key")):
        assert path.stat().st_mode & 0o777 == 0o600
    assert config_of(home).parent.stat().st_mode & 0o777 == 0o700
    # The next start works with it.
    assert run("doctor", home=home).returncode == 0


def test_known_user_name_is_not_read(backend: IndependentServer, home: Path) -> None:
    flags = ("--identity-url", backend.identity_url, "--username", USERNAME)
    done = run("login", *flags, "--keep", "profile", home=home, typed=f"{API_KEY}\n")
    assert done.returncode == 0, done.stderr
    assert profiles(home)["default"]["api_key"] == API_KEY
    assert [path.name for path in config_of(home).parent.iterdir()] == ["config.toml"]


def test_wrong_credentials_are_tried_once_and_nothing_is_saved(
    backend: IndependentServer, home: Path
) -> None:
    flags = ("--identity-url", backend.identity_url)
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{WRONG_KEY}\n")
    assert done.returncode == 3
    assert "Identity rejected user" in done.stderr
    assert done.stderr.count("\n") == 1
    assert len(backend.sent("POST", "/tokens")) == 1
    assert not config_of(home).exists()
    assert_no_secrets(done.stderr.encode(), WRONG_KEY)


@pytest.mark.parametrize("flags", [("--tenant", TENANT), ()])
def test_token_is_saved_with_its_tenant_in_a_private_file(
    backend: IndependentServer, home: Path, flags: tuple[str, ...]
) -> None:
    token = backend.issue_token()
    typed = f"{token}\n" if flags else f"{TENANT}\n{token}\n"
    where = ("--identity-url", backend.identity_url, "--profile", "fed")
    done = run("login", "--with", "token", *where, *flags, home=home, typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert profiles(home)["fed"] == {
        "token_file": "fed.token",
        "tenant": TENANT,
        "regions": [REGION],
        "identity": backend.identity_url,
    }
    assert config_of(home).with_name("fed.token").stat().st_mode & 0o777 == 0o600
    assert token not in done.stdout
    assert run("status", "ips", home=home).returncode == 0


def test_expired_token_is_not_saved(backend: IndependentServer, home: Path) -> None:
    where = ("--identity-url", backend.identity_url, "--tenant", TENANT)
    done = run("login", "--with", "token", *where, home=home, typed="expired-token-0123456789\n")
    assert done.returncode == 3
    assert "Identity rejected the token" in done.stderr
    assert not config_of(home).exists()


def test_missing_line_on_stdin_is_named(backend: IndependentServer, home: Path) -> None:
    flags = ("--identity-url", backend.identity_url)
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n")
    assert done.returncode == 2
    assert "no line on stdin for the API key" in done.stderr
    assert backend.requests == []


def test_profile_is_not_replaced_without_the_flag(backend: IndependentServer, home: Path) -> None:
    config_of(home).parent.mkdir(parents=True)
    mine = '# mine\n[profiles.acme]\nusername = "x"  # me\nread_only = true\n'
    config_of(home).write_text(mine)
    flags = ("--identity-url", backend.identity_url, "--profile", "acme", "--username", USERNAME)
    done = run("login", *flags, home=home, typed=f"{API_KEY}\n")
    assert done.returncode == 2
    assert "--replace" in done.stderr
    assert config_of(home).read_text() == mine
    assert backend.requests == []
    done = run("login", *flags, "--replace", home=home, typed=f"{API_KEY}\n")
    assert done.returncode == 0, done.stderr
    assert profiles(home)["acme"]["username"] == USERNAME
    assert profiles(home)["acme"]["read_only"] is True
    assert config_of(home).read_text().startswith("# mine\n")


def test_second_factor_is_read_after_the_password(backend: IndependentServer, home: Path) -> None:
    backend.wants_passcode = True
    flags = ("--identity-url", backend.identity_url, "--with", "password")
    typed = f"{USERNAME}\n{PASSWORD}\n{PASSCODE}\n"
    done = run("login", *flags, home=home, typed=typed)
    assert done.returncode == 0, done.stderr
    assert profiles(home)["default"]["password_file"] == "default.key"
    assert_no_secrets(config_of(home).read_bytes(), PASSWORD, PASSCODE)
    first, second = backend.sent("POST", "/tokens")
    assert "passwordCredentials" in first.body["auth"]
    assert second.body == {"auth": {"RAX-AUTH:passcodeCredentials": {"passcode": PASSCODE}}}


def test_wrong_passcode_is_tried_once(backend: IndependentServer, home: Path) -> None:
    backend.wants_passcode = True
    flags = ("--identity-url", backend.identity_url, "--with", "password")
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{PASSWORD}\n000000\n")
    assert done.returncode == 3
    assert len(backend.sent("POST", "/tokens")) == 2
    assert not config_of(home).exists()


def test_unknown_region_is_reported_with_the_available_ones(
    backend: IndependentServer, home: Path
) -> None:
    flags = ("--identity-url", backend.identity_url, "--region", "SYD")
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{API_KEY}\n")
    assert done.returncode == 2
    assert f"no RackConnect v3.0 in SYD; regions that have it: {REGION}" in done.stderr
    assert not config_of(home).exists()


def test_unwritable_home_is_reported(backend: IndependentServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "file" / "config")}
    done = run(
        "login",
        "--identity-url",
        backend.identity_url,
        home=tmp_path / "home",
        environment=environment,
        typed=f"{USERNAME}\n{API_KEY}\n",
    )
    assert done.returncode == 2
    assert "cannot be" in done.stderr
    assert_no_secrets(done.stderr.encode(), API_KEY)


# On a terminal -------------------------------------------------------------------------------


@pytest.fixture
def asked(open_terminal: OpenTerminal, backend: IndependentServer) -> Terminal:
    return open_terminal(
        "login", environment={"RCV3_IDENTITY_URL": backend.identity_url}, size=(80, 40)
    )


def answer(terminal: Terminal, question: str, text: str) -> None:
    terminal.wait_for(question)
    terminal.type(f"{text}\n")


def test_questions_lead_to_a_saved_profile(
    asked: Terminal, backend: IndependentServer, tmp_path: Path
) -> None:
    answer(asked, "with (key, password, token) [key]:", "")
    answer(asked, "user name:", USERNAME)
    answer(asked, "API key (hidden):", API_KEY)
    asked.wait_for(f"signed in: tenant {TENANT}, RackConnect v3.0 in {REGION}")
    answer(asked, f"regions to show, or all [{REGION}]:", "SYD")
    asked.wait_for(f"not available: SYD; choose from {REGION}")
    asked.type("\n")
    answer(asked, "save as profile [default]:", "acme")
    answer(asked, "save the API key in (file, profile, nowhere) [file]:", "f")
    assert asked.wait_end() == 0
    assert "the secret in" in asked.text
    assert profiles(tmp_path / "home-0")["acme"]["regions"] == [REGION]
    key = config_of(tmp_path / "home-0").with_name("acme.key")
    assert key.read_text() == f"{API_KEY}\n"
    # The fixture checks that no other file contains a secret.
    key.unlink()
    assert asked.is_restored


def test_passcode_prompt_does_not_show_the_passcode(
    asked: Terminal, backend: IndependentServer, tmp_path: Path
) -> None:
    backend.wants_passcode = True
    answer(asked, "with (key, password, token) [key]:", "password")
    answer(asked, "user name:", USERNAME)
    answer(asked, "password (hidden):", PASSWORD)
    answer(asked, "passcode (hidden):", PASSCODE)
    answer(asked, "regions to show", "")
    answer(asked, "save as profile", "")
    asked.wait_for("each sign-in with a password asks for a passcode")
    answer(asked, "save the password in (file, nowhere) [file]:", "nowhere")
    assert asked.wait_end() == 0
    assert "password_file" not in profiles(tmp_path / "home-0")["default"]
    assert_no_secrets(asked.raw, PASSWORD, PASSCODE)


def test_replacing_a_profile_asks_and_defaults_to_no(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    config = tmp_path / "mine.toml"
    config.write_text('[profiles.acme]\nusername = "x"\n')
    terminal = open_terminal(
        "login",
        *("--config", str(config), "--identity-url", backend.identity_url),
        *("--username", USERNAME, "--with", "key", "--keep", "nowhere"),
        size=(80, 40),
    )
    answer(terminal, f"user name [{USERNAME}]:", "")
    answer(terminal, "API key (hidden):", API_KEY)
    answer(terminal, "regions to show", "")
    answer(terminal, "save as profile", "acme")
    answer(terminal, "replace its user and secret (yes, no) [no]:", "")
    terminal.wait_for(lambda: terminal.text.count("save as profile") == 2)
    terminal.type("beta\n")
    answer(terminal, "make it the default profile (yes, no) [yes]:", "")
    assert terminal.wait_end() == 0
    read = tomllib.loads(config.read_text())
    assert read["profiles"]["acme"] == {"username": "x"}
    assert read["default_profile"] == "beta"


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("user name:", marks=pytest.mark.slow),
        "API key (hidden):",
        pytest.param("save as profile", marks=pytest.mark.slow),
    ],
)
def test_ctrl_c_at_any_question_changes_nothing(
    asked: Terminal, tmp_path: Path, question: str
) -> None:
    for known, text in (
        ("with (key", ""),
        ("user name:", USERNAME),
        ("API key (hidden):", API_KEY),
        ("regions to show", ""),
        ("save as profile", ""),
    ):
        if known == question:
            break
        answer(asked, known, text)
    asked.wait_for(question)
    asked.signal(signal.SIGINT)
    assert asked.wait_end() == 130
    assert asked.is_restored
    assert not config_of(tmp_path / "home-0").exists()
    assert_no_secrets(asked.raw, API_KEY, TOKEN)
