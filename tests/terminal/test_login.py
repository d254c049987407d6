"""`rcv3-tui login` from outside: on a terminal and over a pipe, and nothing of a secret is seen."""

from __future__ import annotations

import signal
import tomllib
from pathlib import Path

import pytest

from tests.terminal.conftest import WRONG_KEY, Opener, assert_silent
from tests.terminal.running import run
from tests.terminal.stranger import (
    API_KEY,
    PASSCODE,
    PASSWORD,
    REGION,
    TENANT,
    TOKEN,
    USERNAME,
    Stranger,
)
from tests.terminal.terminal import Terminal


def config_of(home: Path) -> Path:
    return home / "config" / "rcv3-tui" / "config.toml"


def profiles(home: Path) -> dict[str, dict[str, object]]:
    read: dict[str, dict[str, object]] = tomllib.loads(config_of(home).read_text())["profiles"]
    return read


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


# Over a pipe ---------------------------------------------------------------------------------


def test_a_pipe_is_read_line_by_line_and_one_line_is_printed(
    stranger: Stranger, home: Path
) -> None:
    flags = ("--identity-url", stranger.identity_url, "--profile", "acme")
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{API_KEY}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert 'profile "acme" is in' in done.stdout
    assert len(stranger.sent("POST", "/tokens")) == 1
    assert profiles(home)["acme"] == {
        "username": USERNAME,
        "api_key_file": "acme.key",
        "regions": [REGION],
        "identity": stranger.identity_url,
    }
    for path in (config_of(home), config_of(home).with_name("acme.key")):
        assert path.stat().st_mode & 0o777 == 0o600
    assert config_of(home).parent.stat().st_mode & 0o777 == 0o700
    # And it is what the next start needs.
    assert run("doctor", home=home).returncode == 0


def test_a_user_name_that_is_known_is_not_read(stranger: Stranger, home: Path) -> None:
    flags = ("--identity-url", stranger.identity_url, "--username", USERNAME)
    done = run("login", *flags, "--keep", "profile", home=home, typed=f"{API_KEY}\n")
    assert done.returncode == 0, done.stderr
    assert profiles(home)["default"]["api_key"] == API_KEY
    assert [path.name for path in config_of(home).parent.iterdir()] == ["config.toml"]


def test_wrong_credentials_are_tried_once_and_nothing_is_kept(
    stranger: Stranger, home: Path
) -> None:
    flags = ("--identity-url", stranger.identity_url)
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{WRONG_KEY}\n")
    assert done.returncode == 3
    assert "Identity refused user" in done.stderr
    assert done.stderr.count("\n") == 1
    assert len(stranger.sent("POST", "/tokens")) == 1
    assert not config_of(home).exists()
    assert_silent(done.stderr.encode(), WRONG_KEY)


def test_what_is_missing_on_stdin_is_named(stranger: Stranger, home: Path) -> None:
    flags = ("--identity-url", stranger.identity_url)
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n")
    assert done.returncode == 2
    assert "no line on stdin for the API key" in done.stderr
    assert stranger.requests == []


def test_a_profile_is_never_replaced_silently_and_nothing_is_tried_for_it(
    stranger: Stranger, home: Path
) -> None:
    config_of(home).parent.mkdir(parents=True)
    mine = '# mine\n[profiles.acme]\nusername = "x"  # me\nread_only = true\n'
    config_of(home).write_text(mine)
    flags = ("--identity-url", stranger.identity_url, "--profile", "acme", "--username", USERNAME)
    done = run("login", *flags, home=home, typed=f"{API_KEY}\n")
    assert done.returncode == 2
    assert "--replace" in done.stderr
    assert config_of(home).read_text() == mine
    assert stranger.requests == []
    done = run("login", *flags, "--replace", home=home, typed=f"{API_KEY}\n")
    assert done.returncode == 0, done.stderr
    assert profiles(home)["acme"]["username"] == USERNAME
    assert profiles(home)["acme"]["read_only"] is True
    assert config_of(home).read_text().startswith("# mine\n")


def test_a_second_factor_is_read_after_the_password(stranger: Stranger, home: Path) -> None:
    stranger.wants_passcode = True
    flags = ("--identity-url", stranger.identity_url, "--with", "password")
    typed = f"{USERNAME}\n{PASSWORD}\n{PASSCODE}\n"
    done = run("login", *flags, home=home, typed=typed)
    assert done.returncode == 0, done.stderr
    assert profiles(home)["default"]["password_file"] == "default.key"
    assert_silent(config_of(home).read_bytes(), PASSWORD, PASSCODE)
    first, second = stranger.sent("POST", "/tokens")
    assert "passwordCredentials" in first.body["auth"]
    assert second.body == {"auth": {"RAX-AUTH:passcodeCredentials": {"passcode": PASSCODE}}}


def test_a_wrong_passcode_is_tried_once(stranger: Stranger, home: Path) -> None:
    stranger.wants_passcode = True
    flags = ("--identity-url", stranger.identity_url, "--with", "password")
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{PASSWORD}\n000000\n")
    assert done.returncode == 3
    assert len(stranger.sent("POST", "/tokens")) == 2
    assert not config_of(home).exists()


