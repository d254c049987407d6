"""What the filter prompt offers, and which pools it reads."""

from __future__ import annotations

import pytest

from rcv3_tui.model.filters import Fields, Partial
from rcv3_tui.tui.filter_prompt import complete_filter
from rcv3_tui.tui.pane_kinds import PaneKind
from tests.support.console import SERVERS, Opening

ROWS: list[Fields] = [
    {"name": "web 01", "status": ("ACTIVE", "ADDING"), "public": "203.0.113.9"},
    {"name": "web-2", "status": "ERROR", "public": None},
    {"name": "/x", "status": "ACTIVE", "public": Partial()},
]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("na", ["name:"]),
        ("web !sta", ["web !status:"]),
        ("status:", ["status:ACTIVE", "status:ADDING", "status:ERROR"]),
        ("status:act", ["status:ACTIVE"]),
        ("STATUS:e", ["STATUS:ERROR"]),
        ("!public:", ["!public:203.0.113.9", "!public:none"]),
        ("name:web", ['name:"web 01"', "name:web-2"]),
        ("name:/", ['name:"/x"']),
        ("age:", []),
        ("nothing:", []),
    ],
)
def test_filter_is_completed_by_fields_and_values(text: str, lines: list[str]) -> None:
    assert sorted(complete_filter(text, PaneKind.SERVERS, ROWS)) == sorted(lines)


async def test_cleared_filter_keeps_the_cursor_on_its_row(opened: Opening) -> None:
    async with opened() as console:
        await console.press("1", "/")
        await console.write("batch")
        await console.press("enter", "escape")
        await console.advance(20)
        assert console.cursor(SERVERS) == "batch-01"


async def test_filter_without_a_match_returns_to_the_row(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("/")
        await console.write("nothing-like-it")
        await console.press("enter")
        assert console.cursor(SERVERS) is None
        await console.press("escape")
        assert console.cursor(SERVERS) == "web-02"
