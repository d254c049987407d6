"""The summary: what needs attention first, what to do about it, then the figures."""

from __future__ import annotations

import json

import pytest

from rcv3_tui.oneshot.out import Looks
from rcv3_tui.simulator import Account, scenario
from tests.oneshot.desk import Desk


@pytest.fixture
def troubled(desk: Desk) -> Desk:
    made = Desk(scenario("trouble", now=desk.clock.timestamp), desk.clock)
    made.account.faults.sleep = desk.clock.sleep
    return made


@pytest.fixture
def furnished(account: Account) -> None:
    """A failed address and one that moves."""
    account.add_public_ip(account.add_server("unlucky"), status="ADD_FAILED", age=7200.0)
    moving = account.add_server("on-its-way")
    account.add_public_ip(moving, status="ADDING", age=12.0, moves_after=600.0)
    account.add_public_ip(None, retain=True)


async def test_it_leads_with_whose_account_it_is_and_what_is_wrong(
    desk: Desk, furnished: None
) -> None:
    said = await desk.ask()
    assert said.lines[0] == "acme  IAD  tenant 123456  2026-01-15T12:00:00Z"
    assert said.lines[2] == "2 things need attention"
    assert said.lines[3].startswith("  failed   public IP of unlucky: ADD_FAILED")
    assert "Remove the failed public IP, then add one to unlucky again." in said.lines[4]
    assert said.code == 1


async def test_what_moves_is_told_with_its_seconds(desk: Desk, furnished: None) -> None:
    said = await desk.ask()
    assert "  moving   the address of on-its-way: ADDING 12s" in said.lines


async def test_the_figures_count_by_kind_and_state(desk: Desk, furnished: None) -> None:
    said = await desk.ask()
    rows = {line[:11].strip(): line.split()[-5:] for line in said.lines[-7:]}
    assert rows["Servers"] == ["2", "2", "0", "0", "0"]
    assert rows["Public IPs"] == ["3", "1", "1", "1", "0"]
    assert said.lines[-1] == "1 of 5 retained addresses in use"


async def test_with_nothing_wrong_it_says_so(desk: Desk) -> None:
    said = await desk.ask()
    assert said.lines[2] == "Nothing needs attention"
    assert said.code == 0


async def test_a_pipe_gets_every_finding_with_its_next_step(troubled: Desk) -> None:
    said = await troubled.ask()
    findings = [line for line in said.lines if line[2:9] in ("failed ", "warning", "note   ")]
    assert len(findings) > 15
    assert "more" not in said.out.partition("attention")[2].split()
    assert said.code == 1


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (20, 24), (80, 12)])
async def test_a_terminal_gets_one_screen(troubled: Desk, columns: int, rows: int) -> None:
    troubled.looks = Looks(is_terminal=True, columns=columns, rows=rows)
    said = await troubled.ask()
    assert len(said.lines) <= max(rows - 1, 14)
    assert "need" in said.lines[2]
    assert any(line.startswith("Servers") for line in said.lines)


async def test_where_not_all_fits_it_says_how_much_is_left(troubled: Desk) -> None:
    troubled.looks = Looks(is_terminal=True, columns=80, rows=24)
    said = await troubled.ask()
    assert any(line.strip().startswith("and ") and line.endswith("more") for line in said.lines)


async def test_json_has_findings_moves_and_figures(desk: Desk, furnished: None) -> None:
    said = await desk.ask(form="json")
    found = said.json
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
    one_line = await desk.ask(form="ndjson")
    assert json.loads(one_line.out)["regions"] == found["regions"]


async def test_csv_has_the_figures(desk: Desk, furnished: None) -> None:
    said = await desk.ask(form="csv")
    assert said.lines[0] == "what,total,active,moving,failed,off"
    assert said.lines[2] == "Public IPs,3,1,1,1,0"
