"""The files that decide which account is opened."""

from __future__ import annotations

import builtins
import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from rcv3_tui.config import ConfigError, Flags, load_pending, watched_files
from tests.support.home import ACME, Home

ALL_CLOUDS = "clouds:\n  acme:\n    profile: mine\n    auth: {username: u, password: p}\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OS_CLOUD": "acme"},
        {"RAX_CREDS_FILE": "creds"},
        {"OS_CLIENT_CONFIG_FILE": "other.yaml", "OS_CLOUD": "acme"},
        {"OS_CLIENT_SECURE_FILE": "secret.yaml", "OS_CLOUD": "acme"},
        {"RCV3_CONFIG": "mine.toml"},
    ],
)
@pytest.mark.parametrize("files", [(), ("clouds",), ("config",), ("clouds", "config")])
def test_every_file_that_is_opened_is_watched(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    environ: Mapping[str, str],
    files: tuple[str, ...],
) -> None:
    monkeypatch.chdir(home.root)
    if "clouds" in files:
        home.openstack(ALL_CLOUDS)
        home.openstack("public-clouds:\n  mine: {auth_type: rackspace}\n", "clouds-public.yaml")
    if "config" in files:
        home.write(ACME)
    home.root.joinpath("other.yaml").write_text(ALL_CLOUDS)
    opened: set[str] = set()
    original = io.open

    def recording(file: object, *args: object, **kwargs: object) -> object:
        opened.add(str(file))
        return original(file, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(io, "open", recording)
    monkeypatch.setattr(builtins, "open", recording)
    try:
        load_pending(Flags(), environ, home.paths)
    except ConfigError:
        # A wrong file is opened, too.
        assert opened
    assert opened
    assert opened <= set(watched_files(Flags(), environ, home.paths))


def test_files_of_the_current_directory_are_watched_by_name_too(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = home.paths.openstack_dirs[0]
    here.mkdir()
    monkeypatch.chdir(here)
    watched = watched_files(Flags(), {}, home.paths)
    assert {"clouds.yaml", "secure.yaml", "clouds-public.yaml"} <= set(watched)
    assert str(here / "clouds.yaml") in watched


def test_option_names_the_configuration_file(home: Home) -> None:
    assert "mine.toml" in watched_files(Flags(config="mine.toml"), {}, home.paths)
