"""Completion in the shells themselves, if they are installed."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rcv3_tui import cli
from rcv3_tui.cli.commands import FIRST_WORDS, verbs_of
from rcv3_tui.cli.introspect import describe

COMMAND = Path(sys.executable).with_name("rcv3-tui")

_BASH = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_rcv3_tui
printf '%s\\n' "${COMPREPLY[@]}"
"""


def script_for(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(["completion", shell]) == 0
    return capsys.readouterr().out


def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": f"{COMMAND.parent}{os.pathsep}{os.defpath}",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }


CASES = [
    (["rcv3-tui", ""], set(FIRST_WORDS)),
    (["rcv3-tui", "ip", ""], set(verbs_of("ip"))),
    (["rcv3-tui", "pool", "re"], {"remove"}),
    (["rcv3-tui", "--region", "ORD", "ip", "add", "--un"], {"--unassigned"}),
    (["rcv3-tui", "pool", "add", "web", "--form"], {"--format"}),
    (["rcv3-tui", "pool", "add", "--format", "j"], {"json"}),
    (["rcv3-tui", "sim"], {"simulator"}),
    (["rcv3-tui", "--re"], {"--region", "--read-only", "--refresh"}),
    (["rcv3-tui", "--demo", ""], {"small", "large", "regions", "trouble"}),
    (["rcv3-tui", "--log-level", "d"], {"debug"}),
    (["rcv3-tui", "simulator", "--sc"], {"--scenario"}),
    (["rcv3-tui", "simulator", "--scenario", "l"], {"large"}),
    (["rcv3-tui", "completion", "z"], {"zsh"}),
    (["rcv3-tui", "login", "--keep", "f"], {"file"}),
    (["rcv3-tui", "--region", "OR"], {"ORD"}),
    (["rcv3-tui", "--profile", "ac"], {"acme"}),
]


def bash_completes(script: Path, words: list[str], tmp_path: Path) -> set[str]:
    done = subprocess.run(
        ["bash", "--norc", "-c", _BASH, "bash", str(script), *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment(tmp_path),
        cwd=tmp_path,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two profiles and one file."""
    config = tmp_path / ".config" / "rcv3-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[profiles.acme]\n[profiles.beta]\n")
    (tmp_path / "ca.pem").write_text("")
    (tmp_path / "dir").mkdir()
    return tmp_path


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_commands_flags_and_values(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    script = home / "completion.bash"
    script.write_text(script_for("bash", capsys))
    for words, expected in CASES:
        found = bash_completes(script, words, home)
        assert found == expected, words
    assert bash_completes(script, ["rcv3-tui", "--ca-bundle", "ca"], home) == {"ca.pem"}
    # --flag=value comes in three words.
    assert bash_completes(script, ["rcv3-tui", "--demo", "=", "t"], home) == {"trouble"}
    assert bash_completes(script, ["rcv3-tui", "--demo", "="], home) == {
        "small",
        "large",
        "regions",
        "trouble",
    }
    # What follows a flag with a value of its own making is not guessed at.
    assert bash_completes(script, ["rcv3-tui", "--theme", ""], home) == set()


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_fish_completes_commands_flags_and_values(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    script = home / "completion.fish"
    script.write_text(script_for("fish", capsys))
    for words, expected in CASES:
        line = " ".join(words)
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env=environment(home),
            cwd=home,
        )
        assert done.stderr == ""
        found = {row.partition("\t")[0] for row in done.stdout.splitlines()}
        assert expected <= found, words


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("rcv3-tui simul", "ator"),
        ("rcv3-tui --reg", "ion"),
        ("rcv3-tui --log-level deb", "ug"),
        ("rcv3-tui simulator --scen", "ario"),
        ("rcv3-tui simulator --scenario=la", "rge"),
        ("rcv3-tui ip un", "assign"),
        ("rcv3-tui pool add --no-w", "ait"),
        ("rcv3-tui login --keep=fi", "le"),
        ("rcv3-tui completion fi", "sh"),
        ("rcv3-tui --profile=ac", "me"),
    ],
)
def test_zsh_completes_commands_flags_and_values(
    capsys: pytest.CaptureFixture[str], home: Path, typed: str, rest: str
) -> None:
    script = home / "_rcv3-tui"
    script.write_text(script_for("zsh", capsys))
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["zsh", "-f", "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(home) | {"TERM": "xterm", "PS1": "> "},
        cwd=home,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        setup = f'PS1="ready> "; autoload -U compinit; compinit -u -D; . {script}; clear\n'
        os.write(ours, setup.encode())
        read_until(ours, "ready> \x1b[K")
        os.write(ours, f"{typed}\t".encode())
        read_until(ours, f"{typed}{rest}")
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)


def read_until(descriptor: int, text: str) -> str:
    """Read a terminal until a text has come."""
    seen = ""
    deadline = time.monotonic() + 20
    while text not in seen:
        assert time.monotonic() < deadline, f"no {text!r} in {seen!r}"
        if select.select([descriptor], [], [], 0.1)[0]:
            # Where there are several, the bell rings before the part that they share.
            seen += os.read(descriptor, 65536).decode(errors="replace").replace("\x07", "")
    return seen


def test_every_command_and_flag_is_in_every_script(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("bash", "zsh", "fish"):
        script = script_for(shell, capsys)
        for command in describe():
            assert all(word in script for word in command.name.split())
            for option in command.options:
                assert option.names[-1].lstrip("-") in script


def test_invalid_config_file_completes_nothing_silently(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    monkeypatch.setenv("RCV3_CONFIG", str(file))
    for text, expected in (("[profiles.a]\n", "a\n"), ("[profiles.a]\nx = 1\n", "")):
        file.write_text(text)
        assert cli.main(["completion", "profiles"]) == 0
        out, err = capsys.readouterr()
        assert (out, err) == (expected, "")
