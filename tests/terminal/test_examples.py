"""Every example of the documents and of `--help` is accepted, and runs as it is written."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from rcv3_tui.cli.dispatch import parse_command_line
from rcv3_tui.cli.introspect import describe
from rcv3_tui.simulator import Account, build_scenario, create_app
from rcv3_tui.simulator.serve import running_server
from tests.support.running import plain_environment
from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TIMEOUT = 60.0
USERNAME = "acme-ops"


def of_documents() -> Iterator[str]:
    """Yield the lines of all shell blocks, without their comments; a block with exports whole."""
    text = "".join(page.read_text() for page in PAGES)
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        lines = [re.sub(r"\s{2,}#.*$", "", line) for line in block.splitlines()]
        if any(line.startswith("export ") for line in lines):
            yield "; ".join(lines)
        else:
            yield from lines


def of_help() -> Iterator[str]:
    """Yield the example lines of every `--help`, without what they are for."""
    for command in describe():
        # A line that ends with a backslash continues on the next.
        for line in re.sub(r"\\\n\s*", "", command.epilog).splitlines():
            if re.match(r"  (?:rcv3-tui|pass|eval) ", line):
                yield re.split(r"\s{2,}", line.strip())[0]


EXAMPLES = tuple(dict.fromkeys((*of_documents(), *of_help())))

CRITICAL = 2
"""The exit code of a Nagios plugin, for an account with a failed resource."""

NOTES = re.compile(r"rcv3-tui: (?:\w+: there is no earlier reading to compare with|as of )")
"""What the first `status changes` of an account says on stderr, besides errors."""

INSTALL_LINES = tuple(line for line in EXAMPLES if re.match(r"python3 -m venv|pipx|uv", line))


# Accounts and homes ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def account() -> Account:
    made = build_scenario("small", regions=("IAD", "DFW"))
    made.username = USERNAME
    # The examples together send more requests than the limit allows.
    made.limit_per_minute = None
    return made


@pytest.fixture(scope="module")
def identity_url(account: Account) -> Iterator[str]:
    with ExitStack() as stack:
        yield f"{stack.enter_context(running_server(create_app(account)))}/v2.0"


@pytest.fixture
def environment(account: Account, identity_url: str, tmp_path: Path) -> dict[str, str]:
    """Return an environment with a profile, a `pass` that prints the key, and the account."""
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
    """Answers the prompts of an example, and ends the console."""

    def __init__(self, terminal: Terminal, account: Account, *, is_endless: bool) -> None:
        self._terminal = terminal
        self._key = account.api_key
        self._token = account.new_token().id
        self._is_endless = is_endless
        self._answered: list[str] = []

    def run(self) -> int:
        """Continue until the command has exited, and return its exit code."""
        self._terminal.wait_for(self._is_over, TIMEOUT)
        return self._terminal.wait_end(TIMEOUT)

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
            ("API key (hidden)", self._key),
            ("tenant: the account's number", ""),
            ("token (hidden)", self._token),
            ("with (key", ""),
            ("regions to show", ""),
            ("save as profile", "beta"),
            ("make it the default", ""),
            ("save the API key in", ""),
            ("save the token in", ""),
        ):
            if last.startswith(question):
                self._once(question, partial(self._terminal.type, f"{answer}\n"))
                return

    def _once(self, what: str, act: Callable[[], None]) -> None:
        if what not in self._answered:
            self._answered.append(what)
            act()


RUN = [each for each in EXAMPLES if each not in INSTALL_LINES]


def commands_in(line: str) -> Iterator[list[str]]:
    """Yield the arguments of each `rcv3-tui` in a line of a shell."""
    for part in re.split(r"&&|\|\||[|;<>]|\$\(|\)", line):
        words = shlex.split(part.replace('"', "") if part.count('"') % 2 else part)
        while words and re.match(r"\w+=|eval$|\.venv/bin/", words[0]):
            if words[0].endswith("/rcv3-tui"):
                words[0] = "rcv3-tui"
                break
            words = words[1:]
        if words and words[0] == "rcv3-tui":
            yield words[1:]


def test_every_example_is_accepted_by_the_command_line() -> None:
    for line in RUN:
        commands = list(commands_in(line))
        assert commands or "rcv3-tui" not in line, line
        for words in commands:
            parse_command_line(words)


@pytest.mark.slow
@pytest.mark.parametrize("line", RUN)
def test_example_runs_as_written(
    line: str, environment: dict[str, str], account: Account, tmp_path: Path
) -> None:
    shell = "bash"
    if "completion zsh" in line or "completion fish" in line:
        shell = "zsh" if "zsh" in line else "fish"
    needed = {shell} | {"jq", "man", "curl"} & set(line.split())
    for program in needed:
        if shutil.which(program, path=environment["PATH"]) is None:
            pytest.skip(f"there is no {program} here")
    if "simulator" in line:
        # The port may be in use on this machine.
        line = re.sub(r" --port \d+", "", line) + " --port 0"
    region_url = f"{environment['RCV3_IDENTITY_URL'].removesuffix('/v2.0')}/iad/rackconnect"
    pools_url = f"{region_url}/v3/{account.tenant_id}/load_balancer_pools"
    line = re.sub(r"(curl .*) URL$", rf"\1 {pools_url}", line)
    line = line.replace("your-user", USERNAME).replace("your-key", account.api_key)
    line = line.replace(".venv/bin/", "")
    if shell == "zsh":
        line = f"autoload -U compinit; compinit -u -D; {line}"
    if "login" in line:
        (Path(environment["HOME"]) / "config" / "rcv3-tui" / "config.toml").unlink()
    if "--identity-url uk" in line:
        # It would send credentials to the real service.
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
        operator = Operator(terminal, account, is_endless="--watch" in line)
        code = operator.run()
        # 1: the account has a failed resource; 130: Ctrl+C stopped an endless command.
        expected = (CRITICAL,) if "-f nagios" in line else (0, 1, 130)
        assert code in expected, f"{code}\n{terminal.text}\n{terminal.final_output}"
        assert "rcv3-tui: " not in NOTES.sub("", terminal.final_output)
        if pools_url in line:
            assert '"virtual_ip"' in terminal.final_output
        # The simulator prints its own key, to be exported.
        assert "simulator" in line or account.api_key not in terminal.raw.decode(errors="replace")
    finally:
        terminal.close()


@pytest.mark.parametrize("line", INSTALL_LINES)
def test_installing_line_names_existing_files(line: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in re.findall(r"\[(\w+)\]'", line):
        assert extra in project["optional-dependencies"]
    for file in re.findall(r"(?:-c|--constraint) (\S+/\S+)", line):
        assert (ROOT / file).is_file()
    # The command that follows is run by other tests, and by CI.
    programs = re.findall(r"&& \.venv/bin/([\w-]+)", line)
    assert programs == [] or programs[-1] in ("rcv3-tui", "python", "shiv")


def test_first_two_examples_are_the_demo_and_the_tests() -> None:
    first, second, *_ = of_documents()
    assert first.endswith(".venv/bin/rcv3-tui --demo")
    assert second.endswith(".venv/bin/python -m pytest")
