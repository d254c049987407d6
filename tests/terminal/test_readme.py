"""Every example of the README and of `--help` is run as it is written, on a terminal."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from rcv3_tui.cli.described import describe
from rcv3_tui.cli.simulator import DEFAULT_PORT
from rcv3_tui.simulator import Account, create_app, scenario
from rcv3_tui.simulator.serve import running
from tests.terminal.running import plain_environment
from tests.terminal.terminal import Terminal

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PATIENCE = 60.0
USERNAME = "acme-ops"


def of_readme() -> Iterator[str]:
    """The lines of the README's shell blocks, without their comments."""
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        lines = [re.sub(r"\s{2,}#.*$", "", line) for line in block.splitlines()]
        if any(line.startswith("export ") for line in lines):
            yield "; ".join(lines)
        else:
            yield from lines


def of_help() -> Iterator[str]:
    """The example lines of every `--help`: what follows two blanks says what for."""
    for command in describe():
        for line in command.epilog.splitlines():
            if re.match(r"  (?:rcv3-tui|pass|eval) ", line):
                yield re.split(r"\s{2,}", line.strip())[0]


EXAMPLES = tuple(dict.fromkeys((*of_readme(), *of_help())))

INSTALLING = tuple(line for line in EXAMPLES if re.match(r"python3 -m venv|pipx|uv", line))


# What is served ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def account() -> Account:
    made = scenario("small", regions=("IAD", "DFW"))
    made.username = USERNAME
    # The examples are many, and none of them waits for another.
    made.limit_per_minute = None
    return made


@pytest.fixture(scope="module")
def identity_url(account: Account) -> Iterator[str]:
    with ExitStack() as stack:
        yield f"{stack.enter_context(running(create_app(account)))}/v2.0"


