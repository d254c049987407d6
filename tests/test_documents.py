"""The documents: their links lead somewhere, and their tables say what the code says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rcv3_tui.cli.commands import COMMANDS as PROGRAM_COMMANDS
from rcv3_tui.cli.introspect import describe
from rcv3_tui.config import PROFILE_KEYS, VARIABLE_SETS, ConfigFile
from rcv3_tui.config.own_commands import COMMAND_KEYS
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters.fields import (
    CHANGE_FIELDS,
    FIELDS_OF,
    FINDING_FIELDS,
    OPERATION_FIELDS,
    OTHER_NAMES,
    FieldType,
)
from rcv3_tui.tui.commands.registry import COMMANDS
from rcv3_tui.tui.key_labels import label

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = (
    README,
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "findings" / "README.md",
    ROOT / "tests" / "benchmarks" / "README.md",
    *sorted(DOCS.glob("*.md")),
)


def links(page: Path) -> list[str]:
    """Return the targets of a page's links to other files."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target for target in targets if not re.match(r"https?:|#", target)]


def rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    below = f"\n{text}".partition(f"\n{heading}\n")[2]
    assert below, heading
    lines = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert lines, heading
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        for line in lines[0].splitlines()[2:]
    ]


def code(cell: str) -> list[str]:
    """Return the code spans of a cell."""
    return [span.replace("\\|", "|") for span in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in links(page):
        assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_uses_american_spelling(page: Path) -> None:
    # Names in code are not prose.
    prose = re.sub(r"^```.*?^```|`[^`]+`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"(?i)\bcancell(?:ed|ing)\b|\bcolour\w*", prose) == []


def test_readme_is_short_and_links_every_page() -> None:
    assert len(README.read_text().splitlines()) <= 150
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= set(links(README))


@pytest.mark.parametrize(
    ("page", "heading"), [(README, "## Scripts"), (DOCS / "commands.md", "## Exit codes")]
)
def test_every_exit_code_is_documented(page: Path, heading: str) -> None:
    documented = {int(cells[0]) for cells in rows(page.read_text(), heading)}
    assert documented == {int(exit_code) for exit_code in ExitCode}


def test_every_command_of_the_program_is_documented() -> None:
    documented = rows((DOCS / "commands.md").read_text(), "# Command line")
    assert [code(cells[0])[0] for cells in documented] == [each.name for each in PROGRAM_COMMANDS]


def test_every_flag_of_status_is_documented() -> None:
    flags_of = {
        command.name: {option.names[0] for option in command.options} for command in describe()
    }
    documented = {
        span.split()[0]
        for cells in rows((DOCS / "commands.md").read_text(), "## status")
        for span in code(cells[0])
    }
    assert documented <= flags_of["status"]
    assert flags_of["status"] - flags_of[""] <= documented


def test_layout_in_contributing_lists_every_package() -> None:
    text = (
        (ROOT / "CONTRIBUTING.md").read_text().partition("rcv3_tui/\n")[2].partition("\ntests/")[0]
    )
    listed = set(re.findall(r"^  (\w+)/ ", text, re.MULTILINE))
    assert listed == {path.parent.name for path in (ROOT / "rcv3_tui").glob("*/__init__.py")}


# Keys ----------------------------------------------------------------------------------------


def key_rows() -> Iterator[tuple[list[str], list[str]]]:
    """Yield the keys and the command names of each row of the key table."""
    for cells in rows((DOCS / "keys.md").read_text(), "## Keys"):
        yield code(cells[0]), code(cells[1])


def test_every_command_is_in_the_key_table_with_its_keys() -> None:
    keys_of = {command.name: command.keys for command in COMMANDS.all if command.keys}
    for documented, names in key_rows():
        keys = [label(key.strip()) for name in names for key in keys_of[name].split(",")]
        assert sorted(documented) == sorted(keys), names
    assert sorted(name for _, names in key_rows() for name in names) == sorted(keys_of)


def test_keys_of_the_readme_are_those_of_the_key_table() -> None:
    known = {key for keys, _ in key_rows() for key in keys}
    text = README.read_text().partition("\n## Keys\n")[2].partition("\n## ")[0]
    for cells in rows(README.read_text(), "## Keys"):
        assert set(code(cells[0])) <= known
        for word in re.findall(r"[A-Z]\S+", cells[0]):
            assert word.strip(",") in known, word
    assert "docs/keys.md" in text


def test_commands_without_a_key_are_documented() -> None:
    documented = {
        COMMANDS.by_word[span.split()[0].removeprefix(":")].name
        for cells in rows((DOCS / "keys.md").read_text(), "## Command line")
        for span in code(cells[0])
    }
    assert documented == {each.name for each in COMMANDS.all if each.usage or not each.keys}


# Filter --------------------------------------------------------------------------------------

KINDS_OF_ROWS: Mapping[str, Mapping[str, FieldType]] = {
    "Servers": FIELDS_OF[ResourceKind.SERVERS],
    "Public IPs": FIELDS_OF[ResourceKind.PUBLIC_IPS],
    "Pools": FIELDS_OF[ResourceKind.POOLS],
    "Nodes": FIELDS_OF[ResourceKind.NODES],
    "Networks": FIELDS_OF[ResourceKind.NETWORKS],
    "Operations": OPERATION_FIELDS,
    "Changes": CHANGE_FIELDS,
    "Needs attention": FINDING_FIELDS,
}
MARKS = {"": FieldType.TEXT, "#": FieldType.NUMBER, "t": FieldType.TIME}


def test_every_filter_field_is_documented_with_its_type() -> None:
    documented = {
        cells[0]: {
            name: MARKS[mark.strip()] for name, mark in re.findall(r"`(\w+)`([^`]*)", cells[1])
        }
        for cells in rows((DOCS / "filter.md").read_text(), "## Fields")
    }
    assert documented == KINDS_OF_ROWS


def test_every_api_name_of_a_filter_field_is_documented() -> None:
    text = (DOCS / "filter.md").read_text()
    _, _, below = text.partition("The API's names work as well:")
    table = rows(f"\n## API\n{below}", "## API")
    documented = {code(cells[0])[0].casefold(): code(cells[1])[0] for cells in table}
    assert documented == OTHER_NAMES


# Configuration -------------------------------------------------------------------------------


def test_every_setting_is_documented() -> None:
    text = (DOCS / "configuration.md").read_text()
    first_cells = " ".join(re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE))
    names = set(re.findall(r"`(\w+)`", first_cells))
    assert set(PROFILE_KEYS) - {"color"} <= names
    assert {"default_profile", "interval", *COMMAND_KEYS} <= names


def test_every_variable_is_documented() -> None:
    text = (DOCS / "configuration.md").read_text().replace("=", "`")
    for names in VARIABLE_SETS:
        for variable in names.variables:
            assert f"`{variable}`" in text, variable


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_toml_examples_are_valid(page: Path, tmp_path: Path) -> None:
    for block in re.findall(r"^```toml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        ConfigFile(tmp_path / "config.toml", block)


def test_every_check_of_doctor_is_documented() -> None:
    table = rows((DOCS / "troubleshooting.md").read_text(), "# Troubleshooting")
    documented = " ".join(cells[0] for cells in table)
    source = "".join(path.read_text() for path in (ROOT / "rcv3_tui" / "doctor").glob("*.py"))
    checks = set(re.findall(r'\b(?:ok|note|warn|fail)\(\s*"([a-z][a-z -]*)"', source))
    checks -= {"network", "unused", "keys"}
    assert {check for check in checks if check not in documented} == set()
