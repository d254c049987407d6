"""Flags, environment and files become one value; what is wrong in them is named with its place."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import ConfigError, Flags, Paths
from rcv3_tui.settings import ALL_REGIONS, UK_IDENTITY, US_IDENTITY, Credentials, Secret, Settings

KEY = "s3cr3t-value"
ENVIRONMENT = {"RCV3_USERNAME": "env-user", "RCV3_API_KEY": KEY}

ACME = f"""\
default_profile = "acme"

[profiles.acme]
username = "acme-ops"
api_key = "{KEY}"
regions = ["dfw", "IAD"]
identity = "uk"
read_only = true
protected = true
theme = "nord"
colour = "#ff0000"
timeout = 30
ascii = true
mouse = true

[refresh]
interval = 30

[keys]
remove = "ctrl+d"
down = ["j", "down"]
"""


class Home:
    """A user's files, in a directory of the test."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path
        self.paths = Paths(
            config_file=tmp_path / "config.toml",
            state_dir=tmp_path / "state",
            cache_dir=tmp_path / "cache",
            pyrax_file=tmp_path / "pyrax",
        )

    def write(self, text: str, mode: int = 0o600) -> Path:
        self.paths.config_file.write_text(text)
        self.paths.config_file.chmod(mode)
        return self.paths.config_file

    def write_profile(self, lines: str) -> Path:
        return self.write(f"[profiles.acme]\n{lines}\n")

    def pyrax(self, username: str = "pyrax-user", region: str = "ORD") -> None:
        self.paths.pyrax_file.write_text(
            f"[rackspace_cloud]\nusername = {username}\napi_key = {KEY}%\n"
            f"[settings]\nregion = {region}\n"
        )

    def load(
        self, flags: Flags | None = None, environ: Mapping[str, str] | None = None
    ) -> Settings:
        return config.load(flags or Flags(), environ or {}, self.paths)

    def error(self, flags: Flags | None = None, environ: Mapping[str, str] | None = None) -> str:
        with pytest.raises(ConfigError) as caught:
            self.load(flags, environ)
        text = str(caught.value)
        assert "\n" not in text
        assert KEY not in text
        return text.replace(f"{self.root}/", "")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


# Sources and their order ---------------------------------------------------------------------


def test_without_any_source_the_login_screen_asks(home: Home) -> None:
    settings = home.load()
    assert settings.credentials is None
    assert settings.username_hint is None
    assert settings.identity_url == US_IDENTITY
    assert settings.regions == ()
    assert settings.profile == "default"
    assert settings.state_dir == home.paths.state_dir
    assert settings.origins["timeout"] == "default"


def test_nothing_is_created_while_settings_are_gathered(home: Home) -> None:
    home.load()
    assert list(home.root.iterdir()) == []


def test_a_profile_gives_every_setting_with_its_line(home: Home) -> None:
    home.write(ACME)
    settings = home.load()
    assert settings.profile == "acme"
    assert settings.credentials == Credentials("acme-ops", api_key=Secret(KEY))
    assert settings.regions == ("DFW", "IAD")
    assert settings.identity_url == UK_IDENTITY
    assert (settings.read_only, settings.protected) == (True, True)
    assert (settings.ascii, settings.mouse) == (True, True)
    assert (settings.theme, settings.colour) == ("nord", "#ff0000")
    assert (settings.timeout, settings.refresh_interval) == (30.0, 30.0)
    assert settings.keys == {"remove": "ctrl+d", "down": "j,down"}
    file = home.paths.config_file
    assert settings.origins["regions"] == f"{file}:6"
    assert settings.origins["refresh_interval"] == f"{file}:17"
    assert settings.origins["keys.down"] == f"{file}:21"
    assert settings.origins["credentials"] == f"{file}:5"


def test_the_environment_wins_over_the_profile_and_a_flag_over_both(home: Home) -> None:
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


