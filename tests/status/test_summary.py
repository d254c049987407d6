"""The summary: what needs attention first, what to do about it, then the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rcv3_tui.simulator import Account, build_scenario
from rcv3_tui.status.output import OutputStyle
from tests.support.change_harness import ChangeHarness
from tests.support.status_harness import StatusHarness


@pytest.fixture
def troubled(status_harness: StatusHarness) -> StatusHarness:
    made = StatusHarness(
        build_scenario("trouble", now=status_harness.clock.timestamp), status_harness.clock
    )
    made.account.faults.sleep = status_harness.clock.sleep
    return made


@pytest.fixture
def furnished(account: Account) -> None:
    """A failed address and one that moves."""
    account.add_public_ip(account.add_server("unlucky"), status="ADD_FAILED", age=7200.0)
    moving = account.add_server("on-its-way")
    account.add_public_ip(moving, status="ADDING", age=12.0, moves_after=600.0)
    account.add_public_ip(None, retain=True)


async def test_summary_starts_with_account_and_findings(
    status_harness: StatusHarness, furnished: None
) -> None:
    result = await status_harness.run()
    assert result.lines[0] == "acme  IAD  tenant 123456  2026-01-15T12:00:00Z"
    assert result.lines[2] == "2 things need attention"
    assert result.lines[3].startswith("  failed   public IP of unlucky: ADD_FAILED")
    assert "Remove the failed public IP, then add one to unlucky again." in result.lines[4]
    assert result.code == 1


async def test_transitions_are_listed_with_their_seconds(
    status_harness: StatusHarness, furnished: None
) -> None:
    result = await status_harness.run()
    assert "  moving   the address of on-its-way: ADDING 12s" in result.lines


async def test_counts_are_by_kind_and_state(status_harness: StatusHarness, furnished: None) -> None:
    result = await status_harness.run()
    rows = {line[:11].strip(): line.split()[-5:] for line in result.lines[-7:]}
    assert rows["Servers"] == ["2", "2", "0", "0", "0"]
    assert rows["Public IPs"] == ["3", "1", "1", "1", "0"]
    assert result.lines[-1] == "1 of 5 retained addresses in use"


async def test_healthy_account_says_so(status_harness: StatusHarness) -> None:
    result = await status_harness.run()
    assert result.lines[2] == "Nothing needs attention"
    assert result.code == 0


async def test_pipe_gets_every_finding_with_its_next_step(troubled: StatusHarness) -> None:
    result = await troubled.run()
    findings = [line for line in result.lines if line[2:9] in ("failed ", "warning", "note   ")]
    assert len(findings) > 15
    assert "more" not in result.out.partition("attention")[2].split()
    assert result.code == 1


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (20, 24), (80, 12)])
async def test_terminal_gets_one_screen(troubled: StatusHarness, columns: int, rows: int) -> None:
    troubled.looks = OutputStyle(is_terminal=True, columns=columns, rows=rows)
    result = await troubled.run()
    assert len(result.lines) <= max(rows - 1, 14)
    assert "need" in result.lines[2]
    assert any(line.startswith("Servers") for line in result.lines)


async def test_overflowing_findings_are_counted(troubled: StatusHarness) -> None:
    troubled.looks = OutputStyle(is_terminal=True, columns=80, rows=24)
    result = await troubled.run()
    assert any(line.strip().startswith("and ") and line.endswith("more") for line in result.lines)


async def test_json_contains_findings_transitions_and_counts(
    status_harness: StatusHarness, furnished: None
) -> None:
    result = await status_harness.run(form="json")
    found = result.json
    assert [entry["severity"] for entry in found["attention"]] == ["failed", "note"]
    assert found["attention"][0]["resource"] == "public_ips"
    assert found["attention"][0]["next_step"]
    (moving,) = found["moving"]
    assert moving["status"] == "ADDING"
    (region,) = found["regions"]
    assert region["public_ips"] == {
        "total": 3,
        "by_status": {"ACTIVE": 1, "ADDING": 1, "ADD_FAILED": 1},
        "retained": 1,
        "unassigned": 1,
    }
    assert region["errors"] == []
    one_line = await status_harness.run(form="ndjson")
    assert json.loads(one_line.out)["regions"] == found["regions"]


async def test_csv_contains_the_counts(status_harness: StatusHarness, furnished: None) -> None:
    result = await status_harness.run(form="csv")
    assert result.lines[0] == "what,total,active,moving,failed,off"
    assert result.lines[2] == "Public IPs,3,1,1,1,0"


async def test_summary_lists_a_drained_server_with_its_note(
    status_harness: StatusHarness, tmp_path: Path
) -> None:
    account = status_harness.account
    servers = [account.add_server(f"web-0{number}") for number in (1, 2, 3)]
    pool = account.add_pool("web-80")
    for server in servers:
        account.add_node(pool, server)
    change = ChangeHarness(account, status_harness.clock)
    change.set(state_dir=tmp_path)
    await change.run("server drain", "web-01", yes=True, note="CHG-1234")
    status_harness.set(state_dir=tmp_path)

    result = await status_harness.run()

    assert "drained by" in result.out
    assert "(CHG-1234); missing from web-80" in result.out
    assert "restore" in result.out
    assert result.code == 1


async def test_filter_finds_drained_servers_and_reads_only_the_pools_they_left(
    status_harness: StatusHarness, tmp_path: Path
) -> None:
    account = status_harness.account
    servers = [account.add_server(f"web-0{number}") for number in (1, 2, 3)]
    pool, other = account.add_pool("web-80"), account.add_pool("web-81")
    for server in servers:
        account.add_node(pool, server)
    account.add_node(other, servers[2])
    change = ChangeHarness(account, status_harness.clock)
    change.set(state_dir=tmp_path)
    await change.run("server drain", "web-01", yes=True)
    status_harness.set(state_dir=tmp_path)
    account.requests.clear()

    drained = await status_harness.run("servers", filter="drained:yes", columns=("name",))
    asked = [path for path in status_harness.requests() if "/nodes" in path]
    others = await status_harness.run("servers", filter="drained:no", columns=("name",))

    assert drained.lines[1:] == ["web-01"]
    assert len(asked) == 1
    assert pool.id in asked[0]
    assert others.lines[1:] == ["web-02", "web-03"]
