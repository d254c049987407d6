"""What the commands that print and end cost as whole processes."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks.figures import Figure, median
from tests.benchmarks.ground import Ground
from tests.benchmarks.screen import COMMAND, PYTHON


def processes(ground: Ground) -> Iterator[Figure]:
    """`--version` and `status --demo`, each beside the least that Python can do for it."""
    for row, words, reference, goal in (
        ("--version", (COMMAND, "--version"), "pass", 3.0),
        ("status --demo", (COMMAND, "status", "--demo"), "import httpx, msgspec", 1.5),
    ):
        these: list[tuple[float, float]] = []
        those: list[tuple[float, float]] = []
        for _ in range(3 * ground.runs):
            those.append(_run((PYTHON, "-c", reference)))
            these.append(_run(words))
        yield Figure(
            "commands",
            f"rcv3-tui {row}, whole process",
            median(wall for wall, _ in these) * 1000,
            "ms",
            median(wall for wall, _ in those) * 1000,
            f'python -c "{reference}"',
            goal,
            median(cpu for _, cpu in these) / median(cpu for _, cpu in those),
        )


def _run(command: Sequence[str | Path]) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        command, stdout=subprocess.DEVNULL, check=False, env={**os.environ, "LANG": "C.UTF-8"}
    )
    passed = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return passed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
