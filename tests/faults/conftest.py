"""One served port for all, and a line at the end that says how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.judging import Verdict
from tests.faults.service import Service, service

_HERE = Path(__file__).parent
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


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run this suite in one process: its clock wants the machine for itself.

    Args:
        config: The session's; asked for beside other suites, this one leaves it as it is.
    """
    if all(Path(argument).resolve().is_relative_to(_HERE) for argument in _paths(config)):
        config.option.numprocesses = None
        config.option.dist = "no"
        config.option.tx = []


def _paths(config: pytest.Config) -> list[str]:
    return [argument.partition("::")[0] for argument in config.args]


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