def test_a_user_of_the_environment_before_the_profiles_own_is_noted(home: Home) -> None:
    home.write(ACME)
    note = home.load(environ=ENVIRONMENT).credentials_note
    assert note == "RCV3_USERNAME stands before the user of [profiles.acme]"


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
            {"OS_USERNAME": "os", "OS_PASSWORD": "p", "OS_REGION_NAME": "HKG"},
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
def test_the_variables_of_other_tools_are_read(
    home: Home, environ: dict[str, str], credentials: Credentials, regions: tuple[str, ...]
) -> None:
    settings = home.load(environ=environ)
    assert (settings.credentials, settings.regions) == (credentials, regions)


def test_the_families_of_variables_win_in_their_order_and_are_not_mixed(home: Home) -> None:
    others = {"RS_USERNAME": "rs", "RAX_USERNAME": "rax", "RAX_API_KEY": "k", "RS_API_KEY": ""}
    assert home.load(environ=others).credentials == Credentials("rax", api_key=Secret("k"))
    mine = home.load(environ={**others, **ENVIRONMENT}).credentials
    assert mine == Credentials("env-user", api_key=Secret(KEY))


def test_a_user_name_without_a_secret_is_given_to_the_login_screen(home: Home) -> None:
    home.pyrax()
    settings = home.load(environ={"RCV3_USERNAME": "me"})
    assert settings.credentials is None
    assert settings.username_hint == "me"
    assert settings.credentials_note == (
        "RCV3_USERNAME is set, but neither RCV3_API_KEY nor RCV3_PASSWORD"
    )


def test_a_secret_without_a_user_name_is_not_used(home: Home) -> None:
    home.write_profile('username = "acme-ops"')
    settings = home.load(environ={"RCV3_API_KEY": KEY})
    assert (settings.credentials, settings.username_hint) == (None, "acme-ops")
    assert "RCV3_API_KEY is not used: RCV3_USERNAME is not set" in settings.credentials_note


def test_the_pyrax_file_comes_last(home: Home) -> None:
    home.pyrax()
    settings = home.load()
    assert settings.credentials == Credentials("pyrax-user", api_key=Secret(f"{KEY}%"))
    assert settings.regions == ("ORD",)
    assert home.load(environ=ENVIRONMENT).regions == ()


def test_the_pyrax_file_does_not_stand_in_for_the_user_of_a_profile(home: Home) -> None:
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
            "region in [settings] of pyrax must be region names",
        ),
    ],
)
def test_a_broken_pyrax_file_is_named_without_its_content(
    home: Home, content: str, expected: str
) -> None:
    home.paths.pyrax_file.write_text(content)
    assert expected in home.error()


def test_a_pyrax_file_that_cannot_be_read_says_why(home: Home) -> None:
    home.paths.pyrax_file.write_bytes(b"\xff")
    assert home.error() == "pyrax: this is not UTF-8 text"
    home.paths.pyrax_file.unlink()
    home.paths.pyrax_file.mkdir()
    assert home.error() == "pyrax: cannot be read: Is a directory"


def test_clouds_yaml_is_said_to_be_missing_yet(home: Home) -> None:
    assert "OS_CLOUD is set" in home.load(environ={"OS_CLOUD": "acme"}).credentials_note
    home.write_profile('cloud = "acme"')
    assert home.error().startswith('config.toml:2: "cloud" in [profiles.acme]: clouds.yaml')


def test_another_clouds_address_never_draws_a_rackspace_key(home: Home) -> None:
    keystone = {"OS_AUTH_URL": "http://keystone.example:5000/v3"}
    assert home.load(environ={**ENVIRONMENT, **keystone}).identity_url == US_IDENTITY
    own = {"OS_USERNAME": "os", "OS_PASSWORD": "p", "OS_AUTH_URL": "https://id.example/v2.0/"}
    assert home.load(environ=own).identity_url == "https://id.example/v2.0"


# Profiles ------------------------------------------------------------------------------------

TWO = '[profiles.acme]\nregions = "DFW"\n[profiles.beta]\nregions = "ORD"\n'


