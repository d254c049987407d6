"""Read-only, protected, paused, stale; and the command line."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.tui.commands.registry import COMMANDS
from tests.support.console import IPS, NETWORKS, NODES, OPS, POOLS, SERVERS, Opening, settings_for

# -- read-only --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pane", "key"),
    [
        ("1", "a"),
        ("1", "ctrl+d"),
        ("1", "t"),
        ("2", "a"),
        ("2", "ctrl+d"),
        ("2", "delete"),
        ("2", "t"),
        ("2", "v"),
        ("3", "a"),
        ("3", "ctrl+d"),
    ],
)
async def test_read_only_mode_rejects_every_change_with_a_message(
    opened: Opening, pane: str, key: str
) -> None:
    async with opened(read_only=True) as console:
        assert "READ-ONLY" in console.header
        await console.press(pane, key)
        assert console.front == "ConsoleScreen"
        assert "read-only mode: changes are disabled" in console.message
        await console.advance(5)
        assert console.changes() == []


@pytest.mark.parametrize("key", ["a", "ctrl+d"])
async def test_read_only_holds_for_nodes_too(opened: Opening, key: str) -> None:
    async with opened(read_only=True) as console:
        await console.go(POOLS, "RCv3-api")
        await console.press("enter", key)
        assert console.screen.active is NODES
        assert "read-only mode" in console.message
        assert console.changes() == []


async def test_readonly_on_and_off_by_command(opened: Opening) -> None:
    async with opened() as console:
        assert "READ-ONLY" not in console.header
        await console.command("readonly on")
        assert "READ-ONLY" in console.header
        await console.go(SERVERS, "db-01")
        await console.add()
        assert console.changes() == []
        await console.command("readonly off")
        assert "READ-ONLY" not in console.header
        await console.add()
        assert console.changes() == ["POST public_ips"]
        await console.command("readonly maybe")
        assert ":readonly takes on or off" in console.message


async def test_read_only_that_is_switched_on_under_a_dialog_holds(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        await console.write("203.0.113.11")
        console.app.worker.read_only = True
        await console.press("tab", "enter")
        assert console.changes() == []
        assert "read-only" in console.message


async def test_protected_profile_opens_read_only_and_asks_for_names(opened: Opening) -> None:
    async with opened(protected=True) as console:
        assert "PROTECTED" in console.header
        assert "READ-ONLY" in console.header
        await console.command("readonly off")
        assert "READ-ONLY" not in console.header
        assert "PROTECTED" in console.header
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "ctrl+d", "tab", "enter")
        assert console.front == "ConsoleScreen"
        assert console.changes() == []


# -- pausing ----------------------------------------------------------------------------------


async def test_p_pauses_and_resumes_refreshing(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.press("p")
        assert "paused" in console.header
        assert "refreshing is paused" in console.message
        before = len(demo_account.requests)
        demo_account.add_server("new-01")
        await console.advance(40)
        assert len(demo_account.requests) == before
        assert "new-01" not in console.names(SERVERS)
        await console.press("p")
        await console.advance(2)
        assert "new-01" in console.names(SERVERS)
        assert "paused" not in console.header


async def test_ctrl_r_reads_once_while_paused(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.press("p")
        demo_account.add_server("new-01")
        await console.press("ctrl+r")
        assert "new-01" in console.names(SERVERS)
        assert "paused" in console.header


async def test_paused_refresh_still_tracks_operations(opened: Opening) -> None:
    async with opened() as console:
        await console.press("p")
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(15)
        assert "203.0.113." in console.row(SERVERS, "db-01")


# -- stale ------------------------------------------------------------------------------------


async def test_broken_connection_shows_age_and_cause_and_recovers(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        demo_account.faults.add(Fault.drop())
        await console.advance(45)
        assert "stale" in console.header
        assert " 4" in console.header.split("stale")[1][:4]
        assert len(console.names(SERVERS)) == 8
        assert any(text.startswith("IAD is stale: ") for text in console.message_texts)
        demo_account.faults.clear()
        await console.advance(30)
        assert "stale" not in console.header
        assert "live" in console.header
        assert "IAD is live again" in console.message_texts


async def test_broken_connection_is_reported_once(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        demo_account.faults.add(Fault.drop())
        await console.advance(120)
        assert sum(text.startswith("IAD is") for text in console.message_texts) == 1


async def test_details_can_be_read_while_the_line_is_broken(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        demo_account.faults.add(Fault.drop())
        await console.advance(45)
        await console.press("d")
        assert "Cloud server api-01" in console.screen_text()


# -- the command line -------------------------------------------------------------------------


async def test_commands_go_to_the_panes(opened: Opening) -> None:
    async with opened() as console:
        for word, kind in (
            ("ips", IPS),
            ("pools", POOLS),
            ("networks", NETWORKS),
            ("ops", OPS),
            ("servers", SERVERS),
        ):
            await console.command(word)
            assert console.screen.active is kind
            assert console.app.focused is console.table(kind)


async def test_every_word_of_the_command_line_is_known(opened: Opening) -> None:
    async with opened() as console:
        for word in sorted(COMMANDS.by_word.keys() - {"q", "q!", "quit"}):
            await console.command(word)
            assert not any("there is no command" in text for text in console.message_texts), word
            if console.front != "ConsoleScreen":
                await console.press("escape")


async def test_unknown_command_names_the_nearest(opened: Opening) -> None:
    async with opened() as console:
        await console.command("sevrers")
        assert "there is no command :sevrers; did you mean :servers?" in console.message


async def test_incomplete_command_runs_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":", "enter")
        assert console.message == ""
        await console.press(":")
        await console.write("pools")
        await console.press("escape")
        assert console.screen.active is SERVERS
        assert console.app.focused is console.table(SERVERS)


async def test_keys_go_into_the_command_line_while_it_is_open(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write("2aq")
        assert console.screen.active is SERVERS
        assert console.changes() == []
        assert console.app.is_running


async def test_interval_is_set_within_its_bounds(opened: Opening) -> None:
    async with opened() as console:
        await console.command("interval 30")
        assert "refreshing every 30 s" in console.message
        for wrong in ("interval", "interval 0", "interval often", "interval nan", "interval inf"):
            await console.command(wrong)
            assert ":interval takes 1 to 3600 seconds" in console.message
            await console.press("escape")
        assert console.app.worker.settings.refresh_interval == 30.0


async def test_known_theme_is_set_and_unknown_one_rejected(opened: Opening) -> None:
    async with opened() as console:
        await console.command("theme nord")
        assert console.app.theme == "nord"
        await console.command("theme nonsense")
        assert 'there is no theme "nonsense"; there are ' in console.message
        await console.command("theme norrd")
        assert 'did you mean "nord"?' in console.message
        assert console.app.theme == "nord"


async def test_theme_of_the_settings_is_used(opened: Opening) -> None:
    async with opened(theme="gruvbox") as console:
        assert console.app.theme == "gruvbox"


async def test_keys_can_be_remapped(opened: Opening) -> None:
    async with opened(keys={"add": "ctrl+n", "pools": "ctrl+t,9"}) as console:
        await console.press("9")
        assert console.screen.active is POOLS
        await console.press("1")
        await console.go(SERVERS, "db-01")
        await console.add()
        assert console.changes() == []
        await console.press("ctrl+n")
        await console.approve_add()
        assert console.changes() == ["POST public_ips"]


async def test_help_and_footer_name_the_keys_that_are_in_force(opened: Opening) -> None:
    async with opened((120, 80), keys={"add": "ctrl+n"}) as console:
        assert "Ctrl+N add" in console.footer
        await console.press("?")
        assert "Ctrl+N" in console.screen_text()


async def test_account_with_a_slow_service_is_connecting(
    clock: ManualClock, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.silence(60.0, path="/servers/detail$"))
    async with Opening(demo_account, clock, settings_for(demo_account))() as console:
        await console.advance(15)
        assert "connecting" in console.header
        assert len(console.names(IPS)) == 6
