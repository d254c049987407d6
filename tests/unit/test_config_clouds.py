"""`clouds.yaml` is found, joined and understood as OpenStack's own tools do it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import ConfigError, Flags
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Credentials, Secret
from tests.unit.home import ENVIRONMENT, KEY, Home

pytest.importorskip("yaml")

BY_KEY = f"""\
clouds:
  rackspace-iad:
    profile: rackspace
    auth:
      username: mayor
      api_key: {KEY}
    auth_type: rackspace_apikey
    region_name: IAD
"""
"""As the plugin that signs OpenStack's tools in to Rackspace documents it."""

BY_PASSWORD = f"""\
clouds:
  infra:
    profile: rackspace
    auth:
      username: openstackci
      password: {KEY}
      project_id: 610275
    regions:
    - DFW
    - name: ORD
      values:
        networks: []
    - IAD
"""
"""As OpenStack's SDK documents it."""

HERE = {"OS_CLOUD": "rackspace-iad"}


def entry(lines: str) -> str:
    """A file with one entry, its first line on line 3."""
    return "clouds:\n  a:\n" + "".join(f"    {line}\n" for line in lines.splitlines())


def loaded(home: Home, lines: str) -> config.Plan:
    home.openstack(entry(lines))
    return config.read(Flags(), {"OS_CLOUD": "a"}, home.paths)


def test_an_entry_with_an_api_key_alone_suffices(home: Home) -> None:
    file = home.openstack(BY_KEY)
    settings = home.load(environ=HERE)
    assert settings.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert settings.regions == ("IAD",)
    assert settings.identity_url == US_IDENTITY
    assert settings.origins["credentials"] == f"{file}:6"
    assert settings.origins["username"] == f"{file}:5"
    assert settings.origins["regions"] == f"{file}:8"
    assert settings.origins["identity_url"] == f"{file}:3"


def test_an_entry_with_a_password_and_several_regions_alone_suffices(home: Home) -> None:
    home.openstack(BY_PASSWORD)
    settings = home.load(environ={"OS_CLOUD": "infra"})
    assert settings.credentials == Credentials("openstackci", password=Secret(KEY))
    assert settings.regions == ("DFW", "ORD", "IAD")


def test_without_a_name_no_entry_is_meant(home: Home) -> None:
    home.openstack(BY_KEY)
    assert home.load().credentials is None


def test_a_profile_may_stand_for_an_entry(home: Home) -> None:
    home.openstack(BY_KEY)
    home.write_profile('cloud = "rackspace-iad"\nread_only = true')
    settings = home.load()
    assert settings.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert (settings.regions, settings.read_only) == (("IAD",), True)


def test_the_entrys_settings_come_after_the_profiles(home: Home) -> None:
    home.openstack(BY_KEY)
    home.write_profile('cloud = "rackspace-iad"\nregions = "DFW"')
    assert home.load().regions == ("DFW",)


def test_a_profile_chosen_by_name_is_meant_before_the_variable(home: Home) -> None:
    home.openstack(BY_KEY + BY_PASSWORD.partition("\n")[2])
    home.write_profile('cloud = "rackspace-iad"')
    infra = {"OS_CLOUD": "infra"}
    by_default, by_name = home.load(environ=infra), home.load(Flags(profile="acme"), infra)
    assert by_default.credentials is not None
    assert by_default.credentials.username == "openstackci"
    assert by_name.credentials is not None
    assert by_name.credentials.username == "mayor"


def test_the_variables_win_over_the_entry_and_the_entry_over_pyrax(home: Home) -> None:
    home.openstack(BY_KEY)
    home.pyrax()
    chosen = home.load(environ=HERE)
    assert chosen.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert chosen.regions == ("IAD",)
    mine = home.load(environ=HERE | ENVIRONMENT).credentials
    assert mine == Credentials("env-user", api_key=Secret(KEY))


def test_pyrax_does_not_stand_in_for_the_user_of_a_profiles_entry(home: Home) -> None:
    home.openstack(entry("auth: {username: somebody}"))
    home.write_profile('cloud = "a"')
    home.pyrax()
    settings = home.load()
    assert (settings.credentials, settings.username_hint) == (None, "somebody")
    assert '"a" in' in settings.credentials_note
    assert "lacks api_key" in settings.credentials_note


# Where it is looked for ----------------------------------------------------------------------