def test_a_profile_is_chosen_by_flag_then_variable_then_default(home: Home) -> None:
    home.write('default_profile = "acme"\n' + TWO)
    assert home.load().profile == "acme"
    assert home.load(environ={"RCV3_PROFILE": "beta"}).profile == "beta"
    assert home.load(Flags(profile="acme"), {"RCV3_PROFILE": "beta"}).regions == ("DFW",)


def test_the_only_profile_needs_no_choice(home: Home) -> None:
    home.write_profile('regions = "DFW"')
    assert home.load().profile == "acme"


def test_between_two_profiles_nothing_is_guessed(home: Home) -> None:
    home.write(TWO)
    assert "profiles acme, beta but no default_profile; choose one with --profile" in home.error()
    assert home.load(environ=ENVIRONMENT).profile == "default"


def test_a_profile_that_is_not_there_is_named_with_the_nearest(home: Home) -> None:
    home.write(TWO)
    expected = '--profile names profile "acne", which is not there; did you mean "acme"?'
    assert home.error(Flags(profile="acne")) == f"config.toml: {expected}"
    assert home.error(environ={"RCV3_PROFILE": "x"}).endswith("; known are: acme, beta")
    home.write('default_profile = "bta"\n' + TWO)
    assert home.error().startswith('config.toml:1: default_profile names profile "bta"')


def test_a_profile_without_a_file_is_an_error(home: Home) -> None:
    assert '--profile "acme": there is no config.toml yet' in home.error(Flags(profile="acme"))


def test_a_file_named_by_hand_has_to_exist(home: Home) -> None:
    named = str(home.root / "other.toml")
    assert (
        home.error(Flags(config=named)) == "other.toml: there is no such file (named by --config)"
    )
    assert "(named by RCV3_CONFIG)" in home.error(environ={"RCV3_CONFIG": named})
    Path(named).write_text('[profiles.o]\nregions = "all"\n')
    assert home.load(Flags(config=named)).regions == (ALL_REGIONS,)


def test_files_in_a_profile_are_found_beside_it(home: Home) -> None:
    home.write_profile('username = "a"\napi_key_file = "key"\nca_bundle = "ca.pem"')
    (home.root / "ca.pem").write_text("")
    (home.root / "key").write_text(KEY)
    assert home.error().startswith("config.toml:3: holds a secret but others can read it")
    (home.root / "key").chmod(0o600)
    settings = home.load()
    assert settings.credentials == Credentials("a", api_key=Secret(KEY))
    assert settings.ca_bundle == home.root / "ca.pem"


def test_a_command_or_file_may_give_a_password(home: Home) -> None:
    home.write_profile(f'username = "a"\npassword_command = "printf {KEY}"')
    assert home.load().credentials == Credentials("a", password=Secret(KEY))


def test_a_keyring_is_asked_only_if_it_is_switched_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    home.write_profile('username = "a"\nkeyring = false')
    assert home.load().username_hint == "a"
    home.write_profile('username = "a"\nkeyring = true')
    assert home.error().startswith("config.toml:3: the keyring needs an optional package")


def test_the_secret_is_read_only_when_the_settings_are_asked_for(home: Home) -> None:
    home.write_profile('username = "a"\napi_key_command = "false"')
    plan = config.read(Flags(), {}, home.paths)
    with pytest.raises(ConfigError, match=r'config\.toml:3: "false" ended with exit code 1'):
        plan.settings()


def test_a_key_in_a_file_that_others_can_read_is_refused(home: Home) -> None:
    path = home.write(ACME, mode=0o644)
    with pytest.raises(ConfigError) as caught:
        home.load()
    assert str(caught.value).endswith(f"(mode 0644); run: chmod 600 {path}")
    assert caught.value.line == 5
    home.write_profile('api_key_file = "k"\nusername = "x"').chmod(0o644)
    assert config.read(Flags(), {}, home.paths).choice.offer is not None


