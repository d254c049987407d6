"""A view as a file: exact as JSON, harmless as CSV, and never over what is there."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcv3_tui.model.resources import PublicIP
from rcv3_tui.tui.export import ExportError, to_csv, to_json, write_export
from rcv3_tui.views.export import escape_formula
from rcv3_tui.views.rows import PublicIPRow
from tests.support.rows import NOW, operation_row, record, server_row


def ip_row(name: str, ip: PublicIP) -> PublicIPRow:
    return PublicIPRow(
        row="IAD/ip1",
        region="IAD",
        record=ip,
        server_name=name,
        is_ghost=False,
        since=None,
    )


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_contains_whole_values_under_api_names() -> None:
    text = to_csv([ip_row("web-01", record(status="ADD_FAILED", status_detail='no, "way"\nout'))])
    (row,) = rows_of(text)
    assert row["public_ip_v4"] == "203.0.113.10"
    assert row["status"] == "ADD_FAILED"
    assert row["status_detail"] == 'no, "way"\nout'
    assert row["cloud_server.name"] == "web-01"
    assert row["created"] == "2026-01-15T11:00:00Z"
    assert row["region"] == "IAD"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "'quoted"])
def test_formula_is_escaped_and_can_be_restored(name: str) -> None:
    (row,) = rows_of(to_csv([ip_row(name, record())]))
    shown = row["cloud_server.name"]
    assert shown[0] == "'"
    assert shown[1:] == name


@pytest.mark.parametrize("text", ["web-01", "203.0.113.10", "2026-01-15T11:00:00Z", "a=b", ""])
def test_text_that_is_no_formula_is_unchanged(text: str) -> None:
    assert escape_formula(text) == text


def test_csv_has_the_order_of_the_rows_and_one_heading() -> None:
    text = to_csv([ip_row(name, record()) for name in ("b", "a", "c")])
    assert [row["cloud_server.name"] for row in rows_of(text)] == ["b", "a", "c"]
    assert text.count("public_ip_v4") == 1


def test_no_rows_make_an_empty_file() -> None:
    assert to_csv([]) == ""
    assert json.loads(to_json([])) == []


def test_json_is_what_the_service_sent() -> None:
    raw = b'{"id": "IP-1", "public_ip_v4": null, "unheard_of": [1]}'
    assert json.loads(to_json([ip_row("web-01", record(raw=raw))])) == [json.loads(raw)]


def test_operation_and_a_server_can_be_saved_too() -> None:
    assert rows_of(to_csv([operation_row()]))[0]["kind"] == "add public IP"
    assert rows_of(to_csv([server_row()]))[0]["load_balancer_pools"] == "pool-a"
    assert json.loads(to_json([operation_row()]))[0]["state"]


# Files ---------------------------------------------------------------------------------------


def test_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "view.csv"
    write_export(path, "a,b\r\n")
    assert path.read_bytes() == b"a,b\r\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_existing_file_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "view.csv"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_export(path, "theirs")
    assert path.read_text() == "mine"


def test_file_is_replaced_atomically_on_request(tmp_path: Path) -> None:
    path = tmp_path / "view.csv"
    path.write_text("mine")
    write_export(path, "theirs", replace=True)
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_symbolic_link_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "view.csv").symlink_to(tmp_path / "precious")
    with pytest.raises(FileExistsError):
        write_export(tmp_path / "view.csv", "theirs")
    assert (tmp_path / "precious").read_text() == "mine"


def test_missing_directory_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"view\.csv was not written: No such file.*choose"):
        write_export(tmp_path / "none" / "view.csv", "x")


@pytest.mark.parametrize("replace", [False, True])
def test_full_disk_leaves_no_partial_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    path = tmp_path / "view.csv"
    if replace:
        path.write_text("mine")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left on device"):
        write_export(path, "x", replace=replace)
    assert [each.read_text() for each in tmp_path.iterdir()] == (["mine"] if replace else [])


def test_time_of_the_tests_is_written_in_utc() -> None:
    (row,) = rows_of(to_csv([ip_row("web-01", record(updated=NOW))]))
    assert row["updated"] == "2026-01-15T12:00:00Z"


@pytest.mark.parametrize(("flag", "text"), [(True, "true"), (False, "false"), (None, "")])
def test_csv_contains_whether_a_match_rule_added_an_address(flag: bool | None, text: str) -> None:
    (row,) = rows_of(to_csv([ip_row("web-01", record(added_by_match_rule=flag))]))
    assert row["added_by_match_rule"] == text


def test_json_of_several_regions_names_each_records_region() -> None:
    first = ip_row("web-01", record(raw=b'{"id": "IP-1"}'))
    second = replace(first, row="DFW/ip1", region="DFW")
    assert json.loads(to_json([first])) == [{"id": "IP-1"}]
    assert [each["region"] for each in json.loads(to_json([first, second]))] == ["IAD", "DFW"]


def test_json_spells_controls_that_a_terminal_would_act_on() -> None:
    raw = '{"id": "IP-1", "name": "a\x9b31mb\u202ec"}'.encode()
    text = to_json([ip_row("web-01", record(raw=raw))])

    assert "\\u009b31m" in text
    assert "\\u202e" in text
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert json.loads(text) == [json.loads(raw)]
