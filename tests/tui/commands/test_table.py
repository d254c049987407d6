"""Filter, attention, order and width of the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.simulator import Account, Fault
from rcv3_tui.tui.widgets import pane
from tests.support.console import IPS, NARROW, NODES, POOLS, SERVERS, Console, Opening

# -- filter -----------------------------------------------------------------------------------


async def test_filter_applies_while_typed_and_esc_clears_it(
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


def typed(console: Console) -> str:
    prompt = console.screen._prompt
    assert prompt is not None
    return prompt.text


async def test_tab_completes_the_field_and_its_values(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web !sta")
        await console.press("tab")
        assert typed(console) == "web !status:"
        await console.press("tab")
        assert typed(console) == "web !status:ACTIVE"
        assert console.names(SERVERS) != ["web-01", "web-02", "web-03", "web-04"]
        await console.press("shift+tab", "shift+tab")
        assert typed(console).startswith("web !status:")
        await console.press("ctrl+u")
        await console.write("public:no")
        await console.press("tab", "enter")
        assert "/public:none" in console.title(SERVERS)
        assert console.names(SERVERS)
        assert not any("203.0.113" in console.row(SERVERS, n) for n in console.names(SERVERS))


async def test_completions_of_a_filter_are_listed_once_tab_was_pressed(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("p")
        assert "private:" not in console.screen_text()
        await console.press("tab")
        for name in ("pool:", "pools:", "private:", "public:"):
            assert name in console.screen_text()
        await console.press("backspace")
        assert "private:" not in console.screen_text()


async def test_help_in_the_filter_lists_the_fields_of_the_pane(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("f1")
        text = console.screen_text()
        assert "flavor" in text
        assert "age updated" in text
        assert "public:none" in text
        await console.press("escape")
        assert typed(console) == "web"
        assert len(console.names(SERVERS)) == 4


@pytest.fixture
def filters_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat the account's rows as many."""
    monkeypatch.setattr(pane, "_FILTER_AT_ONCE", 0)


