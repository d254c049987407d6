"""Looking: filter, attention, order, details, JSON, help, footer, messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.simulator import Account, Fault
from rcv3_tui.tui.commands import COMMANDS
from tests.tui.builders import IPS, NARROW, NODES, POOLS, SERVERS, Opening

# -- filter -----------------------------------------------------------------------------------


async def test_a_filter_narrows_as_it_is_typed_enter_keeps_it_and_esc_clears_it(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        assert console.names(SERVERS) == ["web-01", "web-02", "web-03", "web-04"]
        await console.write(" !02")
        assert console.names(SERVERS) == ["web-01", "web-03", "web-04"]
        await console.press("enter")
        assert "/web !02" in console.title(SERVERS)
        assert "1-3/3 of 8" in console.title(SERVERS)
        await console.press("j")
        assert console.cursor(SERVERS) == "web-03"
        await console.press("escape")
        assert len(console.names(SERVERS)) == 8
        assert console.cursor(SERVERS) == "web-03"
        assert "/web" not in console.title(SERVERS)


async def test_esc_while_a_filter_is_typed_gives_it_up(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("escape")
        assert len(console.names(SERVERS)) == 8
        assert console.app.focused is console.table(SERVERS)


async def test_slash_goes_on_with_the_filter_that_is_there(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter", "/")
        await console.write("-01")
        assert console.names(SERVERS) == ["web-01"]


async def test_a_filter_that_matches_nothing_says_so(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("nothing-is-named-so")
        await console.press("enter")
        assert console.row(SERVERS, "Nothing here") == ("Nothing here matches nothing-is-named-so.")
        assert console.row(SERVERS, "Esc shows") == "Esc shows everything."


async def test_a_wrong_expression_shows_its_error_and_keeps_the_last_good_rows(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web /[0/")
        assert console.names(SERVERS) == ["web-01", "web-02", "web-03", "web-04"]
        assert "/[0/:" in console.title(SERVERS)
        for _ in range(4):
            await console.press("backspace")
        assert "/[0/:" not in console.title(SERVERS)


async def test_every_pane_has_a_filter_of_its_own(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter", "2")
        assert len(console.names(IPS)) == 6
        await console.press("1")
        assert len(console.names(SERVERS)) == 4


async def test_rows_that_come_later_are_filtered_too(opened: Opening, account: Account) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter")
        account.add_server("web-05")
        account.add_server("mail-01")
        await console.press("ctrl+r")
        assert console.names(SERVERS)[-1] == "web-05"
        assert "mail-01" not in console.names(SERVERS)


# -- attention --------------------------------------------------------------------------------


async def test_the_attention_view_shows_what_failed_moves_or_lacks_something(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.press("!")
        assert console.names(SERVERS) == ["batch-01"]
        assert "! needs attention" in console.title(SERVERS)
        await console.press("2", "!")
        assert len(console.names(IPS)) == 2
        assert "unassigned" in "\n".join(console.lines(IPS))
        await console.press("escape")
        assert len(console.names(IPS)) == 6
        await console.press("1", "!")
        assert len(console.names(SERVERS)) == 8


async def test_the_attention_view_and_a_filter_hold_together(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "!", "/")
        await console.write("batch")
        await console.press("enter")
        assert len(console.names(IPS)) == 1
        await console.press("!")
        assert len(console.names(IPS)) == 1
        await console.press("escape")
        assert len(console.names(IPS)) == 6


async def test_nothing_that_needs_attention_is_said_so(opened: Opening, account: Account) -> None:
    for record in list(account.region().public_ips.values()):
        if record.status != "ACTIVE":
            account.region().drop_ip(record)
    async with opened() as console:
        await console.press("!")
        assert console.row(SERVERS, "Nothing here") == "Nothing here needs attention."


# -- order and columns ------------------------------------------------------------------------


async def test_s_chooses_the_column_and_capital_s_turns_the_order(opened: Opening) -> None:
    async with opened() as console:
        assert "NAME▲" in console.lines(SERVERS)[0]
        await console.press("S")
        assert console.names(SERVERS)[0] == "web-04"
        assert "NAME▼" in console.lines(SERVERS)[0]
        await console.press("s")
        assert "Sort Servers by" in console.screen_text()
        keys = {c.key: n for n, c in enumerate(console.table(SERVERS).columns)}
        await console.press("123456789"[keys["age"]])
        assert "AGE▲" in console.lines(SERVERS)[0]
        assert console.names(SERVERS)[0] == "batch-01"
        await console.press("S")
        assert console.names(SERVERS)[0] == "web-01"


async def test_the_same_column_chosen_again_turns_the_order(opened: Opening) -> None:
    async with opened() as console:
        await console.press("s", "1")
        assert console.names(SERVERS)[0] == "web-04"
        await console.press("s", "escape")
        assert console.names(SERVERS)[0] == "web-04"


async def test_every_pane_remembers_its_own_order(opened: Opening) -> None:
    async with opened() as console:
        await console.press("S", "2", "3", "1")
        assert console.names(SERVERS)[0] == "web-04"
        assert console.names(IPS)[0] == "203.0.113.10"


async def test_the_wide_view_shows_more_columns_and_w_again_fewer(opened: Opening) -> None:
    async with opened((200, 40)) as console:
        assert "IN POOLS" not in console.lines(SERVERS)[0]
        await console.press("w")
        assert "IN POOLS" in console.lines(SERVERS)[0]
        assert "RCv3-api" in console.row(SERVERS, "api-01")
        await console.press("w")
        assert "IN POOLS" not in console.lines(SERVERS)[0]


# -- details and JSON -------------------------------------------------------------------------


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


async def test_details_stay_true_while_they_are_open(opened: Opening, account: Account) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("d")
        assert "ACTIVE" in console.screen_text()
        server = next(s for s in account.region().servers.values() if s.name == "db-01")
        server.status = "ERROR"
        account.region().touch_server(server)
        await console.advance(16)
        assert "ERROR" in console.screen_text()
        account.delete_server(server.id)
        await console.advance(16)
        assert "This is gone." in console.screen_text()
        assert "db-01" in console.screen_text()


async def test_an_age_in_the_details_goes_on(opened: Opening, account: Account) -> None:
    account.add_public_ip(account.add_server("new-01"), status="ADDING", age=10.0)
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


async def test_y_shows_the_json_and_d_goes_back_to_the_details(opened: Opening) -> None:
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


async def test_a_node_has_details_and_json(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-api")
        await console.press("enter", "d")
        assert "Pool node api-01" in console.screen_text()
        assert "RCv3-api" in console.screen_text()
        await console.press("escape", "y")
        assert '"cloud_server"' in console.screen_text()


async def test_where_no_row_is_details_open_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.press("5", "d", "enter")
        assert console.front == "ConsoleScreen"


# -- help and footer --------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "5"])
async def test_help_lists_every_command_of_the_place_and_no_other(
    opened: Opening, key: str
) -> None:
    async with opened((120, 80)) as console:
        await console.press(key, "?")
        assert console.front == "HelpScreen"
        text = " ".join(console.screen_text().split())
        for command in COMMANDS:
            # A line of help may be wrapped: its first words are enough to know it by.
            words = " ".join(command.help.split()[:4])
            assert (words in text) == (console.screen.active in command.places), command.name
        await console.press("escape")
        assert console.front == "ConsoleScreen"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_footer_names_at_most_six_keys_and_the_one_for_more(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size) as console:
        for key in ("1", "2", "3", "enter", "4", "5"):
            await console.press(key)
            hints = [part for part in console.footer.split("  ") if part.strip()]
            assert hints[-1].strip() == "? more"
            assert len(hints) <= 7
            assert len(console.footer) <= size[0]


async def test_the_footer_names_only_what_works_in_the_pane(opened: Opening) -> None:
    async with opened() as console:
        assert "v assign" not in console.footer
        await console.press("2")
        assert "v assign" in console.footer
        await console.press("4")
        assert "remove" not in console.footer


async def test_a_command_that_does_not_apply_says_so(opened: Opening) -> None:
    async with opened() as console:
        await console.press("v")
        assert "not here" in console.message
        await console.press("4", "a")
        assert "not here" in console.message
        assert console.changes() == []


# -- messages ---------------------------------------------------------------------------------


async def test_an_error_stays_until_esc_and_the_log_keeps_it(opened: Opening) -> None:
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


async def test_an_open_log_shows_what_is_said_meanwhile(opened: Opening, account: Account) -> None:
    async with opened() as console:
        await console.press("l")
        account.faults.add(Fault.status(500, path="/public_ips$"))
        await console.advance(20)
        assert "partly live" in console.screen_text()


async def test_a_long_error_is_readable_in_the_log_at_80_columns(opened: Opening) -> None:
    async with opened(NARROW) as console:
        console.screen.say("x" * 100 + " the end", "failed")
        await console.press("l")
        assert "the end" in console.screen_text()


async def test_nodes_are_filtered_and_sorted_as_any_pane(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "S")
        assert console.names(NODES)[0] == "web-04"
        await console.press("/")
        await console.write("status:adding")
        await console.press("enter")
        assert console.names(NODES) == ["web-04"]


# -- what was seen ----------------------------------------------------------------------------


async def test_details_tell_the_statuses_that_were_seen_and_for_how_long(opened: Opening) -> None:
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


async def test_details_begin_with_what_is_wrong_and_what_to_do(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "batch-01")
        await console.press("d")
        text = " ".join(console.screen_text().split())
        assert "NEEDS ATTENTION" in text
        assert "no reason given by RackConnect" in text
        assert "Remove the failed public IP, then add one to batch-01 again." in text


# -- what is remembered -----------------------------------------------------------------------


async def test_order_and_width_of_a_pane_are_those_of_the_last_start(
    opened: Opening, tmp_path: Path
) -> None:
    async with opened(state_dir=tmp_path) as console:
        await console.press("s")
        await console.write("6")
        await console.press("S", "2", "w")
        assert console.table(SERVERS).sorted_by == ("age", True)
    async with opened(state_dir=tmp_path) as console:
        assert console.table(SERVERS).sorted_by == ("age", True)
        assert console.table(IPS).wide
        assert not console.table(SERVERS).wide


async def test_a_remembered_column_that_is_there_no_more_is_passed_over(
    opened: Opening, tmp_path: Path
) -> None:
    (tmp_path / "panes.json").write_text('{"servers": {"sort": "moons", "reverse": true}}')
    async with opened(state_dir=tmp_path) as console:
        assert console.table(SERVERS).sorted_by == ("name", False)


async def test_an_order_whose_column_has_no_room_stands_in_the_title(opened: Opening) -> None:
    async with opened(NARROW) as console:
        await console.press("1", "w", "s")
        await console.write("9")
        column = console.table(SERVERS).sorted_by[0]
        label = next(c.label for c in console.table(SERVERS).columns if c.key == column)
        await console.press("w")
        assert f"by {label} ↑" in console.title(SERVERS)
        await console.press("s")
        await console.write("1")
        assert "by " not in console.title(SERVERS)


async def test_the_title_says_how_many_marks_the_filter_hides(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "web-01", "db-01")
        await console.press("/")
        await console.write("db")
        await console.press("enter")
        assert "2 marked (1 hidden)" in console.title(SERVERS)
        await console.press("escape")
        assert "2 marked" in console.title(SERVERS)
        assert "hidden" not in console.title(SERVERS)


async def test_a_mistake_in_a_filter_is_shown_where_it_is_and_keeps_what_was_shown(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web age:<")
        assert len(console.names(SERVERS)) == 4
        await console.write("x")
        assert len(console.names(SERVERS)) == 4
        assert "column 10" in console.title(SERVERS)
        assert "no length of time" in console.title(SERVERS)
        await console.press("backspace")
        await console.write("1d")
        assert "column" not in console.title(SERVERS)
        assert console.names(SERVERS) == []


async def test_rows_come_and_go_as_they_grow_older_than_a_filter_says(opened: Opening) -> None:
    async with opened() as console:
        await console.press("3")
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "/")
        await console.write("age:<30s")
        await console.press("enter")
        assert console.names(NODES) == ["web-04"]
        await console.advance(30)
        assert console.names(NODES) == []


async def test_a_mistake_is_pointed_at_while_it_is_typed_also_where_there_is_little_room(
    opened: Opening,
) -> None:
    async with opened(NARROW) as console:
        await console.press("/")
        await console.write("status:faile age:<3x")
        lines = console.screen_text().splitlines()
        (message,) = [line for line in lines if "no length of time" in line]
        assert "▼" in message
        typed = lines[lines.index(message) + 1]
        assert typed[message.index("▼")] == "3"
        await console.press("backspace", "backspace", "backspace", "backspace", "backspace")
        assert "no length of time" not in console.screen_text()
        await console.write("statsu:x")
        await console.press("enter")
        assert "there is no field agstatsu" in console.message
