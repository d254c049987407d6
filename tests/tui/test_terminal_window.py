"""Notifications of long operations while the terminal has no focus."""

from __future__ import annotations

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver

from rcv3_tui.settings import NotifyMethod
from rcv3_tui.simulator import Account
from tests.support.console import SERVERS, Opening


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is written to the terminal besides the screen."""
    texts: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda self, data: texts.append(data))
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("TMUX", "STY", "TEXTUAL_DRIVER"):
        monkeypatch.delenv(name, raising=False)
    return texts


def notifications(written: list[str]) -> list[str]:
    # Textual writes the shape of the mouse pointer (OSC 22).
    return [text for text in written if "\x07" in text and "]22;" not in text]


@pytest.mark.parametrize(
    ("seconds", "has_focus", "expected"),
    [(45.0, False, 1), (45.0, True, 0), (5.0, False, 0)],
    ids=["long-and-away", "long-and-here", "short-and-away"],
)
async def test_bell_rings_at_the_end_of_a_long_operation_while_the_operator_is_elsewhere(
    opened: Opening,
    demo_account: Account,
    written: list[str],
    seconds: float,
    has_focus: bool,
    expected: int,
) -> None:
    demo_account.adding_seconds = seconds
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        if not has_focus:
            console.app.post_message(events.AppBlur())
        await console.advance(seconds + 30)
        assert any("db-01" in text and "ACTIVE" in text for text in console.message_texts)
        assert len(notifications(written)) == expected


async def test_several_operations_at_once_end_with_one_notification(
    opened: Opening, demo_account: Account, written: list[str]
) -> None:
    demo_account.adding_seconds = 45.0
    async with opened(notify=NotifyMethod.OSC9) as console:
        await console.mark(SERVERS, "db-01", "api-02")
        await console.add()
        console.app.post_message(events.AppBlur())
        await console.advance(120)
        assert notifications(written) == ["\x1b]9;rcv3-tui: add public IP x 2: 0 failed\x07"]


@pytest.mark.parametrize(
    ("notify", "plain"), [(NotifyMethod.OFF, False), (NotifyMethod.BELL, True)]
)
async def test_notification_is_off_by_setting_and_for_a_screen_reader(
    opened: Opening, demo_account: Account, written: list[str], notify: NotifyMethod, plain: bool
) -> None:
    demo_account.adding_seconds = 45.0
    async with opened(notify=notify, plain=plain, ascii=plain) as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        console.app.post_message(events.AppBlur())
        await console.advance(90)
        assert any("db-01" in text and "ACTIVE" in text for text in console.message_texts)
        assert notifications(written) == []
