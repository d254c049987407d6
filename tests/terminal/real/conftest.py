"""Fixtures of the real terminals: short directories, scripts, and rows of the table."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.alternate_screen import AlternateScreen
from tests.support.real_scenario import SIZE, start
from tests.support.real_session import ConsoleScript
from tests.support.real_table import AddRow, OpenOuter, Row, as_property
from tests.support.running import plain_environment
from tests.support.terminal import Terminal


@pytest.fixture
def short() -> Iterator[Path]:
    """Return a new directory with a path short enough for sockets."""
    directory = Path(tempfile.mkdtemp(prefix="real-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def environment(short: Path) -> dict[str, str]:
    """Return an environment with a home of the test."""
    home = short / "home"
    home.mkdir()
    return plain_environment(home) | {"SHELL": "/bin/sh"}


@pytest.fixture
def script(short: Path, environment: Mapping[str, str]) -> Iterator[ConsoleScript]:
    """Return a script that runs the console on the simulated account."""
    script = ConsoleScript(short, environment)
    yield script
    # After a failed test, a multiplexer would keep it running.
    script.hang_up()


@pytest.fixture
def open_outer(environment: Mapping[str, str]) -> Iterator[OpenOuter]:
    """Open terminals with a program that runs the console."""
    with ExitStack() as opened:

        def open_outer(
            words: Sequence[str],
            *,
            answers: bool,
            more: Mapping[str, str] | None = None,
        ) -> Terminal:
            terminal = Terminal(
                words[1:],
                environment=dict(environment) | dict(more or {}),
                size=SIZE,
                answers=answers,
                command=Path(words[0]),
                screen=AlternateScreen,
            )
            opened.callback(terminal.close)
            return terminal

        yield open_outer


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the pane of servers on a terminal without anything in between."""
    home = tmp_path_factory.mktemp("plain")
    terminal = Terminal(["--demo"], environment=plain_environment(home), size=SIZE)
    try:
        return start(terminal)
    finally:
        terminal.close()


@pytest.fixture
def add_row(record_property: Callable[[str, object], None]) -> AddRow:
    """Add a row to the table in docs/terminals.md."""

    def keep(row: Row) -> None:
        record_property(*as_property(row))

    return keep