def test_the_first_place_wins_whole(home: Home) -> None:
    home.openstack(BY_KEY)
    home.openstack(BY_KEY.replace("mayor", "nearer"), place=0)
    settings = home.load(environ=HERE)
    assert settings.credentials is not None
    assert settings.credentials.username == "nearer"


@pytest.mark.parametrize("name", ["clouds.yml", "clouds.json"])
def test_other_endings_are_found_too(home: Home, name: str) -> None:
    home.openstack(
        json.dumps({"clouds": {"rackspace-iad": {"auth": {"username": "j", "api_key": KEY}}}}),
        name,
    )
    assert home.load(environ=HERE).credentials == Credentials("j", api_key=Secret(KEY))


def test_a_variable_may_name_another_file(home: Home) -> None:
    home.openstack(BY_KEY)
    other = home.root / "other.yaml"
    other.write_text(BY_KEY.replace("mayor", "other"))
    other.chmod(0o600)
    settings = home.load(environ=HERE | {"OS_CLIENT_CONFIG_FILE": str(other)})
    assert settings.credentials is not None
    assert settings.credentials.username == "other"


def test_the_usual_places_are_those_of_openstacks_tools(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    places = config.paths().openstack_dirs
    assert places[0] == tmp_path
    assert Path.home() / ".config" / "openstack" in places
    assert places[-1] == Path("/etc/openstack")


# What lies beside it -------------------------------------------------------------------------


def test_secure_yaml_lies_over_it(home: Home) -> None:
    home.openstack(BY_KEY.replace(f"      api_key: {KEY}\n", ""), mode=0o644)
    secure = home.openstack(
        f"clouds:\n  rackspace-iad:\n    auth:\n      api_key: {KEY}\n", "secure.yaml"
    )
    settings = home.load(environ=HERE)
    assert settings.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert settings.origins["credentials"] == f"{secure}:4"


def test_a_vendors_file_gives_what_the_entry_does_not(home: Home) -> None:
    vendors = home.openstack(
        f"public-clouds:\n  ours:\n    auth:\n      auth_url: {UK_IDENTITY}\n"
        "    regions: [HKG, SYD]\n",
        "clouds-public.yaml",
    )
    settings = loaded(home, f"profile: ours\nauth: {{username: u, api_key: {KEY}}}").settings()
    assert settings.identity_url == UK_IDENTITY
    assert settings.origins["identity_url"] == f"{vendors}:4"
    # Where a vendor is to be had is not where this operator wants to look.
    assert settings.regions == ()


def test_a_vendor_that_nobody_knows_is_named(home: Home) -> None:
    home.openstack(entry(f"profile: rackspce\nauth: {{username: u, api_key: {KEY}}}"))
    text = home.error(environ={"OS_CLOUD": "a"})
    assert text.startswith('openstack/clouds.yaml:3: "profile" of "a" names the vendor "rackspce"')
    assert 'did you mean "rackspace"?' in text


def test_an_entry_with_an_address_needs_no_known_vendor(home: Home) -> None:
    lines = (
        f"profile: own\nauth: {{username: u, api_key: {KEY}, auth_url: https://id.example/v2.0}}"
    )
    assert loaded(home, lines).settings().identity_url == "https://id.example/v2.0"


# What stands in it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "credentials"),
    [
        (f"username: u\napi_key: {KEY}", Credentials("u", api_key=Secret(KEY))),
        (f"auth:\n  username: u\n  api-key: {KEY}", Credentials("u", api_key=Secret(KEY))),
        (
            f"auth_type: password\nauth: {{username: u, api_key: no, password: {KEY}}}",
            Credentials("u", password=Secret(KEY)),
        ),
        ("auth: {username: u, password: 007}", Credentials("u", password=Secret("007"))),
        ("auth: {username: 12345, api_key: 1e5}", Credentials("12345", api_key=Secret("1e5"))),
        (
            f"x: &x {{username: u}}\nauth:\n  <<: *x\n  api_key: {KEY}",
            Credentials("u", api_key=Secret(KEY)),
        ),
    ],
)
def test_the_forms_of_credentials_are_understood(
    home: Home, lines: str, credentials: Credentials
) -> None:
    assert loaded(home, lines).settings().credentials == credentials


