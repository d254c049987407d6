"""Six regions compared with one: the time to live rows, also with a silent region, and keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.benchmarks.environment import (
    Environment,
    Service,
    Start,
    in_turn,
    milliseconds,
    processor,
)
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.keys import press_repeatedly
from tests.benchmarks.programs.service import REGIONS
from tests.benchmarks.screen import Predicate, shows

_SIZE = (2_000, 100, 4_000)
"""Servers, pools and nodes of each region."""

_MOST = 20.0
"""Seconds until a start is given up."""


def regions(environment: Environment) -> Iterator[Figure]:
    """Measure six regions of 2,000 servers against one of them."""
    # The service answers in hundreds of milliseconds.
    for latency in (100, 300):
        service = _service(environment, latency)
        # The simulated account encodes its records for the first time.
        _start(environment, service, "all", rows_of(len(REGIONS)))
        one, six = in_turn(
            environment.runs,
            partial(_start, environment, service, REGIONS[0], rows_of(1)),
            partial(_start, environment, service, "all", rows_of(len(REGIONS))),
        )
        yield Figure(
            "regions",
            f"start to all live rows, six regions of 2,000 servers, service {latency} ms away",
            milliseconds(six),
            "ms",
            milliseconds(one),
            "one region",
            1.3,
            processor(six, one),
        )
    service = _service(environment, 100)
    pressed: dict[int, list[float | None]] = {1: [], len(REGIONS): []}
    # In turn, so that other work on the machine disturbs both alike.
    for _ in range(1 if environment.quick else 3):
        for of, times in pressed.items():
            region = REGIONS[0] if of == 1 else "all"
            with environment.console(
                "--region", region, "--refresh", "600", service=service
            ) as screen:
                screen.read_until(rows_of(of), _MOST)
                screen.read_quiet(0.6, 8.0)
                times += press_repeatedly(screen, 60)
    yield Figure(
        "regions",
        "key press to output, p95, idle, six regions",
        percentile(pressed[len(REGIONS)], 0.95) * 1000,
        "ms",
        percentile(pressed[1], 0.95) * 1000,
        "one region",
        1.2,
    )


def silent(environment: Environment) -> Iterator[Figure]:
    """Measure the rows of five regions while the sixth does not respond."""
    # The account itself is changed, so that no other benchmark uses it.
    service = environment.service(*_SIZE, milliseconds=101, unlimited=True, regions=len(REGIONS))
    rows = rows_of(len(REGIONS) - 1, r"HKG connecting")
    whole = rows_of(len(REGIONS))
    _start(environment, service, "all", whole)
    live = [_start(environment, service, "all", whole) for _ in range(environment.runs)]
    service.send("silence HKG")
    five = [_start(environment, service, "all", rows) for _ in range(environment.runs)]
    yield Figure(
        "regions",
        "start to the rows of five regions, the sixth silent",
        milliseconds(five),
        "ms",
        milliseconds(live),
        "all six",
        1.1,
        processor(five, live),
    )


def rows_of(count: int, state: str = " live ") -> Predicate:
    """Return a predicate: whether all rows of some regions are on the screen.

    Args:
        count: How many regions.
        state: What the header says.
    """
    servers, pools, _ = (each * count for each in _SIZE)
    return shows(
        rf"Servers .*/{servers}\b", rf"Public IPs .*/{servers}\b.* Pools .*/{pools}\b", state
    )


def _service(environment: Environment, latency: int) -> Service:
    return environment.service(*_SIZE, milliseconds=latency, unlimited=True, regions=len(REGIONS))


def _start(environment: Environment, service: Service, region: str, seen: Predicate) -> Start:
    return Start(environment.console("--region", region, service=service), seen, _MOST)
