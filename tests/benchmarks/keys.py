"""The cost of a key: bytes, and the time to the first output."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.environment import Environment
from tests.benchmarks.figures import Figure, median, percentile
from tests.benchmarks.screen import Screen, shows
from tests.benchmarks.startup import REMOTE

_QUIET = 0.12

_LETTER_PAUSE = 0.05
"""Seconds between the letters of somebody who types fast."""


def _settled(screen: Screen) -> Screen:
    screen.read_until(REMOTE, 60.0)
    screen.read_quiet(0.6, 8.0)
    return screen


def bytes_of_keys(environment: Environment) -> Iterator[Figure]:
    """Measure moving the cursor by one row, within the view and at its edge."""
    service = environment.service(10_000, 500, 20_000)
    with _settled(environment.console(service=service)) as screen:
        within: list[int] = []
        for _ in range(12):
            before = screen.size
            screen.press("j")
            screen.read_quiet(_QUIET)
            within.append(screen.size - before)
        yield Figure("bytes", "moving the cursor one row, median", median(within), "B", goal=800)
        yield Figure("bytes", "moving the cursor one row, most", max(within), "B", goal=800)
        screen.press("G")
        screen.read_quiet(0.3)
        scrolled: list[int] = []
        screen.press("g")
        screen.read_quiet(0.3)
        for _ in range(24):
            before = screen.size
            screen.press("j")
            screen.read_quiet(_QUIET)
            scrolled.append(screen.size - before)
        yield Figure("bytes", "one row at the edge (all lines move)", max(scrolled), "B")


def bytes_of_changes(environment: Environment) -> Iterator[Figure]:
    """Measure refreshes without a change, and with one changed cell on the screen."""
    seconds = 16 if environment.quick else 46
    # Few pools, so that all nodes are read before the measurement.
    service = environment.service(100, 5, 200)
    with _settled(environment.console(service=service)) as screen:
        screen.read(4.0)
        before = screen.size
        screen.read(seconds)
        idle = (screen.size - before) / seconds
        yield Figure("bytes", f"nothing changed, {seconds} s with refreshes", idle, "B/s", goal=30)
    with _settled(environment.console("--refresh", "3", service=service)) as screen:
        screen.read(4.0)
        changes: list[float] = []
        for wanted in ("REBOOT", "ACTIVE", "REBOOT", "ACTIVE")[: 2 if environment.quick else 4]:
            start = len(screen.chunks)
            service.send("change")
            screen.read(6.0)
            # One write contains one update; the header changes in other writes.
            written = [len(data) for _, data in screen.chunks[start:] if wanted.encode() in data]
            seen = shows(rf"web-00000 +\S+ {wanted}")(screen.lines)
            changes.append(min(written) if seen and written else float("nan"))
        yield Figure(
            "bytes",
            "one changed cell",
            median(changes),
            "B",
            goal=120,
        )


def times_of_keys(environment: Environment) -> Iterator[Figure]:
    """Measure key presses when idle, with few and many servers, and during refreshes."""
    count = 60 if environment.quick else 200
    idle: dict[int, list[float | None]] = {}
    for size in ((100, 5, 200), (10_000, 500, 20_000)):
        with _settled(
            environment.console("--refresh", "600", service=environment.service(*size))
        ) as screen:
            idle[size[0]] = press_repeatedly(screen, count)
    yield Figure(
        "keys",
        "key press to output, p95, idle, 10,000 servers",
        percentile(idle[10_000], 0.95) * 1000,
        "ms",
        percentile(idle[100], 0.95) * 1000,
        "100 servers",
        1.2,
    )
    service = environment.service(10_000, 500, 20_000)
    service.send("churn 100")
    with _settled(environment.console("--refresh", "1", service=service)) as screen:
        busy = press_repeatedly(screen, count)
    service.send("churn 0")
    yield Figure(
        "keys",
        "key press to output, p99, 10,000 servers read again every second",
        percentile(busy, 0.99) * 1000,
        "ms",
        percentile(idle[10_000], 0.99) * 1000,
        "idle, p99",
        3.0,
    )
    yield Figure(
        "keys",
        "the same, median",
        median(busy) * 1000,
        "ms",
        median(idle[10_000]) * 1000,
        "idle, median",
    )


def times_of_filter_letters(environment: Environment) -> Iterator[Figure]:
    """Measure letters of a filter over 10,000 servers: their echo, and the rows that follow."""
    count = 40 if environment.quick else 120
    service = environment.service(10_000, 500, 20_000)
    with _settled(environment.console("--refresh", "600", service=service)) as screen:
        moves = press_repeatedly(screen, count)
        screen.press("/")
        screen.read_quiet(0.6, 8.0)
        echoes: list[float | None] = []
        rows: list[float | None] = []
        for number in range(count // 5):
            *letters, last = list(f"web-{number:05}")
            for letter in letters:
                echoes.append(screen.press(letter))
                screen.read(_LETTER_PAUSE)
            first = len(screen.chunks)
            pressed = screen.now
            echoes.append(screen.press(last))
            screen.read_quiet(_QUIET)
            # The largest write has the rows; the clock in the header changes in others.
            at, _ = max(screen.chunks[first:], key=lambda chunk: len(chunk[1]))
            rows.append(at - pressed)
            screen.press("\x15")
            screen.read_quiet(_QUIET)
    yield Figure(
        "filter",
        "letter of a filter to output, p95, 10,000 servers",
        percentile(echoes, 0.95) * 1000,
        "ms",
        percentile(moves, 0.95) * 1000,
        "moving the cursor",
        2.0,
    )
    yield Figure(
        "filter",
        "last letter of a filter to all rows, p95",
        percentile(rows, 0.95) * 1000,
        "ms",
        goal=100,
    )


def press_repeatedly(screen: Screen, count: int) -> list[float | None]:
    """Press `j` and `k` in turn, each after the output of the one before."""
    times: list[float | None] = []
    for number in range(count):
        times.append(screen.press("jk"[number // 10 % 2]))
        screen.read(0.05)
    return times