def test_a_region_that_the_account_has_not_is_named_with_those_it_has(
    stranger: Stranger, home: Path
) -> None:
    flags = ("--identity-url", stranger.identity_url, "--region", "SYD")
    done = run("login", *flags, home=home, typed=f"{USERNAME}\n{API_KEY}\n")
    assert done.returncode == 2
    assert f"no RackConnect v3.0 in SYD; regions that have it: {REGION}" in done.stderr
    assert not config_of(home).exists()


def test_a_home_that_cannot_be_written_is_told(stranger: Stranger, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "file" / "config")}
    done = run(
        "login",
        "--identity-url",
        stranger.identity_url,
        home=tmp_path / "home",
        environment=environment,
        typed=f"{USERNAME}\n{API_KEY}\n",
    )
    assert done.returncode == 2
    assert "cannot be" in done.stderr
    assert_silent(done.stderr.encode(), API_KEY)


# On a terminal -------------------------------------------------------------------------------


@pytest.fixture
def asked(opened: Opener, stranger: Stranger) -> Terminal:
    return opened("login", environment={"RCV3_IDENTITY_URL": stranger.identity_url}, size=(80, 40))


def answer(terminal: Terminal, question: str, text: str) -> None:
    terminal.wait_for(question)
    terminal.settle()
    terminal.type(f"{text}\n")


def test_the_dialogue_asks_tries_and_keeps(
    asked: Terminal, stranger: Stranger, tmp_path: Path
) -> None:
    answer(asked, "user name:", USERNAME)
    answer(asked, "with (key, password) [key]:", "")
    answer(asked, "API key (not shown):", API_KEY)
    asked.wait_for(f"signed in: tenant {TENANT}, RackConnect v3.0 in {REGION}")
    answer(asked, f"regions to look at, or all [{REGION}]:", "SYD")
    asked.wait_for(f"not there: SYD; there are {REGION}")
    asked.type("\n")
    answer(asked, "save as profile [default]:", "acme")
    answer(asked, "keep the API key in (file, profile, nowhere) [file]:", "f")
    assert asked.wait_end() == 0
    assert "the secret in" in asked.text
    assert profiles(tmp_path / "home-0")["acme"]["regions"] == [REGION]
    key = config_of(tmp_path / "home-0").with_name("acme.key")
    assert key.read_text() == f"{API_KEY}\n"
    # What every test here asserts of other files: no secret stands in them.
    key.unlink()
    assert asked.is_restored


def test_a_passcode_is_asked_for_and_not_shown(
    asked: Terminal, stranger: Stranger, tmp_path: Path
) -> None:
    stranger.wants_passcode = True
    answer(asked, "user name:", USERNAME)
    answer(asked, "with (key, password) [key]:", "password")
    answer(asked, "password (not shown):", PASSWORD)
    answer(asked, "passcode (not shown):", PASSCODE)
    answer(asked, "regions to look at", "")
    answer(asked, "save as profile", "")
    asked.wait_for("each sign-in asks for a passcode again")
    answer(asked, "keep the password in (file, nowhere) [file]:", "nowhere")
    assert asked.wait_end() == 0
    assert "password_file" not in profiles(tmp_path / "home-0")["default"]
    assert_silent(asked.raw, PASSWORD, PASSCODE)


def test_replacing_a_profile_is_asked_for_with_no_as_the_answer(
    opened: Opener, stranger: Stranger, tmp_path: Path
) -> None:
    config = tmp_path / "mine.toml"
    config.write_text('[profiles.acme]\nusername = "x"\n')
    terminal = opened(
        "login",
        *("--config", str(config), "--identity-url", stranger.identity_url),
        *("--username", USERNAME, "--with", "key", "--keep", "nowhere"),
        size=(80, 40),
    )
    answer(terminal, f"user name [{USERNAME}]:", "")
    answer(terminal, "API key (not shown):", API_KEY)
    answer(terminal, "regions to look at", "")
    answer(terminal, "save as profile", "acme")
    answer(terminal, "replace its user and secret (yes, no) [no]:", "")
    terminal.wait_for(lambda: terminal.text.count("save as profile") == 2)
    terminal.type("beta\n")
    answer(terminal, "make it the default profile (yes, no) [yes]:", "")
    assert terminal.wait_end() == 0
    read = tomllib.loads(config.read_text())
    assert read["profiles"]["acme"] == {"username": "x"}
    assert read["default_profile"] == "beta"


@pytest.mark.parametrize("question", ["user name:", "API key (not shown):", "save as profile"])
def test_ctrl_c_at_any_question_leaves_everything_as_it_was(
    asked: Terminal, tmp_path: Path, question: str
) -> None:
    for known, text in (
        ("user name:", USERNAME),
        ("with (key", ""),
        ("API key (not shown):", API_KEY),
        ("regions to look at", ""),
        ("save as profile", ""),
    ):
        if known == question:
            break
        answer(asked, known, text)
    asked.wait_for(question)
    asked.settle()
    asked.signal(signal.SIGINT)
    assert asked.wait_end() == 130
    assert asked.is_restored
    assert not config_of(tmp_path / "home-0").exists()
    assert_silent(asked.raw, API_KEY, TOKEN)
