"""Two changes at once that would both give the same server an address."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from rcv3_tui.simulator import public_ip_rules
from tests.faults.fast_clock import FastClock
from tests.faults.kinds import ADD_PUBLIC_IP, ASSIGN, MOVE, Case
from tests.faults.running import read_journal, seated
from tests.faults.service import Service
from tests.faults.world import World


@pytest.mark.parametrize(
    ("one", "other"),
    [(ADD_PUBLIC_IP, ASSIGN), (ADD_PUBLIC_IP, MOVE), (ASSIGN, MOVE), (MOVE, ADD_PUBLIC_IP)],
    ids=lambda case: case.name,
)
async def test_one_server_never_gets_two_addresses_even_where_the_service_would_let_it(
    one: Case,
    other: Case,
    served: Service,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    # What the service answers to a second address is not on record: nothing may rest on it.
    monkeypatch.setattr(public_ip_rules, "_check_free", lambda region, server: None)
    world = World(FastClock())
    with served.serving(world.account) as account:
        settings = replace(
            world.settings(account.url, timeout=5.0), state_dir=tmp_path, ca_bundle=tmp_path
        )
        async with seated(settings, world.clock) as seat:
            await seat.live()
            await seat.carry_out([*one.requests(world), *other.requests(world)], tmp_path)
        await account.quiet()
    world.settle()
    addresses = [record.address for record in world.region.ips_of(world.web_01.id)]
    assert len(addresses) == 1
    assert sorted(told.outcome or "" for told in read_journal(tmp_path)) == ["rejected", "settled"]
