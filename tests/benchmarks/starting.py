"""How soon there is something true on the screen, and in how many bytes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks.figures import Figure, median
from tests.benchmarks.ground import (
    HELLO,
    HELLO_SHOWS,
    Ground,
    Service,
    Start,
    in_turn,
    milliseconds,
    processor,
)
from tests.benchmarks.screen import SIZE, Screen, Seen, shows

FRAME = shows("Servers", "Public IPs", "Pools", "NAME")
SMALL = shows(r"web-0\d +● ACTIVE", r"203\.0\.113\.\d+ +● ACTIVE", "RCv3-web-http")
LARGE = shows(r"\w+-\d{5} +● ACTIVE", r"100\.\d+\.\d+\.\d+ +● ACTIVE", r"pool-\d{3}")
LARGE_FIRST = shows(r"\w+-\d{5} +● ACTIVE")
DISTANT = shows(r"web-\d{5} +● ACTIVE", r"100\.\d+\.\d+\.\d+ +● ACTIVE", r"pool-\d{3}", " live ")


def hello(ground: Ground) -> Start:
    """Start the smallest program."""
    return Start(Screen(HELLO, ground.home()), HELLO_SHOWS)


def demo(ground: Ground, seen: Seen, name: str = "small") -> Start:
    """Start the console on a simulated account."""
    return Start(ground.console("--demo", name), seen)


def forget_requests(home: Path) -> None:
    """Begin a minute anew: starts that follow each other so closely would wait for their turn."""
    for ledger in (home / "cache" / "rcv3-tui").glob("requests-*.json"):
        ledger.unlink()


def first_paint(ground: Ground) -> Iterator[Figure]:
    """Header and panes, before anything is known."""
    reference, these, rows = in_turn(
        ground.runs, *(partial(kind, ground) for kind in (hello, _frame, _small))
    )
    yield Figure(
        "paint",
        "first paint (header, panes)",
        milliseconds(these),
        "ms",
        milliseconds(reference),
        "hello: ready",
        1.2,
        processor(these, reference),
    )
    yield Figure(
        "paint",
        "start to real rows, --demo",
        milliseconds(rows),
        "ms",
        milliseconds(reference),
        "hello: ready",
        1.4,
        processor(rows, reference),
    )
    cells = SIZE[0] * SIZE[1]
    yield Figure(
        "paint",
        "bytes to the first full picture, --demo",
        median(s.bytes for s in rows),
        "B",
        cells,
        "cells",
        4,
    )


def _frame(ground: Ground) -> Start:
    return demo(ground, FRAME)


def _small(ground: Ground) -> Start:
    return demo(ground, SMALL)


def large(ground: Ground) -> Iterator[Figure]:
    """Ten thousand servers, ten thousand addresses, 500 pools of 40 nodes."""
    reference, first, whole = in_turn(
        ground.runs,
        partial(hello, ground),
        partial(demo, ground, LARGE_FIRST, "large"),
        partial(demo, ground, LARGE, "large"),
    )
    for name, these in (("servers", first), ("all three panes", whole)):
        yield Figure(
            "large",
            f"start to real rows, --demo large, {name}",
            milliseconds(these),
            "ms",
            milliseconds(reference),
            "hello: ready",
            2.0,
            processor(these, reference),
        )
    yield Figure(
        "large",
        "bytes to the first full picture, --demo large",
        median(s.bytes for s in whole),
        "B",
        SIZE[0] * SIZE[1],
        "cells",
        4,
    )


def kept(ground: Ground) -> Iterator[Figure]:
    """The last picture from the disk, of a small account and of a large one."""
    for name, size, goal in (
        ("100 servers", (100, 5, 200), 1.4),
        ("large", (10_000, 500, 20_000), 2.0),
    ):
        service = ground.service(*size, milliseconds=300, unlimited=True)
        home = ground.home()
        with ground.console(home=home, service=service) as first:
            if first.read_until(DISTANT) is None:
                continue
            first.read(1.0)
            first.leave()

        def again(service: Service = service, home: Path = home) -> Start:
            forget_requests(home)
            screen = ground.console(home=home, service=service)
            return Start(screen, shows(r"web-\d{5} +● ACTIVE", r"pool-\d{3}", "old picture"))

        reference, these = in_turn(ground.runs, partial(hello, ground), again)
        yield Figure(
            "kept",
            f"start to real rows, kept picture, {name}",
            milliseconds(these),
            "ms",
            milliseconds(reference),
            "hello: ready",
            goal,
            processor(these, reference),
        )


def distant(ground: Ground) -> Iterator[Figure]:
    """Live rows from a service 100 ms away."""
    service = ground.service(100, 5, 200, milliseconds=100, unlimited=True)
    home = ground.home()

    def cold() -> Start:
        return Start(ground.console(service=service), DISTANT)

    def warm() -> Start:
        forget_requests(home)
        return Start(ground.console(home=home, service=service), DISTANT)

    with ground.console(home=home, service=service) as first:
        first.read_until(DISTANT)
        first.leave()
    frames, without_token, with_token = in_turn(
        ground.runs, lambda: Start(ground.console(service=service), FRAME), cold, warm
    )
    for name, these, trips in (
        ("cold token", without_token, 2),
        ("token kept", with_token, 1),
    ):
        yield Figure(
            "distant",
            f"start to live rows, service 100 ms away, {name}",
            milliseconds(these),
            "ms",
            milliseconds(frames) + trips * 100,
            f"first paint + {trips} round trip{'s' if trips > 1 else ''}",
            1.15,
        )
