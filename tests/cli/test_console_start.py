"""What a cached frame belongs to, known before a file is read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rcv3_tui import __version__, config
from rcv3_tui.child_environment import SECRET_VARIABLES
from rcv3_tui.cli import console_start
from rcv3_tui.cli.console_start import start_key
from rcv3_tui.config import VARIABLE_SETS, Flags

ENVIRONMENT = {"HOME": "/home/a", "TERM": "xterm-256color", "RCV3_USERNAME": "ops", "SHELL": "sh"}
KEY = start_key(["--profile", "acme"], ENVIRONMENT)


@pytest.mark.parametrize(
    "changed",
    [
        {"RCV3_USERNAME": "other"},
        {"RCV3_REGION": "DFW"},
        {"RCV3_PROFILE": "beta"},
        {"RCV3_TENANT": "1"},
        {"RCV3_IDENTITY_URL": "uk"},
        {"RCV3_CONFIG": "/tmp/other.toml"},
        {"RCV3_API_KEY": "set"},
        {"OS_CLOUD": "acme"},
        {"RS_USERNAME": "other"},
        {"RAX_CREDS_FILE": "/tmp/creds"},
        {"OS_CLIENT_CONFIG_FILE": "/tmp/clouds.yaml"},
        {"CLOUD_AUTH_ENDPOINT": "https://identity.example/v2.0"},
        {"CLOUD_REGION": "IAD"},
        {"CLOUD_TENANT_ID": "1"},
        {"SSL_CERT_FILE": "/tmp/ca.pem"},
        {"TERM": "xterm"},
        {"COLORTERM": "truecolor"},
        {"NO_COLOR": "1"},
        {"LANG": "C"},
        {"LC_ALL": "C"},
        {"HOME": "/home/b"},
        {"XDG_CONFIG_HOME": "/etc"},
    ],
)
def test_environment_that_settings_come_from_makes_another_start(changed: dict[str, str]) -> None:
    assert start_key(["--profile", "acme"], ENVIRONMENT | changed) != KEY


@pytest.mark.parametrize(
    "words",
    [[], ["--profile", "beta"], ["--profile=acme"], ["--profile", "acme", "--theme", "nord"]],
)
def test_other_words_make_another_start(words: list[str]) -> None:
    assert start_key(words, ENVIRONMENT) != KEY


def test_another_version_makes_another_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_start, "__version__", f"{__version__}.1")
    assert start_key(["--profile", "acme"], ENVIRONMENT) != KEY


def test_unrelated_variables_make_no_difference() -> None:
    assert start_key(["--profile", "acme"], ENVIRONMENT | {"SHELL": "zsh", "PWD": "/"}) == KEY


@pytest.mark.parametrize("name", sorted(SECRET_VARIABLES))
def test_start_key_does_not_depend_on_the_secret(name: str) -> None:
    first, second, none = (
        start_key([], ENVIRONMENT | {name: value}) for value in ("one", "two", " ")
    )
    assert first == second != none


class ReadEnvironment(dict[str, str]):
    """An environment that records which variables are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: set[str] = set()

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        self.read.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)


def names_in_config() -> Iterator[str]:
    """Yield what the code of the settings names as an environment variable of another tool."""
    for path in Path(config.__file__).parent.glob("*.py"):
        text = path.read_text()
        yield from re.findall(r'"((?:CLOUD|NOVA|OS|RAX|RCV3|RS|SSL)_[A-Z_]+)"', text)
        yield from re.findall(r'"([A-Z]+_CA_BUNDLE)"', text)


def variables_of_settings(environment: ReadEnvironment) -> set[str]:
    """Return the variables that settings are read from, without any file."""
    config.load_pending(Flags(), environment)
    sets = {name for each in VARIABLE_SETS for name in each.variables}
    return {*environment.read, *sets, *names_in_config()}


def test_every_variable_that_settings_come_from_makes_another_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".rackspace_cloud_credentials").write_text("[settings]\n")

    names = variables_of_settings(ReadEnvironment())

    assert {"OS_CLOUD", "CLOUD_REGION", "CLOUD_KEYRING_USER", "REQUESTS_CA_BUNDLE"} <= names
    alike = [name for name in names if start_key([], {name: "one"}) == start_key([], {})]
    assert alike == []
    chosen = names - SECRET_VARIABLES - {"OS_KEY"}
    blind = [n for n in chosen if start_key([], {n: "one"}) == start_key([], {n: "two"})]
    assert blind == []


@pytest.mark.parametrize("name", ["HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_CACHE_HOME"])
def test_every_variable_that_places_files_makes_another_start(name: str) -> None:
    assert start_key([], {name: "/one"}) != start_key([], {name: "/two"})
