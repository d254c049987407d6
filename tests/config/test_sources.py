"""Flags, environment and files become one value; the first source that has a setting wins."""

from __future__ import annotations

import sys
import types

import pytest

from rcv3_tui import config
from rcv3_tui.child_environment import SECRET_VARIABLES
from rcv3_tui.config import Flags
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Credentials, Secret
from tests.support.home import ACME, ENVIRONMENT, KEY, Home


def test_without_any_source_the_login_screen_asks(home: Home) -> None:
    settings = home.load()
    assert settings.credentials is None
    assert settings.username_hint is None
    assert settings.identity_url == US_IDENTITY
    assert settings.regions == ()
    assert settings.profile == "default"
    assert settings.state_dir == home.paths.state_dir
    assert settings.origins["timeout"] == "default"


def test_loading_settings_creates_no_file(home: Home) -> None:
    home.load()
    assert list(home.root.iterdir()) == []


def test_profile_settings_have_their_line(home: Home) -> None:
    home.write(ACME)
    settings = home.load()
    assert settings.profile == "acme"
    assert settings.credentials == Credentials("acme-ops", api_key=Secret(KEY))
    assert settings.regions == ("DFW", "IAD")
    assert settings.identity_url == UK_IDENTITY
    assert (settings.read_only, settings.protected) == (True, True)
    assert (settings.ascii, settings.mouse) == (True, True)
    assert (settings.theme, settings.color) == ("nord", "#ff0000")
    assert (settings.timeout, settings.refresh_interval) == (30.0, 30.0)
    assert settings.keys == {"remove": "ctrl+d", "down": "j,down"}
    file = home.paths.config_file
    assert settings.origins["regions"] == f"{file}:6"
    assert settings.origins["refresh_interval"] == f"{file}:17"
    assert settings.origins["keys.down"] == f"{file}:21"
    assert settings.origins["credentials"] == f"{file}:5"


def test_environment_wins_over_the_profile_and_a_flag_over_both(home: Home) -> None:
    home.write(ACME)
    environ = {**ENVIRONMENT, "RCV3_REGION": "ORD,syd", "RCV3_READ_ONLY": "off"}
    settings = home.load(Flags(timeout="5"), environ)
    assert settings.credentials == Credentials("env-user", api_key=Secret(KEY))
    assert settings.regions == ("ORD", "SYD")
    assert settings.read_only is False
    assert settings.timeout == 5.0
    assert settings.origins["regions"] == "RCV3_REGION"
    assert settings.origins["timeout"] == "--timeout"
    assert home.load(Flags(region="LON"), environ).regions == ("LON",)


def test_other_user_does_not_get_the_name_of_the_profile(home: Home) -> None:
    home.write(ACME)
    settings = home.load(environ=ENVIRONMENT)
    assert (settings.profile, settings.protected) == ("environment", True)
    assert home.load(environ=ENVIRONMENT | {"RCV3_USERNAME": "acme-ops"}).profile == "acme"
    home.write_profile('regions = "DFW"')
    assert home.load(environ=ENVIRONMENT).profile == "acme"


def test_user_of_the_environment_before_the_profiles_own_is_noted(home: Home) -> None:
    home.write(ACME)
    note = home.load(environ=ENVIRONMENT).credentials_note
    assert note == "RCV3_USERNAME comes before the user of [profiles.acme]"


@pytest.mark.parametrize(
    ("environ", "credentials", "regions"),
    [
        (
            {"RS_USERNAME": "rs", "RS_API_KEY": "k", "RS_REGION_NAME": "DFW"},
            Credentials("rs", api_key=Secret("k")),
            ("DFW",),
        ),
        (
            {"RAX_USERNAME": "rax", "RAX_API_KEY": "k", "RAX_REGION": "ORD"},
            Credentials("rax", api_key=Secret("k")),
            ("ORD",),
        ),
        (
            {
                "OS_USERNAME": "os",
                "OS_PASSWORD": "p",
                "OS_REGION_NAME": "HKG",
                "OS_AUTH_URL": "https://identity.api.rackspacecloud.com/v2.0/",
            },
            Credentials("os", password=Secret("p")),
            ("HKG",),
        ),
        (
            {"RCV3_USERNAME": "me", "RCV3_PASSWORD": "p"},
            Credentials("me", password=Secret("p")),
            (),
        ),
        (
            {"RCV3_USERNAME": "me", "RCV3_PASSWORD": "p", "RCV3_API_KEY": "k"},
            Credentials("me", api_key=Secret("k")),
            (),
        ),
    ],
)
def test_variables_of_other_tools_are_read(
    home: Home, environ: dict[str, str], credentials: Credentials, regions: tuple[str, ...]
) -> None:
    settings = home.load(environ=environ)
    assert (settings.credentials, settings.regions) == (credentials, regions)


