"""Several tenants of one user, seen from outside: what is sent, and what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.recorder import Recorder, catalog, endpoint, recording
from tests.support.running import run

ONE, OTHER = "111111", "222222"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def service() -> Iterator[Recorder]:
    with recording() as recorder:
        recorder.make_catalog = lambda base: catalog(
            [endpoint(base, "v3", OTHER), endpoint(base, "v3", ONE)],
            [endpoint(base, "v2", OTHER), endpoint(base, "v2", ONE)],
        )
        yield recorder


def account(service: Recorder, **more: str) -> dict[str, str]:
    return {
        "RCV3_USERNAME": "ops",
        "RCV3_API_KEY": KEY,
        "RCV3_IDENTITY_URL": service.identity_url,
        **more,
    }


@pytest.mark.parametrize("command", [("status",), ("doctor",)])
def test_no_request_goes_to_another_tenant_than_the_tokens(
    service: Recorder, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run(*command, home=tmp_path / "home", environment=account(service))

    assert ONE in done.stdout
    assert OTHER not in done.stdout + done.stderr
    assert service.paths
    assert all(f"/{ONE}/" in path for path in service.paths)
    assert "tenantId" not in service.sign_ins[0]


@pytest.mark.parametrize(
    ("flags", "more"),
    [(("--tenant", OTHER), {"RCV3_TENANT": ONE}), ((), {"RCV3_TENANT": OTHER})],
)
def test_selected_tenant_is_used_to_sign_in(
    service: Recorder, tmp_path: Path, flags: tuple[str, ...], more: dict[str, str]
) -> None:
    service.tenant = {"id": OTHER, "name": OTHER}

    done = run("status", *flags, home=tmp_path / "home", environment=account(service, **more))

    assert service.sign_ins[0]["tenantId"] == OTHER
    assert all(f"/{OTHER}/" in path for path in service.paths)
    assert f"tenant {OTHER}" in done.stdout


def test_token_that_was_cached_for_one_tenant_is_not_used_for_another(
    service: Recorder, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    run("status", home=home, environment=account(service))
    service.tenant = {"id": OTHER, "name": OTHER}
    run("status", "--tenant", OTHER, home=home, environment=account(service))
    service.requests.clear()

    run("status", home=home, environment=account(service))

    assert service.sign_ins == []
    assert all(f"/{ONE}/" in path for path in service.paths)


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_between_several_tenants_nothing_is_guessed(
    service: Recorder, tmp_path: Path, command: str
) -> None:
    service.tenant = None

    done = run(command, home=tmp_path / "home", environment=account(service))

    text = done.stdout + done.stderr
    assert done.returncode == 2
    assert ONE in text
    assert OTHER in text
    assert "--tenant" in text
    assert service.paths == []


def test_tenant_that_identity_rejects_is_reported(service: Recorder, tmp_path: Path) -> None:
    done = run("status", "--tenant", OTHER, home=tmp_path / "home", environment=account(service))

    assert done.returncode == 2
    assert f"Identity signed in to tenant {ONE}, not to tenant {OTHER}" in done.stderr
    assert service.paths == []


def test_way_out_of_a_wrong_tenant_fits_the_login_screen(service: Recorder, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[profiles.acme]\nusername = "ops"\napi_key = "{KEY}"\ntenant = {OTHER}\n'
        f'identity = "{service.identity_url}"\n'
    )
    config.chmod(0o600)
    done = run("status", "--config", str(config), home=tmp_path / "home")

    # At 80 columns the screen has room for three lines of 66 characters.
    assert "choose one of them with --tenant" in done.stderr.removeprefix("rcv3-tui: ")[:190]
    assert f"tenant {OTHER} from {config}:4" in done.stderr


def test_profile_names_its_tenant_as_a_number_or_a_text(service: Recorder, tmp_path: Path) -> None:
    service.tenant = {"id": OTHER, "name": OTHER}
    config = tmp_path / "config.toml"
    for written in (OTHER, f'"{OTHER}"'):
        config.write_text(
            f'[profiles.acme]\nusername = "ops"\napi_key = "{KEY}"\ntenant = {written}\n'
            f'identity = "{service.identity_url}"\n'
        )
        config.chmod(0o600)
        run("doctor", "--config", str(config), home=tmp_path / "home")

    assert [each["tenantId"] for each in service.sign_ins] == [OTHER, OTHER]


# No RackConnect ------------------------------------------------------------------------------


def test_account_without_rackconnect_is_named_and_nothing_is_guessed(
    service: Recorder, tmp_path: Path
) -> None:
    service.make_catalog = lambda base: catalog([], [endpoint(base, "v2", ONE)])

    status = run("status", home=tmp_path / "home", environment=account(service))
    doctor = run("doctor", home=tmp_path / "home", environment=account(service))

    said = f"tenant {ONE} has no RackConnect v3.0 in the service catalog"
    assert said in status.stderr
    assert "the user no role rackconnect:v3-REGION" in status.stderr
    assert status.returncode == 2
    (line,) = [line for line in doctor.stdout.splitlines() if said in line]
    assert line.startswith("warn")
    assert "FAIL" not in doctor.stdout
    assert service.paths == []


def test_role_without_an_entry_is_named(service: Recorder, tmp_path: Path) -> None:
    service.make_catalog = lambda base: catalog([], [endpoint(base, "v2", ONE)])
    service.user["roles"] = [{"name": "rackconnect:v3-IAD", "tenantId": ONE}]

    status = run("status", home=tmp_path / "home", environment=account(service))

    assert "the user has the role rackconnect:v3-IAD: the entry is missing" in status.stderr


def test_another_tenant_that_has_rackconnect_is_named(service: Recorder, tmp_path: Path) -> None:
    service.make_catalog = lambda base: catalog(
        [endpoint(base, "v3", OTHER)], [endpoint(base, "v2", ONE)]
    )

    status = run("status", home=tmp_path / "home", environment=account(service))

    assert f"the user's tenants that have it: {OTHER}; choose one with --tenant" in status.stderr
    assert service.paths == []
