"""`clouds.yaml` is found, joined and understood as OpenStack's own tools do it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import ConfigError, Flags
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Credentials, Secret
from tests.support.home import ENVIRONMENT, KEY, Home

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
    """A file with one entry of Rackspace's cloud, its first line on line 3."""
    own = "" if "profile:" in lines else "    profile: rackspace\n"
    return "clouds:\n  a:\n" + "".join(f"    {line}\n" for line in lines.splitlines()) + own


def loaded(home: Home, lines: str) -> config.PendingConfig:
    home.openstack(entry(lines))
    return config.load_pending(Flags(), {"OS_CLOUD": "a"}, home.paths)


def test_entry_with_an_api_key_alone_suffices(home: Home) -> None:
    file = home.openstack(BY_KEY)
    settings = home.load(environ=HERE)
    assert settings.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert settings.regions == ("IAD",)
    assert settings.identity_url == US_IDENTITY
    assert settings.origins["credentials"] == f"{file}:6"
    assert settings.origins["username"] == f"{file}:5"
    assert settings.origins["regions"] == f"{file}:8"
    assert settings.origins["identity_url"] == f"{file}:3"


def test_entry_with_a_password_and_several_regions_alone_suffices(home: Home) -> None:
    home.openstack(BY_PASSWORD)
    settings = home.load(environ={"OS_CLOUD": "infra"})
    assert settings.credentials == Credentials("openstackci", password=Secret(KEY))
    assert settings.regions == ("DFW", "ORD", "IAD")


def test_only_entry_needs_no_name(home: Home) -> None:
    file = home.openstack(BY_KEY)
    settings = home.load()
    assert settings.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert settings.origins["credentials"] == f"{file}:6"
    assert settings.regions == ("IAD",)


def test_of_several_entries_none_is_guessed_and_the_note_names_them(home: Home) -> None:
    home.openstack(BY_KEY + BY_PASSWORD.partition("\n")[2])
    settings = home.load()
    assert settings.credentials is None
    assert "has the clouds infra, rackspace-iad; choose one with --profile" in (
        settings.credentials_note
    )


@pytest.mark.parametrize(
    "text",
    [
        "clouds: [",
        "clouds: {a: 3}",
        f"clouds: {{a: {{auth: {{username: u, password: {KEY}}}}}}}",
        f"clouds: {{a: {{auth: {{username: u, password: {KEY}, auth_url: 'http://c:5000/v3'}}}}}}",
        f"clouds: {{a: {{auth: {{username: u, password: {KEY}, auth_url: 'https://c/v3'}}}}}}",
    ],
)
def test_only_entry_of_another_cloud_or_invalid_is_not_fatal(home: Home, text: str) -> None:
    home.openstack(text)
    settings = home.load()
    assert (settings.credentials, settings.identity_url) == (None, US_IDENTITY)
    assert "is not used: " in settings.credentials_note
    assert KEY not in settings.credentials_note
    home.pyrax()
    assert home.load().credentials == Credentials("pyrax-user", api_key=Secret(f"{KEY}%"))


def test_profile_of_the_command_line_may_be_an_entry(home: Home) -> None:
    home.openstack(BY_KEY + BY_PASSWORD.partition("\n")[2])
    mine = {"OS_USERNAME": "o", "OS_PASSWORD": "p", "OS_AUTH_SYSTEM": "rackspace"}
    settings = home.load(Flags(profile="infra"), mine | ENVIRONMENT)
    assert settings.credentials == Credentials("openstackci", password=Secret(KEY))
    assert (settings.profile, settings.tenant) == ("infra", "610275")
    assert home.load(environ=mine | {"RCV3_PROFILE": "infra"}).tenant == "610275"
    home.write_profile('username = "acme-ops"')
    assert home.load(Flags(profile="infra")).profile == "infra"
    assert "which is not there" in home.error(Flags(profile="infro"))
    text = home.error(environ={"OS_CLOUD": "infro"})
    assert text.endswith('did you mean "infra"? Otherwise unset OS_CLOUD')


