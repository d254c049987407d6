"""One served port for all, and a line at the end that says how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.faults.judging import Verdict
from tests.faults.service import Service, service

_PROPERTY = "amiss"
_PROMISES = ("twice", "lost", "wrong")


@dataclass
class Tally:
    """Counts what was found over all combinations."""

    record: Callable[[str, object], None]
    """Puts a fact into the present test's report, which comes home from any process."""

    def add(self, verdict: Verdict) -> None:
        """Count one combination and hold it against the promise."""
        amiss = [bool(getattr(verdict, name)) for name in _PROMISES]
        self.record(_PROPERTY, amiss)
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
    """Say how many combinations ran and what was amiss."""
    found = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == _PROPERTY and isinstance(value, list)
    ]
    if found:
        twice, lost, wrong = (sum(column) for column in zip(*found, strict=True))
        terminalreporter.write_line(
            f"faults: {len(found)} combinations: {twice} applied twice, {lost} lost, "
            f"{wrong} with a wrong outcome"
        )
