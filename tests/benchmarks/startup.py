"""The time from the start to the first paint and to rows, and the bytes written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks.environment import (
    HELLO,
    HELLO_SHOWS,
    Environment,
    Service,
    Start,
    drop_page_cache,
    in_turn,
    milliseconds,
    processor,
)
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.screen import SIZE, Predicate, Screen, shows

FRAME = shows("Servers", "Public IPs", "Pools", "NAME")
SMALL = shows(r"web-0\d +● ACTIVE", r"203\.0\.113\.\d+ +● ACTIVE", "RCv3-web-http")
LARGE = shows(r"\w+-\d{5} +● ACTIVE", r"100\.\d+\.\d+\.\d+ +● ACTIVE", r"pool-\d{3}")
LARGE_FIRST = shows(r"\w+-\d{5} +● ACTIVE")
REMOTE = shows(r"web-\d{5} +● ACTIVE", r"100\.\d+\.\d+\.\d+ +● ACTIVE", r"pool-\d{3}", " live ")

INSTANT = shows(r"web-\d{5} +● ACTIVE", r"pool-\d{3}", r"cached \d\d:\d\d UTC, \w+ ago - loading")
CACHED = shows(r"web-\d{5} +● ACTIVE", r"pool-\d{3}", "old picture|cached data")


def hello(environment: Environment) -> Start:
    """Start the smallest program."""
    return Start(Screen(HELLO, environment.home()), HELLO_SHOWS)


def demo(environment: Environment, seen: Predicate, name: str = "small") -> Start:
    """Start the console on a simulated account."""
    return Start(environment.console("--demo", name), seen)


def forget_requests(home: Path) -> None:
    """Delete the record of requests, so that the next start does not wait for the rate limit."""
    for ledger in (home / "cache" / "rcv3-tui").glob("requests-*.json"):
        ledger.unlink()


def first_paint(environment: Environment) -> Iterator[Figure]:
    """Measure the first paint, with header and panes, and the first rows."""
    reference, these, rows = in_turn(
        environment.runs, *(partial(kind, environment) for kind in (hello, _frame, _small))
    )
    yield Figure(
        "paint",
        "first paint (header, panes)",
        milliseconds(these),
        "ms",
        milliseconds(reference),
        "hello: ready",
        1.6,
        processor(these, reference),
    )
    yield Figure(
        "paint",
        "start to live rows, --demo",
        milliseconds(rows),
        "ms",
        milliseconds(reference),
        "hello: ready",
        2.2,
        processor(rows, reference),
    )
    cells = SIZE[0] * SIZE[1]
    yield Figure(
        "paint",
        "bytes to the first complete screen, --demo",
        median(s.bytes for s in rows),
        "B",
        cells,
        "cells",
        4,
    )


def _frame(environment: Environment) -> Start:
    return demo(environment, FRAME)


def _small(environment: Environment) -> Start:
    return demo(environment, SMALL)


def large(environment: Environment) -> Iterator[Figure]:
    """Measure 10,000 servers, 10,000 public IPs, 500 pools of 40 nodes."""
    reference, first, whole = in_turn(
        environment.runs,
        partial(hello, environment),
        partial(demo, environment, LARGE_FIRST, "large"),
        partial(demo, environment, LARGE, "large"),
    )
    for name, these in (("servers", first), ("all three panes", whole)):
        yield Figure(
            "large",
            f"start to live rows, --demo large, {name}",
            milliseconds(these),
            "ms",
            milliseconds(reference),
            "hello: ready",
            4.0,
            processor(these, reference),
        )
    yield Figure(
        "large",
        "bytes to the first complete screen, --demo large",
        median(s.bytes for s in whole),
        "B",
        SIZE[0] * SIZE[1],
        "cells",
        4,
    )


def cached(environment: Environment) -> Iterator[Figure]:
    """Measure the cached frame and the cached snapshot, of a small account and of a large one."""
    for name, size in SIZES.items():
        service = environment.service(*size, milliseconds=300, unlimited=True)
        home = seen_before(environment, service)
        reference, frames, rows = in_turn(
            environment.runs,
            partial(hello, environment),
            partial(again, environment, service, home, INSTANT),
            partial(again, environment, service, home, CACHED),
        )
        for what, these, goal in (
            ("the cached frame", frames, 0.4),
            ("rows from the cached snapshot", rows, None),
        ):
            yield Figure(
                "cached",
                f"start to {what}, {name}",
                milliseconds(these),
                "ms",
                milliseconds(reference),
                "hello: ready",
                goal,
                processor(these, reference),
            )
        yield Figure(
            "cached",
            f"bytes to rows from the cached snapshot, frame included, {name}",
            median(s.bytes for s in rows),
            "B",
            SIZE[0] * SIZE[1],
            "cells",
        )


SIZES = {"100 servers": (100, 5, 200), "10,000 servers": (10_000, 500, 20_000)}
"""Servers, pools and nodes."""


def seen_before(environment: Environment, service: Service) -> Path:
    """Return a home in which the console has shown an account."""
    home = environment.home()
    with environment.console(home=home, service=service) as first:
        first.read_until(REMOTE)
        first.read(1.0)
        first.leave()
    return home


def again(
    environment: Environment, service: Service, home: Path, seen: Predicate, *, cold: bool = False
) -> Start:
    """Start the console in a home in which it has shown the account."""
    forget_requests(home)
    if cold:
        drop_page_cache()
    return Start(environment.console(home=home, service=service), seen)


def cold(environment: Environment) -> Iterator[Figure]:
    """Measure starts whose files are not in the page cache, as after a boot."""
    service = environment.service(*SIZES["100 servers"], milliseconds=300, unlimited=True)
    home = seen_before(environment, service)

    def cold_hello() -> Start:
        drop_page_cache()
        return hello(environment)

    reference, frames, rows = in_turn(
        environment.runs,
        cold_hello,
        partial(again, environment, service, home, INSTANT, cold=True),
        partial(again, environment, service, home, CACHED, cold=True),
    )
    for what, these, goal in (
        ("the cached frame", frames, 0.4),
        ("rows from the cached snapshot", rows, None),
    ):
        yield Figure(
            "cold",
            f"cold start to {what}, 100 servers",
            milliseconds(these),
            "ms",
            milliseconds(reference),
            "hello, cold: ready",
            goal,
            processor(these, reference),
        )


def remote(environment: Environment) -> Iterator[Figure]:
    """Measure live rows from a service 100 ms away."""
    service = environment.service(100, 5, 200, milliseconds=100, unlimited=True)
    home = environment.home()

    def cold() -> Start:
        return Start(environment.console(service=service), REMOTE)

    def warm() -> Start:
        forget_requests(home)
        return Start(environment.console(home=home, service=service), REMOTE)

    with environment.console(home=home, service=service) as first:
        first.read_until(REMOTE)
        first.leave()
    frames, without_token, with_token = in_turn(
        environment.runs, lambda: Start(environment.console(service=service), FRAME), cold, warm
    )
    for name, these, trips in (
        ("no token", without_token, 2),
        ("cached token", with_token, 1),
    ):
        yield Figure(
            "remote",
            f"start to live rows, service 100 ms away, {name}",
            milliseconds(these),
            "ms",
            milliseconds(frames) + trips * 100,
            f"first paint + {trips} round trip{'s' if trips > 1 else ''}",
            1.5,
        )
