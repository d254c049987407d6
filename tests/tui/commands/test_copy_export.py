"""Copy, curl and save: the content, the method and the message."""

from __future__ import annotations

import base64
import csv
import json
import re
from pathlib import Path

import pytest

from tests.support.console import IPS, OPS, POOLS, SERVERS, Console, Opening


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A plain terminal that keeps what is written past the screen; files go to a fresh place."""
    written: list[str] = []
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "rcv3_tui.tui.app.ConsoleApp.write_to_terminal",
        lambda app, sequence: written.append(sequence),
    )
    return written


def copied(terminal: list[str]) -> str:
    found = re.fullmatch(r"\x1b\]52;c;([^\x07]*)\x07", terminal[-1])
    assert found
    return base64.b64decode(found[1]).decode()


# -- copy -------------------------------------------------------------------------------------


async def test_c_copies_the_address_or_the_name_and_names_the_method(
    opened: Opening, terminal: list[str]
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("c")
        assert copied(terminal) == "203.0.113.11"
        assert "copied by OSC 52: 203.0.113.11" in console.message
        await console.go(SERVERS, "db-01")
        await console.press("c")
        assert copied(terminal) == "db-01"


async def test_copy_menu_offers_every_field(opened: Opening, terminal: list[str]) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("C")
        text = console.screen_text()
        for what in ("address", "private address", "name", "id", "JSON", "curl"):
            assert what in text
        await console.press("i")
        assert copied(terminal) == console.table(SERVERS).cursor_item.server.id  # type: ignore[union-attr]


async def test_marked_rows_are_copied_a_line_each_in_their_order(
    opened: Opening, terminal: list[str]
) -> None:
    async with opened() as console:
        await console.mark(IPS, "203.0.113.11", "203.0.113.10")
        await console.press("C")
        await console.press("2")
        assert copied(terminal).split("\n") == ["203.0.113.10", "203.0.113.11"]


async def test_copy_without_a_clipboard_names_a_file(
    opened: Opening, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TERM", "linux")
    async with opened(state_dir=tmp_path / "state") as console:
        await console.go(SERVERS, "db-01")
        await console.press("c")
        await console.settle()
        path = tmp_path / "state" / "copied.txt"
        assert path.read_text() == "db-01\n"
        assert str(path) in console.message_texts[-1]


# -- curl -------------------------------------------------------------------------------------


async def test_x_copies_the_command_that_reads_the_row(
    opened: Opening, terminal: list[str]
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("x")
        line = copied(terminal)
        assert line.startswith("curl -sS ")
        assert "/v3/123456/public_ips/" in line
        assert '"X-Auth-Token: $TOKEN"' in line
        assert console.account.api_key not in line


async def test_x_offers_the_request_of_the_last_change(
    opened: Opening, terminal: list[str]
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(20)
        await console.press("x")
        assert "add public IP to db-01" in console.screen_text()
        await console.press("c")
        assert "-X POST" in copied(terminal)
        assert '"cloud_server"' in copied(terminal)


async def test_x_in_operations_copies_its_request(opened: Opening, terminal: list[str]) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(20)
        await console.press("5", "x")
        assert console.screen.active is OPS
        assert "-X POST" in copied(terminal)


# -- save -------------------------------------------------------------------------------------


async def save_as(console: Console, name: str) -> None:
    await console.press("ctrl+s")
    assert console.screen._prompt is not None
    assert console.screen._prompt.text.startswith("rcv3-")
    await console.press("ctrl+u")
    await console.write(name)
    await console.press("enter")


async def test_view_is_saved_as_filtered_and_sorted(opened: Opening, tmp_path: Path) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.press("enter", "S")
        await save_as(console, "view.csv")
        with (tmp_path / "view.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["name"] for row in rows] == console.names(SERVERS)
        assert rows
        assert f"saved {len(rows)} rows to view.csv" in console.message


async def test_json_is_what_the_service_sent(opened: Opening, tmp_path: Path) -> None:
    async with opened() as console:
        await console.press("2")
        await save_as(console, "view.json")
        records = json.loads((tmp_path / "view.json").read_text())
        assert {"id", "status", "cloud_server", "public_ip_v4"} <= set(records[0])
        assert len(records) == len(console.names(IPS))


async def test_existing_file_is_replaced_only_on_confirmation(
    opened: Opening, tmp_path: Path
) -> None:
    path = tmp_path / "view.csv"
    path.write_text("mine")
    async with opened() as console:
        await save_as(console, "view.csv")
        assert "view.csv already exists" in console.screen_text()
        await console.press("enter")
        assert path.read_text() == "mine"
        await save_as(console, "view.csv")
        await console.press("r")
        assert path.read_text().startswith("id,name,")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("view.txt", "must end in .csv or .json"),
        ("nowhere/view.csv", "was not written: No such file"),
        ("~nobody-at-all/view.csv", "no such user"),
    ],
)
async def test_unusable_path_is_reported_with_the_reason(
    opened: Opening, name: str, shown: str
) -> None:
    async with opened() as console:
        await save_as(console, name)
        assert shown in console.message


async def test_command_line_takes_the_file_at_once(opened: Opening, tmp_path: Path) -> None:
    async with opened() as console:
        await console.press("3")
        await console.command("save pools.json")
        assert len(json.loads((tmp_path / "pools.json").read_text())) == len(console.names(POOLS))
