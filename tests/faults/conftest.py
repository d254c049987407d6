"""One served port for all, and a line at the end that says how it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.faults.judging import Verdict
from tests.faults.service import Service, service


@dataclass
class Tally:
    """Counts what was found over all combinations."""

    verdicts: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Count one combination and hold it against the promise."""
        self.verdicts.append(verdict)
        assert not verdict.complaints, "\n".join(verdict.complaints)

    def __str__(self) -> str:
        twice, lost, wrong = (
            sum(bool(getattr(verdict, name)) for verdict in self.verdicts)
            for name in ("twice", "lost", "wrong")
        )
        return (
            f"faults: {len(self.verdicts)} combinations: {twice} applied twice, {lost} lost, "
            f"{wrong} with a wrong outcome"
        )


_TALLY = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Tally:
    """The session's count."""
    return pytestconfig.stash.setdefault(_TALLY, Tally())


@pytest.fixture(scope="session")
def served() -> Iterator[Service]:
    """The port that every account of the session is served on."""
    with service() as app:
        yield app


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many combinations ran and what was amiss."""
    if (tally := config.stash.get(_TALLY, None)) is not None:
        terminalreporter.write_line(str(tally))