@pytest.mark.usefixtures("filters_in_slices")
async def test_many_rows_follow_the_letters_of_a_filter(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        for letter in ("w", "eb", "-0", " !02", " !04"):
            await console.write(letter)
            await console.app.workers.wait_for_complete()
        assert console.names(SERVERS) == ["web-01", "web-03"]
        # A wider filter finds rows that a narrower one hid.
        await console.press(*["backspace"] * len(" !04"))
        await console.app.workers.wait_for_complete()
        assert console.names(SERVERS) == ["web-01", "web-03", "web-04"]


@pytest.mark.usefixtures("filters_in_slices")
async def test_enter_applies_a_filter_before_the_next_key(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.press(*"web-03", "enter", "space")
        assert console.names(SERVERS) == ["web-03"]
        (mark,) = console.table(SERVERS).marks
        assert console.table(SERVERS).cursor_id == mark


@pytest.mark.usefixtures("filters_in_slices")
async def test_esc_cancels_a_filter_that_is_being_applied(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.press(*"web-03", "escape")
        assert len(console.names(SERVERS)) == 8
        await console.app.workers.wait_for_complete()
        assert len(console.names(SERVERS)) == 8
        assert "/web" not in console.title(SERVERS)


@pytest.mark.usefixtures("filters_in_slices")
async def test_invalid_letter_leaves_the_last_valid_filter(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.press(*"web age:<x")
        await console.app.workers.wait_for_complete()
        assert len(console.names(SERVERS)) == 4
        assert "not a duration" in console.title(SERVERS)


async def test_esc_clears_a_filter_that_is_being_typed(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("escape")
        assert len(console.names(SERVERS)) == 8
        assert console.app.focused is console.table(SERVERS)


async def test_slash_edits_the_current_filter(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter", "/")
        await console.write("-01")
        assert console.names(SERVERS) == ["web-01"]


async def test_filter_without_matches_shows_a_placeholder(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("nothing-is-named-so")
        await console.press("enter")
        assert console.row(SERVERS, "No row") == ("No row matches nothing-is-named-so.")
        assert console.row(SERVERS, "Esc shows") == "Esc shows all rows."


async def test_invalid_expression_shows_its_error_and_leaves_the_rows(
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


async def test_every_pane_has_its_own_filter(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter", "2")
        assert len(console.names(IPS)) == 6
        await console.press("1")
        assert len(console.names(SERVERS)) == 4


async def test_rows_that_arrive_later_are_filtered(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter")
        demo_account.add_server("web-05")
        demo_account.add_server("mail-01")
        await console.press("ctrl+r")
        assert console.names(SERVERS)[-1] == "web-05"
        assert "mail-01" not in console.names(SERVERS)


async def test_attention_view_shows_failed_overdue_and_incomplete_resources(
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


async def test_attention_view_and_filter_combine(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "!", "/")
        await console.write("batch")
        await console.press("enter")
        assert len(console.names(IPS)) == 1
        await console.press("!")
        assert len(console.names(IPS)) == 1
        await console.press("escape")
        assert len(console.names(IPS)) == 6


async def test_account_without_findings_shows_a_message(
    opened: Opening, demo_account: Account
) -> None:
    for record in list(demo_account.region().public_ips.values()):
        if record.status != "ACTIVE":
            demo_account.region().drop_ip(record)
    async with opened() as console:
        await console.press("!")
        assert console.row(SERVERS, "No row") == "No row needs attention."


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


async def test_same_column_chosen_again_turns_the_order(opened: Opening) -> None:
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


async def test_wide_view_shows_more_columns_and_w_again_fewer(opened: Opening) -> None:
    async with opened((200, 40)) as console:
        assert "IN POOLS" not in console.lines(SERVERS)[0]
        await console.press("w")
        assert "IN POOLS" in console.lines(SERVERS)[0]
        assert "RCv3-api" in console.row(SERVERS, "api-01")
        await console.press("w")
        assert "IN POOLS" not in console.lines(SERVERS)[0]


async def test_nodes_are_filtered_and_sorted_as_any_pane(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "S")
        assert console.names(NODES)[0] == "web-04"
        await console.press("/")
        await console.write("status:adding")
        await console.press("enter")
        assert console.names(NODES) == ["web-04"]


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


async def test_saved_sort_column_that_is_unknown_is_ignored(
    opened: Opening, tmp_path: Path
) -> None:
    (tmp_path / "panes.json").write_text('{"servers": {"sort": "moons", "reverse": true}}')
    async with opened(state_dir=tmp_path) as console:
        assert console.table(SERVERS).sorted_by == ("name", False)


async def test_sort_order_of_a_hidden_column_is_in_the_title(opened: Opening) -> None:
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


async def test_title_shows_the_number_of_hidden_marks(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "web-01", "db-01")
        await console.press("/")
        await console.write("db")
        await console.press("enter")
        assert "2 marked (1 hidden)" in console.title(SERVERS)
        await console.press("escape")
        assert "2 marked" in console.title(SERVERS)
        assert "hidden" not in console.title(SERVERS)


async def test_filter_error_is_shown_at_its_position_and_leaves_the_rows(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web age:<")
        assert len(console.names(SERVERS)) == 4
        await console.write("x")
        assert len(console.names(SERVERS)) == 4
        assert "column 10" in console.title(SERVERS)
        assert "not a duration" in console.title(SERVERS)
        await console.press("backspace")
        await console.write("1d")
        assert "column" not in console.title(SERVERS)
        assert console.names(SERVERS) == []


async def test_age_filter_updates_rows_as_time_passes(opened: Opening) -> None:
    async with opened() as console:
        await console.press("3")
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "/")
        await console.write("age:<30s")
        await console.press("enter")
        assert console.names(NODES) == ["web-04"]
        await console.advance(30)
        assert console.names(NODES) == []


async def test_filter_error_is_marked_while_typing_on_narrow_terminals(
    opened: Opening,
) -> None:
    async with opened(NARROW) as console:
        await console.press("/")
        await console.write("status:faile age:<3x")
        lines = console.screen_text().splitlines()
        (message,) = [line for line in lines if "not a duration" in line]
        assert "▼" in message
        typed = lines[lines.index(message) + 1]
        assert typed[message.index("▼")] == "3"
        await console.press("backspace", "backspace", "backspace", "backspace", "backspace")
        assert "not a duration" not in console.screen_text()
        await console.write("statsu:x")
        await console.press("enter")
        assert "there is no field agstatsu" in console.message


async def test_rows_that_a_filter_cannot_judge_yet_are_counted_until_they_can(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.status(500, path="/nodes"))
    async with opened() as console:
        servers = len(demo_account.region().servers)
        for text in ("pool:web", "!pool:web"):
            await console.press("/")
            await console.write(text)
            await console.press("enter")
            title = console.title(SERVERS)
            assert f"/{text}  {servers} not read yet" in title
            assert "so far." in console.screen_text()
            await console.press("escape")

        demo_account.faults.clear()
        await console.press("/")
        await console.write("!pool:web")
        await console.press("enter")
        for _ in range(40):
            await console.advance(5)
        assert "not read yet" not in console.title(SERVERS)
        assert "db-01" in console.names(SERVERS)
        assert "web-01" not in console.names(SERVERS)