# What is wrong, and where --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('regionn = "DFW"', '2: unknown key "regionn" in [profiles.acme]; did you mean "regions"?'),
        ('zzz = "1"', '2: unknown key "zzz" in [profiles.acme]; known are api_key, api_key_com'),
        (f'password = "{KEY}"', '2: unknown key "password" in [profiles.acme]; a password cannot'),
        ('\n# one\nread_only = "yes"', '4: "read_only" in [profiles.acme] must be true or false'),
        ("read_only = 1", "must be true or false, without quotes, not 1"),
        ("timeout = 0", "must be a number of seconds from 1 to 600, not 0"),
        ("timeout = nan", "must be a number of seconds from 1 to 600"),
        ("timeout = true", "must be a number of seconds from 1 to 600, not true"),
        ("regions = []", "must be region names"),
        ('regions = ["DFW", 3]', 'must be region names such as "DFW", or "all", not 3'),
        (
            'regions = [\n"DFW",\n"all",\n]',
            '2: "regions" in [profiles.acme] must be region names or',
        ),
        ('identity = "ukk"', 'must be "us", "uk" or a URL'),
        ('identity = "ukk"', 'did you mean "uk"?'),
        ('theme = ""', "must be a text in quotes"),
        ('colour = "#12"', 'must be a colour name or "#rrggbb", not "#12"'),
        ('color = "red"\ncolour = "red"', '"color" and "colour" are the same'),
        ('ca_bundle = "nowhere.pem"', "there is none at"),
        ('ca_bundle = "~nobody-at-all/x"', "no such user's home directory"),
        ('api_key_file = "k"', '2: [profiles.acme] has "api_key_file" but no "username"'),
        (
            'username = "a"\napi_key_file = "k"\nkeyring = true',
            '4: [profiles.acme] has both "api_key_file" and "keyring"; use one',
        ),
        ('username = "a"\napi_key_command = "pass \'x"', '3: "api_key_command" in [profiles.acme]'),
        (f'username = "a"\napi_key = ["{KEY}"]', '3: "api_key" in [profiles.acme] must be a text'),
        ("cloud = 3", '2: "cloud" in [profiles.acme] must be a text'),
        ("[refresh]\nintervall = 3", '3: unknown key "intervall" in [refresh]; did you mean "int'),
        ("[refresh]\ninterval = 3601", '3: "interval" in [refresh] must be a number of seconds fr'),
        ("[keys]\nremove = 3", '3: "remove" in [keys] must be a key such as'),
        ("[profile.beta]", '2: unknown key "profile"; did you mean "profiles"?'),
        ("[profiles.acme]", "2: not valid TOML: Cannot declare"),
        (f"api_key = {KEY}", "2: not valid TOML: "),
        ('theme = "nord', "2: not valid TOML: "),
        ('theme = """nord', ": not valid TOML: "),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(home: Home, lines: str, expected: str) -> None:
    home.write_profile(lines)
    text = home.error()
    assert text.startswith("config.toml:")
    assert expected in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refresh = 3", "config.toml:1: refresh must be a table: [refresh]"),
        ("\n[[profiles]]\n", "config.toml:2: profiles must be a table: [profiles]"),
        ("[profiles]\nacme = 3", 'config.toml:2: "acme" must be a table: [profiles.acme]'),
        ("x.y = 1", 'config.toml:1: unknown key "x"; known are default_profile, keys, profiles,'),
        ('profiles.a.themes = "x"', 'config.toml:1: unknown key "themes" in [profiles.a]; did you'),
        ('"\\u001b[31m" = 1', 'config.toml:1: unknown key "\\u001b[31m"'),
    ],
)
def test_a_wrong_table_is_named_with_its_line(home: Home, text: str, expected: str) -> None:
    home.write(text)
    assert home.error().startswith(expected)


def test_every_profile_is_checked_not_only_the_one_in_use(home: Home) -> None:
    home.write(TWO + "timeout = 0\n")
    assert home.error(Flags(profile="acme")).startswith(
        'config.toml:5: "timeout" in [profiles.beta'
    )


def test_lines_are_counted_past_texts_of_several_lines(home: Home) -> None:
    home.write('default_profile = """\\\n  acme"""\n\r\n[profiles.acme]\ntheme = "a\u2028"\n')
    assert home.error().startswith('config.toml:5: "theme"')


