"""Terminals and services of a test's own, and what must be true of every one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.terminal.stranger import API_KEY, PASSWORD, REGION, TOKEN, USERNAME, Stranger
from tests.terminal.terminal import Terminal

WRONG_KEY = "badbadbad0badbadbad0badbadbad0ba"
"""An API key that no service takes; it must not be shown either."""

SIZES = ((80, 24), (120, 40))
"""A narrow terminal, which shows one pane, and a wide one, which shows three."""


SECRETS = (API_KEY, PASSWORD, WRONG_KEY)


class Opener(Protocol):
    def __call__(
        self,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        home: Path | None = None,
        umask: str = "022",
        borrowed: bool = False,
        stderr: Path | None = None,
    ) -> Terminal: ...


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """Run a service for one test."""
    service = Stranger()
    yield service
    service.stop()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Open terminals with the command in them; each has a home and says no secret.

    The home is a new one, unless an earlier terminal's is to be used again.
    """
    terminals: list[Terminal] = []

    def open_terminal(
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        home: Path | None = None,
        umask: str = "022",
        borrowed: bool = False,
        stderr: Path | None = None,
    ) -> Terminal:
        if home is None:
            home = tmp_path / f"home-{len(terminals)}"
            home.mkdir()
        plain = {
            "PATH": os.defpath,
            "HOME": str(home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            **{
                f"XDG_{name}_HOME": str(home / name.lower())
                for name in ("CONFIG", "STATE", "CACHE", "DATA")
            },
        }
        terminal = Terminal(
            arguments,
            environment=plain | dict(environment or {}),
            size=size,
            umask=umask,
            borrowed=borrowed,
            stderr=stderr,
        )
        terminals.append(terminal)
        return terminal

    yield open_terminal
    for terminal in terminals:
        terminal.close()
    for terminal in terminals:
        assert b"Traceback" not in terminal.raw
        assert_silent(terminal.raw, *SECRETS, TOKEN)
    for path in tmp_path.glob("home-*/**/*"):
        if path.is_file():
            text = path.read_bytes()
            assert_silent(text, *SECRETS)
            # A token may be kept for the next start, in the cache and for its owner alone.
            if TOKEN.encode() in text:
                assert "cache" in path.relative_to(tmp_path).parts
                assert path.stat().st_mode & 0o077 == 0


class Console(Protocol):
    def __call__(
        self,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        home: Path | None = None,
        borrowed: bool = False,
    ) -> Terminal: ...


@pytest.fixture
def console(opened: Opener, stranger: Stranger) -> Console:
    """Open the console on the stranger's account, told by the environment alone."""

    def open_console(
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        home: Path | None = None,
        borrowed: bool = False,
    ) -> Terminal:
        return opened(
            *arguments,
            size=size,
            environment=account_of(stranger),
            home=home,
            borrowed=borrowed,
        )

    return open_console


def state_of(terminal: Terminal) -> Path:
    """Give the directory that a command keeps its journal and its log in."""
    return terminal.home / "state" / "rcv3-tui"


def journal_of(terminal: Terminal) -> list[dict[str, Any]]:
    """Read a command's journal; every line of it must be whole."""
    path = state_of(terminal) / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def states_in(terminal: Terminal) -> list[str]:
    """Give the states that stand in a command's journal."""
    return [entry["state"] for entry in journal_of(terminal)]


def at_once(play: Callable[[Terminal], object], terminals: Sequence[Terminal]) -> None:
    """Play the same on several terminals at the same time: most of it is waiting."""
    with ThreadPoolExecutor(len(terminals)) as hands:
        list(hands.map(play, terminals))


def account_of(stranger: Stranger) -> dict[str, str]:
    """Give the environment that tells the console whose account, and nothing else."""
    return {
        "RCV3_IDENTITY_URL": stranger.identity_url,
        "RCV3_USERNAME": USERNAME,
        "RCV3_API_KEY": API_KEY,
        "RCV3_REGION": REGION,
    }


def leave(terminal: Terminal) -> None:
    """Quit, and look at what is left behind."""
    terminal.press("q")
    assert terminal.wait_end() == 0
    assert_restored(terminal)
    assert terminal.farewell == ""


def assert_silent(text: bytes, *secrets: str) -> None:
    """No secret stands in a text."""
    for secret in secrets:
        assert secret.encode() not in text


def assert_restored(terminal: Terminal) -> None:
    """The terminal is as it was before the console."""
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h") >= 0
    assert terminal.left_on == []
    assert terminal.is_restored
