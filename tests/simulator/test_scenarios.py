"""The demo accounts, the way they are served, and what they may import."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter

import pytest

from rcv3_tui.simulator import (
    HOSTILE_NAMES,
    SCENARIOS,
    ManualClock,
    build_scenario,
    build_second_account,
    schema,
)
from rcv3_tui.simulator.serve import serve


def test_small_account_has_one_of_each_kind_of_thing_to_see(now: ManualClock) -> None:
    region = build_scenario("small", now).region()
    nodes = [node for pool in region.pools.values() for node in pool.nodes.values()]
    statuses = Counter(record.status for record in region.public_ips.values())
    statuses.update(node.status for node in nodes)
    assert len(region.servers) == 8
    assert statuses["ADD_FAILED"] == statuses["ADDING"] == 1
    assert statuses.keys() == {"ACTIVE", "ADD_FAILED", "ADDING"}
    free = [item for item in region.public_ips.values() if item.server is None]
    assert [item.retain for item in free] == [True]
    assert any(pool.id != pool.id.lower() for pool in region.pools.values())


def test_small_account_moves_for_a_while_and_settles(now: ManualClock) -> None:
    account = build_scenario("small", now)
    moving = [
        node
        for pool in account.region().pools.values()
        for node in pool.nodes.values()
        if node.status == "ADDING"
    ]
    now.advance(60)
    account.settle()
    assert moving[0].status == "ADDING"
    now.advance(60)
    account.settle()
    assert moving[0].status == "ACTIVE"


def test_trouble_account_has_every_problem(now: ManualClock) -> None:
    region = build_scenario("trouble", now).region()
    records = list(region.public_ips.values())
    assert {record.status for record in records} >= {
        "ADDING",
        "ADD_FAILED",
        "REMOVE_FAILED",
        "REMOVING",
        "UPDATE_FAILED",
        "ACTIVE",
    }
    failed = [record for record in records if record.status == "ADD_FAILED"]
    assert {record.status_detail is None for record in failed} == {True, False}
    assert any(record.server is not None and record.server.deleted for record in records)
    nodes = [node for pool in region.pools.values() for node in pool.nodes.values()]
    assert any(node.server.deleted for node in nodes)
    assert any(node.server.status == "ERROR" for node in nodes)
    assert {server.name for server in region.servers.values()} >= set(HOSTILE_NAMES)
    for record in records:
        schema.public_ip(region, record)


def test_large_account_has_its_size_and_is_made_and_listed_quickly(now: ManualClock) -> None:
    started = time.process_time()
    region = build_scenario("large", now).region()
    made = time.process_time()
    body = schema.join(schema.public_ip(region, record) for record in region.public_ips.values())
    listed = time.process_time()
    assert len(region.servers) == len(region.public_ips) == 10_000
    assert len(region.pools) == 500
    assert sum(len(pool.nodes) for pool in region.pools.values()) == 20_000
    assert len({record.address for record in region.public_ips.values()}) == 10_000
    assert len(body) > 5_000_000
    # Several times what it takes, so that a busy machine does not fail the test.
    assert made - started < 1.5
    assert listed - made < 1.5


def test_regions_account_repeats_names_but_no_address_across_its_regions(now: ManualClock) -> None:
    account = build_scenario("regions", now, regions=("HKG",))
    assert account.regions == ("IAD", "DFW")
    first, second = account.region("IAD"), account.region("DFW")
    names = [{server.name for server in region.servers.values()} for region in (first, second)]
    assert names[0] & names[1] == {"web-01", "web-02", "api-01", "db-01"}
    addresses = [
        {record.address for record in region.public_ips.values() if record.address}
        for region in (first, second)
    ]
    assert all(addresses)
    assert not addresses[0] & addresses[1]
    statuses = {record.status for record in second.public_ips.values()}
    assert statuses == {"ACTIVE", "ADD_FAILED"}


def test_second_account_belongs_to_another_customer(now: ManualClock) -> None:
    first, second = build_scenario("regions", now), build_second_account(now)
    assert second.tenant_id != first.tenant_id
    assert second.username != first.username
    assert second.regions == ("ORD",)
    assert len(second.region().public_ips) == 4


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "large"])
def test_seed_makes_same_account_again(name: str) -> None:
    def ids(seed: int) -> list[str]:
        return list(build_scenario(name, ManualClock(), seed).region().servers)

    assert ids(7) == ids(7)
    assert ids(7) != ids(8)


def test_unknown_scenario_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        ValueError, match="no scenario 'huge'; there are small, trouble, large, regions"
    ):
        build_scenario("huge")
    assert serve("huge") == 2
    assert "no scenario 'huge'" in capsys.readouterr().err


def test_other_regions_are_there_too(now: ManualClock) -> None:
    account = build_scenario("small", now, regions=("IAD", "ORD"))
    assert len(account.region("ORD").networks) == 1
    assert not account.region("ORD").servers


def test_used_port_is_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve("small", port) == 2
    collected = capsys.readouterr()
    assert f"127.0.0.1:{port}" in collected.err
    assert collected.err.count("\n") == 1
    assert collected.out == ""


def test_ctrl_c_ends_served_account_cleanly() -> None:
    code = "import sys; from rcv3_tui.simulator.serve import serve; sys.exit(serve('small'))"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert lines[0].startswith("RackConnect v3.0 simulator (scenario small) on http://127.0.0.1:")
    assert [line.split("=")[0] for line in lines[1:]] == [
        "export RCV3_IDENTITY_URL",
        "export RCV3_USERNAME",
        "export RCV3_API_KEY",
        "export RCV3_REGION",
    ]
    assert (process.returncode, errors) == (0, "")


def test_simulator_shares_nothing_with_program() -> None:
    code = (
        "import sys, rcv3_tui.simulator; "
        "bad = [m for m in sys.modules if m.split('.')[0] in ('httpx', 'textual', 'uvicorn') or "
        "(m.startswith('rcv3_tui.') and not m.startswith('rcv3_tui.simulator'))]; "
        "sys.exit(f'{bad}' if bad else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stderr == ""
