"""The mask: nothing on the screen names a server, a pool, an address or the tenant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console import IPS, POOLS, SERVERS, Console, Opening


def secrets_of(console: Console) -> set[str]:
    region = console.account.region()
    names = {server.name for server in region.servers.values()}
    names |= {pool.name for pool in region.pools.values()}
    names |= {record.address for record in region.public_ips.values() if record.address}
    return names | {console.account.tenant_id}


def seen_of(console: Console) -> set[str]:
    words = set(console.screen_text().replace("/", " ").replace(":", " ").split())
    return {name for name in secrets_of(console) if name in words or name in console.screen_text()}


async def test_every_pane_and_page_is_masked(opened: Opening) -> None:
    async with opened() as console:
        assert seen_of(console)
        await console.press("P")
        assert seen_of(console) == set()
        for keys in (["d"], ["escape", "y"], ["escape", "2"], ["d"], ["escape", "3"], ["enter"],
                     ["a"], ["escape", "escape", "C"], ["escape", "l"], ["escape"]):  # fmt: skip
            await console.press(*keys)
            assert seen_of(console) == set(), keys


async def test_dialog_is_masked_and_accepts_the_substitute_name(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("P", "ctrl+d")
        assert seen_of(console) == set()
        hint = " ".join(console.screen_text().split())
        made_up = hint.split("type ")[1].split(",")[0].split(" or ")[0]
        assert made_up not in ("web-02", "203.0.113.11")
        await console.write(made_up)
        await console.press("tab", "enter")
        assert len(console.changes()) == 1


async def test_earlier_messages_are_masked_and_unmasked(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(20)
        assert "db-01" in console.message
        await console.press("P")
        assert seen_of(console) == set()
        await console.press("P")
        assert "db-01" in console.screen_text()


async def test_name_that_arrives_later_is_masked_at_once(opened: Opening) -> None:
    async with opened() as console:
        await console.press("P")
        console.account.add_server("brand-new")
        await console.press("ctrl+r")
        await console.advance(20)
        assert "brand-new" in console.names(SERVERS)
        assert seen_of(console) == set()


async def test_saved_file_has_the_real_names_and_a_warning_is_shown(
    opened: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened() as console:
        await console.press("P")
        await console.command("save view.csv")
        assert "unmasked" in console.message_texts[-1]
        assert "web-02" in (tmp_path / "view.csv").read_text()


async def test_pools_stay_sorted_under_the_mask(opened: Opening) -> None:
    async with opened() as console:
        await console.press("3")
        before = console.names(POOLS)
        await console.press("P")
        assert console.names(POOLS) == before