def test_header_names_the_entry_that_os_cloud_chose(home: Home) -> None:
    home.openstack(BY_PASSWORD)
    environ = {"OS_CLOUD": "infra"}
    assert home.load(environ=environ).profile == "infra"
    home.write_profile(f'username = "acme-ops"\napi_key = "{KEY}"')
    assert home.load(environ=environ).profile == "infra"
    assert home.load(environ=environ | ENVIRONMENT).profile != "infra"
    home.write(f'[profiles.infra]\nusername = "acme-ops"\napi_key = "{KEY}"')
    assert home.load(environ=environ).profile == "environment"


def test_entry_that_is_not_used_is_named_once(home: Home) -> None:
    home.openstack(entry(f"auth: {{username: u, password: {KEY}, auth_url: {UK_IDENTITY}}}"))
    home.write_profile('cloud = "a"\nidentity = "https://id.example.com/v2.0"')
    assert home.load().credentials_note.count("is not used") == 1


def test_named_entry_of_another_cloud_is_an_error(home: Home) -> None:
    home.openstack("clouds:\n  a:\n    auth: {username: u, password: p}\n")
    text = home.error(environ={"OS_CLOUD": "a"})
    assert text.startswith('openstack/clouds.yaml:3: "a" has no auth_url, and nothing says that')
    assert text.endswith("or unset OS_CLOUD")


def test_named_entry_is_not_replaced_by_another_source(home: Home) -> None:
    home.openstack("clouds:\n  a:\n    profile: rackspace\n    region_name: IAD\n")
    rs = {"RS_USERNAME": "rs", "RS_API_KEY": "k"}
    settings = home.load(environ={"OS_CLOUD": "a", **rs})
    assert settings.credentials is None
    assert '"a" in' in settings.credentials_note
    assert "lacks username" in settings.credentials_note


def test_secure_yaml_alone_suffices(home: Home) -> None:
    home.openstack(BY_KEY, "secure.yaml")
    assert home.load().credentials == Credentials("mayor", api_key=Secret(KEY))
    assert home.load(environ=HERE).regions == ("IAD",)


def test_kind_of_sign_in_of_rackspaces_makes_the_entry_rackspaces(home: Home) -> None:
    file = home.openstack(
        "clouds:\n  a:\n    auth_type: rackspace_apikey\n"
        f"    auth: {{username: u, api_key: {KEY}}}\n"
    )
    settings = home.load()
    assert settings.identity_url == US_IDENTITY
    assert settings.origins["identity_url"] == f"{file}:3"


@pytest.mark.parametrize(
    ("lines", "tenant"),
    [
        ("auth: {project_id: 0123456}", "0123456"),
        ("auth: {tenant_id: '222'}", "222"),
        ("auth: {tenant-id: 222, project_id: 111}", "111"),
        ("project_id: 333\nauth: {project_id: 111}", "333"),
        ("auth: {project_name: '444'}", "444"),
        ("auth: {project_name: acme}", None),
        ("auth: {tenant_name: 555, project_id: 111}", "111"),
    ],
)
def test_forms_of_a_tenant_are_read_verbatim(home: Home, lines: str, tenant: str | None) -> None:
    assert loaded(home, f"username: u\napi_key: {KEY}\n{lines}").settings().tenant == tenant


def test_ignored_settings_of_an_entry_are_listed(home: Home) -> None:
    lines = (
        f"auth: {{username: u, api_key: {KEY}, user_domain_name: d, project_name: acme}}\n"
        "verify: false\ninterface: internal"
    )
    named = "\n".join(loaded(home, lines).unhonored)
    for word in ("verify", "interface", "user_domain_name", "project_name", "RCV3_TENANT"):
        assert word in named
    assert KEY not in named


