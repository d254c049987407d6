"""Where the regions of an open account are, and what is said where they are nowhere."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.api.errors import CredentialsRefused, NoRackConnect, RegionUnavailable
from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.api.service_catalog import Endpoint, ServiceCatalog
from rcv3_tui.settings import (
    ALL_REGIONS,
    UK_IDENTITY,
    US_IDENTITY,
    Credentials,
    Secret,
    Settings,
)
from rcv3_tui.simulator import Account
from rcv3_tui.sync.connect import describe_sign_in_error, endpoints_of, select_regions
from rcv3_tui.sync.events import SignInProblem, WarningRaised
from tests.support.sync_harness import SyncHarness

BARE = TokenGrant(
    token=Secret("t"),
    expires=None,
    tenant_id="111111",
    user_name="ops",
    default_region="IAD",
    catalog=ServiceCatalog(),
)
IN_ORD = ServiceCatalog((Endpoint("rackconnect", "rax:rackconnect", "ORD", "https://o/v3/111111"),))
GUESS = "https://iad.rackconnect.api.rackspacecloud.com/v3/111111"


def failure(access: TokenGrant, settings: Settings) -> str:
    with pytest.raises(RegionUnavailable) as caught:
        for name in select_regions(settings.regions, access):
            endpoints_of(name, access, settings)
    failed = describe_sign_in_error(caught.value, settings, Credentials("ops"))
    assert failed.problem is SignInProblem.REGION
    return failed.message


def test_documented_address_is_tried_for_region_that_operator_names() -> None:
    assert endpoints_of("IAD", BARE, Settings(regions=("IAD",)))[0] == GUESS


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(regions=(ALL_REGIONS,)),
        Settings(regions=("IAD",), regions_are_borrowed=True),
        Settings(regions=("IAD",), identity_url="https://id.example/v2.0"),
        Settings(identity_url=UK_IDENTITY),
    ],
)
def test_no_address_is_guessed_otherwise(settings: Settings) -> None:
    message = failure(BARE, settings)

    assert "tenant 111111 has no RackConnect v3.0 in the service catalog" in message
    assert "no role rackconnect:v3-REGION" in message


def test_message_suggests_region_where_guess_is_possible() -> None:
    assert failure(BARE, Settings()).endswith("with --region IAD")
    role = replace(BARE, rackconnect_roles=("SYD",))
    assert failure(role, Settings()).endswith("with --region SYD")
    elsewhere = Settings(identity_url="https://id.example/v2.0")
    assert "--region" not in failure(BARE, elsewhere)


def test_region_that_account_lacks_is_never_guessed_where_it_has_others() -> None:
    access = replace(BARE, catalog=IN_ORD)

    with pytest.raises(RegionUnavailable, match="regions that have it: ORD") as caught:
        endpoints_of("IAD", access, Settings(regions=("IAD",)))

    assert not isinstance(caught.value, NoRackConnect)


async def test_guess_is_announced_as_one(sync_harness: SyncHarness, account: Account) -> None:
    account.has_rackconnect = False
    sync_harness.set(identity_url=US_IDENTITY)
    await sync_harness.start()

    (warning,) = [change for change in sync_harness.changes if isinstance(change, WarningRaised)]
    assert warning.message.startswith("IAD: the service catalog has no RackConnect v3.0")
    assert "iad.rackconnect.api.rackspacecloud.com is a guess" in warning.message


async def test_nothing_is_sent_to_guess_without_named_region(
    sync_harness: SyncHarness, account: Account
) -> None:
    account.has_rackconnect = False
    sync_harness.set(identity_url=US_IDENTITY, regions=())
    await sync_harness.start()

    assert [failure.problem for failure in sync_harness.failures] == [SignInProblem.REGION]
    assert len(account.requests) == 1


async def test_tenant_of_settings_is_signed_in_to(
    sync_harness: SyncHarness, account: Account
) -> None:
    sync_harness.set(tenant="999999")
    await sync_harness.start()

    (failure,) = sync_harness.failures
    assert "Tenant with Name/Id: '999999' is not valid for User" in failure.message
    assert len(account.requests) == 1


async def test_other_regions_are_named_once_they_are_typed(sync_harness: SyncHarness) -> None:
    sync_harness.set(regions_are_borrowed=True)
    await sync_harness.start()

    sync_harness.worker.show_regions(("DFW",))

    assert not sync_harness.worker.settings.regions_are_borrowed


@pytest.mark.parametrize(("tenant", "named"), [("111111", " for tenant 111111"), (None, "")])
def test_refused_credentials_name_tenant_that_they_were_meant_for(
    tenant: str | None, named: str
) -> None:
    refused = CredentialsRefused("No such user.")
    credentials = Credentials("ops", api_key=Secret("k"))
    failed = describe_sign_in_error(refused, Settings(tenant=tenant), credentials)
    assert failed.problem is SignInProblem.CREDENTIALS
    assert f"rejected user ops and API key{named}: No such user." in failed.message