def test_families_of_variables_win_in_their_order_and_are_not_mixed(home: Home) -> None:
    others = {"RS_USERNAME": "rs", "RAX_USERNAME": "rax", "RAX_API_KEY": "k", "RS_API_KEY": ""}
    assert home.load(environ=others).credentials == Credentials("rax", api_key=Secret("k"))
    mine = home.load(environ={**others, **ENVIRONMENT}).credentials
    assert mine == Credentials("env-user", api_key=Secret(KEY))


def test_user_name_without_secret_prefills_the_login_screen(home: Home) -> None:
    home.pyrax()
    settings = home.load(environ={"RCV3_USERNAME": "me"})
    assert settings.credentials is None
    assert settings.username_hint == "me"
    assert settings.credentials_note == (
        "RCV3_USERNAME is set, but neither RCV3_API_KEY nor RCV3_PASSWORD"
    )


def test_secret_without_a_user_name_is_not_used(home: Home) -> None:
    home.write_profile('username = "acme-ops"')
    settings = home.load(environ={"RCV3_API_KEY": KEY})
    assert (settings.credentials, settings.username_hint) == (None, "acme-ops")
    assert "RCV3_API_KEY is not used: RCV3_USERNAME is not set" in settings.credentials_note


def test_pyrax_file_comes_last(home: Home) -> None:
    home.pyrax()
    settings = home.load()
    assert settings.credentials == Credentials("pyrax-user", api_key=Secret(f"{KEY}%"))
    assert settings.regions == ("ORD",)
    assert home.load(environ=ENVIRONMENT).regions == ()


def test_pyrax_file_does_not_replace_the_user_of_a_profile(home: Home) -> None:
    home.pyrax()
    home.write_profile('username = "acme-ops"')
    assert home.load().credentials is None
    home.pyrax(username="acme-ops")
    assert home.load().credentials == Credentials("acme-ops", api_key=Secret(f"{KEY}%"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"api_key = {KEY}\n", "pyrax:1: this is not an ini file"),
        (f"[rackspace_cloud]\n{KEY}\n", "pyrax: this is not an ini file"),
        (
            "[rackspace_cloud]\nusername = a\napi_key = k\n[settings]\nregion = D F?\n",
            "pyrax:5: region in [settings] must be region names",
        ),
    ],
)
def test_broken_pyrax_file_is_named_without_its_content(
    home: Home, content: str, expected: str
) -> None:
    home.paths.pyrax_file.write_text(content)
    assert expected in home.error()


def test_unreadable_pyrax_file_is_reported_with_the_reason(home: Home) -> None:
    home.paths.pyrax_file.write_bytes(b"\xff")
    assert home.error() == "pyrax: this is not UTF-8 text"
    home.paths.pyrax_file.unlink()
    home.paths.pyrax_file.mkdir()
    assert home.error() == "pyrax: cannot be read: Is a directory"


def test_address_of_another_cloud_never_gets_a_rackspace_key(home: Home) -> None:
    keystone = {"OS_AUTH_URL": "http://keystone.example:5000/v3"}
    assert home.load(environ={**ENVIRONMENT, **keystone}).identity_url == US_IDENTITY
    own = {"OS_USERNAME": "os", "OS_PASSWORD": "p", "OS_AUTH_URL": "https://id.example/v2.0/"}
    assert home.load(environ=own).identity_url == "https://id.example/v2.0"


def test_demo_uses_only_flags(home: Home) -> None:
    flags = Flags(refresh="5", read_only=True, theme="nord", region="DFW")
    settings = config.demo_settings(flags, {**ENVIRONMENT, "RCV3_REGION": "ORD"}, "large")
    assert (settings.profile, settings.demo) == ("demo", "large")
    assert (settings.state_dir, settings.cache_dir, settings.credentials) == (None, None, None)
    assert (settings.regions, settings.refresh_interval) == (("DFW",), 5.0)
    assert settings.read_only is True


