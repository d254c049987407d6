"""What doctor finds in settings, files and terminals, without any network."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import Flags
from rcv3_tui.doctor import configuration, files, terminal
from rcv3_tui.doctor.finding import Finding, Level, warn
from tests.unit.home import ACME, ENVIRONMENT, KEY, Home


def lines(findings: Iterable[Finding]) -> list[str]:
    return [finding.line() for finding in findings]


def one(findings: Iterable[Finding], check: str) -> Finding:
    (found,) = [finding for finding in findings if finding.check == check]
    return found


def test_a_finding_is_one_line_with_what_to_do() -> None:
    finding = warn("state dir", "no\nroom\x1b[31m", "free the disk")
    assert finding.line() == "warn  state dir   no\\nroom\\x1b[31m -> free the disk"
    assert warn("a", "é").line(ascii_text=True) == "warn  a           \\xe9"


# Settings ------------------------------------------------------------------------------------


def test_each_setting_tells_its_place_and_the_places_that_did_not_win(home: Home) -> None:
    home.write(ACME)
    rs = {"RS_USERNAME": "rs", "RS_API_KEY": KEY, "RS_REGION_NAME": "SYD"}
    plan = config.read(Flags(timeout="9"), {**ENVIRONMENT, **rs}, home.paths)
    found = list(configuration.look(plan))
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


def test_sources_that_nobody_needs_are_told_too(home: Home) -> None:
    home.pyrax()
    found = lines(configuration.look(config.read(Flags(), ENVIRONMENT, home.paths)))
    assert any("pyrax-user from" in line and "RCV3_API_KEY comes first" in line for line in found)
    home.paths.pyrax_file.write_text(KEY)
    found = lines(configuration.look(config.read(Flags(), ENVIRONMENT, home.paths)))
    assert any("this is not an ini file" in line and "does not matter" in line for line in found)


def test_what_is_not_set_is_not_told(home: Home) -> None:
    found = list(configuration.look(config.read(Flags(), ENVIRONMENT, home.paths)))
    assert {finding.check for finding in found} == {"config", "user", "regions", "identity"}


# Files ---------------------------------------------------------------------------------------


def test_directories_that_are_not_there_yet_are_only_tried(tmp_path: Path) -> None:
    found = list(files.look(tmp_path / "c.toml", tmp_path / "a" / "b", tmp_path / "c"))
    assert [finding.level for finding in found] == [Level.OK, Level.OK]
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_is_told_with_what_will_not_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (found,) = files.look(tmp_path / "c.toml", tmp_path / "file" / "state", None)
    assert found.level is Level.WARN
    assert "nothing can be changed" in found.text
    assert "XDG_STATE_HOME" in found.todo


def test_files_that_others_can_read_are_told_with_the_command_that_mends_them(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    journal = state / "journal.jsonl"
    journal.write_text("")
    journal.chmod(0o644)
    found = list(files.look(tmp_path / "c.toml", state, None))
    assert found[0].level is Level.OK
    assert found[1].level is Level.WARN
    assert found[1].todo == f"chmod 600 {journal}"
    state.chmod(0o755)
    assert next(iter(files.look(tmp_path / "c.toml", state, None))).todo == f"chmod 700 {state}"


def test_a_config_file_that_others_can_change_is_told(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("")
    file.chmod(0o664)
    tmp_path.chmod(0o755)
    found = list(files.look(file, None, None))
    assert "others can change it" in found[0].text
    assert found[1].level is Level.OK


# Terminals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "check", "level", "text"),
    [
        ({}, "terminal", Level.WARN, "TERM is not set"),
        ({"TERM": "dumb"}, "terminal", Level.WARN, "TERM is dumb"),
        ({"TERM": "xterm", "SSH_CONNECTION": "x"}, "terminal", Level.OK, "TERM=xterm, over SSH"),
        ({"TERM": "xterm"}, "colours", Level.NOTE, "16"),
        ({"TERM": "tmux-256color"}, "colours", Level.OK, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "colours", Level.OK, "16 million"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "colours", Level.NOTE, "none"),
        ({"TERM": "screen", "STY": "1.x"}, "clipboard", Level.NOTE, "GNU screen does not"),
        ({"TERM": "tmux", "TMUX": "/x", "PATH": "/nowhere"}, "tmux", Level.NOTE, "not answer"),
    ],
)
def test_the_terminal_is_told_by_its_environment(
    environ: dict[str, str], check: str, level: Level, text: str
) -> None:
    found = one(terminal.look(environ), check)
    assert (found.level, text in found.text) == (level, True), found


@pytest.mark.parametrize(
    ("clipboard", "level"), [("off", Level.WARN), ("external", Level.OK), ("on", Level.OK)]
)
def test_tmux_is_asked_what_it_does_with_copied_text(
    tmp_path: Path, clipboard: str, level: Level
) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(
        f'#!/bin/sh\ntest -z "$RS_API_KEY" || exit 1\n'
        f"case $3 in set-clipboard) echo {clipboard};; escape-time) echo 500;; esac\n"
    )
    tmux.chmod(0o755)
    environ = {"TMUX": "/x", "PATH": f"{tmp_path}{os.pathsep}{os.defpath}", "RS_API_KEY": KEY}
    found = list(terminal.look(environ))
    assert one(found, "clipboard").level is level
    assert "Escape is held back for 500 ms" in one(found, "tmux").text


def test_a_locale_that_is_not_utf8_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    found = one(terminal.look({"LANG": "C"}), "locale")
    assert (found.level, found.todo) == (Level.NOTE, "export LANG=C.UTF-8")
    assert "(LANG=C)" in found.text