@pytest.fixture
def environment(account: Account, identity_url: str, tmp_path: Path) -> dict[str, str]:
    """A home with a profile, a `pass` that knows the key, and the account in the environment."""
    home = tmp_path / "home"
    for directory in (home / "config" / "rcv3-tui", home / ".local/share/man/man1"):
        directory.mkdir(parents=True)
    (home / "config" / "rcv3-tui" / "config.toml").write_text("[profiles.acme]\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "pass").write_text(f"#!/bin/sh\necho {account.api_key}\n")
    (programs / "pass").chmod(0o755)
    return plain_environment(home) | {
        "PATH": os.pathsep.join(
            (str(Path(sys.executable).parent), str(programs), os.environ["PATH"])
        ),
        "RCV3_IDENTITY_URL": identity_url,
        "RCV3_USERNAME": USERNAME,
        "RCV3_API_KEY": account.api_key,
        "MANPAGER": "cat",
    }


class Operator:
    """Does at the terminal what whoever typed the example would do next."""

    def __init__(self, terminal: Terminal, key: str, *, is_endless: bool) -> None:
        self._terminal = terminal
        self._key = key
        self._is_endless = is_endless
        self._answered: list[str] = []

    def see_through(self) -> int:
        """Go on until the command has ended, and give its exit code."""
        self._terminal.wait_for(self._is_over, PATIENCE)
        return self._terminal.wait_end(PATIENCE)

    def _is_over(self) -> bool:
        terminal = self._terminal
        if terminal.has_ended:
            return True
        text = terminal.text
        if "? more" in text and "live" in text:
            self._once("console", partial(terminal.press, "q"))
        elif "Ctrl+C stops it" in text or (self._is_endless and text.strip()):
            self._once("endless", partial(terminal.press, "ctrl+c"))
        else:
            self._answer(text)
        return False

    def _answer(self, text: str) -> None:
        last = next((line for line in reversed(text.splitlines()) if line), "")
        for question, answer in (
            ("Identity: us, uk", ""),
            ("user name", USERNAME),
            ("API key (not shown)", self._key),
            ("with (key", ""),
            ("regions to look at", ""),
            ("save as profile", "beta"),
            ("make it the default", ""),
            ("keep the API key in", ""),
        ):
            if last.startswith(question):
                self._once(question, partial(self._terminal.type, f"{answer}\n"))
                return

    def _once(self, what: str, act: Callable[[], None]) -> None:
        if what not in self._answered:
            self._answered.append(what)
            self._terminal.settle(0.3)
            act()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("line", [each for each in EXAMPLES if each not in INSTALLING])
def test_an_example_runs_as_written(
    line: str, environment: dict[str, str], account: Account, tmp_path: Path
) -> None:
    shell = "bash"
    if "completion zsh" in line or "completion fish" in line:
        shell = "zsh" if "zsh" in line else "fish"
    needed = {shell} | {"jq", "man"} & set(line.split())
    for program in needed:
        if shutil.which(program, path=environment["PATH"]) is None:
            pytest.skip(f"there is no {program} here")
    if "simulator" in line and not is_free(8790 if "8790" in line else DEFAULT_PORT):
        pytest.skip("its port is in use here")
    line = line.replace("your-user", USERNAME).replace("your-key", account.api_key)
    line = line.replace(".venv/bin/", "")
    if shell == "zsh":
        line = f"autoload -U compinit; compinit -u -D; {line}"
    if "login" in line:
        (Path(environment["HOME"]) / "config" / "rcv3-tui" / "config.toml").unlink()
    if "--identity-url uk" in line:
        # Nothing is to be sent to the real one.
        pytest.skip("would ask Rackspace itself")
    if "tests.benchmarks" in line:
        pytest.skip("measures for minutes, and wants the machine for itself")
    flag = "--rcfile /dev/null -c" if shell == "bash" else "-c"
    terminal = Terminal(
        [*flag.split(), f"cd {tmp_path} && {line}" if shell != "fish" else line],
        environment=environment,
        size=(120, 50),
        command=Path(shutil.which(shell, path=environment["PATH"]) or shell),
    )
    try:
        # Every picture takes its second or two; the first will do.
        is_endless = "--watch" in line or "screenshots" in line
        operator = Operator(terminal, account.api_key, is_endless=is_endless)
        code = operator.see_through()
        # 1: the account has something failed in it; 130: Ctrl+C ended what runs for ever.
        assert code in (0, 1, 130), f"{code}\n{terminal.text}\n{terminal.farewell}"
        assert "rcv3-tui: " not in terminal.farewell
        # The simulator's own key is made up, and printed to be exported.
        assert "simulator" in line or account.api_key not in terminal.raw.decode(errors="replace")
    finally:
        terminal.close()


@pytest.mark.parametrize("line", INSTALLING)
def test_an_installing_line_names_what_there_is(line: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in re.findall(r"\[(\w+)\]'", line):
        assert extra in project["optional-dependencies"]
    for file in re.findall(r"(?:-c|--constraint) (\S+/\S+)", line):
        assert (ROOT / file).is_file()
    # What the environment is made for is run by the other tests here, and by CI.
    programs = re.findall(r"&& \.venv/bin/([\w-]+)", line)
    assert programs == [] or programs[-1] in ("rcv3-tui", "python", "shiv")


def test_the_first_two_commands_are_the_demo_and_the_tests() -> None:
    first, second, *_ = of_readme()
    assert first.endswith(".venv/bin/rcv3-tui --demo")
    assert second.endswith(".venv/bin/python -m pytest")


def test_every_key_of_the_configuration_is_told() -> None:
    from rcv3_tui.config import PROFILE_KEYS

    told = set(re.findall(r"`(\w+)`", README))
    assert set(PROFILE_KEYS) <= told
    assert {"default_profile", "interval"} <= told


def test_the_configuration_of_the_readme_is_right(tmp_path: Path) -> None:
    from rcv3_tui.config import ConfigFile

    (block,) = re.findall(r"^```toml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert ConfigFile(tmp_path / "config.toml", block).default_profile == "acme"


def test_every_exit_code_is_told() -> None:
    from rcv3_tui.exit_codes import ExitCode

    table = README.partition("## Exit codes")[2].partition("\n## ")[0]
    codes = {int(each) for each in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert codes == {int(code) for code in ExitCode}


def test_every_check_of_doctor_is_in_the_troubleshooting_table() -> None:
    table = README.partition("## When something does not work")[2].partition("\n## ")[0]
    told = " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE))
    source = "".join(path.read_text() for path in (ROOT / "rcv3_tui" / "doctor").glob("*.py"))
    checks = set(re.findall(r'\b(?:ok|note|warn|fail)\(\s*"([a-z][a-z -]*)"', source))
    checks -= {"network", "unused", "keys"}
    assert {check for check in checks if check not in told} == set()
