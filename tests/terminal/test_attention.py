"""The first screen shows problems and what to do about them, before any key."""

from __future__ import annotations

import pytest

from tests.support.terminal_sessions import SIZES, OpenTerminal, quit_console

IN_TROUBLE = {
    "update-failed": "change again",
    "failed-detail": "remove, add again",
    "failed-plain": "remove, add again",
    "remove-failed": "remove again",
    "renamed in pool one-active-node": "remove again",
    "web-02 in pool one-active-node": "remove, add again",
    "broken-01": "take out of pool",
    "pool no-node": "add servers",
    "203.0.113.10": "ask Support",
    "stuck-adding": "ask Support",
    "of ghost-01": "remove it",
    "ghost-01 in pool healthy": "remove the node",
    "pool one-active-node": "add a server",
    "of access-differs": "see which is right",
    "203.0.113.12": "assign or remove",
    "no-network": "attach a network",
}


@pytest.mark.parametrize(
    "size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.slow)], ids=str
)
def test_first_screen_names_each_problem_and_leads_to_its_cause(
    open_terminal: OpenTerminal, size: tuple[int, int]
) -> None:
    terminal = open_terminal("--demo", "trouble", size=size)
    terminal.wait_for("! 17 need attention")
    terminal.wait_for("1-17/17")
    for subject, todo in IN_TROUBLE.items():
        assert any(subject in line and todo in line for line in terminal.lines), subject
    terminal.press("!")
    terminal.wait_for("! needs attention")
    terminal.wait_gone("just-built")
    for name in ("broken-01", "failed-plain", "stuck-adding", "no-network"):
        terminal.wait_row(name, "120d" if name not in ("broken-01", "no-network") else "")

    terminal.press("escape", "0", "j", "d")
    terminal.wait_for("NEEDS ATTENTION")
    terminal.wait_for("Unable to communicate with network device")
    terminal.wait_for("Remove the failed public IP, then add one to")
    terminal.press("escape", "0")
    terminal.wait_for("WHAT TO DO")
    terminal.press("escape")
    quit_console(terminal)


def test_account_without_problems_prints_one_line(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal("--demo", "large")
    terminal.wait_for("nothing needs attention", timeout=30.0)
    assert "Needs attention" not in terminal.text
    quit_console(terminal)
