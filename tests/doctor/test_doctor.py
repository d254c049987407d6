"""What doctor finds in settings, files and terminals, without any network."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import Flags
from rcv3_tui.doctor import configuration, files, terminal
from rcv3_tui.doctor.check_result import CheckResult, Level, warn
from tests.support.home import ACME, ENVIRONMENT, KEY, Home


def lines(findings: Iterable[CheckResult]) -> list[str]:
    return [finding.line() for finding in findings]


def one(findings: Iterable[CheckResult], check: str) -> CheckResult:
    (found,) = [finding for finding in findings if finding.check == check]
    return found


def test_result_is_one_line_with_next_step() -> None:
    finding = warn("state dir", "no\nroom\x1b[31m", "free the disk")
    assert finding.line() == "warn  state dir   no\\nroom\\x1b[31m -> free the disk"
    assert warn("a", "é").line(ascii_text=True) == "warn  a           \\xe9"


# Settings ------------------------------------------------------------------------------------


def test_settings_are_reported_with_overridden_origins(home: Home) -> None:
    home.write(ACME)
    rs = {"RS_USERNAME": "rs", "RS_API_KEY": KEY, "RS_REGION_NAME": "SYD"}
    plan = config.load_pending(Flags(timeout="9"), {**ENVIRONMENT, **rs}, home.paths)
    found = list(configuration.check(plan))
    file = home.paths.config_file
    users = [finding.text for finding in found if finding.check == "user"]
    assert users[0] == (
        f"env-user from RCV3_USERNAME, API key from RCV3_API_KEY (not used: RS_API_KEY, {file}:5)"
    )
    assert one(found, "regions").text == f"SYD from RS_REGION_NAME (not used: {file}:6)"
    assert one(found, "timeout").text == f"9 s from --timeout (not used: {file}:12)"
    assert one(found, "identity").text == f"uk from {file}:7"
    assert one(found, "keys").text.startswith("2 on other keys")
    assert KEY not in "".join(lines(found))


def test_unused_sources_are_reported(home: Home) -> None:
    home.pyrax()
    found = lines(configuration.check(config.load_pending(Flags(), ENVIRONMENT, home.paths)))
    assert any("pyrax-user from" in line and "RCV3_API_KEY comes first" in line for line in found)
    home.paths.pyrax_file.write_text(KEY)
    found = lines(configuration.check(config.load_pending(Flags(), ENVIRONMENT, home.paths)))
    assert any("this is not an ini file" in line and "does not matter" in line for line in found)


def test_config_that_console_rejects_is_not_ok(home: Home) -> None:
    home.write(ACME)
    plan = config.load_pending(Flags(), {}, home.paths)
    found = one(configuration.check(plan, "no such key"), "config")
    assert (found.level, found.text) == (Level.FAIL, "no such key")


def test_ignored_settings_of_other_tools_are_reported(home: Home) -> None:
    environ = {
        "OS_USERNAME": "os",
        "OS_PASSWORD": KEY,
        "OS_AUTH_SYSTEM": "rackspace",
        "OS_INSECURE": "1",
        "OS_USER_DOMAIN_NAME": "d",
        "OS_PROJECT_NAME": "acme",
        "OS_TOKEN": "t",
        "RAX_ENV": "",
    }
    plan = config.load_pending(Flags(), environ, home.paths)
    named = [f.text for f in configuration.check(plan) if f.check == "not used"]
    for variable in ("OS_INSECURE", "OS_USER_DOMAIN_NAME", "OS_PROJECT_NAME", "OS_TOKEN"):
        assert any(line.startswith(variable) for line in named), variable
    assert not any("OS_AUTH_SYSTEM" in line or KEY in line for line in named)


def test_searched_sources_are_reported(home: Home) -> None:
    found = lines(configuration.check(config.load_pending(Flags(), {}, home.paths)))
    (searched,) = [line for line in found if "searched: " in line]
    for place in ("RCV3_USERNAME", "OS_USERNAME", "config.toml", "clouds.yaml", "pyrax.cfg"):
        assert place in searched


def test_defaults_are_not_reported(home: Home) -> None:
    found = list(configuration.check(config.load_pending(Flags(), ENVIRONMENT, home.paths)))
    assert {finding.check for finding in found} == {"config", "user", "regions", "identity"}


# Files ---------------------------------------------------------------------------------------


def test_directories_that_are_not_there_yet_are_only_tried(tmp_path: Path) -> None:
    found = list(files.check(tmp_path / "c.toml", tmp_path / "a" / "b", tmp_path / "c"))
    assert [finding.level for finding in found] == [Level.OK, Level.OK]
    assert list(tmp_path.iterdir()) == []


def test_unwritable_directory_is_reported_with_consequence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (found,) = files.check(tmp_path / "c.toml", tmp_path / "file" / "state", None)
    assert found.level is Level.WARN
    assert "nothing can be changed" in found.text
    assert "XDG_STATE_HOME" in found.todo


def test_shared_files_are_reported_with_chmod_command(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    journal = state / "journal.jsonl"
    journal.write_text("")
    journal.chmod(0o644)
    found = list(files.check(tmp_path / "c.toml", state, None))
    assert found[0].level is Level.OK
    assert found[1].level is Level.WARN
    assert found[1].todo == f"chmod 600 {journal}"
    state.chmod(0o755)
    assert next(iter(files.check(tmp_path / "c.toml", state, None))).todo == f"chmod 700 {state}"


def test_config_file_writable_by_others_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("")
    file.chmod(0o664)
    tmp_path.chmod(0o755)
    found = list(files.check(file, None, None))
    assert "others can change it" in found[0].text
    assert found[1].level is Level.OK


# Terminals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "check", "level", "text"),
    [
        ({}, "terminal", Level.WARN, "TERM is not set"),
        ({"TERM": "dumb"}, "terminal", Level.WARN, "TERM is dumb"),
        ({"TERM": "xterm", "SSH_CONNECTION": "x"}, "terminal", Level.OK, "TERM=xterm, over SSH"),
        ({"TERM": "xterm"}, "colors", Level.NOTE, "16"),
        ({"TERM": "tmux-256color"}, "colors", Level.OK, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "colors", Level.OK, "16 million"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "colors", Level.NOTE, "none"),
        ({"TERM": "screen", "STY": "1.x"}, "clipboard", Level.NOTE, "through GNU screen"),
        ({"TERM": "tmux", "TMUX": "/x", "PATH": "/nowhere"}, "clipboard", Level.NOTE, "on PATH"),
        ({"TERM": "tmux-256color"}, "clipboard", Level.NOTE, "tmux on the previous machine"),
        ({"TERM": "screen"}, "clipboard", Level.NOTE, "screen on the previous machine"),
        ({"TERM": "eterm-color"}, "clipboard", Level.NOTE, "into a file"),
        ({"TERM": "linux"}, "clipboard", Level.NOTE, "into a file"),
        ({"TERM": "xterm-256color"}, "clipboard", Level.OK, "OSC 52"),
    ],
)
def test_terminal_is_detected_from_environment(
    environ: dict[str, str], check: str, level: Level, text: str
) -> None:
    found = one(terminal.check(environ), check)
    assert (found.level, text in found.text) == (level, True), found


@pytest.mark.parametrize(
    ("features", "level"),
    [
        ("256,RGB,clipboard,title", Level.OK),
        ("256,RGB,title", Level.WARN),
        ("", Level.WARN),
    ],
)
def test_tmux_is_queried_about_copied_text(tmp_path: Path, features: str, level: Level) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(
        f'#!/bin/sh\ntest -z "$RS_API_KEY" || exit 1\n'
        f"case $3 in *termfeatures*) echo {features};; escape-time) echo 500;; esac\n"
    )
    tmux.chmod(0o755)
    environ = {"TMUX": "/x", "PATH": f"{tmp_path}{os.pathsep}{os.defpath}", "RS_API_KEY": KEY}
    found = list(terminal.check(environ))
    assert one(found, "clipboard").level is level
    assert "Escape is held back for 500 ms" in one(found, "tmux").text


def test_locale_without_utf8_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    found = one(terminal.check({"LANG": "C"}), "locale")
    assert (found.level, found.todo) == (Level.NOTE, "export LANG=C.UTF-8")
    assert "(LANG=C)" in found.text
