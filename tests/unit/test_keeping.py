"""Keeping a profile and its secret: in the safest place, whole or not at all."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import Flags, Paths
from rcv3_tui.config.keeping import Keeper, KeepError, Login, Place
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Credentials, Secret

KEY = "s3cr3t-value"
LOGIN = Login(Credentials("acme-ops", api_key=Secret(KEY)), ("DFW", "IAD"), UK_IDENTITY)
BY_PASSWORD = Login(Credentials("acme-ops", password=Secret(KEY)), (), US_IDENTITY)


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    monkeypatch.setitem(sys.modules, "keyring", None)
    return Keeper(tmp_path / "config" / "config.toml")


def read_back(keeper: Keeper, name: str = "acme") -> config.Plan:
    where = Paths(keeper.path, keeper.path, keeper.path, keeper.path.with_name("pyrax"))
    return config.read(Flags(profile=name), {}, where)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


class FakeKeyring(types.ModuleType):
    """A keyring that remembers."""

    def __init__(self, priority: float = 5) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.priority = priority

    def get_keyring(self) -> FakeKeyring:
        return self

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self.kept[service_name, username] = password

    def get_password(self, service_name: str, username: str) -> str | None:
        return self.kept.get((service_name, username))


def test_what_is_kept_is_read_back_as_it_was(keeper: Keeper) -> None:
    told = keeper.save("acme", LOGIN)
    settings = read_back(keeper).settings()
    assert settings.credentials == LOGIN.credentials
    assert (settings.regions, settings.identity_url) == (("DFW", "IAD"), UK_IDENTITY)
    assert KEY not in told
    assert KEY not in keeper.path.read_text()
    assert mode(keeper.path) == mode(keeper.path.with_name("acme.key")) == 0o600
    assert mode(keeper.path.parent) == 0o700


def test_a_password_goes_into_a_file_as_well(keeper: Keeper) -> None:
    keeper.save("acme", BY_PASSWORD)
    assert read_back(keeper).settings().credentials == BY_PASSWORD.credentials
    with pytest.raises(KeepError, match=r"a password is not kept in config\.toml"):
        keeper.save("beta", BY_PASSWORD, place=Place.PROFILE)


def test_the_key_can_stand_in_the_profile_where_that_is_wished(keeper: Keeper) -> None:
    keeper.path.parent.mkdir()
    keeper.path.write_text("# mine\n")
    keeper.path.chmod(0o644)
    keeper.save("acme", LOGIN, place=Place.PROFILE)
    assert mode(keeper.path) == 0o600
    assert read_back(keeper).settings().credentials == LOGIN.credentials
    assert keeper.path.read_text().startswith("# mine\n")


def test_the_secret_need_not_be_kept(keeper: Keeper) -> None:
    keeper.save("acme", LOGIN, place=Place.NOWHERE)
    assert read_back(keeper).settings().username_hint == "acme-ops"
    assert [path.name for path in keeper.path.parent.iterdir()] == ["config.toml"]


def test_a_keyring_that_works_comes_first(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keeper.places(LOGIN.credentials)[0] is Place.FILE
    keyring = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert keeper.places(LOGIN.credentials)[0] is Place.KEYRING
    keeper.save("acme", LOGIN)
    assert keyring.kept == {("rcv3-tui", "acme-ops"): KEY}
    assert read_back(keeper).settings().credentials == LOGIN.credentials
    assert KEY not in "".join(path.read_text() for path in keeper.path.parent.iterdir())


def test_a_keyring_that_keeps_nothing_safely_is_not_offered(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", FakeKeyring(priority=0.5))
    assert Place.KEYRING not in keeper.places(LOGIN.credentials)
    assert Place.KEYRING not in keeper.places(BY_PASSWORD.credentials)


def test_a_profile_that_is_there_is_not_replaced_unless_that_was_said(keeper: Keeper) -> None:
    keeper.save("acme", LOGIN)
    before = keeper.path.read_text()
    with pytest.raises(KeepError, match='there is a profile "acme" already'):
        keeper.save("acme", BY_PASSWORD)
    assert keeper.path.read_text() == before
    keeper.save("acme", BY_PASSWORD, replace=True)
    assert read_back(keeper).settings().credentials == BY_PASSWORD.credentials


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-a", "a b", "a\nb", "é", "x" * 65])
def test_a_name_that_could_be_a_path_or_a_flag_is_refused(keeper: Keeper, name: str) -> None:
    assert "letters, digits" in keeper.problem_with(name)
    with pytest.raises(KeepError):
        keeper.save(name, LOGIN)


def test_a_file_that_is_wrong_already_is_left_alone(keeper: Keeper) -> None:
    keeper.path.parent.mkdir()
    keeper.path.write_text("[profiles.a]\nregionn = 1\n")
    with pytest.raises(KeepError, match=r'config\.toml:2: unknown key "regionn"'):
        keeper.save("acme", LOGIN)
    keeper.path.write_text("profiles = {}\n")
    with pytest.raises(KeepError, match="cannot be added"):
        keeper.save("acme", LOGIN)
    assert keeper.path.read_text() == "profiles = {}\n"
    assert [path.name for path in keeper.path.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_interrupts_the_writing_leaves_everything_as_it_was(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    keeper.save("acme", LOGIN)
    before = {path.name: path.read_text() for path in keeper.path.parent.iterdir()}
    real = os.fsync
    calls = 0

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:  # the file of the secret is written by then
            raise trouble
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises((KeepError, KeyboardInterrupt)):
        keeper.save("beta", LOGIN)
    assert {path.name: path.read_text() for path in keeper.path.parent.iterdir()} == before


def test_a_link_stays_a_link(keeper: Keeper, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "config.toml"
    real.parent.mkdir()
    real.write_text("# kept elsewhere\n")
    keeper.path.parent.mkdir()
    keeper.path.symlink_to(real)
    keeper.save("acme", LOGIN, place=Place.NOWHERE)
    assert keeper.path.is_symlink()
    assert "[profiles.acme]" in real.read_text()


def test_a_default_is_wanted_only_between_several(keeper: Keeper) -> None:
    assert not keeper.needs_default("acme")
    keeper.save("acme", LOGIN)
    assert not keeper.needs_default("acme")
    assert keeper.needs_default("beta")
    keeper.save("beta", LOGIN, default=True)
    assert not keeper.needs_default("gamma")
    assert read_back(keeper, "beta").without_credentials.profile == "beta"
