"""Memory and processor time of an idle console."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.environment import Environment
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.screen import PROGRAMS, PYTHON, Screen, shows
from tests.benchmarks.startup import REMOTE, hello


def memory(environment: Environment) -> Iterator[Figure]:
    """Measure the memory of the largest account, with all pools' nodes read."""
    service = environment.service(10_000, 500, 20_000, unlimited=True)
    reference = median(hello(environment).memory for _ in range(3))
    with Screen(
        (PYTHON, PROGRAMS / "unlimited.py"), environment.home(), service.environment
    ) as screen:
        screen.read_until(REMOTE, 60.0)
        # Wait until the nodes of all pools are read.
        screen.read(5.0 if environment.quick else 25.0)
        yield Figure(
            "memory",
            "memory, 10,000 servers, 10,000 IPs, 500 pools, 20,000 nodes",
            screen.memory,
            "MiB",
            reference,
            "hello",
            4.0,
            note="" if shows(r"40")(screen.lines) else "not all nodes had been read",
        )


def processor_time(environment: Environment) -> Iterator[Figure]:
    """Measure the processor time of a live console, with a refresh every 15 seconds."""
    seconds = 16 if environment.quick else 46
    with environment.console(service=environment.service(10_000, 500, 20_000)) as screen:
        screen.read_until(REMOTE, 60.0)
        screen.read(6.0)
        before, began = screen.cpu, screen.now
        screen.read(seconds)
        share = (screen.cpu - before) / (screen.now - began)
    yield Figure(
        "idle", "idle CPU, 10,000 servers, a refresh every 15 s", share * 100, "%", goal=2.0
    )
