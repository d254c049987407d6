"""A small app to open dialogs in, and a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import ClassVar, Protocol, TypeVar

import pytest
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from rcv3_tui.tui.screens.dialog import Dialog
from rcv3_tui.tui.screens.help import HelpScreen
from rcv3_tui.tui.screens.login import LoginScreen
from rcv3_tui.tui.screens.pager import PagerScreen

ResultT = TypeVar("ResultT")

OPENED = 100.0
"""When every dialog of these tests is first painted."""


class AnyKey:
    """A guard that takes every key: for tests of what keys do."""

    hurried = False

    def __init__(self, opened_at: float) -> None:
        self.opened_at = opened_at

    def accepts(self, key_time: float) -> bool:
        return True


class DialogHarness(App[None]):
    """An app with bindings that must not fire under a dialog."""

    CSS = "Screen { overflow: hidden; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "reach('q')"),
        Binding("1", "reach('1')"),
        Binding("enter", "reach('enter')"),
        Binding("ctrl+d", "reach('ctrl+d')", priority=True),
        Binding("ctrl+q", "reach('ctrl+q')", priority=True),
        Binding("ctrl+c", "reach('ctrl+c')", priority=True),
        Binding("tab", "reach('tab')", priority=True),
        Binding("space", "reach('space')", priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.reached: list[str] = []
        self.answers: list[object] = []
        self.posted: list[object] = []

    def compose(self) -> ComposeResult:
        yield Static("\n".join("underneath " * 12 for _ in range(60)), id="under")

    def action_reach(self, key: str) -> None:
        self.reached.append(key)

    @on(Dialog.KeysRequested)
    def show_keys(self, message: Dialog.KeysRequested) -> None:
        self.push_screen(HelpScreen([("", message.rows)], ascii_only=message.ascii_only))

    def on_pager_screen_wanted(self, message: PagerScreen.Wanted) -> None:
        self.posted.append(message)

    def on_login_screen_submitted(self, message: LoginScreen.Submitted) -> None:
        self.posted.append(message)

    def on_login_screen_passcode_entered(self, message: LoginScreen.PasscodeEntered) -> None:
        self.posted.append(message)

    def on_login_screen_abandoned(self, message: LoginScreen.Abandoned) -> None:
        self.posted.append(message)

    def text(self) -> str:
        """What is on the screen, as text."""
        return "\n".join(
            "".join(segment.text for segment in strip)
            for strip in self.screen._compositor.render_strips()
        )

    def at(self, seconds: float, key: str, character: str | None = None) -> None:
        """Post a key that was pressed so many seconds after the first paint."""
        event = events.Key(key, character)
        event.time = OPENED + seconds
        self.post_message(event)


class Opened:
    """A dialog that is open in the app."""

    def __init__(self, harness: DialogHarness, pilot: Pilot[None]) -> None:
        self.harness = harness
        self.pilot = pilot

    @property
    def answers(self) -> list[object]:
        return self.harness.answers

    @property
    def text(self) -> str:
        return self.harness.text()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*("space" if letter == " " else letter for letter in text))

    async def at(self, seconds: float, key: str, character: str | None = None) -> None:
        self.harness.at(seconds, key, character)
        await self.pilot.pause()


class Opener(Protocol):
    def __call__(
        self, screen: Screen[ResultT], size: tuple[int, int] = (80, 24)
    ) -> AbstractAsyncContextManager[Opened]: ...


@pytest.fixture
def open_screen() -> Opener:
    """Open a dialog over a small app."""

    @asynccontextmanager
    async def open_screen(
        screen: Screen[ResultT], size: tuple[int, int] = (80, 24)
    ) -> AsyncIterator[Opened]:
        harness = DialogHarness()
        async with harness.run_test(size=size) as pilot:
            harness.push_screen(screen, harness.answers.append)
            await pilot.pause()
            await pilot.pause()
            yield Opened(harness, pilot)

    return open_screen


@pytest.fixture
def any_key() -> Callable[[float], AnyKey]:
    """Return a guard that accepts every key."""
    return AnyKey


@pytest.fixture
def at_opening() -> Callable[[], float]:
    """Return a clock that is stopped at the time of the first paint."""
    return lambda: OPENED
