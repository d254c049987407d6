"""Fixtures of all tests: an isolated home and environment, a manual clock."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account
from tests.support import real_table
from tests.support.event_loop import SettlingClock, SkippingLoop, patch_textual
from tests.support.home import Home
from tests.support.parsed_styles import share_parsed_styles

_PREFIXES = ("RCV3_", "RS_", "RAX_", "OS_", "XDG_")
_TERMINAL = Path(__file__).parent / "terminal"
_SLOW = (Path(__file__).parent / "faults", _TERMINAL / "real")
"""Folders with slow tests only, which are also marked `slow`."""
_FIRST = ("test_rate_limit.py", "test_distribution.py")
"""Files of tests/terminal to start with.

The first has the longest test, which waits for a minute to pass. The tests of the other share
builds, so they should stay in one worker; only the last tests of a worker move to another.
"""
_NAMES = ("NO_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


# A console has many cyclic references: with Python's default threshold of 700 objects, garbage
# collection took a fifth of the test time.
gc.set_threshold(100_000, 20, 50)


def pytest_configure(config: pytest.Config) -> None:
    """Leave slow tests out of `python -m pytest`, unless a path or a marker is given."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.markexpr:
        config.option.markexpr = "not slow"
    if config.option.markexpr == "not slow" and not config.getoption("--hypothesis-profile"):
        _take_few_examples()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip folders of slow tests in the fast pass; collecting them took seconds per worker."""
    return True if config.option.markexpr == "not slow" and collection_path in _SLOW else None


def _take_few_examples() -> None:
    """Use the same few Hypothesis examples each time, so that the fast pass is deterministic.

    With files on the command line, or with `--hypothesis-profile=default`, Hypothesis chooses the
    number.
    """
    # Slow to import, and most files do not need it.
    from hypothesis import settings

    settings.register_profile("fast", max_examples=15, derandomize=True, deadline=None)
    settings.load_profile("fast")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files of tests/terminal among the others.

    Their tests wait for programs; run in sequence, they would leave the processor idle.
    """
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    waiting = [tests for tests in files if _TERMINAL in tests[0].path.parents]
    waiting.sort(key=lambda tests: tests[0].path.name not in _FIRST)
    others = [tests for tests in files if _TERMINAL not in tests[0].path.parents]
    placed = sorted([*_places(waiting), *_places(others)], key=itemgetter(0))
    items[:] = [item for _, tests in placed for item in tests]


def _places(files: Sequence[list[pytest.Item]]) -> Iterator[tuple[float, list[pytest.Item]]]:
    """Yield each file with the share of tests before it."""
    total, before = sum(map(len, files)), 0
    for tests in files:
        yield before / total, tests
        before += len(tests)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that updates a document from a run."""
    parser.addoption(
        "--write-terminals",
        action="store_true",
        help="write the real terminals of this run to docs/terminals.md",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the table of terminals, if requested."""
    if terminalreporter.config.getoption("--write-terminals"):
        passed = terminalreporter.stats.get("passed", [])
        real_table.write(
            row for report in passed for row in real_table.rows_in(report.user_properties)
        )


patch_textual()
share_parsed_styles()


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run asynchronous tests on a loop that skips waiting, unless they are marked `real_time`."""
    if item.get_closest_marker("real_time"):
        return {"real": asyncio.SelectorEventLoop}
    return {"skipping": SkippingLoop}


@pytest.fixture(autouse=True)
def program_logger() -> Iterator[None]:
    """Restore the program's logger after a command ran in this process."""
    logger = logging.getLogger("rcv3_tui")
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers[:]
    yield
    for handler in set(logger.handlers) - set(handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)
    logger.propagate = propagate


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the user's own settings, files and proxies from the tests."""
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name.upper() in _NAMES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home directory without files."""
    return Home(tmp_path)


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state" / "rcv3-tui"


@pytest.fixture
def clock() -> ManualClock:
    """Return the clock of client and simulated account, which only the test advances."""
    return SettlingClock()


@pytest.fixture
def account(clock: ManualClock) -> Account:
    """Return a simulated account with one network and exact transition times."""
    account = Account(now=clock.timestamp)
    account.jitter = 0.0
    account.faults.sleep = clock.sleep
    account.add_network()
    return account
