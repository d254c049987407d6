"""The cost of commands that print and exit, as whole processes."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.environment import Environment
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.screen import COMMAND, PYTHON


def processes(environment: Environment) -> Iterator[Figure]:
    """Measure `--version` and `status --demo`, each against the minimum for Python."""
    for row, words, reference, goal in (
        ("--version", (COMMAND, "--version"), "pass", 3.0),
        ("status --demo", (COMMAND, "status", "--demo"), "import httpx, msgspec", 1.5),
    ):
        these: list[Process] = []
        those: list[Process] = []
        for _ in range(3 * environment.runs):
            those.append(run_process((PYTHON, "-c", reference)))
            these.append(run_process(words))
        yield Figure(
            "commands",
            f"rcv3-tui {row}, whole process",
            median(process.seconds for process in these) * 1000,
            "ms",
            median(process.seconds for process in those) * 1000,
            f'python -c "{reference}"',
            goal,
            median(process.cpu for process in these) / median(process.cpu for process in those),
        )


class Process(NamedTuple):
    """The cost of a process, in seconds."""

    seconds: float
    cpu: float


def run_process(command: Sequence[str | Path]) -> Process:
    """Run a process to its end, without its output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        command, stdout=subprocess.DEVNULL, check=False, env={**os.environ, "LANG": "C.UTF-8"}
    )
    passed = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Process(passed, cpu)
