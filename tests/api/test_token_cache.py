"""A token kept between two runs, for the same user with the same secret only."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.api.service_catalog import Endpoint, ServiceCatalog
from rcv3_tui.api.token_cache import FileTokenCache
from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Credentials, Secret

URL = "https://identity.example.com/v2.0"
ME = Credentials("example-user", api_key=Secret("key-one"))
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
ACCESS = TokenGrant(
    token=Secret("a-token"),
    expires=NOW + timedelta(hours=5),
    tenant_id="123456",
    user_name="example-user",
    default_region="IAD",
    catalog=ServiceCatalog(
        (Endpoint("rackconnect", "rax:rackconnect", "IAD", "https://iad.example.com/v3/1", "1"),)
    ),
)


def cache(directory: Path, credentials: Credentials = ME, url: str = URL) -> FileTokenCache:
    return FileTokenCache(directory, url, credentials, ManualClock(NOW))


def only_file(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def test_saved_token_is_loaded_at_next_start(tmp_path: Path) -> None:
    cache(tmp_path / "cache").save(ACCESS)
    assert cache(tmp_path / "cache").load() == ACCESS


def test_nothing_is_there_at_first_start(tmp_path: Path) -> None:
    assert cache(tmp_path / "cache").load() is None


@pytest.mark.parametrize(
    ("credentials", "url"),
    [
        (Credentials("example-user", api_key=Secret("key-two")), URL),
        (Credentials("somebody-else", api_key=Secret("key-one")), URL),
        (ME, "https://lon.identity.example.com/v2.0"),
    ],
)
def test_another_secret_user_or_identity_gets_no_token_of_mine(
    tmp_path: Path, credentials: Credentials, url: str
) -> None:
    cache(tmp_path).save(ACCESS)
    assert cache(tmp_path, credentials, url).load() is None


def test_another_tenant_gets_no_token_of_mine(tmp_path: Path) -> None:
    cache(tmp_path).save(ACCESS)
    other = FileTokenCache(tmp_path, URL, ME, ManualClock(NOW), tenant="222222")
    assert other.load() is None
    other.save(replace(ACCESS, tenant_id="222222"))
    assert cache(tmp_path).load() == ACCESS


def test_token_near_expiry_is_not_loaded(tmp_path: Path) -> None:
    cache(tmp_path).save(replace(ACCESS, expires=NOW + timedelta(minutes=5)))
    assert cache(tmp_path).load() is None


def test_file_and_directory_are_owners_alone(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    cache(directory).save(ACCESS)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(directory).stat().st_mode) == 0o600


def test_file_that_others_can_read_is_dropped(tmp_path: Path) -> None:
    cache(tmp_path).save(ACCESS)
    only_file(tmp_path).chmod(0o644)
    assert cache(tmp_path).load() is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\xfe"])
def test_damaged_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    cache(tmp_path).save(ACCESS)
    only_file(tmp_path).write_bytes(content)
    assert cache(tmp_path).load() is None


def test_refused_token_is_forgotten(tmp_path: Path) -> None:
    cache(tmp_path).save(ACCESS)
    cache(tmp_path).drop()
    assert not list(tmp_path.iterdir())
    cache(tmp_path).drop()


def test_neither_key_nor_password_is_in_file(tmp_path: Path) -> None:
    cache(tmp_path).save(ACCESS)
    assert b"key-one" not in only_file(tmp_path).read_bytes()


def test_directory_that_cannot_be_written_costs_only_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the directory should be")
    cache(tmp_path / "cache").save(ACCESS)
    assert cache(tmp_path / "cache").load() is None
