"""`-f prometheus` and `-f nagios`: read by parsers, and honest about what was not read."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault, build_scenario
from rcv3_tui.status.options import FailOn, InvalidOption
from tests.support.running import run
from tests.support.status_harness import StatusHarness, StatusResult

parser = pytest.importorskip("prometheus_client.parser")

Key = tuple[str, ...]


def samples(text: str, name: str, *labels: str) -> dict[Key, float]:
    """Return the samples of a metric by the values of some labels, read by Prometheus' client."""
    assert text.endswith("\n")
    found = {
        tuple(sample.labels.get(label, "") for label in labels): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }
    for family in parser.text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation
    return found


@dataclass
class Check:
    """The output of a plug-in, read as the Monitoring Plugins' guidelines have it."""

    state: str
    text: str
    data: Mapping[str, str]


_DATUM = re.compile(
    r"(?P<label>'[^'=]+'|[^'=\s]+)=(?P<value>-?[0-9]+(?:\.[0-9]+)?(?:s|%|B|c)?|U)"
    r"(?:;[^;\s]*){0,2}(?:;-?[0-9.]*)?(?:;-?[0-9.]*)?"
)


def check(result: StatusResult) -> Check:
    assert result.out.count("\n") == 1
    text, bar, performance = result.out.rstrip("\n").partition(" | ")
    assert bar
    assert "|" not in text + performance
    found = re.fullmatch(r"RCV3 (OK|WARNING|CRITICAL|UNKNOWN) - (.+)", text)
    assert found is not None
    assert ("OK", "WARNING", "CRITICAL", "UNKNOWN")[result.code] == found[1]
    data = [_DATUM.fullmatch(word) for word in performance.split(" ")]
    assert all(data), performance
    return Check(found[1], found[2], {each["label"]: each["value"] for each in data if each})


@pytest.fixture
def troubled(status_harness: StatusHarness) -> StatusHarness:
    account = build_scenario("trouble", now=status_harness.clock.timestamp)
    account.faults.sleep = status_harness.clock.sleep
    return StatusHarness(account, status_harness.clock)


@pytest.fixture
def healthy_account(account: Account) -> None:
    """An account in which nothing needs attention."""
    pool = account.add_pool("web-80")
    for name in ("web-01", "web-02"):
        server = account.add_server(name)
        account.add_public_ip(server)
        account.add_node(pool, server)


def add_pools(account: Account, count: int) -> None:
    for number in range(count):
        pool = account.add_pool(f"pool-{number:02d}")
        for name in ("a", "b"):
            account.add_node(pool, account.add_server(f"{name}-{number:02d}"))


# -- Prometheus ----------------------------------------------------------------------------------


async def test_resources_are_counted_by_status(
    status_harness: StatusHarness, healthy_account: None, account: Account
) -> None:
    account.add_public_ip(account.add_server("unlucky"), status="ADD_FAILED", age=7200.0)
    result = await status_harness.run(form="prometheus")

    found = samples(result.out, "rcv3_resources", "profile", "region", "resource", "status")
    assert found["acme", "IAD", "public_ips", "ACTIVE"] == 2
    assert found["acme", "IAD", "public_ips", "ADD_FAILED"] == 1
    assert found["acme", "IAD", "public_ips", "REMOVE_FAILED"] == 0
    assert found["acme", "IAD", "cloud_servers", "ACTIVE"] == 3
    assert found["acme", "IAD", "nodes", "ACTIVE"] == 2
    assert found["acme", "IAD", "load_balancer_pools", "ACTIVE"] == 1
    assert found["acme", "IAD", "cloud_networks", ""] == 1
    assert samples(result.out, "rcv3_findings", "level") == {
        ("failed",): 1,
        ("unknown",): 0,
        ("warning",): 0,
        ("note",): 0,
    }
    assert samples(result.out, "rcv3_up", "region") == {("IAD",): 1}
    assert result.code == 1


async def test_findings_requests_and_age_are_those_of_the_summary(
    troubled: StatusHarness,
) -> None:
    summary = (await troubled.run(form="json")).json
    result = await troubled.run(form="prometheus")

    levels = samples(result.out, "rcv3_findings", "level")
    for level in ("failed", "unknown", "warning", "note"):
        assert levels[level,] == sum(f["severity"] == level for f in summary["attention"])
    used = samples(result.out, "rcv3_requests_used", "region")
    assert used["IAD",] == len(troubled.requests()) - 8
    assert samples(result.out, "rcv3_requests_limit", "region") == {("IAD",): 30}
    ages = samples(result.out, "rcv3_data_age_seconds", "resource")
    assert set(ages) == {
        (name,)
        for name in (
            "cloud_servers",
            "public_ips",
            "load_balancer_pools",
            "nodes",
            "cloud_networks",
        )
    }


