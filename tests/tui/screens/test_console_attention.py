"""What needs attention leads the start view, is a key away ever after, and stays out of the way."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault, build_scenario
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.views.rows import FindingRow
from tests.support.console import IPS, NARROW, NODES, POOLS, SERVERS, WIDE, Opening, settings_for

ATTENTION = PaneKind.ATTENTION


@pytest.fixture
def trouble(clock: ManualClock) -> Opening:
    """Open a console on an account with one of everything that goes wrong."""
    account = build_scenario("trouble", now=clock.timestamp)
    account.jitter = 0.0
    return Opening(account, clock, settings_for(account))


@pytest.fixture
def quiet(demo_account: Account) -> Account:
    """The small account once more, with nothing wrong."""
    region = demo_account.region()
    for record in list(region.public_ips.values()):
        if record.status != "ACTIVE" or record.server is None:
            region.drop_ip(record)
    for pool in region.pools.values():
        pool.external = 3
    return demo_account


IN_TROUBLE = {
    "203.0.113.11 of update-failed": "change again",
    "public IP of failed-detail": "remove, add again",
    "public IP of failed-plain": "remove, add again",
    "public IP of remove-failed": "remove again",
    "renamed in pool one-active-node": "remove again",
    "web-02 in pool one-active-node": "remove, add again",
    "broken-01": "take out of pool",
    "pool [blink]pool[/]": "add servers",
    "pool no-node": "add servers",
    "public IP 203.0.113.10": "ask Support",
    "public IP of stuck-adding": "ask Support",
    "203.0.113.17 of ghost-01": "remove it",
    "ghost-01 in pool healthy": "remove the node",
    "pool one-active-node": "add a server",
    "203.0.113.13 of access-differs": "see which is right",
    "public IP 203.0.113.12": "assign or remove",
    "no-network": "attach a network",
}


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_first_screen_lists_findings_with_the_next_step(
    trouble: Opening, size: tuple[int, int]
) -> None:
    async with trouble(size) as console:
        lines = console.screen_text().splitlines()
        for subject, todo in IN_TROUBLE.items():
            assert any(f" {subject}" in line and todo in line for line in lines), subject
        assert f"! {len(IN_TROUBLE)} need attention" in console.header
        assert "1-17/17" in console.title(ATTENTION)
        assert any("building" in name for name in console.names(SERVERS))
        assert "building" not in "\n".join(lines[2:19])


async def test_attention_filter_lists_exactly_the_rows_with_findings(
    trouble: Opening,
) -> None:
    async with trouble() as console:
        findings = console.screen.row_model.findings
        for kind, key in ((SERVERS, "1"), (IPS, "2"), (POOLS, "3")):
            await console.press(key, "!")
            named = {
                f"{found.region}/{row_key}"
                for found in findings
                for part, row_key in found.rows
                if console.screen.row_model.item(kind, f"IAD/{row_key}") is not None
                and part.value.replace("public IPs", "ips") == kind.value
            }
            assert set(console.table(kind).shown_ids) == named


async def test_first_key_is_handled_and_closes_the_list(opened: Opening) -> None:
    async with opened(NARROW) as console:
        assert "Needs attention" in console.screen_text()
        before = console.cursor(SERVERS)
        await console.press("j")
        assert "Needs attention" not in console.screen_text()
        assert console.cursor(SERVERS) != before
        assert "! 3 need attention" in console.header


async def test_key_before_the_first_paint_is_handled(opened: Opening) -> None:
    async with opened(wait=False) as console:
        await console.press("2")
        await console.settle()
        await console.advance(2)
        assert console.screen.active is IPS
        assert not console.screen.pane_of(ATTENTION).display
        assert any("3 things need attention; :findings" in text for text in console.message_texts)


async def test_nothing_wrong_is_the_normal_view_and_one_line(
    opened: Opening, quiet: Account
) -> None:
    del quiet
    async with opened() as console:
        assert not console.screen.pane_of(ATTENTION).display
        assert "attention" not in console.header
        assert console.message.strip() == "nothing needs attention"
        await console.press("0")
        assert "Nothing needs attention." in console.screen_text()
        await console.press("escape")
        assert console.screen.active is SERVERS


@pytest.mark.parametrize("way", ["0", ":"])
async def test_list_is_a_key_and_a_command_away_and_esc_goes_back(
    opened: Opening, way: str
) -> None:
    async with opened() as console:
        await console.press("2")
        if way == ":":
            await console.command("findings")
        else:
            await console.press("0")
        assert console.screen.active is ATTENTION
        assert "public IP of batch-01" in console.screen_text()
        await console.press("escape")
        assert console.screen.active is IPS


async def test_enter_goes_to_the_resource_of_a_finding(trouble: Opening) -> None:
    async with trouble() as console:
        await console.press("0")
        for subject, kind, cursor in (
            ("public IP of failed-plain", IPS, None),
            ("broken-01", SERVERS, "broken-01"),
            ("ghost-01 in pool healthy", NODES, "ghost-01"),
            ("pool one-active-node", POOLS, "one-active-node"),
            ("web-02 in pool one-active-node", NODES, "web-02"),
        ):
            table = console.table(ATTENTION)
            row = next(r for r, i in table.items.items() if i.finding.subject == subject)  # type: ignore[union-attr]
            assert table.move_to(row)
            await console.press("enter")
            assert console.screen.active is kind
            if cursor is not None:
                assert console.cursor(kind) == cursor
            await console.press("0")


async def test_commands_for_a_finding_act_on_its_resource(opened: Opening) -> None:
    async with opened() as console:
        await console.press("0", "d")
        assert "Remove the failed public IP" in " ".join(console.screen_text().split())
        await console.press("escape", "0", "ctrl+d")
        assert console.front == "ConfirmScreen"
        assert [request.public_ip is not None for request in console.removal.requests] == [True]


async def test_marks_of_other_panes_are_never_removed_from_the_list(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(IPS, "203.0.113.10")
        await console.press("0", "ctrl+d")
        assert console.front != "ConfirmScreen"
        assert console.screen.active is ATTENTION
        assert "is not available here" in console.message


async def test_go_to_finding_clears_a_filter_that_hides_it(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "/")
        await console.write("203.0.113.10")
        await console.press("enter", "0", "enter")
        assert console.screen.active is IPS
        assert "batch-01" in console.row(IPS, "batch-01")
        assert console.screen.pane_of(IPS).filter_text == ""


async def test_list_can_be_filtered_and_sorted_like_any_other(trouble: Opening) -> None:
    async with trouble() as console:
        await console.press("0", "/")
        await console.write("what:ghost age:>1d")
        await console.press("enter")
        assert len(console.table(ATTENTION).shown_ids) == 2


async def test_equal_findings_are_sorted_by_name(trouble: Opening) -> None:
    async with trouble() as console:
        table = console.table(ATTENTION)
        items = [table.items[row] for row in table.shown_ids]
        found = [item.finding for item in items if isinstance(item, FindingRow)]
        equals = [
            [f.subject for f in found if (f.severity, f.rule) == kind]
            for kind in dict.fromkeys((f.severity, f.rule) for f in found)
        ]
        assert max(map(len, equals)) > 1
        assert equals == [sorted(names) for names in equals]


async def test_low_terminal_shows_the_number_of_findings(trouble: Opening) -> None:
    async with trouble((80, 12)) as console:
        assert "1-5/17" in console.title(ATTENTION)
        await console.resize(20, 4)
        await console.resize(80, 24)
        assert "1-17/17" in console.title(ATTENTION)


async def test_unread_account_is_not_reported_as_fine(opened: Opening, quiet: Account) -> None:
    del quiet
    opened.account.faults.add(Fault.status(500, path="/public_ips"))
    async with opened() as console:
        await console.press("0")
        assert "Nothing needs attention." not in console.screen_text()
        assert "public IPs" in console.screen_text()
        assert "not read: list public IPs" in console.screen_text()
        assert "nothing needs attention" not in console.message
        # There is no row to go to: Enter goes to the pane.
        await console.press("enter")
        assert console.screen.active is PaneKind.PUBLIC_IPS


async def test_findings_stay_where_all_rows_have_room_until_escape(opened: Opening) -> None:
    async with opened(size=(160, 45)) as console:
        await console.press("j")
        assert console.pane(ATTENTION).display
        assert "Esc closes; 0 opens" in console.title(ATTENTION)
        assert console.cursor(SERVERS) == "api-02"
        await console.press("escape")
        assert not console.pane(ATTENTION).display


async def test_findings_close_with_the_first_key_where_rows_need_the_room(
    trouble: Opening,
) -> None:
    async with trouble(size=(160, 45)) as console:
        assert "press any key to close" in console.title(ATTENTION)
        await console.press("j")
        assert not console.pane(ATTENTION).display


async def test_whole_reason_of_the_finding_under_the_cursor_is_shown(trouble: Opening) -> None:
    async with trouble(NARROW) as console:
        await console.press("0")
        await console.press("j")
        shown = " ".join(console.screen_text().split())
        assert "ADD_FAILED: Unable to communicate with network device (support ticket" in shown


async def test_findings_at_start_have_no_cursor_until_they_have_the_keyboard(
    opened: Opening,
) -> None:
    async with opened(NARROW) as console:
        assert console.pane(ATTENTION).display
        assert "❯" not in "\n".join(console.lines(ATTENTION))
        assert console.screen_text().count("❯") == 1
        await console.press("0")
        assert "❯" in console.lines(ATTENTION)[1]
        await console.press("escape")
        assert "❯" not in "\n".join(console.lines(ATTENTION))


async def test_reasons_are_whole_on_a_narrow_screen(trouble: Opening) -> None:
    async with trouble(NARROW) as console:
        await console.press("0")
        pane = console.screen.pane_of(ATTENTION)
        seen: set[str] = set()
        for _ in IN_TROUBLE:
            item = pane.table.cursor_item
            assert isinstance(item, FindingRow)
            text = " ".join(console.screen_text().split())
            assert " ".join(item.finding.wrong.split()) in text
            seen.add(item.finding.subject)
            await console.press("j")
        assert len(seen) == len(IN_TROUBLE)
        assert "-17/17" in console.title(ATTENTION)


async def test_reasons_are_whole_above_the_servers_where_all_fit(opened: Opening) -> None:
    async with opened(NARROW) as console:
        text = " ".join(console.screen_text().split())
        for found in console.screen.row_model.findings:
            assert found.wrong in text
        assert "1 Servers" in text
