"""Tokens that another tool obtained, as credentials: where they are read, and for which account."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from rcv3_tui import config
from rcv3_tui.config import Flags
from rcv3_tui.config.secrets import CommandSecret, FileSecret
from rcv3_tui.settings import Credentials, Secret
from tests.support.home import ACME, ENVIRONMENT, Home

TOKEN = "AAD-t0ken-of-a-federated-user"
RACKSPACE = "https://identity.api.rackspacecloud.com/v2.0"
BY_TOKEN = Credentials(token=Secret(TOKEN))


@pytest.mark.parametrize(
    "environ",
    [
        {"RCV3_TOKEN": TOKEN, "RCV3_TENANT": "123456"},
        {"OS_TOKEN": TOKEN, "OS_PROJECT_ID": "123456", "OS_AUTH_URL": RACKSPACE},
        {"OS_AUTH_TOKEN": TOKEN, "OS_TENANT_ID": "123456", "OS_AUTH_URL": RACKSPACE},
        {"OS_TOKEN": TOKEN, "OS_TENANT_NAME": "123456", "OS_AUTH_SYSTEM": "rackspace"},
        {"OS_TOKEN": TOKEN, "OS_TENANT_ID": "123456", "OS_AUTH_URL": RACKSPACE, "OS_PASSWORD": "p"},
    ],
)
def test_token_and_tenant_of_the_environment_suffice(home: Home, environ: dict[str, str]) -> None:
    settings = home.load(environ=environ)

    assert settings.credentials == BY_TOKEN
    assert settings.tenant == "123456"
    assert settings.credentials_note == ""


def test_user_name_of_a_token_only_names_it(home: Home) -> None:
    environ = {"RCV3_TOKEN": TOKEN, "RCV3_TENANT": "1", "RCV3_USERNAME": "ops"}
    assert home.load(environ=environ).credentials == Credentials("ops", token=Secret(TOKEN))


def test_own_token_precedes_user_and_key_of_the_same_set(home: Home) -> None:
    environ = {**ENVIRONMENT, "RCV3_TOKEN": TOKEN, "RCV3_TENANT": "1"}
    credentials = home.load(environ=environ).credentials
    assert credentials is not None
    assert (credentials.kind, credentials.api_key) == ("token", None)


@pytest.mark.parametrize(
    ("more", "kind"), [({}, "password"), ({"OS_AUTH_TYPE": "v3token"}, "token")]
)
def test_user_and_password_of_openstack_precede_a_leftover_token(
    home: Home, more: dict[str, str], kind: str
) -> None:
    environ = {
        "OS_USERNAME": "os",
        "OS_PASSWORD": "p4ssword",
        "OS_TOKEN": TOKEN,
        "OS_TENANT_ID": "1",
        "OS_AUTH_URL": RACKSPACE,
        **more,
    }
    pending = config.load_pending(Flags(), environ, home.paths)
    credentials = pending.settings().credentials
    assert credentials is not None
    assert credentials.kind == kind
    notes = "OS_TOKEN is not honored: a user and a secret are set too" in pending.unhonored
    assert notes is (kind == "password")


def test_token_of_openstack_without_tenant_is_reported_and_passed_over(home: Home) -> None:
    home.write(ACME)
    environ = {"OS_TOKEN": TOKEN, "OS_AUTH_URL": RACKSPACE}
    pending = config.load_pending(Flags(), environ, home.paths)
    credentials = pending.settings().credentials
    assert credentials is not None
    assert credentials.username == "acme-ops"
    wanted = "OS_TOKEN is not honored: a token needs its tenant; set OS_PROJECT_ID"
    assert pending.unhonored == (wanted,)


def test_own_token_without_tenant_is_an_error_that_says_what_to_set(home: Home) -> None:
    error = home.error(environ={"RCV3_TOKEN": TOKEN})
    assert error.startswith("RCV3_TOKEN: a token also needs the account's number: set RCV3_TENANT")
    assert TOKEN not in error


@pytest.mark.parametrize(
    ("flags", "lines"), [(Flags(tenant="77"), ""), (Flags(), 'tenant = "77"\nregions = "DFW"')]
)
def test_tenant_of_a_token_may_come_from_the_flag_or_a_profile_without_user(
    home: Home, flags: Flags, lines: str
) -> None:
    home.write_profile(lines)
    settings = home.load(flags, {"RCV3_TOKEN": TOKEN})
    assert (settings.credentials, settings.tenant) == (BY_TOKEN, "77")


def test_token_does_not_take_the_tenant_of_another_user(home: Home) -> None:
    home.write_profile('username = "u"\napi_key_file = "k"\ntenant = 5')
    assert "a token also needs" in home.error(environ={"RCV3_TOKEN": TOKEN})


def test_token_does_not_get_the_profile_name_of_another_user(home: Home) -> None:
    home.write(ACME)
    settings = home.load(environ={"RCV3_TOKEN": TOKEN, "RCV3_TENANT": "1"})
    assert settings.profile == "environment"
    assert settings.credentials_note == "RCV3_TOKEN comes before the user of [profiles.acme]"


def test_profile_reads_its_token_from_a_file_or_a_command(home: Home) -> None:
    file = home.root / "token"
    file.write_text(f"{TOKEN}\nsecond line\n")
    file.chmod(0o600)
    home.write_profile('token_file = "token"\ntenant = 123456')
    settings = home.load()
    assert settings.credentials == Credentials(
        token=Secret(TOKEN), token_source=FileSecret(home.root / "token")
    )
    assert (settings.profile, settings.tenant) == ("acme", "123456")

    command = f"{sys.executable} -c 'print(\"{TOKEN}\")'"
    home.write_profile(f'token_command = """{command}"""\ntenant = 123456')
    credentials = home.load().credentials
    assert credentials == Credentials(token=Secret(TOKEN), token_source=CommandSecret(command))


def test_token_file_that_others_can_read_is_refused(home: Home) -> None:
    file = home.root / "token"
    file.write_text(TOKEN)
    file.chmod(0o644)
    home.write_profile('token_file = "token"\ntenant = 123456')
    error = home.error()
    assert "others can read it (mode 0644); run: chmod 600" in error
    assert error.startswith("config.toml:2")
    assert TOKEN not in error


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('token_file = "t"', "config.toml:2: a token also needs the account's number"),
        (f'token = "{TOKEN}"', 'a token cannot stand here, use "token_file" or "token_command"'),
        ('token_file = "t"\ntoken_command = "x"', 'has both "token_file" and "token_command"'),
        ('username = "u"\napi_key = "k"\ntoken_file = "t"', 'both "api_key" and "token_file"'),
    ],
)
def test_mistake_in_a_profile_is_named_with_its_line(home: Home, lines: str, expected: str) -> None:
    home.write_profile(lines)
    assert expected in home.error()


def cloud(auth_type: str, *, token: str = f"token: {TOKEN}", more: str = "") -> str:
    kind = f"    auth_type: {auth_type}\n" if auth_type else ""
    return (
        f"clouds:\n  fed:\n{kind}    auth:\n      auth_url: {RACKSPACE}\n      {token}\n{more}"
        '      project_id: "123456"\n'
    )


@pytest.mark.parametrize("auth_type", ["token", "v2token", "v3token", ""])
def test_cloud_signs_in_with_its_token(home: Home, auth_type: str) -> None:
    home.openstack(cloud(auth_type))
    settings = home.load(Flags(profile="fed"))
    assert (settings.credentials, settings.tenant) == (BY_TOKEN, "123456")


def test_token_of_a_cloud_may_be_in_secure_yaml(home: Home) -> None:
    home.openstack(cloud("v3token", token="x: 1"))
    home.openstack(f"clouds:\n  fed:\n    auth:\n      token: {TOKEN}\n", "secure.yaml")
    assert home.load(environ={"OS_CLOUD": "fed"}).credentials == BY_TOKEN


def test_cloud_without_its_token_signs_in_with_nothing_else(home: Home) -> None:
    home.openstack(cloud("token", token="username: u", more="      password: pass\n"))
    settings = home.load(Flags(profile="fed"), ENVIRONMENT)
    assert settings.credentials is None
    assert "lacks token" in settings.credentials_note


OTHER = "https://keystone.example.com/v2.0"


@pytest.mark.parametrize(
    ("environ", "flags"),
    [
        ({"OS_TOKEN": TOKEN, "OS_PROJECT_ID": "1"}, Flags()),
        ({"OS_TOKEN": TOKEN, "OS_PROJECT_ID": "1", "OS_AUTH_URL": f"{OTHER[:-5]}/v3"}, Flags()),
        (
            {"OS_TOKEN": TOKEN, "OS_PROJECT_ID": "1", "OS_AUTH_URL": OTHER},
            Flags(identity_url="us"),
        ),
    ],
)
def test_token_is_not_sent_to_another_identity_than_its_own(
    home: Home, environ: Mapping[str, str], flags: Flags
) -> None:
    assert home.load(flags, environ).credentials is None


def test_token_of_another_cloud_is_sent_only_there(home: Home) -> None:
    environ = {"OS_TOKEN": TOKEN, "OS_PROJECT_ID": "1", "OS_AUTH_URL": OTHER}
    assert home.load(environ=environ).identity_url == OTHER


def test_no_repr_of_the_settings_contains_the_token(home: Home) -> None:
    settings = home.load(environ={"RCV3_TOKEN": TOKEN, "RCV3_TENANT": "1"})
    assert TOKEN not in repr(settings)
