"""The same panes on Textual's DataTable, and other programs if they are installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.environment import Environment, Start, in_turn, milliseconds, processor
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.screen import PROGRAMS, PYTHON, Predicate, Screen, shows
from tests.benchmarks.startup import hello


def datatables(environment: Environment) -> Iterator[Figure]:
    """Measure three DataTables with 100 and with 10,000 rows."""
    seen = shows(r"web-0000\d")
    for rows, runs in ((100, environment.runs), (10_000, 1 if environment.quick else 2)):
        program = (PYTHON, PROGRAMS / "datatables.py", str(rows))
        yield from _peer(environment, f"DataTables of {rows:,} rows", program, seen, runs)
    with Screen((PYTHON, PROGRAMS / "datatables.py", "100"), environment.home()) as screen:
        screen.read_until(seen)
        screen.read_quiet(0.5)
        sizes = []
        for _ in range(12):
            before = screen.size
            screen.press("\x1b[B")
            screen.read_quiet(0.12)
            sizes.append(screen.size - before)
        yield Figure("peers", "DataTables: moving the cursor one row", median(sizes), "B")


def harlequin(environment: Environment) -> Iterator[Figure]:
    """Measure harlequin, a large Textual program, if it is installed."""
    command = shutil.which("harlequin") or PYTHON.with_name("harlequin")
    if Path(command).exists():
        yield from _peer(
            environment,
            "harlequin",
            (command,),
            shows("Query Editor", "Data Catalog"),
            environment.runs,
        )


def _peer(
    environment: Environment, name: str, command: Sequence[str | Path], seen: Predicate, runs: int
) -> Iterator[Figure]:
    reference, these = in_turn(
        runs,
        partial(hello, environment),
        lambda: Start(Screen(command, environment.home()), seen),
    )
    yield Figure(
        "peers",
        f"{name}: ready",
        milliseconds(these),
        "ms",
        milliseconds(reference),
        "hello: ready",
        processor=processor(these, reference),
    )
    yield Figure("peers", f"{name}: bytes to ready", median(s.bytes for s in these), "B")
    yield Figure("peers", f"{name}: memory", median(s.memory for s in these), "MiB")
