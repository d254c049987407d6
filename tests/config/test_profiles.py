"""Which profile and which file count, and where a profile's secret comes from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import ConfigError, Flags
from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret
from tests.support.home import ACME, ENVIRONMENT, KEY, TWO, Home


def test_profile_is_chosen_by_flag_then_variable_then_default(home: Home) -> None:
    home.write('default_profile = "acme"\n' + TWO)
    assert home.load().profile == "acme"
    assert home.load(environ={"RCV3_PROFILE": "beta"}).profile == "beta"
    assert home.load(Flags(profile="acme"), {"RCV3_PROFILE": "beta"}).regions == ("DFW",)


def test_only_profile_needs_no_choice(home: Home) -> None:
    home.write_profile('regions = "DFW"')
    assert home.load().profile == "acme"


def test_between_two_profiles_nothing_is_guessed(home: Home) -> None:
    home.write(TWO)
    assert "profiles acme, beta but no default_profile; choose one with --profile" in home.error()
    assert home.load(environ=ENVIRONMENT).profile == "default"


def test_missing_profile_is_named_with_the_closest_one(home: Home) -> None:
    home.write(TWO)
    expected = '--profile names profile "acne", which is not there; did you mean "acme"?'
    assert home.error(Flags(profile="acne")) == f"config.toml: {expected}"
    assert home.error(environ={"RCV3_PROFILE": "x"}).endswith("; known are: acme, beta")
    home.write('default_profile = "bta"\n' + TWO)
    assert home.error().startswith('config.toml:1: default_profile names profile "bta"')


def test_profile_without_a_file_is_an_error(home: Home) -> None:
    assert '--profile "acme": there is no config.toml yet' in home.error(Flags(profile="acme"))


def test_file_named_by_hand_has_to_exist(home: Home) -> None:
    named = str(home.root / "other.toml")
    assert (
        home.error(Flags(config=named)) == "other.toml: there is no such file (named by --config)"
    )
    assert "(named by RCV3_CONFIG)" in home.error(environ={"RCV3_CONFIG": named})
    Path(named).write_text('[profiles.o]\nregions = "all"\n')
    assert home.load(Flags(config=named)).regions == (ALL_REGIONS,)


def test_files_of_a_profile_are_relative_to_it(home: Home) -> None:
    home.write_profile('username = "a"\napi_key_file = "key"\nca_bundle = "ca.pem"')
    (home.root / "ca.pem").write_text("")
    (home.root / "key").write_text(KEY)
    assert home.error().startswith("config.toml:3: holds a secret but others can read it")
    (home.root / "key").chmod(0o600)
    settings = home.load()
    assert settings.credentials == Credentials("a", api_key=Secret(KEY))
    assert settings.ca_bundle == home.root / "ca.pem"


def test_command_or_file_may_contain_a_password(home: Home) -> None:
    home.write_profile(f'username = "a"\npassword_command = "printf {KEY}"')
    assert home.load().credentials == Credentials("a", password=Secret(KEY))


def test_keyring_is_read_only_if_enabled(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    home.write_profile('username = "a"\nkeyring = false')
    assert home.load().username_hint == "a"
    home.write_profile('username = "a"\nkeyring = true')
    assert home.error().startswith("config.toml:3: the keyring needs an optional package")


def test_secret_is_read_only_for_complete_settings(home: Home) -> None:
    home.write_profile('username = "a"\napi_key_command = "false"')
    plan = config.load_pending(Flags(), {}, home.paths)
    with pytest.raises(ConfigError, match=r'config\.toml:3: "false" ended with exit code 1'):
        plan.settings()


def test_key_in_a_file_that_others_can_read_is_refused(home: Home) -> None:
    path = home.write(ACME, mode=0o644)
    with pytest.raises(ConfigError) as caught:
        home.load()
    assert str(caught.value).endswith(f"(mode 0644); run: chmod 600 {path}")
    assert caught.value.line == 5
    home.write_profile('api_key_file = "k"\nusername = "x"').chmod(0o644)
    assert config.load_pending(Flags(), {}, home.paths).resolved.candidate is not None