async def test_each_region_has_its_own_series(clock: ManualClock) -> None:
    account = Account(regions=("IAD", "DFW"), now=clock.timestamp)
    account.faults.sleep = clock.sleep
    harness = StatusHarness(account, clock)
    account.add_server("near")
    account.add_server("far", region="DFW")
    harness.set(regions=("ALL",))
    account.faults.add(Fault.status(500, path="/dfw/rackconnect/", times=100))
    result = await harness.run(form="prometheus")

    assert samples(result.out, "rcv3_up", "region") == {("IAD",): 1, ("DFW",): 0}
    found = samples(result.out, "rcv3_resources", "region", "resource", "status")
    assert found["DFW", "cloud_servers", "ACTIVE"] == 1
    assert not any(key[:2] == ("DFW", "public_ips") for key in found)
    assert samples(result.out, "rcv3_data_age_seconds", "region", "resource").keys() >= {
        ("IAD", "nodes"),
        ("DFW", "cloud_servers"),
    }


@pytest.mark.parametrize(
    ("regions", "expected"),
    [((), {("acme", ""): 0}), (("IAD", "DFW"), {("acme", "IAD"): 0, ("acme", "DFW"): 0})],
)
async def test_service_that_is_down_leaves_a_valid_file_without_zeros_for_resources(
    status_harness: StatusHarness, regions: tuple[str, ...], expected: dict[Key, float]
) -> None:
    status_harness.set(regions=regions)
    status_harness.account.faults.add(Fault.status(503, path="/tokens", times=100))
    result = await status_harness.run(form="prometheus")

    assert samples(result.out, "rcv3_up", "profile", "region") == expected
    names = {f.name for f in parser.text_string_to_metric_families(result.out)}
    assert names == {"rcv3_up"}
    assert result.code == 5
    assert "503" in result.err


async def test_rackconnect_that_is_down_has_no_figure_for_what_was_not_read(
    status_harness: StatusHarness, healthy_account: None
) -> None:
    status_harness.account.faults.add(Fault.drop(path="/rackconnect/", times=100))
    result = await status_harness.run(form="prometheus")

    assert samples(result.out, "rcv3_up", "region") == {("IAD",): 0}
    assert samples(result.out, "rcv3_complete", "region") == {("IAD",): 0}
    resources = {key[0] for key in samples(result.out, "rcv3_resources", "resource", "status")}
    assert resources == {"cloud_servers"}
    levels = samples(result.out, "rcv3_findings", "level")
    assert set(levels) == {("unknown",)}
    assert levels["unknown",] >= 1
    assert samples(result.out, "rcv3_pools_unread", "region") == {}
    assert result.code == 4


async def test_pool_without_node_list_leaves_the_service_up_and_the_data_incomplete(
    status_harness: StatusHarness, healthy_account: None
) -> None:
    status_harness.account.faults.add(Fault.status(404, path="/nodes", times=100))
    result = await status_harness.run(form="prometheus")

    assert samples(result.out, "rcv3_up", "region") == {("IAD",): 1}
    assert samples(result.out, "rcv3_complete", "region") == {("IAD",): 0}
    assert samples(result.out, "rcv3_pools_unread", "region") == {("IAD",): 1}
    assert "--complete" not in (await status_harness.run(complete=True)).out


async def test_unread_nodes_are_counted_as_unread_and_never_as_zero(
    status_harness: StatusHarness, account: Account
) -> None:
    add_pools(account, 15)
    result = await status_harness.run(form="prometheus")

    assert samples(result.out, "rcv3_pools_unread", "region") == {("IAD",): 3}
    resources = {key[0] for key in samples(result.out, "rcv3_resources", "resource", "status")}
    assert "nodes" not in resources
    assert samples(result.out, "rcv3_complete", "region") == {("IAD",): 0}

    complete = await status_harness.run(form="prometheus", complete=True)
    assert samples(complete.out, "rcv3_pools_unread", "region") == {("IAD",): 0}
    found = samples(complete.out, "rcv3_resources", "resource", "status")
    assert found["nodes", "ACTIVE"] == 30