@pytest.mark.parametrize("line", ["cacert: ca", "verify: ca"])
def test_authorities_may_be_a_directory_and_verify_may_name_them(home: Home, line: str) -> None:
    (home.root / "openstack" / "ca").mkdir(parents=True)
    plan = loaded(home, f"auth: {{username: u, api_key: {KEY}}}\n{line}")
    assert plan.settings().ca_bundle == home.root / "openstack" / "ca"


def test_only_region_of_a_vendor_applies_to_the_entry(home: Home) -> None:
    home.openstack(
        f"public-clouds:\n  ours:\n    auth:\n      auth_url: {UK_IDENTITY}\n"
        "    region_name: LON\n",
        "clouds-public.yaml",
    )
    plan = loaded(home, f"profile: ours\nauth: {{username: u, api_key: {KEY}}}")
    assert plan.settings().regions == ("LON",)


def test_profile_can_refer_to_an_entry(home: Home) -> None:
    home.openstack(BY_KEY)
    home.write_profile('cloud = "rackspace-iad"\nread_only = true')
    settings = home.load()
    assert settings.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert (settings.regions, settings.read_only) == (("IAD",), True)


def test_settings_of_a_profile_precede_those_of_its_entry(home: Home) -> None:
    home.openstack(BY_KEY)
    home.write_profile('cloud = "rackspace-iad"\nregions = "DFW"')
    assert home.load().regions == ("DFW",)


def test_profile_selected_by_name_precedes_the_variable(home: Home) -> None:
    home.openstack(BY_KEY + BY_PASSWORD.partition("\n")[2])
    home.write_profile('cloud = "rackspace-iad"')
    infra = {"OS_CLOUD": "infra"}
    by_default, by_name = home.load(environ=infra), home.load(Flags(profile="acme"), infra)
    assert by_default.credentials is not None
    assert by_default.credentials.username == "openstackci"
    assert by_name.credentials is not None
    assert by_name.credentials.username == "mayor"


def test_variables_win_over_the_entry_and_the_entry_over_pyrax(home: Home) -> None:
    home.openstack(BY_KEY)
    home.pyrax()
    chosen = home.load(environ=HERE)
    assert chosen.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert chosen.regions == ("IAD",)
    mine = home.load(environ=HERE | ENVIRONMENT).credentials
    assert mine == Credentials("env-user", api_key=Secret(KEY))


def test_pyrax_does_not_replace_the_user_of_a_profiles_entry(home: Home) -> None:
    home.openstack(entry("auth: {username: somebody}"))
    home.write_profile('cloud = "a"')
    home.pyrax()
    settings = home.load()
    assert (settings.credentials, settings.username_hint) == (None, "somebody")
    assert '"a" in' in settings.credentials_note
    assert "lacks api_key" in settings.credentials_note


# Where it is looked for ----------------------------------------------------------------------


def test_first_directory_wins_entirely(home: Home) -> None:
    home.openstack(BY_KEY)
    home.openstack(BY_KEY.replace("mayor", "nearer"), place=0)
    settings = home.load(environ=HERE)
    assert settings.credentials is not None
    assert settings.credentials.username == "nearer"


@pytest.mark.parametrize("name", ["clouds.yml", "clouds.json"])
def test_other_file_extensions_are_found(home: Home, name: str) -> None:
    home.openstack(
        json.dumps(
            {
                "clouds": {
                    "rackspace-iad": {
                        "profile": "rackspace",
                        "auth": {"username": "j", "api_key": KEY},
                    }
                }
            }
        ),
        name,
    )
    assert home.load(environ=HERE).credentials == Credentials("j", api_key=Secret(KEY))


def test_variable_may_name_another_file(home: Home) -> None:
    home.openstack(BY_KEY)
    other = home.root / "other.yaml"
    other.write_text(BY_KEY.replace("mayor", "other"))
    other.chmod(0o600)
    settings = home.load(environ=HERE | {"OS_CLIENT_CONFIG_FILE": str(other)})
    assert settings.credentials is not None
    assert settings.credentials.username == "other"


