"""The table of terminals in docs/terminals.md, which a test run writes.

Each test of a real terminal leaves a row in its report; `pytest -m slow tests/terminal/real
--write-terminals` puts the rows of a run into the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Protocol

from tests.support.real_scenario import ADDRESS, clipboard_texts
from tests.support.real_session import ConsoleScript, colors_in
from tests.support.terminal import Terminal

DOCUMENT = Path(__file__).parents[2] / "docs" / "terminals.md"

PROPERTY = "terminal"
"""The name of a row among the properties of a test's report."""

HEADINGS = {
    "name": "terminal",
    "version": "version",
    "term": "`TERM` inside",
    "colors": "colors",
    "cursor": "cursor while it runs",
    "copied": "`c` copies",
    "after": "the screen afterwards",
    "attached": "attached again",
}

ORDER = (
    *("xterm", "tmux", "GNU screen", "dtach", "ssh, 4 KB/s", "mosh"),
    *("script", "asciinema"),
)

_BEGIN, _END = "<!-- table: made by the tests -->", "<!-- end of the table -->"


@dataclass(frozen=True)
class Row:
    """The results of a run in one terminal."""

    name: str
    version: str
    term: str
    colors: str
    cursor: str
    copied: str
    after: str
    attached: str = "-"


class AddRow(Protocol):
    """Adds a row to the report of the test."""

    def __call__(self, row: Row) -> None:
        """Add the row."""


class OpenOuter(Protocol):
    """Opens a terminal with a program that runs the console."""

    def __call__(
        self, words: Sequence[str], *, answers: bool, more: Mapping[str, str] | None = None
    ) -> Terminal:
        """Open the terminal.

        Args:
            words: The program and its arguments.
            answers: Whether the console's queries pass through the program to the terminal.
            more: Additional variables of the environment.
        """


def row(
    name: str,
    version: str,
    script: ConsoleScript,
    terminal: Terminal,
    *,
    announced: str,
    cursor: tuple[int, int] | None,
    after: str,
    attached: str = "-",
) -> Row:
    """Create a row.

    Args:
        name: The terminal's name, one of `ORDER`.
        version: Its version.
        script: The script that ran in it.
        terminal: The outer terminal.
        announced: The console's message after a copy.
        cursor: The position of the cursor while the console ran; None if it was hidden.
        after: What was on the screen after the exit.
        attached: How the console was redrawn on another terminal.
    """
    way = announced.partition(" by ")[2].partition(":")[0]
    arrived = ADDRESS in clipboard_texts(terminal.raw)
    return Row(
        name,
        version,
        script.term,
        colors_in(terminal.raw),
        "hidden" if cursor is None else "shown",
        f"by {way}; {'arrives' if arrived else 'does not arrive'}",
        after,
        attached,
    )


def rows_in(properties: Iterable[tuple[str, object]]) -> list[dict[str, str]]:
    """Return the rows among the properties of a report."""
    return [
        dict(value) for name, value in properties if name == PROPERTY and isinstance(value, dict)
    ]


def as_property(row: Row) -> tuple[str, object]:
    """Return a row as a property of a report, which passes between processes."""
    return PROPERTY, asdict(row)


def write(rows: Iterable[Mapping[str, str]], path: Path = DOCUMENT) -> None:
    """Replace the rows of some terminals in the document.

    Args:
        rows: The rows of a run.
        path: The document.

    Raises:
        ValueError: The document has no table.
    """
    text = path.read_text()
    head, begin, rest = text.partition(_BEGIN)
    table, end, tail = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{path} has no table")
    known = {cells["name"]: cells for cells in read(table)} | {
        cells["name"]: cells for cells in rows
    }
    names = [field.name for field in fields(Row)]
    lines = [
        _line([HEADINGS[name] for name in names]),
        _line(["---"] * len(names)),
        *(_line([known[place][name] for name in names]) for place in ORDER if place in known),
    ]
    path.write_text("\n".join([f"{head}{begin}\n", *lines, f"\n{end}{tail}"]))


def read(table: str) -> list[dict[str, str]]:
    """Return the rows of a table."""
    names = [field.name for field in fields(Row)]
    cells = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    return [dict(zip(names, line, strict=True)) for line in cells[2:]]


def read_document(path: Path = DOCUMENT) -> list[dict[str, str]]:
    """Return the rows of the document."""
    return read(path.read_text().partition(_BEGIN)[2].partition(_END)[0])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
