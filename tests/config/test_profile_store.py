"""Saving a profile and its secret: in the safest place, atomically."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import Flags, Paths
from rcv3_tui.config.profile_store import ProfileStore, SaveError, SecretStorage
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Credentials, Secret

KEY = "s3cr3t-value"
BY_KEY = Credentials("acme-ops", api_key=Secret(KEY))
BY_PASSWORD = Credentials("acme-ops", password=Secret(KEY))
REGIONS = ("DFW", "IAD")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProfileStore:
    monkeypatch.setitem(sys.modules, "keyring", None)
    return ProfileStore(tmp_path / "config" / "config.toml")


def read_back(store: ProfileStore, name: str = "acme") -> config.PendingConfig:
    where = Paths(store.path, store.path, store.path, store.path.with_name("pyrax"))
    return config.load_pending(Flags(profile=name), {}, where)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


class FakeKeyring(types.ModuleType):
    """A keyring that remembers."""

    def __init__(self, priority: float = 5) -> None:
        super().__init__("keyring")
        self.stored: dict[tuple[str, str], str] = {}
        self.priority = priority

    def get_keyring(self) -> FakeKeyring:
        return self

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self.stored[service_name, username] = password

    def get_password(self, service_name: str, username: str) -> str | None:
        return self.stored.get((service_name, username))


def test_saved_profile_is_read_back_unchanged(store: ProfileStore) -> None:
    message = store.save("acme", BY_KEY, REGIONS, UK_IDENTITY)
    settings = read_back(store).settings()
    assert settings.credentials == BY_KEY
    assert (settings.regions, settings.identity_url) == (("DFW", "IAD"), UK_IDENTITY)
    assert KEY not in message
    assert KEY not in store.path.read_text()
    assert mode(store.path) == mode(store.path.with_name("acme.key")) == 0o600
    assert mode(store.path.parent) == 0o700


def test_tenant_is_saved_as_written(store: ProfileStore) -> None:
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY, "0042", storage=SecretStorage.FILE)
    assert read_back(store).settings().tenant == "0042"
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY, storage=SecretStorage.FILE, replace=True)
    assert read_back(store).settings().tenant is None


def test_password_is_saved_in_a_file(store: ProfileStore) -> None:
    store.save("acme", BY_PASSWORD, (), US_IDENTITY)
    assert read_back(store).settings().credentials == BY_PASSWORD
    with pytest.raises(SaveError, match=r"a password cannot be saved in config\.toml"):
        store.save("beta", BY_PASSWORD, (), US_IDENTITY, storage=SecretStorage.PROFILE)


def test_key_can_be_saved_in_the_profile(store: ProfileStore) -> None:
    store.path.parent.mkdir()
    store.path.write_text("# mine\n")
    store.path.chmod(0o644)
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY, storage=SecretStorage.PROFILE)
    assert mode(store.path) == 0o600
    assert read_back(store).settings().credentials == BY_KEY
    assert store.path.read_text().startswith("# mine\n")


def test_profile_can_be_saved_without_the_secret(store: ProfileStore) -> None:
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY, storage=SecretStorage.NOWHERE)
    assert read_back(store).settings().username_hint == "acme-ops"
    assert [path.name for path in store.path.parent.iterdir()] == ["config.toml"]


def test_working_keyring_is_preferred(store: ProfileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.storages(BY_KEY)[0] is SecretStorage.FILE
    keyring = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert store.storages(BY_KEY)[0] is SecretStorage.KEYRING
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY)
    assert keyring.stored == {("rcv3-tui", "acme-ops"): KEY}
    assert read_back(store).settings().credentials == BY_KEY
    assert KEY not in "".join(path.read_text() for path in store.path.parent.iterdir())


def test_unsafe_keyring_is_not_offered(
    store: ProfileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", FakeKeyring(priority=0.5))
    assert SecretStorage.KEYRING not in store.storages(BY_KEY)
    assert SecretStorage.KEYRING not in store.storages(BY_PASSWORD)


def test_existing_profile_is_replaced_only_on_request(store: ProfileStore) -> None:
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY)
    before = store.path.read_text()
    with pytest.raises(SaveError, match='profile "acme" already exists'):
        store.save("acme", BY_PASSWORD, (), US_IDENTITY)
    assert store.path.read_text() == before
    store.save("acme", BY_PASSWORD, (), US_IDENTITY, replace=True)
    assert read_back(store).settings().credentials == BY_PASSWORD


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-a", "a b", "a\nb", "é", "x" * 65])
def test_name_like_a_path_or_an_option_is_rejected(store: ProfileStore, name: str) -> None:
    assert "letters, digits" in store.problem_with(name)
    with pytest.raises(SaveError):
        store.save(name, BY_KEY, REGIONS, UK_IDENTITY)


def test_invalid_file_is_left_unchanged(store: ProfileStore) -> None:
    store.path.parent.mkdir()
    store.path.write_text("[profiles.a]\nregionn = 1\n")
    with pytest.raises(SaveError, match=r'config\.toml:2: unknown key "regionn"'):
        store.save("acme", BY_KEY, REGIONS, UK_IDENTITY)
    store.path.write_text("profiles = {}\n")
    with pytest.raises(SaveError, match="cannot be added"):
        store.save("acme", BY_KEY, REGIONS, UK_IDENTITY)
    assert store.path.read_text() == "profiles = {}\n"
    assert [path.name for path in store.path.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_interrupted_write_leaves_all_files_unchanged(
    store: ProfileStore, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY)
    before = {path.name: path.read_text() for path in store.path.parent.iterdir()}
    real = os.fsync
    calls = 0

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:  # the file of the secret is written by then
            raise trouble
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises((SaveError, KeyboardInterrupt)):
        store.save("beta", BY_KEY, REGIONS, UK_IDENTITY)
    assert {path.name: path.read_text() for path in store.path.parent.iterdir()} == before


def test_link_stays_a_link(store: ProfileStore, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "config.toml"
    real.parent.mkdir()
    real.write_text("# stored elsewhere\n")
    store.path.parent.mkdir()
    store.path.symlink_to(real)
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY, storage=SecretStorage.NOWHERE)
    assert store.path.is_symlink()
    assert "[profiles.acme]" in real.read_text()


def test_default_profile_is_offered_only_with_several(store: ProfileStore) -> None:
    assert not store.needs_default("acme")
    store.save("acme", BY_KEY, REGIONS, UK_IDENTITY)
    assert not store.needs_default("acme")
    assert store.needs_default("beta")
    store.save("beta", BY_KEY, REGIONS, UK_IDENTITY, default=True)
    assert not store.needs_default("gamma")
    assert read_back(store, "beta").without_credentials.profile == "beta"
