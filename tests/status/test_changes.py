"""`status changes`: what changed, as of now, and what is recorded where nothing can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.changes import ChangeKind, ResourceChange
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.simulator import Account, Fault, Server
from rcv3_tui.status.options import InvalidOption
from rcv3_tui.status.since import parse_since
from rcv3_tui.sync.storage.change_log import ChangeLog
from tests.support.status_harness import StatusHarness, columns

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def web(account: Account, status_harness: StatusHarness, tmp_path: Path) -> Server:
    """Return one of two servers; the other one is in a pool."""
    status_harness.set(state_dir=tmp_path / "state", cache_dir=tmp_path / "cache")
    found = account.add_server("web")
    account.add_node(account.add_pool("front"), account.add_server("db"))
    return found


def set_status(account: Account, server: Server, status: str) -> None:
    server.status = status
    account.region(account.regions[0]).touch_server(server)


async def test_first_run_has_nothing_to_compare_with(
    status_harness: StatusHarness, web: Server
) -> None:
    result = await status_harness.run("changes", "json")

    assert result.json == []
    assert result.code is ExitCode.OK
    assert "there is no earlier reading to compare with; the next run is compared" in result.err


async def test_first_run_prints_no_header_without_rows(
    status_harness: StatusHarness, web: Server
) -> None:
    assert (await status_harness.run("changes", since="1h")).out == ""
    assert (await status_harness.run("changes", since="1h")).out.startswith("WHEN")


async def test_difference_to_the_last_reading_is_printed_and_recorded(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    await status_harness.run("changes")
    await status_harness.pass_time(60)
    set_status(account, web, "ERROR")

    result = await status_harness.run("changes")
    assert result.lines[0].split() == [
        "WHEN", "RESOURCE", "NAME", "CHANGE", "FROM", "TO", "BY"
    ]  # fmt: skip
    assert columns(result, 1, 2, 3, 4, 5, 6) == [
        ("server", "web", "status", "ACTIVE", "ERROR", "elsewhere")
    ]
    assert result.code == ExitCode.OK
    assert (await status_harness.run("changes")).out == result.out


async def test_public_ip_without_address_names_its_resource_once(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    await status_harness.run("changes")
    await status_harness.pass_time(60)
    account.add_public_ip(web, status="ADD_FAILED", address=None)

    result = await status_harness.run("changes")
    assert result.out.count("public IP") == 1
    assert " of web" in result.out
    (change,) = (await status_harness.run("changes", "json")).json
    assert (change["resource"], change["name"]) == ("public IP", "public IP of web")


async def test_status_that_changes_back_is_printed_again(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    await status_harness.run("changes")
    for status in ("ERROR", "ACTIVE"):
        await status_harness.pass_time(60)
        set_status(account, web, status)
        result = await status_harness.run("changes")

    assert columns(result, 4, 5) == [("ERROR", "ACTIVE"), ("ACTIVE", "ERROR")]


async def test_json_has_every_field_and_nulls(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    await status_harness.run("changes")
    await status_harness.pass_time(60)
    account.delete_server(web.id)

    (change,) = (await status_harness.run("changes", "json")).json
    assert change["name"] == "web"
    assert change["change"] == "gone"
    assert (change["from"], change["to"], change["operation"]) == ("ACTIVE", None, None)
    assert change["since"] < change["at"]
    assert list(change) == [
        "at", "since", "resource", "id", "name", "change", "from", "to", "by", "operation",
        "region",
    ]  # fmt: skip


async def test_changes_are_filtered_selected_and_limited_in_time(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    await status_harness.run("changes")
    await status_harness.pass_time(60)
    set_status(account, web, "ERROR")
    await status_harness.run("changes")
    await status_harness.pass_time(120)
    account.delete_server(web.id)

    result = await status_harness.run("changes", "csv", columns=("name,to",), filter="status:error")
    assert result.lines == ["name,to", "web,ERROR"]
    result = await status_harness.run("changes", "ndjson", since="90s")
    assert [line for line in result.lines if '"change":"gone"' in line] == result.lines
    result = await status_harness.run("changes", "csv", header=False)
    assert len(result.lines) == 2


async def test_changed_node_counts_are_read_first(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    pools = [account.add_pool(f"pool-{number:02d}") for number in range(13)]
    large = account.add_pool("zz-large", external=9)
    await status_harness.run("changes", complete=True)
    await status_harness.pass_time(120)
    account.add_node(large, web)

    result = await status_harness.run("changes")
    assert len(pools) > 12
    assert columns(result, 2, 3, 4) == [("node", "web", "in")]
    assert "zz-large" in result.out
    assert "the nodes of 3 pools were not read" in result.err


async def test_unreachable_service_leaves_the_recorded_changes(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    await status_harness.run("changes")
    await status_harness.pass_time(60)
    set_status(account, web, "ERROR")
    before = await status_harness.run("changes")
    account.faults.add(Fault.drop())

    result = await status_harness.run("changes")
    assert result.out == before.out
    assert result.code == ExitCode.UNREACHABLE
    assert "only recorded changes are listed, the newest from 2026-" in result.err


async def test_list_that_fails_is_reported_and_yields_no_change(
    status_harness: StatusHarness, account: Account, web: Server
) -> None:
    await status_harness.run("changes")
    await status_harness.pass_time(60)
    account.faults.add(Fault.status(500, path="/servers"))

    result = await status_harness.run("changes", "json")
    assert result.json == []
    assert result.code == ExitCode.SERVICE_ERROR


async def test_dropped_changes_are_reported(
    status_harness: StatusHarness, web: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = status_harness.settings.state_dir
    assert directory is not None
    monkeypatch.setattr("rcv3_tui.sync.storage.change_log.MAX_BYTES", 4_000)
    log = ChangeLog(directory, tenant=status_harness.account.tenant_id, profile="acme")
    for number in range(40):
        change = ResourceChange(
            status_harness.clock.now() - timedelta(seconds=100 - number),
            "IAD",
            ResourceKind.SERVERS,
            f"id-{number}",
            ChangeKind.STATUS,
            after="ERROR",
        )
        log.add([change])

    assert "are no longer recorded" in (await status_harness.run("changes")).err
    assert "are no longer" not in (await status_harness.run("changes", since="0s")).err


async def test_region_without_cache_or_state_prints_no_changes(
    status_harness: StatusHarness, account: Account
) -> None:
    account.add_server("web")

    result = await status_harness.run("changes", "json")
    assert result.json == []
    assert result.code == ExitCode.OK


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"watch": 5.0}, "--watch does not go with changes"),
        ({"wait": 0.0}, "--wait does not go with changes"),
        ({"pools": ("front",)}, "--pool does not go with changes"),
        ({"since": "yesterday"}, '"yesterday" is no time; write 2h, 14:02'),
        ({"columns": ("statsu",)}, "changes have no column"),
        ({"filter": "tow:x"}, "--filter: column 1"),
        ({"filter": "!"}, "incomplete filter"),
    ],
)
async def test_contradictory_options_are_rejected(
    status_harness: StatusHarness, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidOption, match=message):
        await status_harness.run("changes", **asked)


async def test_since_goes_with_changes_only(status_harness: StatusHarness) -> None:
    with pytest.raises(InvalidOption, match="--since goes with changes"):
        await status_harness.run("ips", since="2h")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("1h30m", NOW - timedelta(minutes=90)),
        ("11:30", NOW - timedelta(minutes=30)),
        ("12:01", NOW - timedelta(minutes=23 * 60 + 59)),
        ("2026-01-14T14:02Z", datetime(2026, 1, 14, 14, 2, tzinfo=UTC)),
        ("2026-01-14T14:02+02:00", datetime(2026, 1, 14, 12, 2, tzinfo=UTC)),
        ("2026-01-14", datetime(2026, 1, 14, tzinfo=UTC)),
    ],
)
def test_since_takes_durations_times_and_dates(text: str, expected: datetime) -> None:
    assert parse_since(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "25:00", "2x", "999999999999y", "0000-01-01"])
def test_since_rejects_invalid_times(text: str) -> None:
    with pytest.raises(InvalidOption):
        parse_since(text, NOW)
