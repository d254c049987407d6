"""Pages of text: details and help."""

from __future__ import annotations

import pytest

from rcv3_tui.tui.commands.registry import COMMANDS
from rcv3_tui.tui.details import details_page
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.text_pages import help_page
from rcv3_tui.views.details import DetailLine


def test_details_are_aligned_after_their_labels() -> None:
    lines = details_page(
        [DetailLine("name", "web-01"), DetailLine("a-label-of-twenty-and-more", "x")], gone=False
    )
    assert lines[0].text == "name                 web-01"
    assert lines[1].text == "a-label-of-twenty-and-more x"


def test_heading_has_a_line_of_its_own() -> None:
    lines = details_page([DetailLine("POOLS"), DetailLine("none", "a adds one")], gone=False)
    assert lines[0].text == "POOLS"


def test_details_of_a_removed_resource_start_with_a_note() -> None:
    lines = details_page([DetailLine("name", "web-01")], gone=True)
    assert lines[0].text.startswith("This resource no longer exists;")
    assert lines[2].text.endswith("web-01")


def test_markup_in_a_fact_is_text() -> None:
    (line,) = details_page([DetailLine("name", "[bold red]x[/]")], gone=False)
    assert line.text.endswith("[bold red]x[/]")


def bound(**chosen: str) -> list[tuple[str, str, str]]:
    """Every command's bindings, some of them on other keys."""
    return [
        (key, command.name, command.label)
        for command in COMMANDS.all
        if command.keys
        for key in chosen.get(command.name, command.keys).split(",")
    ]


@pytest.mark.parametrize("place", list(PaneKind))
def test_help_has_every_command_of_the_place_and_no_other(place: PaneKind) -> None:
    shown = [row for _, rows in help_page(COMMANDS, place, bound()) for row in rows]
    texts = [text for _, text in shown]
    for command in COMMANDS.all:
        assert (command.help in texts) == (place in command.available_in)
    assert all(key for key, _ in shown)


def test_help_names_the_keys_that_are_in_force() -> None:
    page = help_page(COMMANDS, PaneKind.SERVERS, bound(add="ctrl+n"))
    add = next(command for command in COMMANDS.all if command.name == "add")
    assert ("Ctrl+N", add.help) in [row for _, rows in page for row in rows]


def test_help_lists_a_command_without_a_key_by_its_word() -> None:
    without = [each for each in bound() if each[1] != "add"]
    shown = [row for _, rows in help_page(COMMANDS, PaneKind.SERVERS, without) for row in rows]
    add = next(command for command in COMMANDS.all if command.name == "add")
    assert [key for key, text in shown if text == add.help] == [":add [retain]"]


def test_help_lists_keys_of_no_command() -> None:
    shown = [
        row
        for _, rows in help_page(
            COMMANDS, PaneKind.SERVERS, [*bound(), ("ctrl+q", "", "quit anyhow")]
        )
        for row in rows
    ]
    assert ("Ctrl+Q", "quit anyhow") in shown


def test_values_of_a_section_are_aligned_however_narrow_the_labels_are() -> None:
    facts = [
        DetailLine("name", "web-01"),
        DetailLine(""),
        DetailLine("ADDRESSES"),
        DetailLine("RackConnect address", "192.0.2.17"),
        DetailLine("RC-1", "192.0.2.18"),
        DetailLine("a-label-of-more-than-twenty-cells", "192.0.2.19"),
    ]
    texts = [line.text for line in details_page(facts, gone=False, label_width=11)]
    assert texts[0].index("web-01") == 12
    assert texts[3].index("192.0.2.17") == texts[4].index("192.0.2.18") == 20
    assert texts[5] == "a-label-of-more-than-twenty-cells 192.0.2.19"


def test_id_keeps_its_row_although_another_label_is_long() -> None:
    uuid = "9e656acf-0641-469a-ab59-f4e629439f25"
    facts = [DetailLine("id", uuid), DetailLine("RackConnect address", "192.0.2.17")]
    lines = [line.text for line in details_page(facts, gone=False, label_width=11)]
    assert lines[0] == f"id          {uuid}"
    assert len(lines[0]) == 48
