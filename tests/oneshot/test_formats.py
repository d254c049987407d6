"""JSON, NDJSON and CSV hold what the API holds, and nothing that a terminal would obey."""

from __future__ import annotations

import csv
import io
import json

import pytest

from rcv3_tui.oneshot.formats import dumped
from rcv3_tui.oneshot.out import Looks
from rcv3_tui.oneshot.times import in_utc
from rcv3_tui.simulator import HOSTILE_NAMES, Account
from tests.oneshot.desk import Desk, names


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
async def test_json_is_what_the_api_holds_in_its_order(desk: Desk, noun: str, piece: str) -> None:
    said = await desk.ask(noun, "json")
    assert said.json == desk.api(piece)
    lines = (await desk.ask(noun, "ndjson")).lines
    assert [json.loads(line) for line in lines] == said.json


async def test_servers_in_json_are_novas(desk: Desk) -> None:
    said = await desk.ask("servers", "json")
    assert names(said.json) == ["web-1", "idle"]
    assert {"OS-EXT-STS:task_state", "accessIPv4", "flavor", "addresses"} <= set(said.json[0])


async def test_columns_choose_members_and_keep_the_apis_shape(desk: Desk) -> None:
    said = await desk.ask("ips", "json", columns=("address", "server", "status_detail"))
    assert said.json[0] == {
        "public_ip_v4": desk.api("public_ips")[0]["public_ip_v4"],
        "cloud_server": {"name": "web-1"},
        "status_detail": None,
    }
    assert said.json[1]["cloud_server"] is None


async def test_a_column_that_is_worked_out_goes_by_its_own_name(desk: Desk) -> None:
    said = await desk.ask("servers", "json", columns=("name", "pools", "age"))
    assert said.json[0]["pools"] == ["Web"]
    assert said.json[0]["age"] == 86400


async def test_an_empty_list_is_an_empty_list(desk: Desk) -> None:
    said = await desk.ask("servers", "json", filter="nobody")
    assert said.json == []
    assert (await desk.ask("servers", "ndjson", filter="nobody")).out == ""


async def test_csv_has_whole_values_under_the_columns_names(desk: Desk) -> None:
    said = await desk.ask("ips", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    held = sorted(desk.api("public_ips"), key=lambda ip: ip["id"])
    assert [row["id"] for row in sorted(rows, key=lambda row: row["id"])] == [
        ip["id"] for ip in held
    ]
    retained = next(row for row in rows if row["retain"] == "true")
    assert retained["server"] == ""
    assert retained["created"].endswith("Z")


async def test_csv_without_a_header_has_rows_alone(desk: Desk) -> None:
    said = await desk.ask("networks", "csv", header=False, columns=("name", "cidr"))
    assert said.out == "RC-CLOUD,192.0.2.0/24\n"


# What is not to be obeyed --------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
async def test_hostile_names_are_spelled_out_in_every_format(desk: Desk, form: str) -> None:
    for name in HOSTILE_NAMES:
        desk.account.add_server(name)
    said = await desk.ask("servers", form, columns=("name",))
    assert all(char == "\n" or char.isprintable() for char in said.out)
    if form == "json":
        assert names(said.json)[2:] == list(HOSTILE_NAMES)
    else:
        assert len(said.lines) == len(HOSTILE_NAMES) + (2 if form == "ndjson" else 3)


async def test_half_a_character_stays_what_it_was_in_json(desk: Desk) -> None:
    text = dumped({"name": "k\ud800half\x9b\x7f"}, ascii=False)
    assert "\\ud800" in text
    assert "\\u009b\\u007f" in text
    assert json.loads(text) == {"name": "k\ud800half\x9b\x7f"}


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
async def test_a_locale_without_utf8_gets_ascii_alone(desk: Desk, form: str) -> None:
    desk.account.add_server("b\u00fccher-\u5e7f-\U0001f525")
    desk.looks = Looks(ascii=True)
    said = await desk.ask("servers", form, filter="cher")
    assert said.out.isascii()
    if form == "json":
        assert names(said.json) == ["b\u00fccher-\u5e7f-\U0001f525"]
    else:
        assert ("\\u00fc" if form == "ndjson" else "\\xfc") in said.out


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
def test_times_are_rfc_3339_in_utc_and_otherwise_as_they_came(sent: str, shown: str) -> None:
    assert in_utc(sent) == shown


async def test_members_within_members_get_their_times_in_utc_too(desk: Desk) -> None:
    said = await desk.ask("nodes", "json")
    assert said.json[0]["cloud_server"]["cloud_network"]["created"].endswith("Z")
