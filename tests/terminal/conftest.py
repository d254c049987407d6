"""Fixtures: terminals and servers for one test or for a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.independent_server import IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    OpenTerminal,
    TerminalSessions,
    account_environment,
)


@pytest.fixture
def backend() -> Iterator[IndependentServer]:
    """Run a server for one test."""
    server = IndependentServer()
    yield server
    server.stop()


@pytest.fixture
def open_terminal(tmp_path: Path) -> Iterator[OpenTerminal]:
    """Open terminals that run the command, each with a home; none may write a secret."""
    sessions = TerminalSessions(tmp_path)
    yield sessions.open
    sessions.close()


@pytest.fixture(scope="module")
def shared_sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalSessions]:
    """Open terminals that all tests of a module share."""
    sessions = TerminalSessions(tmp_path_factory.mktemp("shared"))
    yield sessions
    sessions.close()


@pytest.fixture
def open_console(open_terminal: OpenTerminal, backend: IndependentServer) -> OpenConsole:
    """Open the console on the backend's account, with only the environment set."""

    def open_console(
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        home: Path | None = None,
        controlling: bool = True,
        answers: bool = True,
    ) -> Terminal:
        return open_terminal(
            *arguments,
            size=size,
            environment=account_environment(backend),
            home=home,
            controlling=controlling,
            answers=answers,
        )

    return open_console
