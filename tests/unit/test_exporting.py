"""A view as a file: exact as JSON, harmless as CSV, and never over what is there."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.sent import Sent
from rcv3_tui.tui.exporting import ExportError, guarded, to_csv, to_json, write
from rcv3_tui.tui.items import PublicIPItem
from tests.unit.rows import NOW, operation_row, record, server_row


def ip_row(name: str, ip: PublicIP) -> PublicIPItem:
    return PublicIPItem(
        row="IAD/ip1",
        region="IAD",
        record=ip,
        server_name=name,
        is_ghost=False,
        since=None,
    )


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_the_names_of_the_api_and_whole_values() -> None:
    text = to_csv([ip_row("web-01", record(status="ADD_FAILED", status_detail='no, "way"\nout'))])
    (row,) = rows_of(text)
    assert row["public_ip_v4"] == "203.0.113.10"
    assert row["status"] == "ADD_FAILED"
    assert row["status_detail"] == 'no, "way"\nout'
    assert row["cloud_server.name"] == "web-01"
    assert row["created"] == "2026-01-15T11:00:00Z"
    assert row["region"] == "IAD"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "'quoted"])
def test_a_name_is_no_formula_and_can_be_had_back(name: str) -> None:
    (row,) = rows_of(to_csv([ip_row(name, record())]))
    told = row["cloud_server.name"]
    assert told[0] == "'"
    assert told[1:] == name


@pytest.mark.parametrize("text", ["web-01", "203.0.113.10", "2026-01-15T11:00:00Z", "a=b", ""])
def test_what_no_spreadsheet_takes_for_a_formula_is_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_csv_keeps_the_order_of_the_rows_and_has_one_heading() -> None:
    text = to_csv([ip_row(name, record()) for name in ("b", "a", "c")])
    assert [row["cloud_server.name"] for row in rows_of(text)] == ["b", "a", "c"]
    assert text.count("public_ip_v4") == 1


def test_no_rows_make_an_empty_file() -> None:
    assert to_csv([]) == ""
    assert json.loads(to_json([])) == []


def test_json_is_what_the_service_sent() -> None:
    raw = b'{"id": "IP-1", "public_ip_v4": null, "unheard_of": [1]}'
    assert json.loads(to_json([ip_row("web-01", record(sent=Sent.of(raw)))])) == [json.loads(raw)]


def test_an_operation_and_a_server_can_be_saved_too() -> None:
    assert rows_of(to_csv([operation_row()]))[0]["kind"] == "add public IP"
    assert rows_of(to_csv([server_row()]))[0]["load_balancer_pools"] == "pool-a"
    assert json.loads(to_json([operation_row()]))[0]["state"]


# Files ---------------------------------------------------------------------------------------


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "view.csv"
    write(path, "a,b\r\n")
    assert path.read_bytes() == b"a,b\r\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "view.csv"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write(path, "theirs")
    assert path.read_text() == "mine"


def test_it_is_replaced_whole_where_that_is_wished(tmp_path: Path) -> None:
    path = tmp_path / "view.csv"
    path.write_text("mine")
    write(path, "theirs", replace=True)
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_not_followed_to_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "view.csv").symlink_to(tmp_path / "precious")
    with pytest.raises(FileExistsError):
        write(tmp_path / "view.csv", "theirs")
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_directory_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"view\.csv was not written: No such file.*choose"):
        write(tmp_path / "none" / "view.csv", "x")


@pytest.mark.parametrize("replace", [False, True])
def test_a_full_disk_leaves_nothing_behind_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    path = tmp_path / "view.csv"
    if replace:
        path.write_text("mine")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left on device"):
        write(path, "x", replace=replace)
    assert [each.read_text() for each in tmp_path.iterdir()] == (["mine"] if replace else [])


def test_the_time_of_the_tests_is_written_in_utc() -> None:
    (row,) = rows_of(to_csv([ip_row("web-01", record(updated=NOW))]))
    assert row["updated"] == "2026-01-15T12:00:00Z"
