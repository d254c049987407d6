"""What it holds and takes while nobody does anything."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import Figure, median
from tests.benchmarks.ground import Ground
from tests.benchmarks.screen import PROGRAMS, PYTHON, Screen, shows
from tests.benchmarks.starting import DISTANT, hello


def memory(ground: Ground) -> Iterator[Figure]:
    """The largest account, all pools' nodes read."""
    service = ground.service(10_000, 500, 20_000, unlimited=True)
    reference = median(hello(ground).memory for _ in range(3))
    with Screen((PYTHON, PROGRAMS / "unhurried.py"), ground.home(), service.environment) as screen:
        screen.read_until(DISTANT, 60.0)
        # Its pools are known: the counts stand without a sign that more may come.
        screen.read(5.0 if ground.quick else 25.0)
        yield Figure(
            "memory",
            "memory, 10,000 servers, 10,000 IPs, 500 pools, 20,000 nodes",
            screen.memory,
            "MiB",
            reference,
            "hello",
            3.0,
            note="" if shows(r"40")(screen.lines) else "not all nodes had been read",
        )


def processor_at_rest(ground: Ground) -> Iterator[Figure]:
    """Live, with a refresh every 15 seconds."""
    seconds = 16 if ground.quick else 46
    with ground.console(service=ground.service(10_000, 500, 20_000)) as screen:
        screen.read_until(DISTANT, 60.0)
        screen.read(6.0)
        before, began = screen.cpu, screen.now
        screen.read(seconds)
        share = (screen.cpu - before) / (screen.now - began)
    yield Figure(
        "rest", "CPU at rest, 10,000 servers, refreshed every 15 s", share * 100, "%", goal=2.0
    )
