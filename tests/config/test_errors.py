"""What is wrong in a file, flag or variable is named with its place, and never with a secret."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import IO, Any

import pytest

from rcv3_tui import config
from rcv3_tui.config import ConfigError, Flags
from rcv3_tui.doctor import files
from rcv3_tui.doctor.check_result import Level
from tests.support.home import KEY, TWO, Home


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
        ('theme = ""', '2: "theme" in [profiles.acme] must be a text on one line, and not empty'),
        ("theme = 3", '2: "theme" in [profiles.acme] must be a text in quotes'),
        ('time_zone = "CET"', 'must be "utc" or "local", not "CET"'),
        ("time_zone = 1", 'must be "utc" or "local", not 1'),
        ('color = "#12"', 'must be a color name or "#rrggbb", not "#12"'),
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
        ('notify = "osc-9"', '2: "notify" in [profiles.acme] must be one of "off", "bell", "osc9"'),
        ("title = 1", '2: "title" in [profiles.acme] must be true or false'),
        ("[refresh]\ninterval = 3601", '3: "interval" in [refresh] must be a number of seconds fr'),
        ("[keys]\nremove = 3", '3: "remove" in [keys] must be a key such as'),
        ("[profile.beta]", '2: unknown key "profile"; did you mean "profiles"?'),
        ("[profiles.acme]", "2: not valid TOML: Cannot declare"),
        (f"api_key = {KEY}", "2: not valid TOML: "),
        ('theme = "nord', "2: not valid TOML: "),
        ('theme = """nord', ": not valid TOML: "),
    ],
)
def test_wrong_key_or_value_is_named_with_its_line(home: Home, lines: str, expected: str) -> None:
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
        ("x.y = 1", 'config.toml:1: unknown key "x"; known are commands, default_profile, keys,'),
        ('profiles.a.themes = "x"', 'config.toml:1: unknown key "themes" in [profiles.a]; did you'),
        ('"\\u001b[31m" = 1', 'config.toml:1: unknown key "\\u001b[31m"'),
    ],
)
def test_wrong_table_is_named_with_its_line(home: Home, text: str, expected: str) -> None:
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


def test_file_that_is_not_text_is_named_with_its_line(home: Home) -> None:
    home.write("")
    home.paths.config_file.write_bytes(b"# one\n# \xff\n")
    assert home.error() == "config.toml:2: this is not UTF-8 text"


def test_unreadable_file_is_reported_with_the_reason(home: Home) -> None:
    home.paths.config_file.mkdir()
    assert home.error() == "config.toml: cannot be read: Is a directory"


def test_flag_or_variable_is_named_by_its_name(home: Home) -> None:
    assert home.error(Flags(timeout="x")) == (
        '--timeout must be a number of seconds from 1 to 600, not "x"'
    )
    assert "--refresh must be a number of seconds from 1 to 3600" in home.error(Flags(refresh="0"))
    assert home.error(Flags(region="")).startswith("--region must be region names")
    assert "--ca-bundle must be a file that exists" in home.error(Flags(ca_bundle="/nowhere.pem"))
    assert home.error(environ={"RCV3_READ_ONLY": "tru"}).endswith('not "tru"; did you mean "true"?')
    assert home.error(environ={"RCV3_IDENTITY_URL": "http://id.example/"}).startswith(
        "RCV3_IDENTITY_URL must start with https://: plain http would expose your secret"
    )


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_variable_enables_read_only_mode(home: Home, word: str) -> None:
    assert home.load(environ={"RCV3_READ_ONLY": word}).read_only is True


def test_path_in_the_home_directory_is_shown_short(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "c.toml").write_text("x = 1\n")
    with pytest.raises(ConfigError, match=r"^~/c\.toml:1: "):
        config.load(Flags(config=str(home / "c.toml")), {})


@pytest.fixture
def closed(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the user's files, which may not be searched; root could without this."""
    directory = home.paths.config_file.parent
    look, read = Path.stat, Path.open

    def refuse(path: Path) -> None:
        if directory in path.parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def stat(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        refuse(self)
        return look(self, follow_symlinks=follow_symlinks)

    def open_file(self: Path, mode: str = "r") -> IO[Any]:
        refuse(self)
        return read(self, mode)

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(Path, "open", open_file)
    return directory


def test_directory_that_cannot_be_searched_costs_one_warning(
    home: Home, closed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home.load(environ={"RCV3_USERNAME": "a", "RCV3_API_KEY": KEY})
    assert [record.getMessage() for record in caplog.records] == [
        f"{closed} cannot be searched (Permission denied); no settings are read from it"
    ]


def test_requested_config_file_out_of_reach_is_an_error(home: Home, closed: Path) -> None:
    file = closed / "own.toml"
    with pytest.raises(ConfigError, match=r"Permission denied.*named by --config"):
        home.load(flags=Flags(config=str(file)))


def test_doctor_continues_without_a_config_file_out_of_reach(home: Home, closed: Path) -> None:
    (found,) = files.check(home.paths.config_file, None, None)
    assert (found.level, found.text.endswith("; it is not used")) == (Level.WARN, True)


@pytest.mark.parametrize(
    ("flags", "environ", "expected"),
    [
        (Flags(ca_bundle="{closed}/ca.pem"), {}, "--ca-bundle cannot be read: {closed}/ca.pem: "),
        (Flags(), {"RAX_CREDS_FILE": "{closed}/creds"}, "{closed}/creds: out of reach"),
    ],
)
def test_file_out_of_reach_is_reported_with_what_names_it(
    home: Home, closed: Path, flags: Flags, environ: dict[str, str], expected: str
) -> None:
    if flags.ca_bundle is not None:
        flags = Flags(ca_bundle=flags.ca_bundle.format(closed=closed))
    environ = {name: value.format(closed=closed) for name, value in environ.items()}
    with pytest.raises(ConfigError) as raised:
        home.load(environ=environ, flags=flags)
    assert expected.format(closed=closed) in str(raised.value)
