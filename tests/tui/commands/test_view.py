"""Details, JSON, help, footer, messages."""

from __future__ import annotations

import pytest

from rcv3_tui.simulator import Account, Fault
from rcv3_tui.tui.commands.registry import COMMANDS
from tests.support.console import IPS, NARROW, NODES, POOLS, SERVERS, Opening

# -- filter -----------------------------------------------------------------------------------


async def test_enter_shows_everything_known_of_a_server(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("enter")
        text = console.screen_text()
        assert "Cloud server web-01" in text
        for words in ("192.0.2.10", "203.0.113.10", "RCv3-web-http", "general1-2"):
            assert words in text
        await console.press("escape")
        assert console.front == "ConsoleScreen"
        assert console.cursor(SERVERS) == "web-01"


async def test_details_stay_true_while_they_are_open(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("d")
        assert "ACTIVE" in console.screen_text()
        server = next(s for s in demo_account.region().servers.values() if s.name == "db-01")
        server.status = "ERROR"
        demo_account.region().touch_server(server)
        await console.advance(16)
        assert "ERROR" in console.screen_text()
        demo_account.delete_server(server.id)
        await console.advance(16)
        assert "This resource no longer exists" in console.screen_text()
        assert "db-01" in console.screen_text()


async def test_age_in_the_details_is_updated(opened: Opening, demo_account: Account) -> None:
    demo_account.add_public_ip(demo_account.add_server("new-01"), status="ADDING", age=10.0)
    async with opened() as console:
        await console.go(IPS, console.names(IPS)[-1])
        for name in console.names(IPS):
            await console.go(IPS, name)
            if "ADDING" in console.row(IPS, "new-01") and console.linked(SERVERS) == {"new-01"}:
                break
        await console.press("d")
        assert "in this status for" in console.screen_text()
        before = console.screen_text()
        await console.advance(3)
        assert console.screen_text() != before


async def test_y_shows_the_json_and_d_returns_to_the_details(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.10")
        await console.press("y")
        assert "JSON of Public IP 203.0.113.10" in console.screen_text()
        assert '"public_ip_v4": "203.0.113.10"' in console.screen_text()
        await console.press("d")
        assert "JSON of" not in console.screen_text()
        assert "Public IP 203.0.113.10" in console.screen_text()
        await console.press("y")
        assert "JSON of" in console.screen_text()
        await console.press("escape")
        assert console.front == "ConsoleScreen"


@pytest.mark.parametrize("key", ["1", "2", "3", "4"])
async def test_every_kind_of_row_has_details_and_json(opened: Opening, key: str) -> None:
    async with opened() as console:
        await console.press(key, "d")
        assert "region" in console.screen_text()
        await console.press("escape", "y")
        assert '"id"' in console.screen_text()


async def test_node_has_details_and_json(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-api")
        await console.press("enter", "d")
        assert "Pool node api-01" in console.screen_text()
        assert "RCv3-api" in console.screen_text()
        await console.press("escape", "y")
        assert '"cloud_server"' in console.screen_text()


async def test_details_without_a_row_open_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.press("5", "d", "enter")
        assert console.front == "ConsoleScreen"


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "5"])
async def test_help_lists_every_command_of_the_place_and_no_other(
    opened: Opening, key: str
) -> None:
    async with opened((120, 80)) as console:
        await console.press(key, "?")
        assert console.front == "HelpScreen"
        text = " ".join(console.screen_text().split())
        for command in COMMANDS.all:
            # A line of help may be wrapped: its first words are enough to know it by.
            words = " ".join(command.help.split()[:4])
            assert (words in text) == (console.screen.active in command.available_in), command.name
        await console.press("escape")
        assert console.front == "ConsoleScreen"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_footer_names_at_most_six_keys_and_the_one_for_more(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size) as console:
        for key in ("1", "2", "3", "enter", "4", "5"):
            await console.press(key)
            hints = [part for part in console.footer.split("  ") if part.strip()]
            assert hints[-1].strip() == "? more"
            assert len(hints) <= 7
            assert len(console.footer) <= size[0]


async def test_footer_names_only_what_works_in_the_pane(opened: Opening) -> None:
    async with opened() as console:
        assert "v assign" not in console.footer
        await console.press("2")
        assert "v assign" in console.footer
        await console.press("4")
        assert "remove" not in console.footer


async def test_unavailable_command_shows_a_message(opened: Opening) -> None:
    async with opened() as console:
        await console.press("v")
        assert "is not available here" in console.message
        await console.press("4", "a")
        assert "is not available here" in console.message
        assert console.changes() == []


async def test_error_stays_until_esc_and_remains_in_the_log(opened: Opening) -> None:
    async with opened() as console:
        await console.command("nonsense")
        assert ":nonsense" in console.message
        assert console.message.endswith(" Esc")
        await console.press("ctrl+r")
        assert ":nonsense" in console.message
        await console.press("escape")
        assert console.message == ""
        await console.press("p")
        assert "paused" in console.message
        await console.press("l")
        assert console.front == "LogScreen"
        for words in (":nonsense", "refreshing", "paused"):
            assert words in console.screen_text()


async def test_esc_dismisses_the_error_before_it_clears_the_filter(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter")
        await console.command("nonsense")
        await console.press("escape")
        assert len(console.names(SERVERS)) == 4
        await console.press("escape")
        assert len(console.names(SERVERS)) == 8


async def test_open_log_shows_new_messages(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.press("l")
        demo_account.faults.add(Fault.status(500, path="/public_ips$"))
        await console.advance(20)
        assert "partly live" in console.screen_text()


async def test_long_error_is_readable_in_the_log_at_80_columns(opened: Opening) -> None:
    async with opened(NARROW) as console:
        console.screen.show_message("x" * 100 + " the end", "failed")
        await console.press("l")
        assert "the end" in console.screen_text()


async def test_details_show_recorded_statuses_with_durations(opened: Opening) -> None:
    async with opened() as console:
        await console.advance(130)
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        await console.go(NODES, "web-04")
        await console.press("d")
        text = " ".join(console.screen_text().split())
        assert "SEEN" in text
        assert "ADDING about 2 min" in text
        assert "ACTIVE since" in text


async def test_details_start_with_findings_and_next_steps(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "batch-01")
        await console.press("d")
        text = " ".join(console.screen_text().split())
        assert "NEEDS ATTENTION" in text
        assert "no reason given by RackConnect" in text
        assert "Remove the failed public IP, then add one to batch-01 again." in text