async def test_hostile_text_stays_inside_its_label(
    status_harness: StatusHarness, account: Account
) -> None:
    status_harness.set(profile='a"b\\c\nd')
    account.add_public_ip(account.add_server("x"), status='BAD"} 1\nrcv3_up 1')
    result = await status_harness.run(form="prometheus")

    (profile,) = {key[0] for key in samples(result.out, "rcv3_up", "profile")}
    assert profile == 'a"b\\c\nd'
    assert len(samples(result.out, "rcv3_up", "region")) == 1
    statuses = {key[0] for key in samples(result.out, "rcv3_resources", "status")}
    assert any(status.startswith('BAD"}') for status in statuses)


# -- Nagios --------------------------------------------------------------------------------------


async def test_healthy_account_is_ok_with_its_figures(
    status_harness: StatusHarness, healthy_account: None
) -> None:
    result = check(await status_harness.run(form="nagios"))

    assert (result.state, result.text) == ("OK", "nothing needs attention")
    assert result.data["iad_servers"] == "2"
    assert result.data["iad_ips"] == "2"
    assert result.data["iad_nodes"] == "2"
    assert result.data["iad_failed"] == "0"
    assert result.data["iad_requests"] == "4"
    assert result.data["iad_age"] == "0s"
    assert result.data["iad_up"] == "1"


async def test_failed_resource_is_critical_and_named(
    status_harness: StatusHarness, account: Account, healthy_account: None
) -> None:
    account.add_public_ip(account.add_server("un|lucky"), status="ADD_FAILED", age=7200.0)
    result = await status_harness.run(form="nagios")
    checked = check(result)

    assert (result.code, checked.state) == (2, "CRITICAL")
    assert checked.text.startswith("1 thing needs attention: IAD public IP of un/lucky: ADD_FAILED")
    assert checked.data["iad_failed"] == "1"


@pytest.mark.parametrize(
    ("fail_on", "state"),
    [("warning", "WARNING"), ("failed", "OK"), ("note", "WARNING"), ("never", "OK")],
)
async def test_level_that_counts_decides_the_state(
    status_harness: StatusHarness, account: Account, fail_on: str, state: str
) -> None:
    pool = account.add_pool("thin", external=0)
    account.add_node(pool, account.add_server("web-01"))
    result = check(await status_harness.run(form="nagios", fail_on=FailOn(fail_on)))
    assert result.state == state
    assert result.data["iad_warning"] == "1"


@pytest.mark.parametrize(
    "fault", [Fault.status(503, path="/tokens", times=9), Fault.status(401, path="/tokens")]
)
async def test_account_that_cannot_be_opened_is_unknown(
    status_harness: StatusHarness, fault: Fault
) -> None:
    status_harness.account.faults.add(fault)
    result = check(await status_harness.run(form="nagios"))
    assert (result.state, result.data) == ("UNKNOWN", {"up": "0"})


async def test_unread_data_is_undetermined_and_the_state_unknown(
    status_harness: StatusHarness, healthy_account: None
) -> None:
    status_harness.account.faults.add(Fault.status(500, path="/rackconnect/", times=100))
    result = check(await status_harness.run(form="nagios"))

    assert result.state == "UNKNOWN"
    assert "not known whether anything needs attention" in result.text
    assert result.data["iad_servers"] == "2"
    assert (result.data["iad_ips"], result.data["iad_nodes"], result.data["iad_failed"]) == (
        "U", "U", "U"
    )  # fmt: skip


async def test_unread_pools_are_undetermined_until_all_are_read(
    status_harness: StatusHarness, account: Account
) -> None:
    add_pools(account, 15)
    result = check(await status_harness.run(form="nagios"))
    assert (result.state, result.data["iad_nodes"]) == ("UNKNOWN", "U")
    result = check(await status_harness.run(form="nagios", complete=True))
    assert (result.state, result.data["iad_nodes"]) == ("OK", "30")


# -- options -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["prometheus", "nagios"])
@pytest.mark.parametrize(
    ("noun", "more", "message"),
    [("ips", {}, "leave ips out"), ("", {"watch": 5.0}, "is written once")],
)
async def test_format_for_monitoring_covers_the_account_once(
    status_harness: StatusHarness, form: str, noun: str, more: dict[str, float], message: str
) -> None:
    with pytest.raises(InvalidOption, match=message):
        status_harness.start(noun, form, **more)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("account", ["trouble", "large"])
def test_promtool_accepts_the_metrics(tmp_path: Path, account: str) -> None:
    written = run("status", "--demo", account, "-f", "prometheus", home=tmp_path / "home").stdout
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=written,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
