"""A secret is sent to the Identity of its own source alone, for every pair of sources."""

from __future__ import annotations

import pytest

from rcv3_tui.config import Flags
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY
from tests.support.home import KEY, Home

PRIVATE = "https://keystone.example/v2.0"
OTHER = "https://other.example/v2.0"

RCV3 = {"RCV3_USERNAME": "rcv3", "RCV3_API_KEY": KEY}
RS = {"RS_USERNAME": "rs", "RS_API_KEY": KEY}
RAX = {"RAX_USERNAME": "rax", "RAX_API_KEY": KEY}
OS = {"OS_USERNAME": "os", "OS_PASSWORD": KEY}
OS_RACKSPACE = OS | {"OS_AUTH_SYSTEM": "rackspace"}
PROFILE = f'username = "acme"\napi_key = "{KEY}"\n'

Environ = dict[str, str]


def signed_in(home: Home, environ: Environ, flags: Flags | None = None) -> tuple[str, str]:
    """Who signs in, and where; nobody where no secret is sent."""
    settings = home.load(flags, environ)
    who = settings.credentials.username if settings.credentials else "nobody"
    return who, settings.identity_url


@pytest.mark.parametrize("account", [RCV3, RS, RAX, OS_RACKSPACE])
@pytest.mark.parametrize("variable", ["RCV3_IDENTITY_URL", "RS_AUTH_URL", "OS_AUTH_URL"])
def test_address_of_another_family_gets_no_secret(
    home: Home, account: Environ, variable: str
) -> None:
    own = variable.partition("_")[0] == next(iter(account)).partition("_")[0]
    who, where = signed_in(home, account | {variable: PRIVATE})
    if own:
        assert (who, where) == (next(iter(account.values())), PRIVATE)
    elif variable == "RCV3_IDENTITY_URL":
        # It is meant for this very program: nobody else's secret goes there, nor elsewhere.
        assert who == "nobody"
    else:
        assert (who, where) == (next(iter(account.values())), US_IDENTITY)


@pytest.mark.parametrize("account", [RCV3, RS, RAX])
def test_address_of_the_default_profile_gets_no_secret_of_the_environment(
    home: Home, account: Environ
) -> None:
    home.write_profile(f'{PROFILE}identity = "{PRIVATE}"')
    assert signed_in(home, account) == (next(iter(account.values())), US_IDENTITY)
    home.write_profile(f'{PROFILE}identity = "uk"')
    assert signed_in(home, account) == (next(iter(account.values())), UK_IDENTITY)


@pytest.mark.parametrize("account", [RCV3, RS, RAX, OS_RACKSPACE])
def test_private_address_of_a_profile_without_user_is_not_shared(
    home: Home, account: Environ
) -> None:
    home.write_profile(f'identity = "{PRIVATE}"')
    assert signed_in(home, account, Flags(profile="acme")) == ("nobody", PRIVATE)
    note = home.load(Flags(profile="acme"), account).credentials_note
    assert f"it belongs to Identity us, and {home.paths.config_file}:2 names {PRIVATE}" in note


def test_address_of_the_environment_gets_no_secret_of_a_profile(home: Home) -> None:
    home.write_profile(PROFILE)
    who, _ = signed_in(home, {"RCV3_IDENTITY_URL": PRIVATE})
    assert who == "nobody"
    assert signed_in(home, {"RCV3_IDENTITY_URL": "uk"}) == ("acme", UK_IDENTITY)
    for variable in ("OS_AUTH_URL", "RS_AUTH_URL"):
        assert signed_in(home, {variable: PRIVATE}) == ("acme", US_IDENTITY)
    by_name = Flags(profile="acme")
    assert signed_in(home, {"RCV3_IDENTITY_URL": PRIVATE}, by_name) == ("acme", US_IDENTITY)


def test_two_private_addresses_never_share_a_secret(home: Home) -> None:
    home.write_profile(f'{PROFILE}identity = "{PRIVATE}"')
    assert signed_in(home, {"RCV3_IDENTITY_URL": OTHER}) == ("nobody", OTHER)
    assert signed_in(home, {"RCV3_IDENTITY_URL": PRIVATE}) == ("acme", PRIVATE)


@pytest.mark.parametrize("account", [RCV3, RS, RAX, OS_RACKSPACE, OS])
def test_option_sets_the_identity_of_sources_without_address(home: Home, account: Environ) -> None:
    flags = Flags(identity_url=PRIVATE)
    assert signed_in(home, account, flags) == (next(iter(account.values())), PRIVATE)


