"""Going to other regions and to other profiles' accounts while the console runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.tui.app import ConsoleApp
from tests.support.console import SERVERS, WIDE, Console, settings_for


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
        self.credentials: dict[str, Credentials] = {}
        """The credentials of profiles that do not sign in with an API key."""
        self.broken = ""

    @property
    def names(self) -> Sequence[str]:
        return sorted(self.accounts)

    def settings(self, name: str) -> Settings:
        if self.broken:
            raise ValueError(self.broken)
        made = replace(settings_for(self.accounts[name]), profile=name, regions=("IAD",))
        if (credentials := self.credentials.get(name)) is not None:
            tenant = self.accounts[name].tenant_id
            made = replace(made, credentials=credentials, tenant=tenant)
        return made

    def worker(self, settings: Settings) -> AccountWorker:
        app = create_app(self.accounts[settings.profile])
        return AccountWorker(settings, asgi_app=app, clock=self.clock)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Console]:
        settings = self.settings("acme")
        app = ConsoleApp(
            settings, self.worker(settings), profiles=self, make_worker=self.worker, hold=0
        )
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
        opened = await self.console(console.app, console.pilot)
        # The same hand: its next key comes after its last one.
        opened._hand = max(opened._hand, console._hand)
        return opened


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


async def test_rows_of_several_regions_name_their_region(two: Two) -> None:
    async with two.opened() as console:
        await console.command("region all")
        await console.advance(2)
        assert console.names(SERVERS) == ["acme-dfw", "acme-iad"]
        assert "DFW" in console.row(SERVERS, "acme-dfw")
        await console.command("region IAD")
        await console.advance(2)
        assert console.names(SERVERS) == ["acme-iad"]
        assert "REGION" not in console.lines(SERVERS)[0]


async def test_region_can_be_chosen_from_a_list(two: Two) -> None:
    async with two.opened() as console:
        await console.command("region")
        assert "Show which regions?" in console.screen_text()
        await console.write("dfw")
        await console.press("enter")
        await console.advance(2)
        assert console.names(SERVERS) == ["acme-dfw"]


async def test_operations_of_a_left_region_are_reported(two: Two) -> None:
    async with two.opened() as console:
        await console.go(SERVERS, "acme-iad")
        await console.add()
        await console.command("region DFW")
        assert "1 operation continues in another region" in console.message
        await console.advance(40)
        assert any(
            "add public IP to acme-iad" in shown and "ACTIVE" in shown
            for shown in console.message_texts
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
        await console.add()
        await console.advance(40)
        assert len(two.accounts["other"].region().public_ips) == 1
        assert len(two.accounts["acme"].region("IAD").public_ips) == 0


async def test_token_that_expires_in_the_background_is_asked_for_on_return(two: Two) -> None:
    acme = two.accounts["acme"]
    two.credentials["acme"] = Credentials(token=Secret(acme.new_token().id))
    async with two.opened() as console:
        await console.add()
        await console.advance(2)
        acme.revoke_tokens()
        console = await two.go_to(console, "other")
        await console.advance(40)
        assert any(
            "[acme]" in shown and ":profile acme opens it" in shown
            for shown in console.message_texts
        )
        assert console.app.background_operations

        console = await two.go_to(console, "acme")
        assert console.front == "LoginScreen"
        await console.write(acme.new_token().id)
        await console.press("enter")
        await console.advance(40)
        assert console.front == "ConsoleScreen"
        assert any(
            "add public IP to acme-iad" in shown and "ACTIVE" in shown
            for shown in console.message_texts
        )
        assert len(acme.region("IAD").public_ips) == 1


async def test_operation_of_a_left_account_finishes_and_is_reported(
    two: Two,
) -> None:
    async with two.opened() as console:
        await console.add()
        console = await two.go_to(console, "other")
        assert any("1 operation continues in acme" in shown for shown in console.message_texts)
        assert console.app.background_operations
        await console.press("q")
        assert "1 operation is still running" in console.screen_text()
        await console.press("escape")
        await console.advance(60)
        assert any(
            shown.startswith("[acme] add public IP to acme-iad: ")
            for shown in console.message_texts
        )
        assert not console.app.background_operations
        assert not console.operations
        assert len(two.accounts["acme"].region("IAD").public_ips) == 1


async def test_left_account_is_not_read(two: Two) -> None:
    async with two.opened() as console:
        console = await two.go_to(console, "other")
        before = len(two.accounts["acme"].requests)
        await console.advance(60)
        assert len(two.accounts["acme"].requests) == before


async def test_going_back_finds_the_operation_that_went_on(two: Two) -> None:
    async with two.opened() as console:
        await console.add()
        console = await two.go_to(console, "other")
        console = await two.go_to(console, "acme")
        assert console.names(SERVERS) == ["acme-iad"]
        assert len(console.operations) == 1
        await console.advance(60)
        assert console.row(SERVERS, "acme-iad").count("203.0.113.") == 1
        assert len(two.accounts["acme"].region("IAD").public_ips) == 1


async def test_unreadable_profile_changes_nothing(two: Two) -> None:
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


async def test_unknown_profile_names_the_nearest(two: Two) -> None:
    async with two.opened() as console:
        await console.command("profile ohter")
        assert "there is no profile" in console.message
        assert '"other"' in console.message
        await console.command("profile acme")
        assert "is already open" in console.message_texts[-1]
