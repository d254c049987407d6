"""`[commands.NAME]` of config.toml: what it sets, and errors with file and line."""

from __future__ import annotations

import pytest

from rcv3_tui.cli.account_settings import display_settings_problem
from rcv3_tui.settings import OwnCommand
from tests.support.home import Home

SSH = """\
[profiles.acme]
[commands.ssh]
key = "e"
panes = ["servers", "nodes"]
run = ["ssh", "ops@{private_ip}"]
description = "open a shell"
confirm = true
background = true
"""


def test_command_is_read_with_its_lines(home: Home) -> None:
    home.write(SSH)
    settings = home.load()
    assert settings.commands == (
        OwnCommand(
            name="ssh",
            run=("ssh", "ops@{private_ip}"),
            panes=("servers", "nodes"),
            key="e",
            description="open a shell",
            confirm=True,
            background=True,
        ),
    )
    assert settings.origins["commands.ssh.name"] == f"{home.paths.config_file}:2"
    assert settings.origins["commands.ssh.run"] == f"{home.paths.config_file}:5"
    assert display_settings_problem(settings) == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("run = [", "rum = [", '5: unknown key "rum" in [commands.ssh]; did you mean "run"?'),
        ('run = ["ssh", "ops@{private_ip}"]\n', "", '2: [commands.ssh] has no "run", such as'),
        ('panes = ["servers", "nodes"]\n', "", '2: [commands.ssh] has no "panes", such as'),
        ('["ssh", "ops@{private_ip}"]', '"ssh host"', '5: "run" in [commands.ssh] must be a list'),
        ('["ssh", "ops@{private_ip}"]', "[]", '5: "run" in [commands.ssh] must be a list'),
        ('["ssh", "ops@{private_ip}"]', '["ssh", 3]', '5: "run" in [commands.ssh] must be a list'),
        ('["servers", "nodes"]', '"servers"', '4: "panes" in [commands.ssh] must be a list'),
        ("confirm = true", "confirm = 1", '7: "confirm" in [commands.ssh] must be true or false'),
        ("[commands.ssh]", '[commands."a b"]', '2: [commands."a b"] must have a name of small'),
        ("[commands.ssh]", "[commands]\nssh = 3\n[commands.b]", '3: "ssh" must be a table'),
    ],
)
def test_error_in_the_file_names_the_line(home: Home, old: str, new: str, expected: str) -> None:
    assert old in SSH
    home.write(SSH.replace(old, new))
    assert f"config.toml:{expected}" in home.error()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("commands.ssh", "commands.quit", "2: [commands.quit]: the console has a command quit"),
        ("commands.ssh", "commands.q", "2: [commands.q]: the console has a command q"),
        ('"nodes"', '"node"', '4: "panes" in [commands.ssh]: there is no pane "node" with resou'),
        ('"nodes"', '"ops"', '4: "panes" in [commands.ssh]: there is no pane "ops" with resou'),
        ("{private_ip}", "{privat_ip}", '5: "run" in [commands.ssh]: servers have no field "priv'),
        ("{private_ip}", "{public_ip}", '5: "run" in [commands.ssh]: nodes have no field "publi'),
        ('["ssh"', '["{name}"', '5: "run" in [commands.ssh]: the program itself cannot be a val'),
        ('"ssh",', '"sh", "-c",', '5: "run" in [commands.ssh]: a shell would read a value as co'),
        ('key = "e"', 'key = "foo"', '3: "key" in [commands.ssh]: there is no key "foo"'),
        ('key = "e"', 'key = "ctrl+c"', '3: "key" in [commands.ssh] cannot be on "ctrl+c"'),
        ('key = "e"', 'key = "c"', '3: "key" in [commands.ssh]: "c" is the key of "copy"; choose'),
        ('key = "e"', 'key = ["e", "x"]', '3: "key" in [commands.ssh]: "x" is the key of "curl"'),
    ],
)
def test_error_that_only_the_console_knows_names_the_line(
    home: Home, old: str, new: str, expected: str
) -> None:
    assert old in SSH
    home.write(SSH.replace(old, new))
    assert f"config.toml:{expected}" in display_settings_problem(home.load())


def test_two_own_commands_on_one_key_are_an_error(home: Home) -> None:
    home.write(SSH + '[commands.top]\nkey = "e"\npanes = ["servers"]\nrun = ["top"]\n')
    problem = display_settings_problem(home.load())
    assert 'config.toml:10: "key" in [commands.top]: "e" is the key of "ssh"' in problem


def test_key_of_a_command_that_was_moved_is_free(home: Home) -> None:
    home.write(SSH.replace('key = "e"', 'key = "c"') + '[keys]\ncopy = "e"\n')
    assert display_settings_problem(home.load()) == ""


def test_key_of_an_own_command_has_its_own_place(home: Home) -> None:
    home.write(SSH + '[keys]\nssh = "x"\n')
    assert 'config.toml:10: "ssh" in [keys] is an own command' in display_settings_problem(
        home.load()
    )


def test_error_for_a_program_that_joins_its_arguments_advises_a_script(home: Home) -> None:
    home.write(SSH.replace('"ssh",', '"tmux", "new-window",'))
    assert display_settings_problem(home.load()).endswith("or to a script of yours")
