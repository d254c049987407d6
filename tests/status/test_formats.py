"""JSON, NDJSON and CSV hold what the API holds, and nothing that a terminal would obey."""

from __future__ import annotations

import csv
import io
import json

import pytest

from rcv3_tui.simulator import HOSTILE_NAMES, Account
from rcv3_tui.status.formats import to_json, to_utc
from rcv3_tui.status.output import OutputStyle
from tests.support.status_harness import StatusHarness, names


@pytest.fixture(autouse=True)
def furnished(account: Account) -> None:
    """Something of everything, nulls included."""
    web, idle = account.add_server("web-1"), account.add_server("idle")
    account.add_public_ip(web)
    account.add_public_ip(None, retain=True)
    account.add_public_ip(idle, status="ADD_FAILED")
    pool = account.add_pool("Web", external=1, pool_id="ABCDEF00-0000-4000-8000-000000000001")
    account.add_node(pool, web)
    account.add_node(pool, idle, status="ADDING", age=5.0, moves_after=600.0)


@pytest.mark.parametrize(
    ("noun", "piece"),
    [
        ("ips", "public_ips"),
        ("pools", "load_balancer_pools"),
        ("nodes", "nodes"),
        ("networks", "cloud_networks"),
    ],
)
async def test_json_contains_the_apis_records_in_order(
    status_harness: StatusHarness, noun: str, piece: str
) -> None:
    result = await status_harness.run(noun, "json")
    assert result.json == status_harness.api(piece)
    lines = (await status_harness.run(noun, "ndjson")).lines
    assert [json.loads(line) for line in lines] == result.json


async def test_json_contains_novas_servers(status_harness: StatusHarness) -> None:
    result = await status_harness.run("servers", "json")
    assert names(result.json) == ["web-1", "idle"]
    assert {"OS-EXT-STS:task_state", "accessIPv4", "flavor", "addresses"} <= set(result.json[0])


async def test_columns_select_members_in_the_apis_structure(
    status_harness: StatusHarness,
) -> None:
    result = await status_harness.run("ips", "json", columns=("address", "server", "status_detail"))
    assert result.json[0] == {
        "public_ip_v4": status_harness.api("public_ips")[0]["public_ip_v4"],
        "cloud_server": {"name": "web-1"},
        "status_detail": None,
    }
    assert result.json[1]["cloud_server"] is None


async def test_computed_column_has_its_own_name_in_json(
    status_harness: StatusHarness,
) -> None:
    result = await status_harness.run("servers", "json", columns=("name", "pools", "age"))
    assert result.json[0]["pools"] == ["Web"]
    assert result.json[0]["age"] == 86400


async def test_empty_list_is_an_empty_json_list(status_harness: StatusHarness) -> None:
    result = await status_harness.run("servers", "json", filter="nobody")
    assert result.json == []
    assert (await status_harness.run("servers", "ndjson", filter="nobody")).out == ""


async def test_csv_contains_whole_values_under_column_names(status_harness: StatusHarness) -> None:
    result = await status_harness.run("ips", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    held = sorted(status_harness.api("public_ips"), key=lambda ip: ip["id"])
    assert [row["id"] for row in sorted(rows, key=lambda row: row["id"])] == [
        ip["id"] for ip in held
    ]
    retained = next(row for row in rows if row["retain"] == "true")
    assert retained["server"] == ""
    assert retained["created"].endswith("Z")


async def test_csv_without_header_contains_only_rows(status_harness: StatusHarness) -> None:
    result = await status_harness.run("networks", "csv", header=False, columns=("name", "cidr"))
    assert result.out == "RC-CLOUD,192.0.2.0/24\n"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "'quoted"])
async def test_csv_escapes_formulas_and_json_does_not(
    status_harness: StatusHarness, name: str
) -> None:
    status_harness.account.add_server(name)
    result = await status_harness.run("servers", "csv", columns=("name",))
    assert f"'{name}" in [row["name"] for row in csv.DictReader(io.StringIO(result.out))]
    result = await status_harness.run("servers", "json", columns=("name",))
    assert {"name": name} in json.loads(result.out)


# What is not to be obeyed --------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
async def test_hostile_names_are_escaped_in_every_format(
    status_harness: StatusHarness, form: str
) -> None:
    for name in HOSTILE_NAMES:
        status_harness.account.add_server(name)
    result = await status_harness.run("servers", form, columns=("name",))
    assert all(char == "\n" or char.isprintable() for char in result.out)
    if form == "json":
        assert names(result.json)[2:] == list(HOSTILE_NAMES)
    else:
        assert len(result.lines) == len(HOSTILE_NAMES) + (2 if form == "ndjson" else 3)


async def test_lone_surrogate_is_unchanged_in_json(status_harness: StatusHarness) -> None:
    text = to_json({"name": "k\ud800half\x9b\x7f"}, ascii=False)
    assert "\\ud800" in text
    assert "\\u009b\\u007f" in text
    assert json.loads(text) == {"name": "k\ud800half\x9b\x7f"}


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
async def test_locale_without_utf8_gets_only_ascii(
    status_harness: StatusHarness, form: str
) -> None:
    status_harness.account.add_server("b\u00fccher-\u5e7f-\U0001f525")
    status_harness.looks = OutputStyle(ascii=True)
    result = await status_harness.run("servers", form, filter="cher")
    assert result.out.isascii()
    if form == "json":
        assert names(result.json) == ["b\u00fccher-\u5e7f-\U0001f525"]
    else:
        assert ("\\u00fc" if form == "ndjson" else "\\xfc") in result.out


# Times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2014-05-30T03:23:42Z", "2014-05-30T03:23:42Z"),
        ("2014-12-08T21:23:32.89Z", "2014-12-08T21:23:32.89Z"),
        ("2014-09-12T13:26:54.45", "2014-09-12T13:26:54.45Z"),
        ("2015-05-19T08:07:08-05:00", "2015-05-19T13:07:08Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("yesterday", "yesterday"),
    ],
)
def test_times_are_converted_to_utc_and_other_text_is_unchanged(sent: str, shown: str) -> None:
    assert to_utc(sent) == shown


async def test_nested_times_are_converted_to_utc(
    status_harness: StatusHarness,
) -> None:
    result = await status_harness.run("nodes", "json")
    assert result.json[0]["cloud_server"]["cloud_network"]["created"].endswith("Z")
