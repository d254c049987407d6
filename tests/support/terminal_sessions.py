"""Opens terminals with the command, and checks each of them at the end of a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from tests.support.independent_server import (
    API_KEY,
    PASSWORD,
    REGION,
    TOKEN,
    USERNAME,
    IndependentServer,
)
from tests.support.running import plain_environment
from tests.support.terminal import TIMEOUT, Terminal

WRONG_KEY = "badbadbad0badbadbad0badbadbad0ba"
"""An API key that no service accepts; it must not be shown anywhere."""

SIZES = ((80, 24), (120, 40))
"""A narrow terminal, which shows one pane, and a wide one, which shows three."""

OPEN = frozenset({"planned", "sent", "accepted"})
"""The states in the journal of operations that are not over."""

SECRETS = (API_KEY, PASSWORD, WRONG_KEY)


class OpenTerminal(Protocol):
    """Opens a terminal that runs the command."""

    def __call__(
        self,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        home: Path | None = None,
        umask: str = "022",
        controlling: bool = True,
        answers: bool = True,
        stderr: Path | None = None,
    ) -> Terminal:
        """Open a terminal; the arguments are those of `Terminal`. The default is a new home."""


class OpenConsole(Protocol):
    """Opens a terminal that runs the console, on the account of the test's server."""

    def __call__(
        self,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        home: Path | None = None,
        controlling: bool = True,
        answers: bool = True,
    ) -> Terminal:
        """Open a terminal; the arguments are those of `Terminal`."""


class TerminalSessions:
    """The terminals of a test or of a module.

    Args:
        directory: The directory of the homes.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._terminals: list[Terminal] = []

    def open(
        self,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        home: Path | None = None,
        umask: str = "022",
        controlling: bool = True,
        answers: bool = True,
        stderr: Path | None = None,
    ) -> Terminal:
        """Open a terminal, in the home of an earlier one or in a new home."""
        if home is None:
            home = self._directory / f"home-{len(self._terminals)}"
            home.mkdir()
        terminal = Terminal(
            arguments,
            environment=plain_environment(home) | dict(environment or {}),
            size=size,
            umask=umask,
            controlling=controlling,
            answers=answers,
            stderr=stderr,
        )
        self._terminals.append(terminal)
        return terminal

    def close(self) -> None:
        """Stop all commands, and check that none crashed and that no secret was written."""
        for terminal in self._terminals:
            terminal.close()
        for terminal in self._terminals:
            assert b"Traceback" not in terminal.raw
            assert_no_secrets(terminal.raw, *SECRETS, TOKEN)
        for path in self._directory.glob("home-*/**/*"):
            if path.is_file():
                text = path.read_bytes()
                assert_no_secrets(text, *SECRETS)
                # A token may be cached for the next start, readable only by its owner.
                if TOKEN.encode() in text:
                    assert "cache" in path.relative_to(self._directory).parts
                    assert path.stat().st_mode & 0o077 == 0


def account_environment(backend: IndependentServer) -> dict[str, str]:
    """Return an environment with the account and nothing else."""
    return {
        "RCV3_IDENTITY_URL": backend.identity_url,
        "RCV3_USERNAME": USERNAME,
        "RCV3_API_KEY": API_KEY,
        "RCV3_REGION": REGION,
    }


def in_parallel(play: Callable[[Terminal], object], terminals: Sequence[Terminal]) -> None:
    """Run a function on several terminals at the same time."""
    with ThreadPoolExecutor(len(terminals)) as threads:
        list(threads.map(play, terminals))


def quit_console(terminal: Terminal) -> None:
    """Quit once no operation is open, and check that the terminal is restored and empty."""
    # With an open operation the console would ask first.
    terminal.wait_for(lambda: not has_open_operations(terminal))
    terminal.press("q")
    # The journal may have the outcome a moment before the console shows it.
    terminal.wait_for(lambda: terminal.has_ended or "all operations have ended" in terminal.text)
    if not terminal.has_ended:
        terminal.wait_dialog("all operations have ended")
        terminal.press("q")
    assert terminal.wait_end() == 0
    assert_restored(terminal)
    assert terminal.final_output == ""


def add_public_ip(terminal: Terminal, *keys: str) -> None:
    """Press keys and `a`, and approve the question of the addition.

    Args:
        terminal: The terminal.
        keys: The keys that lead to the server.
    """
    terminal.press(*keys, "a")
    for _ in range(3):
        if terminal.is_soon("Enter to add"):
            break
        # A busy console reads it together with the key before it and asks for it again; the outcome
        # of an operation may replace that message. In the dialog, the key does nothing.
        terminal.press("a")
    terminal.wait_dialog("Enter to add")
    terminal.press("enter")


def confirm(terminal: Terminal, phrase: str = "") -> None:
    """Confirm the removal dialog that is opening.

    Args:
        terminal: The terminal.
        phrase: The text that the dialog requires, if any.
    """
    terminal.wait_dialog("Cancel")
    if phrase:
        terminal.type(phrase)
        if not terminal.is_soon("matches"):
            # On a busy machine, the dialog treated it as type-ahead.
            terminal.press("ctrl+u")
            terminal.type(phrase)
            terminal.wait_for("matches")
    terminal.press("tab", "enter")


# What a command leaves -----------------------------------------------------------------------


def state_directory(terminal: Terminal) -> Path:
    """Return the directory of a command's journal and log."""
    return terminal.home / "state" / "rcv3-tui"


def read_journal(terminal: Terminal) -> list[dict[str, Any]]:
    """Return a command's journal; every line must be complete."""
    path = state_directory(terminal) / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def journal_states(terminal: Terminal) -> list[str]:
    """Return the states in a command's journal, oldest first."""
    return [entry["state"] for entry in read_journal(terminal)]


def has_open_operations(terminal: Terminal) -> bool:
    """Return whether the journal has operations that are not over."""
    path = state_directory(terminal) / "journal.jsonl"
    last: dict[str, str] = {}
    for line in path.read_text().splitlines() if path.is_file() else []:
        with suppress(ValueError):  # a line that a test truncated
            entry = json.loads(line)
            last[entry["operation"]] = entry["state"]
    return not OPEN.isdisjoint(last.values())


def wait_settled(terminal: Terminal, operations: int = 1, timeout: float = TIMEOUT) -> None:
    """Wait until a number of operations are settled; until then their resources are locked."""
    terminal.wait_for(lambda: journal_states(terminal).count("settled") == operations, timeout)


def assert_no_secrets(text: bytes, *secrets: str) -> None:
    """Check that a text contains no secret."""
    for secret in secrets:
        assert secret.encode() not in text


def assert_restored(terminal: Terminal) -> None:
    """Check that the terminal is as it was before the console."""
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h") >= 0
    assert terminal.modes_left_on == []
    assert terminal.is_restored