def test_flag_replaces_only_the_address_of_this_programs_sources(home: Home) -> None:
    flags = Flags(identity_url=PRIVATE)
    home.write_profile(f'{PROFILE}identity = "{OTHER}"')
    assert signed_in(home, {}, flags) == ("acme", PRIVATE)
    assert signed_in(home, RCV3 | {"RCV3_IDENTITY_URL": OTHER}, flags) == ("rcv3", PRIVATE)
    home.paths.config_file.unlink()
    for account in (OS | {"OS_AUTH_URL": OTHER}, RS | {"RS_AUTH_URL": OTHER}):
        assert signed_in(home, account, flags)[0] == "nobody"
    assert signed_in(home, OS | {"OS_AUTH_URL": OTHER}, Flags(identity_url="us"))[0] == "nobody"
    us = OS | {"OS_AUTH_URL": US_IDENTITY}
    assert signed_in(home, us, Flags(identity_url="uk")) == ("os", UK_IDENTITY)


@pytest.mark.parametrize(
    ("account", "where"),
    [
        (OS, None),
        (OS | {"OS_AUTH_SYSTEM": "rackspace_uk"}, UK_IDENTITY),
        (OS | {"OS_AUTH_SYSTEM": "rackspace"}, US_IDENTITY),
        (OS | {"OS_AUTH_TYPE": "rackspace_apikey"}, US_IDENTITY),
        (OS | {"OS_AUTH_TYPE": "password"}, None),
        (OS | {"OS_AUTH_SYSTEM": "keystone"}, None),
        (OS | {"OS_AUTH_URL": PRIVATE}, PRIVATE),
        (OS | {"OS_AUTH_URL": "http://controller:5000/v3"}, None),
        (OS | {"OS_AUTH_URL": "https://controller:5000/v3"}, None),
        (OS | {"OS_AUTH_URL": "https://identity.api.rackspacecloud.com/v3"}, US_IDENTITY),
        ({"OS_USERNAME": "os", "OS_API_KEY": KEY}, None),
    ],
)
def test_openstack_variables_are_rackspaces_only_if_they_say_so(
    home: Home, account: Environ, where: str | None
) -> None:
    expected = ("nobody", US_IDENTITY) if where is None else ("os", where)
    assert signed_in(home, account) == expected
    if where is None:
        assert "OS_" in home.load(environ=account).credentials_note


@pytest.mark.parametrize(
    "foreign",
    [
        OS | {"OS_AUTH_URL": "http://controller:5000/v3"},
        OS | {"OS_AUTH_URL": "https://controller:5000/v3", "OS_REGION_NAME": "Region One!"},
        OS | {"OS_AUTH_URL": "nonsense", "OS_CACERT": "/no/where", "OS_PROJECT_ID": "a b"},
        OS | {"OS_USERNAME": "two\nlines", "OS_AUTH_SYSTEM": "rackspace"},
        OS_RACKSPACE | {"OS_REGION_NAME": "HKG", "OS_TENANT_ID": "222222"},
        RS | {"RS_REGION_NAME": "HKG", "RS_AUTH_URL": PRIVATE, "RS_TENANT_ID": "222222"},
        RAX | {"RAX_REGION": "HKG"},
        {"OS_CLOUD": "somewhere"},
        {"RAX_CREDS_FILE": "/no/where", "RAX_ENV": "nowhere"},
        {"CLOUD_REGION": "HKG", "CLOUD_AUTH_ENDPOINT": PRIVATE, "CLOUD_TENANT_ID": "222222"},
        RCV3 | {"RCV3_IDENTITY_URL": PRIVATE, "RCV3_TENANT": "222222"},
        {"RCV3_IDENTITY_URL": PRIVATE, "RCV3_TENANT": "222222"},
    ],
)
def test_profile_that_is_chosen_by_name_is_neither_stopped_nor_colored(
    home: Home, foreign: Environ
) -> None:
    home.write_profile(f"{PROFILE}protected = true")
    settings = home.load(Flags(profile="acme"), foreign)
    assert settings.credentials is not None
    assert settings.credentials.username == "acme"
    assert (settings.identity_url, settings.tenant, settings.regions) == (US_IDENTITY, None, ())
    assert (settings.profile, settings.protected, settings.credentials_note) == ("acme", True, "")


