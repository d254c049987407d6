"""One served port for all, and a line at the end that says how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.faults.cases import Case
from tests.faults.service import Service, service
from tests.faults.verdicts import Verdict

_PROPERTY = "found"
_PROMISES = ("twice", "lost", "unwanted", "wrong")


@dataclass
class Tally:
    """Counts what was found over all combinations."""

    record: Callable[[str, object], None]
    """Puts a fact into the present test's report, which arrives from any process."""

    def add(self, verdict: Verdict, fault: str, case: Case | str) -> None:
        """Count one combination and hold it against the promise.

        Args:
            verdict: What was found.
            fault: What went wrong, for the table.
            case: With which kind of change.
        """
        found = [bool(getattr(verdict, name)) for name in _PROMISES]
        self.record(_PROPERTY, [fault, str(case), *found])
        assert not verdict.complaints, "\n".join(verdict.complaints)


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """The session's count."""
    return Tally(record_property)


@pytest.fixture(scope="session")
def served() -> Iterator[Service]:
    """The port that every account of the session is served on."""
    with service() as app:
        yield app


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many combinations ran and what was found, by fault and operation."""
    found = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == _PROPERTY and isinstance(value, list)
    ]
    if not found:
        return
    for line in _table(found):
        terminalreporter.write_line(line)
    twice, lost, unwanted, wrong = (
        sum(column) for column in zip(*(each[2:] for each in found), strict=True)
    )
    terminalreporter.write_line(
        f"faults: {len(found)} combinations: {twice} applied twice, {lost} lost, "
        f"{unwanted} sent after a rejection or a stop or without a fresh read, "
        f"{wrong} with an outcome that differs from the account"
    )


def _table(found: Sequence[Sequence[object]]) -> Iterator[str]:
    """Write how many combinations ran of each fault and operation, and how many failed."""
    cells: dict[tuple[str, str], list[bool]] = {}
    for fault, case, *failed in found:
        cells.setdefault((str(fault), str(case)), []).append(any(failed))
    faults = list(dict.fromkeys(fault for fault, _ in cells))
    cases = list(dict.fromkeys(case for _, case in cells))
    wide = max(len(fault) for fault in faults)
    yield f"{'':{wide}}  " + "  ".join(cases)
    for fault in faults:
        row = [cells.get((fault, case), []) for case in cases]
        yield f"{fault:{wide}}  " + "  ".join(
            f"{_cell(cell):>{len(case)}}" for cell, case in zip(row, cases, strict=True)
        )


def _cell(failed: Sequence[bool]) -> str:
    if not failed:
        return "-"
    return f"{len(failed)}, {sum(failed)} failed" if any(failed) else str(len(failed))
