"""Going to other regions and to other profiles' accounts while the console runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync.worker import Worker
from rcv3_tui.tui.app import ConsoleApp
from tests.tui.builders import SERVERS, WIDE, Console, settings_for


def account_with(clock: ManualClock, server: str, *regions: str, tenant: str) -> Account:
    account = Account(now=clock.timestamp, regions=regions)
    account.tenant_id = tenant
    account.jitter = 0.0
    for region in regions:
        account.add_network(region=region)
        account.add_server(f"{server}-{region.lower()}", region=region)
    return account


class Two:
    """Two accounts, each with its profile, and what makes workers for them."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.accounts = {
            "acme": account_with(clock, "acme", "IAD", "DFW", tenant="111111"),
            "other": account_with(clock, "other", "IAD", tenant="222222"),
        }
        self.broken = ""

    @property
    def names(self) -> Sequence[str]:
        return sorted(self.accounts)

    def settings(self, name: str) -> Settings:
        if self.broken:
            raise ValueError(self.broken)
        return replace(settings_for(self.accounts[name]), profile=name, regions=("IAD",))

    def worker(self, settings: Settings) -> Worker:
        app = create_app(self.accounts[settings.profile])
        return Worker(settings, asgi_app=app, clock=self.clock)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Console]:
        settings = self.settings("acme")
        app = ConsoleApp(settings, self.worker(settings), profiles=self, make_worker=self.worker)
        async with app.run_test(size=WIDE) as pilot:
            yield await self.console(app, pilot)

    async def console(self, app: ConsoleApp, pilot: object) -> Console:
        account = self.accounts[app.settings.profile]
        console = Console(app, pilot, account, self.clock)  # type: ignore[arg-type]
        await console.settle()
        await console.advance(2)
        return console

    async def go_to(self, console: Console, name: str) -> Console:
        """Open another profile, and give its console."""
        await console.command(f"profile {name}")
        for _ in range(100):
            await console.pilot.pause(0.01)
            if console.app.settings.profile == name:
                break
        return await self.console(console.app, console.pilot)


@pytest.fixture
def two(clock: ManualClock) -> Two:
    return Two(clock)


# -- regions ----------------------------------------------------------------------------------


async def test_another_region_takes_the_place_of_the_first(two: Two) -> None:
    async with two.opened() as console:
        await console.command("region dfw")
        await console.advance(2)
        assert console.names(SERVERS) == ["acme-dfw"]
        assert "DFW" in console.header
        assert "IAD" not in console.header


async def test_several_regions_stand_together_and_each_row_names_its_own(two: Two) -> None:
    async with two.opened() as console:
        await console.command("region all")
        await console.advance(2)
        assert console.names(SERVERS) == ["acme-dfw", "acme-iad"]
        assert "DFW" in console.row(SERVERS, "acme-dfw")
        await console.command("region IAD")
        await console.advance(2)
        assert console.names(SERVERS) == ["acme-iad"]
        assert "REGION" not in console.lines(SERVERS)[0]


async def test_a_region_can_be_chosen_from_a_list(two: Two) -> None:
    async with two.opened() as console:
        await console.command("region")
        assert "Show which regions?" in console.screen_text()
        await console.write("dfw")
        await console.press("enter")
        await console.advance(2)
        assert console.names(SERVERS) == ["acme-dfw"]


async def test_what_is_under_way_in_the_region_that_is_left_is_told(two: Two) -> None:
    async with two.opened() as console:
        await console.go(SERVERS, "acme-iad")
        await console.press("a")
        await console.command("region DFW")
        assert "1 operation elsewhere goes on" in console.message
        await console.advance(40)
        assert any(
            "add public IP to acme-iad" in said and "ACTIVE" in said for said in console.said
        )


# -- profiles ---------------------------------------------------------------------------------


async def test_another_profile_opens_its_account_and_nothing_of_the_first_is_left(
    two: Two,
) -> None:
    async with two.opened() as console:
        await console.press("space")
        console = await two.go_to(console, "other")
        assert console.names(SERVERS) == ["other-iad"]
        assert "222222" in console.header
        assert "111111" not in console.screen_text()
        assert "acme" not in console.header
        assert not console.table(SERVERS).marks


async def test_changes_go_to_the_account_that_is_open(two: Two) -> None:
    async with two.opened() as console:
        console = await two.go_to(console, "other")
        await console.press("a")
        await console.advance(40)
        assert len(two.accounts["other"].region().public_ips) == 1
        assert len(two.accounts["acme"].region("IAD").public_ips) == 0


async def test_what_is_under_way_in_the_account_that_is_left_is_seen_through_and_told(
    two: Two,
) -> None:
    async with two.opened() as console:
        await console.press("a")
        console = await two.go_to(console, "other")
        assert any("1 operation goes on in acme" in said for said in console.said)
        assert console.app.under_way_behind
        await console.press("q")
        assert "1 operation has not settled yet" in console.screen_text()
        await console.press("escape")
        await console.advance(60)
        assert any(said.startswith("[acme] add public IP to acme-iad: ") for said in console.said)
        assert not console.app.under_way_behind
        assert not console.operations
        assert len(two.accounts["acme"].region("IAD").public_ips) == 1


async def test_the_account_that_was_left_is_not_read_any_more(two: Two) -> None:
    async with two.opened() as console:
        console = await two.go_to(console, "other")
        before = len(two.accounts["acme"].requests)
        await console.advance(60)
        assert len(two.accounts["acme"].requests) == before


async def test_going_back_finds_the_operation_that_went_on(two: Two) -> None:
    async with two.opened() as console:
        await console.press("a")
        console = await two.go_to(console, "other")
        console = await two.go_to(console, "acme")
        assert console.names(SERVERS) == ["acme-iad"]
        assert len(console.operations) == 1
        await console.advance(60)
        assert console.row(SERVERS, "acme-iad").count("203.0.113.") == 1
        assert len(two.accounts["acme"].region("IAD").public_ips) == 1


async def test_a_profile_that_cannot_be_read_leaves_everything_as_it_was(two: Two) -> None:
    async with two.opened() as console:
        two.broken = '~/config.toml:7: the program "pass" was not found on PATH'
        await console.command("profile other")
        for _ in range(20):
            await console.pilot.pause(0.01)
        assert two.broken in console.message
        assert console.names(SERVERS) == ["acme-iad"]


async def test_credentials_that_are_refused_open_the_login_screen(two: Two) -> None:
    async with two.opened() as console:
        wrong = Credentials("demo", api_key=Secret("wrong-wrong-wrong-wrong"))
        settings = replace(two.settings("other"), credentials=wrong)
        console.app.open_account(settings)
        await console.settle()
        for _ in range(5):
            await console.pilot.pause()
        assert console.front == "LoginScreen"
        assert console.app.return_code is None


async def test_an_unknown_profile_names_the_nearest(two: Two) -> None:
    async with two.opened() as console:
        await console.command("profile ohter")
        assert "there is no profile" in console.message
        assert '"other"' in console.message
        await console.command("profile acme")
        assert "is open already" in console.said[-1]