def test_default_directories_are_those_of_openstacks_tools(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    places = config.user_paths().openstack_dirs
    assert places[0] == tmp_path
    assert Path.home() / ".config" / "openstack" in places
    assert places[-1] == Path("/etc/openstack")


# secure.yaml and vendors ----------------------------------------------------------------------


def test_secure_yaml_overrides_clouds_yaml(home: Home) -> None:
    home.openstack(BY_KEY.replace(f"      api_key: {KEY}\n", ""), mode=0o644)
    secure = home.openstack(
        f"clouds:\n  rackspace-iad:\n    auth:\n      api_key: {KEY}\n", "secure.yaml"
    )
    settings = home.load(environ=HERE)
    assert settings.credentials == Credentials("mayor", api_key=Secret(KEY))
    assert settings.origins["credentials"] == f"{secure}:4"


def test_vendor_file_fills_in_missing_settings(home: Home) -> None:
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


def test_unknown_vendor_is_reported(home: Home) -> None:
    home.openstack(entry(f"profile: rackspce\nauth: {{username: u, api_key: {KEY}}}"))
    text = home.error(environ={"OS_CLOUD": "a"})
    assert text.startswith('openstack/clouds.yaml:3: "profile" of "a" names the vendor "rackspce"')
    assert 'did you mean "rackspace"?' in text


def test_entry_with_an_address_needs_no_known_vendor(home: Home) -> None:
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
def test_forms_of_credentials_are_understood(
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
def test_forms_of_regions_are_understood(home: Home, lines: str, regions: tuple[str, ...]) -> None:
    settings = loaded(home, f"auth: {{username: u, api_key: {KEY}}}\n{lines}").settings()
    assert settings.regions == regions


def test_v3_address_of_rackspace_is_converted_to_v2(home: Home) -> None:
    url = "https://identity.api.rackspacecloud.com/v3"
    lines = f"auth: {{username: u, api_key: {KEY}, auth_url: '{url}'}}"
    assert loaded(home, lines).settings().identity_url == US_IDENTITY


def test_authority_path_is_relative_to_the_file(home: Home) -> None:
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
        (
            entry("auth_type: v3oidc"),
            'clouds.yaml:3: "auth_type" of "a" is "v3oidc"; here one',
        ),
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
def test_error_names_the_line_without_its_content(home: Home, text: str, expected: str) -> None:
    home.openstack(text)
    assert expected in home.error(environ={"OS_CLOUD": "a"})


def test_recursive_aliases_are_rejected(home: Home) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    home.openstack(bomb + "clouds: {}")
    assert "spells out to more than can be read" in home.error(environ={"OS_CLOUD": "a"})
    home.openstack("a: &a [*a]\nclouds: {}")
    assert "nested too deeply" in home.error(environ={"OS_CLOUD": "a"})


def test_missing_file_is_reported_with_the_searched_directories(home: Home) -> None:
    text = home.error(environ={"OS_CLOUD": "a"})
    assert text.startswith('OS_CLOUD names the cloud "a", but there is no clouds.yaml in here, ')
    home.write_profile('cloud = "a"')
    text = home.error()
    assert text.startswith('config.toml:2: "cloud" in [profiles.acme] names the cloud "a", but')


def test_readable_secret_is_rejected_only_if_it_is_used(home: Home) -> None:
    file = home.openstack(BY_KEY, mode=0o644)
    with pytest.raises(ConfigError) as caught:
        home.load(environ=HERE)
    assert str(caught.value) == (
        f"{file}:6: holds a secret but others can read it (mode 0644); run: chmod 600 {file}"
    )
    assert home.load(environ=HERE | ENVIRONMENT).credentials is not None


def test_unneeded_files_are_not_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    home.openstack("not yaml: [")
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert home.load(environ=HERE | ENVIRONMENT).credentials is not None