def test_a_file_that_is_not_text_is_named_with_its_line(home: Home) -> None:
    home.write("")
    home.paths.config_file.write_bytes(b"# one\n# \xff\n")
    assert home.error() == "config.toml:2: this is not UTF-8 text"


def test_a_file_that_cannot_be_read_says_why(home: Home) -> None:
    home.paths.config_file.mkdir()
    assert home.error() == "config.toml: cannot be read: Is a directory"


def test_a_flag_or_variable_is_named_by_its_name(home: Home) -> None:
    assert home.error(Flags(timeout="x")) == (
        '--timeout must be a number of seconds from 1 to 600, not "x"'
    )
    assert "--refresh must be a number of seconds from 1 to 3600" in home.error(Flags(refresh="0"))
    assert home.error(Flags(region="")).startswith("--region must be region names")
    assert "--ca-bundle must be a file that exists" in home.error(Flags(ca_bundle="/nowhere.pem"))
    assert home.error(environ={"RCV3_READ_ONLY": "tru"}).endswith('not "tru"; did you mean "true"?')
    assert home.error(environ={"RCV3_IDENTITY_URL": "http://id.example/"}).startswith(
        "RCV3_IDENTITY_URL must start with https://: plain http would send your secret"
    )


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_read_only_may_be_asked_for_by_variable(home: Home, word: str) -> None:
    assert home.load(environ={"RCV3_READ_ONLY": word}).read_only is True


# Identity URLs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("us", US_IDENTITY),
        ("UK", UK_IDENTITY),
        ("https://id.example", "https://id.example/v2.0"),
        ("https://id.example/", "https://id.example/v2.0"),
        ("https://id.example/v2.0/tokens/", "https://id.example/v2.0"),
        ("https://id.example/tokens", "https://id.example/v2.0"),
        ("http://localhost:8765/v2.0/", "http://localhost:8765/v2.0"),
        ("http://127.3.2.1:1", "http://127.3.2.1:1/v2.0"),
        ("http://[::1]:9/v2.0", "http://[::1]:9/v2.0"),
    ],
)
def test_an_identity_url_is_brought_into_one_form(home: Home, given: str, meant: str) -> None:
    assert home.load(Flags(identity_url=given)).identity_url == meant


@pytest.mark.parametrize(
    "given",
    [
        "http://192.0.2.1/v2.0",
        "http://localhost.example/v2.0",
        "http://127.0.0.1.example/",
        "http://127.0.0.1@id.example/",
        "ftp://id.example/",
        "https:///v2.0",
        "https://id.example:port/",
        "http://[::1",
        f"https://user:{KEY}@id.example/",
        f"https://id.example/?key={KEY}",
    ],
)
def test_an_identity_url_that_is_unsafe_or_wrong_is_refused(home: Home, given: str) -> None:
    assert home.error(Flags(identity_url=given)).startswith("--identity-url must ")


# The rest ------------------------------------------------------------------------------------


def test_the_demo_takes_flags_and_nothing_of_the_users(home: Home) -> None:
    flags = Flags(refresh="5", read_only=True, theme="nord", region="DFW")
    settings = config.demo(flags, {**ENVIRONMENT, "RCV3_REGION": "ORD"}, "large")
    assert (settings.profile, settings.demo) == ("demo", "large")
    assert (settings.state_dir, settings.cache_dir, settings.credentials) == (None, None, None)
    assert (settings.regions, settings.refresh_interval) == (("DFW",), 5.0)
    assert settings.read_only is True


def test_the_users_files_are_where_the_system_wants_them() -> None:
    found = config.paths()
    assert found.config_file.name == "config.toml"
    assert found.config_file.parent.name == "rcv3-tui"
    assert found.pyrax_file.name == ".rackspace_cloud_credentials"


def test_a_path_in_the_home_directory_is_shown_short(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "c.toml").write_text("x = 1\n")
    with pytest.raises(ConfigError, match=r"^~/c\.toml:1: "):
        config.load(Flags(config=str(home / "c.toml")), {})
