"""The table of real terminals in docs/terminals.md: complete, and as the tests write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import real_table
from tests.support.real_table import DOCUMENT, ORDER, Row, as_property, rows_in


def test_every_real_terminal_is_in_the_table() -> None:
    rows = real_table.read_document()
    assert [cells["name"] for cells in rows] == list(ORDER)
    for cells in rows:
        assert all(cells.values()), cells


def test_run_replaces_the_rows_of_its_terminals_alone(tmp_path: Path) -> None:
    path = tmp_path / "terminals.md"
    path.write_text(DOCUMENT.read_text())
    before = real_table.read_document(path)
    newer = Row("tmux", "9.9", "tmux-256color", "256", "hidden", "by OSC 52", "empty")
    real_table.write(rows_in([("other", 1), as_property(newer)]), path)
    after = real_table.read_document(path)
    assert [cells["version"] for cells in after if cells["name"] == "tmux"] == ["9.9"]
    assert [cells for cells in after if cells["name"] != "tmux"] == [
        cells for cells in before if cells["name"] != "tmux"
    ]
    real_table.write(before, path)
    assert path.read_text() == DOCUMENT.read_text()


def test_document_without_a_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "terminals.md"
    path.write_text("# Terminals\n")
    with pytest.raises(ValueError, match="no table"):
        real_table.write([], path)
    assert path.read_text() == "# Terminals\n"
