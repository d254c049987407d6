"""What a key costs: bytes, and the time until something is seen of it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import Figure, median, percentile
from tests.benchmarks.ground import Ground
from tests.benchmarks.screen import Screen, shows
from tests.benchmarks.starting import DISTANT

_QUIET = 0.12


def _settled(screen: Screen) -> Screen:
    screen.read_until(DISTANT, 60.0)
    screen.read_quiet(0.6, 8.0)
    return screen


def bytes_of_keys(ground: Ground) -> Iterator[Figure]:
    """Moving the cursor by a row, within the view and at its edge."""
    service = ground.service(10_000, 500, 20_000)
    with _settled(ground.console(service=service)) as screen:
        within: list[int] = []
        for _ in range(12):
            before = screen.size
            screen.press("j")
            screen.read_quiet(_QUIET)
            within.append(screen.size - before)
        yield Figure("bytes", "moving the cursor one row, median", median(within), "B", goal=1000)
        yield Figure("bytes", "moving the cursor one row, most", max(within), "B", goal=1000)
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


def bytes_of_changes(ground: Ground) -> Iterator[Figure]:
    """Refreshes in which nothing, and in which one cell on the screen, changed."""
    seconds = 16 if ground.quick else 46
    # Few pools, so that all their nodes have been read: those of many go on being news for long.
    service = ground.service(100, 5, 200)
    with _settled(ground.console(service=service)) as screen:
        screen.read(4.0)
        before = screen.size
        screen.read(seconds)
        idle = (screen.size - before) / seconds
        yield Figure("bytes", f"nothing changed, {seconds} s with refreshes", idle, "B/s", goal=40)
    with _settled(ground.console("--refresh", "3", service=service)) as screen:
        screen.read(4.0)
        changes: list[float] = []
        for wanted in ("REBOOT", "ACTIVE", "REBOOT", "ACTIVE")[: 2 if ground.quick else 4]:
            start = len(screen.chunks)
            service.tell("rename")
            screen.read(6.0)
            # One write brings one update: what the header says meanwhile comes in others.
            written = [len(data) for _, data in screen.chunks[start:] if wanted.encode() in data]
            seen = shows(rf"web-00000 +\S+ {wanted}")(screen.lines)
            changes.append(min(written) if seen and written else float("nan"))
        yield Figure(
            "bytes",
            "one changed cell",
            median(changes),
            "B",
            goal=300,
        )


def times_of_keys(ground: Ground) -> Iterator[Figure]:
    """Key presses at rest with few and many servers, and while many are read anew."""
    count = 60 if ground.quick else 200
    idle: dict[int, list[float | None]] = {}
    for size in ((100, 5, 200), (10_000, 500, 20_000)):
        with _settled(ground.console("--refresh", "600", service=ground.service(*size))) as screen:
            idle[size[0]] = _press(screen, count)
    yield Figure(
        "keys",
        "key press to output, p95, idle, 10,000 servers",
        percentile(idle[10_000], 0.95) * 1000,
        "ms",
        percentile(idle[100], 0.95) * 1000,
        "100 servers",
        1.2,
    )
    service = ground.service(10_000, 500, 20_000)
    service.tell("churn 100")
    with _settled(ground.console("--refresh", "1", service=service)) as screen:
        busy = _press(screen, count)
    service.tell("churn 0")
    yield Figure(
        "keys",
        "key press to output, p99, 10,000 servers read anew each second",
        percentile(busy, 0.99) * 1000,
        "ms",
        percentile(idle[10_000], 0.99) * 1000,
        "idle, p99",
        2.0,
    )
    yield Figure(
        "keys",
        "the same, median",
        median(busy) * 1000,
        "ms",
        median(idle[10_000]) * 1000,
        "idle, median",
    )


def _press(screen: Screen, count: int) -> list[float | None]:
    """Press `j` and `k` in turn, as a hand does: each when the last one has been drawn."""
    times: list[float | None] = []
    for number in range(count):
        times.append(screen.press("jk"[number // 10 % 2]))
        screen.read(0.05)
    return times
