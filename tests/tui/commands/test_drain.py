"""Draining servers, restoring them, and server-centred changes of pools."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.simulator import Account, Fault
from tests.support.console import NARROW, NODES, OPS, POOLS, SERVERS, Console, Opening


def pools_of(account: Account, name: str) -> list[str]:
    region = account.region()
    server = next(each for each in region.servers.values() if each.name == name)
    return sorted(node.pool.name for node in region.nodes_of(server.id))


async def approve(console: Console, phrase: str = "") -> None:
    assert console.removal.items
    await console.write(phrase)
    await console.press("tab", "enter")


async def test_drain_shows_the_consequences_for_each_pool(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")

        text = " ".join(console.screen_text().split())
        assert "Drain web-01: out of 2 pools" in text
        assert "pool RCv3-web-http: 3 active -> 2" in text
        assert "pool RCv3-web-https: 3 active -> 2" in text
        assert console.changes() == []


async def test_drain_and_restore_with_the_same_key(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        await approve(console)
        await console.advance(20.0)

        assert pools_of(demo_account, "web-01") == []
        assert "drained" in console.row(SERVERS, "web-01")
        assert len(console.changes()) == 1

        await console.press("D")
        text = " ".join(console.screen_text().split())
        assert "Restore web-01: into 2 pools" in text
        assert "pool RCv3-web-http: 2 active -> 3" in text
        # A node that is not there yet has no id.
        assert console.id_of(SERVERS, "web-01").rpartition("/")[2][:8] not in text
        await approve(console)
        await console.advance(20.0)

        assert pools_of(demo_account, "web-01") == ["RCv3-web-http", "RCv3-web-https"]
        assert "drained" not in console.row(SERVERS, "web-01")


async def test_footer_names_restore_where_the_key_restores(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        assert "D drain" in console.footer
        await console.press("D")
        await approve(console)
        await console.advance(20.0)
        assert "D restore" in console.footer
        await console.press("space")
        await console.go(SERVERS, "web-02")
        assert "D restore" in console.footer, "the mark decides"
        await console.press("space")
        assert "D drain" in console.footer


async def test_drain_of_several_servers_requires_their_number(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "web-01", "web-02", "web-03")
        await console.press("D")
        await console.press("tab", "enter")
        assert console.changes() == []

        await console.press("D")
        await approve(console, "3 servers")
        await console.advance(20.0)

        assert pools_of(demo_account, "web-01") == pools_of(demo_account, "web-03") == []


async def test_drained_server_is_a_finding(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        await approve(console)
        await console.advance(20.0)

        await console.press("0")

        assert "restore with D" in console.screen_text()


async def test_drain_on_a_node_is_about_its_server(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        await console.go(NODES, "web-02")
        await console.press("D")
        assert "Drain web-02: out of 2 pools" in console.screen_text()


@pytest.mark.parametrize(
    ("key", "question"),
    [("d", "Drain web-02: out of 2 pools"), ("r", "Restore web-01: into 2 pools")],
)
async def test_drain_of_drained_and_other_servers_offers_both(
    opened: Opening, key: str, question: str
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        await approve(console)
        await console.advance(20.0)
        await console.mark(SERVERS, "web-01", "web-02")

        await console.press("D")
        assert console.front == "MenuScreen"
        assert "drain the others" in console.screen_text()
        await console.press(key)

        assert question in console.screen_text()


async def test_menu_of_drained_and_other_servers_can_be_left(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        await approve(console)
        await console.advance(20.0)
        await console.mark(SERVERS, "web-01", "web-02")
        await console.press("D")

        await console.press("escape")

        assert console.front == "ConsoleScreen"
        assert "nothing was sent" in console.message


async def test_drain_of_a_server_in_no_pool_says_so(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("D")
        assert console.front == "ConsoleScreen"
        assert "nothing to drain" in console.message


async def test_drain_with_unreadable_nodes_does_not_say_in_no_pool(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.wrong_shape("bad_item", method="GET", path="/nodes"))
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("D")
        # The first key press reads the nodes that are unread.
        await console.advance(20.0)
        await console.press("D")
        assert console.front == "ConsoleScreen"
        assert "nothing to drain" not in console.message
        assert "could not be read" in console.message


async def test_drain_dialog_names_the_pools_that_are_partly_unread(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.wrong_shape("bad_item", method="GET", path="/nodes"))
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("D")
        await console.advance(20.0)
        if not console.front.startswith("Confirm"):
            await console.press("D")
        text = " ".join(console.removal.consequences)
        assert "of the pool nodes of RCv3-web-http could not be read" in text


async def test_restore_of_a_server_that_is_not_drained_says_so(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.command("restore")
        assert "nothing to restore" in console.message


async def test_drain_is_named_in_operations(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        await approve(console)
        await console.advance(20.0)

        await console.press("5")

        assert sum("drain" in line for line in console.lines(OPS)) >= 2


async def test_progress_of_a_drain_names_the_server(opened: Opening, demo_account: Account) -> None:
    demo_account.adding_seconds = 30.0
    async with opened(size=NARROW) as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        await approve(console)
        assert "drain web-01 ░░ 0 done, 0 failed, 2 left; press 5 to list or stop" in (
            console.message
        )
        await console.advance(60.0)
        assert "drain web-01 ██ 2 done" in console.message

        await console.press("D")
        await approve(console)
        assert "restore web-01 ░░ 0 done" in console.message


async def test_progress_of_a_drain_counts_several_servers(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "web-01", "web-02")
        await console.press("D")
        await approve(console, "2 servers")
        await console.advance(20.0)
        assert "drain 2 servers ████ 4 done" in console.message


async def test_join_adds_the_server_to_the_chosen_pool(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.command("join")
        assert "Add db-01 to which pools?" in console.screen_text()
        await console.write("staging")
        await console.press("space", "enter")
        await console.advance(20.0)

        assert pools_of(demo_account, "db-01") == ["RCv3-staging"]


async def test_leave_takes_the_server_out_of_the_chosen_pool_after_a_question(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.command("leave")
        assert "Take web-01 out of which pools?" in console.screen_text()
        await console.write("https")
        await console.press("space", "enter")
        assert console.changes() == []
        await approve(console)
        await console.advance(20.0)

        assert pools_of(demo_account, "web-01") == ["RCv3-web-http"]


async def test_drain_reads_unread_pools_first_and_opens_no_dialog_by_surprise(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        region = console.app.worker.regions["IAD"]
        pools = [pool for pool in region.snapshot.pools if region.snapshot.nodes_in(pool)]
        read = {key: some for key, some in region.snapshot.nodes.items() if key != pools[0]}
        unread = replace(region.snapshot, nodes=read)
        region.snapshot = unread
        console.screen.row_model.snapshots["IAD"] = unread
        await console.go(SERVERS, "web-01")

        await console.press("D")

        assert console.front == "ConsoleScreen"
        assert "reading the nodes of 1 pool first" in " ".join(console.message_texts)
        await console.settle()
        assert "every membership is known now" in console.message
        await console.press("D")
        assert "Drain web-01: out of" in console.screen_text()


async def test_note_of_the_dialog_is_in_the_operations_of_the_drain(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        assert "Ctrl+N note" in console.screen_text()
        await console.press("ctrl+n")
        await console.write("CHG-1234")
        await console.press("enter")
        await approve(console)
        await console.advance(20.0)

        assert {each.note for each in console.operations} == {"CHG-1234"}
        await console.press("5", "d")
        assert "CHG-1234" in console.screen_text()


async def test_drained_server_shows_since_when_in_eighty_columns(opened: Opening) -> None:
    async with opened(size=NARROW) as console:
        await console.go(SERVERS, "web-01")
        await console.press("D")
        await approve(console)
        for _ in range(8):
            await console.advance(5.0)
            assert "drain…" not in console.row(SERVERS, "web-01")
        await console.advance(600.0)
        assert "drained 1" in console.row(SERVERS, "web-01")


async def test_drain_goes_on_without_a_pool_that_cannot_be_read(
    opened: Opening, demo_account: Account
) -> None:
    pool = next(p for p in demo_account.region().pools.values() if p.name == "RCv3-web-http")
    demo_account.faults.add(Fault.status(500, method="GET", path=f"/{pool.id}/nodes"))
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("D")
        await console.advance(20.0)
        assert "pool RCv3-web-http" in console.message
        assert "D again goes on without" in console.message

        await console.press("D")

        assert "Drain web-02: out of 1 pool" in console.screen_text()
        text = " ".join(console.removal.consequences)
        assert "the nodes of RCv3-web-http are not read" in text
