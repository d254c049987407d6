"""Each source of credentials works alone, sources have a precedence, and doctor shows it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.independent_server import (
    API_KEY,
    REGION,
    TENANT,
    TOKEN,
    USERNAME,
    IndependentServer,
)
from tests.support.running import run
from tests.support.terminal_sessions import account_environment, assert_no_secrets

Source = Callable[[Path, str], dict[str, str]]

OTHER_KEY = "0ther0ther0ther0ther0ther0ther00"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def clouds(home: Path, url: str, *, key: str = API_KEY) -> dict[str, str]:
    """Write a clouds.yaml as documented by Rackspace's plugin for OpenStack's tools."""
    write(
        home / ".config" / "openstack" / "clouds.yaml",
        "clouds:\n"
        "  rackspace-ord:\n"
        "    profile: rackspace\n"
        "    auth:\n"
        f"      username: {USERNAME}\n"
        f"      api_key: {key}\n"
        f"      auth_url: {url}\n"
        "    auth_type: rackspace_apikey\n"
        f"    region_name: {REGION}\n",
    )
    return {"OS_CLOUD": "rackspace-ord"}


def pyrax(home: Path, url: str, *, key: str = API_KEY) -> dict[str, str]:
    """Write pyrax's two files."""
    write(
        home / ".rackspace_cloud_credentials",
        f"[rackspace_cloud]\nusername = {USERNAME}\napi_key = {key}\n",
    )
    write(
        home / ".pyrax.cfg",
        f"[settings]\nidentity_type = rackspace\nregion = {REGION}\nauth_endpoint = {url}\n",
    )
    return {}


def rs(home: Path, url: str, *, key: str = API_KEY) -> dict[str, str]:
    """Return the variables of the rumm and rack tools."""
    del home
    return {
        "RS_USERNAME": USERNAME,
        "RS_API_KEY": key,
        "RS_REGION_NAME": REGION,
        "RS_AUTH_URL": url,
    }


def openstack(home: Path, url: str, *, key: str = API_KEY) -> dict[str, str]:
    """Return the variables of OpenStack's tools with Rackspace's plugin."""
    del home
    return {
        "OS_AUTH_SYSTEM": "rackspace",
        "OS_USERNAME": USERNAME,
        "OS_PASSWORD": key,
        "OS_REGION_NAME": REGION,
        "OS_AUTH_URL": url,
    }


def profile(home: Path, url: str, *, key: str = API_KEY) -> dict[str, str]:
    """Write a profile whose key is in a file."""
    write(home / "config" / "rcv3-tui" / "key", f"{key}\n")
    write(
        home / "config" / "rcv3-tui" / "config.toml",
        f'[profiles.acme]\nusername = "{USERNAME}"\napi_key_file = "key"\n'
        f'regions = "{REGION}"\nidentity = "{url}"\n',
    )
    return {}


@pytest.mark.parametrize(
    "source",
    # tests/config tests all of them; here one of variables and one of files.
    [
        rs,
        clouds,
        *(pytest.param(other, marks=pytest.mark.slow) for other in (openstack, profile, pyrax)),
    ],
)
def test_each_source_works_alone(
    source: Source, backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    done = run("doctor", home=home, environment=source(home, backend.identity_url))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{USERNAME} is in, tenant {TENANT}" in done.stdout
    assert f"RackConnect v3.0 in {REGION}" in done.stdout
    assert "\x1b" not in done.stdout
    assert_no_secrets((done.stdout + done.stderr).encode(), API_KEY, TOKEN)
    assert len(backend.sent("POST", "/tokens")) == 1


def test_sources_have_an_order_and_doctor_names_the_first(
    backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    url = backend.identity_url
    # Only the source with precedence has the right key; all others would be rejected.
    order: list[tuple[str, Callable[[str], dict[str, str]]]] = [
        ("RCV3_API_KEY", lambda key: account_environment(backend) | {"RCV3_API_KEY": key}),
        # OS_CLOUD names an account, which has precedence over other variables.
        ("clouds.yaml:6", lambda key: clouds(home, url, key=key)),
        ("RS_API_KEY", lambda key: rs(home, url, key=key)),
        ("OS_PASSWORD", lambda key: openstack(home, url, key=key)),
        ("config.toml:3", lambda key: profile(home, url, key=key)),
        (".rackspace_cloud_credentials:3", lambda key: pyrax(home, url, key=key)),
    ]
    for number, (winner, make) in enumerate(order):
        for file in list(home.glob("**/*")) if home.exists() else []:
            if file.is_file():
                file.unlink()
        environment: dict[str, str] = {}
        for _, later in reversed(order[number + 1 :]):
            environment |= later(OTHER_KEY)
        environment |= make(API_KEY)
        done = run("doctor", home=home, environment=environment)
        assert done.returncode == 0, f"{winner}\n{done.stdout}"
        (user,) = [line for line in done.stdout.splitlines() if line.startswith("ok    user")]
        assert f"{winner}" in user.partition("(not used")[0], user
        for loser, _ in order[number + 1 :]:
            assert loser.rpartition(":")[0] in done.stdout or loser in done.stdout, loser
        assert_no_secrets(done.stdout.encode(), API_KEY, OTHER_KEY)


def test_secret_reaches_no_child_no_command_line_and_no_other_file(
    backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    seen = tmp_path / "seen.json"
    helper = write(
        tmp_path / "helper.py",
        "import json, os, sys, pathlib\n"
        "parent = pathlib.Path(f'/proc/{os.getppid()}/cmdline')\n"
        "line = parent.read_text() if parent.exists() else ''\n"
        f"json.dump([dict(os.environ), sys.argv, line], open({str(seen)!r}, 'w'))\n"
        f"print(open({str(tmp_path / 'vault')!r}).read())\n",
    )
    write(tmp_path / "vault", API_KEY)
    write(
        home / "config" / "rcv3-tui" / "config.toml",
        f'[profiles.acme]\nusername = "{USERNAME}"\n'
        f"api_key_command = \"{sys.executable} '{helper}'\"\n"
        f'regions = "{REGION}"\nidentity = "{backend.identity_url}"\n',
    )
    # Other secrets in the same environment, each incomplete.
    environment = {"OS_PASSWORD": OTHER_KEY, "RS_API_KEY": OTHER_KEY, "RCV3_PASSWORD": OTHER_KEY}
    done = run("doctor", home=home, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    child, arguments, parent = json.loads(seen.read_text())
    assert "HOME" in child
    assert_no_secrets(json.dumps([child, arguments, parent]).encode(), API_KEY, OTHER_KEY)
    assert_no_secrets((done.stdout + done.stderr).encode(), API_KEY, OTHER_KEY, TOKEN)
    for path in home.glob("**/*"):
        if path.is_file():
            assert_no_secrets(path.read_bytes(), API_KEY, OTHER_KEY, TOKEN)


@pytest.mark.parametrize("source", [clouds, pyrax])
def test_file_with_a_secret_that_others_can_read_is_refused(
    source: Source, backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    environment = source(home, backend.identity_url)
    for file in home.glob("**/*"):
        if file.is_file():
            file.chmod(0o644)
    done = run("doctor", home=home, environment=environment)
    assert done.returncode == 2
    assert "others can read it (mode 0644); run: chmod 600" in done.stdout
    assert backend.requests == []