def test_foreign_openrc_does_not_stop_the_default_profile_either(home: Home) -> None:
    home.write_profile(PROFILE)
    foreign = OS | {"OS_AUTH_URL": "http://controller:5000/v3", "OS_REGION_NAME": "Region One!"}
    assert signed_in(home, foreign) == ("acme", US_IDENTITY)


def test_same_user_elsewhere_is_another_account(home: Home) -> None:
    home.write_profile(f'username = "os"\nidentity = "{PRIVATE}"')
    assert signed_in(home, OS_RACKSPACE, Flags(profile="acme")) == ("nobody", PRIVATE)
    home.write_profile('username = "os"')
    assert signed_in(home, OS_RACKSPACE, Flags(profile="acme")) == ("os", US_IDENTITY)


def test_profile_that_names_an_entry_may_say_where_it_is(home: Home) -> None:
    home.openstack(f"clouds:\n  a:\n    auth: {{username: u, password: {KEY}}}\n")
    home.write_profile(f'cloud = "a"\nidentity = "{PRIVATE}"')
    assert signed_in(home, {}) == ("u", PRIVATE)
    home.write_profile('cloud = "a"')
    assert signed_in(home, {})[0] == "nobody"
    home.openstack(
        f"clouds:\n  a:\n    auth: {{username: u, password: {KEY}, auth_url: '{OTHER}'}}\n"
    )
    home.write_profile(f'cloud = "a"\nidentity = "{PRIVATE}"')
    assert signed_in(home, {}) == ("nobody", PRIVATE)


def test_os_cloud_comes_before_other_tools_variables_and_after_this_programs(home: Home) -> None:
    home.openstack(
        f"clouds:\n  a:\n    profile: rackspace\n    auth: {{username: u, api_key: {KEY}}}\n"
    )
    named = {"OS_CLOUD": "a"}
    for other in (OS_RACKSPACE, RS, RAX):
        assert signed_in(home, named | other)[0] == "u"
    assert signed_in(home, named | RCV3)[0] == "rcv3"
    home.write_profile(PROFILE)
    assert signed_in(home, named)[0] == "u"


# pyrax ---------------------------------------------------------------------------------------


def pyrax(home: Home, settings: str, credentials: str = "") -> None:
    assert home.paths.pyrax_settings is not None
    home.paths.pyrax_settings.write_text(settings)
    home.paths.pyrax_file.write_text(
        f"[rackspace_cloud]\nusername = rax\napi_key = {KEY}\n{credentials}"
    )
    home.paths.pyrax_file.chmod(0o600)


@pytest.mark.parametrize("kind", ["keystone", "KEYSTONE", "keystone_identity.KeystoneIdentity"])
def test_rackspaces_key_is_not_sent_to_the_keystone_of_pyraxs_settings(
    home: Home, kind: str
) -> None:
    pyrax(home, f"[settings]\nidentity_type = {kind}\nauth_endpoint = {PRIVATE}\n")
    settings = home.load()
    assert settings.credentials is None
    assert "[rackspace_cloud] is for Rackspace's Identity" in settings.credentials_note


def test_keystones_own_user_signs_in_there_as_in_pyrax(home: Home) -> None:
    own = "[keystone]\nusername = ks\npassword = p\ntenant_id = 0042\n"
    pyrax(home, f"[settings]\nidentity_type = keystone\nauth_endpoint = {PRIVATE}\n", own)
    assert signed_in(home, {}) == ("ks", PRIVATE)
    assert home.load().tenant == "0042"
    pyrax(home, "[settings]\nidentity_type = keystone\n", own)
    assert signed_in(home, {})[0] == "nobody"


def test_foreign_identity_class_is_not_rackspaces(home: Home) -> None:
    pyrax(home, "[settings]\nidentity_type = mine.MyIdentity\n")
    assert signed_in(home, {}) == ("nobody", US_IDENTITY)


def test_variable_fills_in_missing_settings(home: Home) -> None:
    pyrax(home, "[settings]\nregion = DFW\n")
    keystone = {"CLOUD_ID_TYPE": "keystone", "CLOUD_AUTH_ENDPOINT": PRIVATE}
    assert signed_in(home, keystone)[0] == "nobody"
    settings = home.load(environ={"CLOUD_REGION": "LON", "CLOUD_TENANT_ID": "222222"})
    assert (settings.regions, settings.tenant) == (("DFW",), "222222")