def test_demo_takes_commands_and_keys_of_the_file_and_always_asks_first(home: Home) -> None:
    home.paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    home.paths.config_file.write_text(
        '[profiles.acme]\ntheme = "nord"\n[keys]\njson = "Y"\n'
        '[commands.ssh]\nkey = "e"\npanes = ["servers"]\nrun = ["ssh", "{name}"]\n',
        encoding="utf-8",
    )
    settings = config.demo_settings(Flags(), {}, "small", where=home.paths)
    (command,) = settings.commands
    assert (command.name, command.confirm) == ("ssh", True)
    assert settings.keys == {"json": "Y"}
    assert settings.theme is None


def test_user_files_follow_the_conventions_of_the_system() -> None:
    found = config.user_paths()
    assert found.config_file.name == "config.toml"
    assert found.config_file.parent.name == "rcv3-tui"
    assert found.pyrax_file.name == ".rackspace_cloud_credentials"


# pyrax ---------------------------------------------------------------------------------------


def test_pyrax_file_may_contain_a_password(home: Home) -> None:
    file = home.paths.pyrax_file
    file.write_text(f"[rackspace_cloud]\nusername: p\npassword: {KEY}\n")
    file.chmod(0o600)
    settings = home.load()
    assert settings.credentials == Credentials("p", password=Secret(KEY))
    assert settings.origins["credentials"] == f"{file}:3"


def test_pyrax_file_that_others_can_read_is_refused(home: Home) -> None:
    home.pyrax()
    home.paths.pyrax_file.chmod(0o640)
    assert home.error().startswith("pyrax:3: holds a secret but others can read it (mode 0640)")


def test_pyrax_settings_have_region_and_identity(home: Home) -> None:
    assert home.paths.pyrax_settings is not None
    home.paths.pyrax_settings.write_text("[settings]\nregion = LON\n")
    file = home.paths.pyrax_file
    file.write_text(f"[rackspace_cloud]\nusername = p\napi_key = {KEY}\n")
    file.chmod(0o600)
    settings = home.load()
    assert (settings.regions, settings.identity_url) == (("LON",), UK_IDENTITY)
    home.paths.pyrax_settings.write_text(
        "[uk]\nregion = SYD\nauth_endpoint = https://id.example/v2.0/\n[us]\nregion = DFW\n"
    )
    settings = home.load()
    assert (settings.regions, settings.identity_url) == (("SYD",), "https://id.example/v2.0")


def test_pyraxs_settings_may_name_a_user_of_the_keyring(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def get_password(service_name: str, username: str) -> str:
        asked.append((service_name, username))
        return KEY

    module = types.ModuleType("keyring")
    module.__dict__["get_password"] = get_password
    monkeypatch.setitem(sys.modules, "keyring", module)
    assert home.paths.pyrax_settings is not None
    home.paths.pyrax_settings.write_text("[settings]\nkeyring_username = joe\n")
    assert home.load().credentials == Credentials("joe", api_key=Secret(KEY))
    assert asked == [("pyrax", "joe")]


# What did not win ----------------------------------------------------------------------------


@pytest.mark.parametrize("plugin", [{"OS_AUTH_SYSTEM": "rackspace"}, {"NOVA_RAX_AUTH": "1"}])
def test_rackspaces_plugin_makes_the_password_an_api_key(
    home: Home, plugin: dict[str, str]
) -> None:
    environ = {"OS_USERNAME": "os", "OS_PASSWORD": KEY, **plugin}
    assert home.load(environ=environ).credentials == Credentials("os", api_key=Secret(KEY))


def test_overridden_origins_are_recorded(home: Home) -> None:
    home.write(ACME)
    rs = {"RS_USERNAME": "rs", "RS_API_KEY": "k", "RS_REGION_NAME": "SYD"}
    plan = config.load_pending(Flags(region="ORD"), {**ENVIRONMENT, **rs}, home.paths)
    file = home.paths.config_file
    assert plan.without_credentials.origins["regions"] == "--region"
    assert plan.overridden["regions"] == ("RS_REGION_NAME", f"{file}:6")
    assert plan.overridden["credentials"] == ("RS_API_KEY", f"{file}:5")
    assert "timeout" not in plan.overridden


def test_every_variable_with_a_secret_is_listed() -> None:
    named = {n for each in config.VARIABLE_SETS for n in (each.api_key, each.password) if n}
    assert named <= SECRET_VARIABLES
