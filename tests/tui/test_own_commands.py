"""Arguments of the operator's programs: filled from a row, and refused where they are unsafe."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.settings import OwnCommand
from rcv3_tui.tui.own_commands import (
    PreparedProgram,
    UnavailableError,
    prepare,
    shell_code_with_placeholder,
)
from rcv3_tui.views.rows import ServerRow
from tests.support.rows import record, server_row


def named(name: str) -> ServerRow:
    row = server_row(record=record())
    return replace(row, server=replace(row.server, name=name))


def prepared(*run: str, row: ServerRow | None = None) -> PreparedProgram:
    command = OwnCommand("ssh", run, ("servers",))
    return prepare(command, row or named("web-01"), ResourceKind.SERVERS, lambda region: ())


def refusal(*run: str, row: ServerRow | None = None) -> str:
    with pytest.raises(UnavailableError) as caught:
        prepared(*run, row=row)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_placeholders_are_filled_in() -> None:
    program = prepared("ssh", "ops@{private_ip}", "-p", "22", "{name}:{region}")
    assert program.arguments == ("ssh", "ops@192.0.2.10", "-p", "22", "web-01:IAD")
    assert program.subject == "web-01"


def test_value_stays_one_argument_whatever_is_in_it() -> None:
    program = prepared("echo", "{name}", row=named("a b; $(reboot) {id} 'x'"))
    assert program.arguments == ("echo", "a b; $(reboot) {id} 'x'")
    assert program.line == """echo 'a b; $(reboot) {id} '"'"'x'"'"''"""


@pytest.mark.parametrize(
    ("argument", "filled"),
    [("{{name}}", "{name}"), ("{print $1}", "{print $1}"), ("{{.Names}}", "{{.Names}}")],
)
def test_other_braces_stay(argument: str, filled: str) -> None:
    assert prepared("echo", argument).arguments == ("echo", filled)


def test_empty_value_makes_it_unavailable() -> None:
    assert refusal("ssh", "{public_ip}", row=server_row()) == "web-01 has no public_ip"


def test_unread_value_makes_it_unavailable() -> None:
    row = replace(server_row(), addresses_known=False)
    assert refusal("ssh", "{public_ip}", row=row) == "public_ip of web-01 is not known yet"


def test_value_cannot_become_an_option() -> None:
    hostile = named("-oProxyCommand=reboot")
    assert "would be read as an option" in refusal("ssh", "{name}", row=hostile)
    assert prepared("ssh", "ops@{name}", row=hostile).arguments[1] == "ops@-oProxyCommand=reboot"
    assert prepared("ssh", "--host={name}", row=hostile).arguments[1].startswith("--host=-o")


@pytest.mark.parametrize("name", ["web\x1b[31m", "web\n01", "web\u202e10"])
def test_value_with_control_characters_is_refused(name: str) -> None:
    assert "contains control characters" in refusal("ssh", "{name}", row=named(name))


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (("sh", "-c", "ping {name}"), "ping {name}"),
        (("sudo", "/bin/bash", "-x", "-lc", "ping {name}"), "ping {name}"),
        (("sh", "-c", 'ping "$1"', "sh", "{name}"), ""),
        (("bash", "script.sh", "{name}"), ""),
        (("ssh", "-c", "{name}"), ""),
    ],
)
def test_code_of_a_shell_with_a_value_is_found(run: tuple[str, ...], code: str) -> None:
    assert shell_code_with_placeholder(run) == code


@pytest.mark.parametrize(
    "before",
    [
        "bash -euo pipefail -c",
        "bash -Ec",
        "bash -o pipefail -c",
        "bash -O extglob -c",
        "bash -co pipefail",
        "bash +x -c",
        "bash --rcfile f -ic",
        "bash",
        "rbash -c",
        "mksh -c",
        "bash5 -c",
        "/usr/local/bin/BASH -c",
        "sudo -u op env A=b nice -n 5 timeout 5 zsh -c",
        "busybox sh -c",
        "su - op -c",
        "su op -l -c",
        "su -- op -c",
        "runuser -u op -- sh -c",
        "flock /tmp/lock -c",
        "script -qc",
        "env -S",
        "env -i --split-string",
        "watch",
        "watch -n 2 ping",
        "tmux new-window",
        "screen -X stuff",
        "parallel -j 2",
        "python3 -c",
        "python3.12 -W ignore -c",
        "perl -ne",
        "node --eval",
        "awk -v a=b",
        "ssh host",
        "xargs -I % sh -c",
        "sh -c x sh bash -c",
    ],
)
def test_value_in_code_of_another_program_is_found(before: str) -> None:
    for code in ("ping {name}", "bash -c 'ping {name}'"):
        assert shell_code_with_placeholder((*before.split(), code)) == code


@pytest.mark.parametrize("option", ["-cping {name}", "--rcfile={name}", "-S bash -c {name}"])
def test_value_in_an_option_of_a_shell_is_found(option: str) -> None:
    assert shell_code_with_placeholder(("sudo", "bash", option)) == option
    assert shell_code_with_placeholder(("su", "op", option)) == option


@pytest.mark.parametrize(
    "run",
    [
        ("sh", "-c", 'ping "$1" | less', "sh", "{name}"),
        ("bash", "-euo", "pipefail", "-c", 'ping "$1" | less', "bash", "{name}", "-x", "{ip}"),
        ("bash", "-x", "--", "script.sh", "--host", "{name}"),
        ("python3", "report.py", "--host", "{name}"),
        ("python3", "-c", "import sys; print(sys.argv[2])", "x", "{name}"),
        ("/home/op/connect.sh", "{name}"),
        ("flock", "/tmp/lock", "ping", "{name}"),
        ("env", "TERM=xterm-256color", "ssh", "ops@{private_ip}", "-p", "22", "uptime", "{name}"),
        ("env", "HOST={name}", "top"),
        ("mosh", "ops@{private_ip}"),
        ("ssh", "{private_ip}", "-t", "bash"),
        ("virsh", "console", "{name}"),
        ("notify-send", "{name} is down"),
        ("git", "push", "{name}"),
    ],
)
def test_value_that_is_data_is_accepted(run: tuple[str, ...]) -> None:
    assert shell_code_with_placeholder(run) == ""