@pytest.mark.parametrize(
    ("lines", "regions"),
    [
        ("region_name: dfw,ord", ("DFW", "ORD")),
        ("region_name: [dfw, ord]", ("DFW", "ORD")),
        ("region_name: IAD\nregions: [dfw]", ("DFW",)),
        ("region_name:", ()),
    ],
)
def test_the_forms_of_regions_are_understood(
    home: Home, lines: str, regions: tuple[str, ...]
) -> None:
    settings = loaded(home, f"auth: {{username: u, api_key: {KEY}}}\n{lines}").settings()
    assert settings.regions == regions


def test_rackspaces_newer_address_is_taken_for_the_one_this_program_speaks_to(home: Home) -> None:
    url = "https://identity.api.rackspacecloud.com/v3"
    lines = f"auth: {{username: u, api_key: {KEY}, auth_url: '{url}'}}"
    assert loaded(home, lines).settings().identity_url == US_IDENTITY


def test_an_authority_is_found_beside_the_file(home: Home) -> None:
    home.openstack("", "ca.pem")
    lines = f"auth: {{username: u, api_key: {KEY}}}\ncacert: ca.pem"
    assert loaded(home, lines).settings().ca_bundle == home.root / "openstack" / "ca.pem"


# What is wrong in it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"clouds:\n  a: [\n   {KEY}", "openstack/clouds.yaml:3: this is not valid YAML"),
        (f"clouds:\n  a:\n    password: *{KEY}", "openstack/clouds.yaml:3: this is not valid"),
        ("clouds: 3", 'openstack/clouds.yaml:1: "clouds" must be a table of entries'),
        ("clouds:\n  a: x", 'openstack/clouds.yaml:2: "a" must be a table of settings'),
        ("clouds:\n  b: {}", 'OS_CLOUD names the cloud "a", which is not in openstack/clouds.yaml'),
        ("clouds: {}", "known are: none, or unset OS_CLOUD"),
        ("", "known are: none, or unset OS_CLOUD"),
        (entry("auth_type: v3token"), 'clouds.yaml:3: "auth_type" of "a" is "v3token"; here one'),
        (entry("region_name: D F?"), 'clouds.yaml:3: "region_name" of "a" must be region names'),
        (entry("regions: [{x: 1}]"), 'clouds.yaml:3: "regions" of "a" must be region names'),
        (entry("username: [u]"), 'clouds.yaml:3: "username" of "a" must be a text'),
        (
            entry(f"auth:\n  username: u\n  api_key: {KEY}\n  auth_url: http://id.example/"),
            'clouds.yaml:6: "auth_url" of "a" must start with https://',
        ),
        (entry("cacert: /no/where"), 'clouds.yaml:3: "cacert" of "a" must be a file that exists'),
        ("[" * 3000, "this is not valid YAML: it is nested too deeply"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_without_its_content(
    home: Home, text: str, expected: str
) -> None:
    home.openstack(text)
    assert expected in home.error(environ={"OS_CLOUD": "a"})


def test_references_that_would_never_end_are_refused(home: Home) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    home.openstack(bomb + "clouds: {}")
    assert "spells out to more than can be read" in home.error(environ={"OS_CLOUD": "a"})
    home.openstack("a: &a [*a]\nclouds: {}")
    assert "nested too deeply" in home.error(environ={"OS_CLOUD": "a"})


def test_a_missing_file_is_told_with_where_it_was_looked_for(home: Home) -> None:
    text = home.error(environ={"OS_CLOUD": "a"})
    assert text.startswith('OS_CLOUD names the cloud "a", but there is no clouds.yaml in here, ')
    home.write_profile('cloud = "a"')
    text = home.error()
    assert text.startswith('config.toml:2: "cloud" in [profiles.acme] names the cloud "a", but')


def test_a_secret_that_others_can_read_is_refused_when_it_would_be_used(home: Home) -> None:
    file = home.openstack(BY_KEY, mode=0o644)
    with pytest.raises(ConfigError) as caught:
        home.load(environ=HERE)
    assert str(caught.value) == (
        f"{file}:6: holds a secret but others can read it (mode 0644); run: chmod 600 {file}"
    )
    assert home.load(environ=HERE | ENVIRONMENT).credentials is not None


def test_nothing_is_read_that_is_not_needed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    home.openstack("not yaml: [")
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert home.load(environ=HERE | ENVIRONMENT).credentials is not None
