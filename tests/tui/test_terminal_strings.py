"""Escape sequences that carry a text: what ends up in them, and how they pass a multiplexer."""

from __future__ import annotations

import pytest

from rcv3_tui.settings import NotifyMethod
from rcv3_tui.tui.terminal_strings import notification_sequence, title_sequence

HOSTILE = "web\x07\x1b]0;owned\x1b\\\x9c\u202e"


def test_title_holds_no_control_character_of_a_name() -> None:
    sequence = title_sequence(HOSTILE)
    assert sequence.startswith("\x1b]2;")
    assert sequence.endswith("\x07")
    assert sequence[4:-1].isprintable()


def test_title_is_ascii_where_the_terminal_is_not_utf8() -> None:
    assert title_sequence("caf\u00e9", ascii_only=True) == "\x1b]2;caf\\xe9\x07"


def test_title_has_a_limit() -> None:
    assert len(title_sequence("x" * 1000)) < 200


@pytest.mark.parametrize("method", [NotifyMethod.OSC9, NotifyMethod.OSC777])
def test_notification_holds_no_control_character_of_a_name(method: NotifyMethod) -> None:
    sequence = notification_sequence(method, HOSTILE, {})
    assert sequence.endswith("\x07")
    assert sequence[2:-1].isprintable()


@pytest.mark.parametrize(
    ("method", "environment", "expected"),
    [
        (NotifyMethod.OFF, {}, ""),
        (NotifyMethod.BELL, {"TMUX": "x"}, "\x07"),
        (NotifyMethod.OSC9, {}, "\x1b]9;rcv3-tui: done\x07"),
        (NotifyMethod.OSC777, {}, "\x1b]777;notify;rcv3-tui;done\x07"),
        (NotifyMethod.OSC9, {"TMUX": "x"}, "\x1bPtmux;\x1b\x1b]9;rcv3-tui: done\x07\x1b\\"),
        (NotifyMethod.OSC9, {"STY": "x"}, "\x1bP\x1b]9;rcv3-tui: done\x07\x1b\\"),
    ],
)
def test_notification_is_spelled_for_the_terminal_and_its_multiplexer(
    method: NotifyMethod, environment: dict[str, str], expected: str
) -> None:
    assert notification_sequence(method, "done", environment) == expected
