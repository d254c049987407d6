"""This build and another one, started in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.commands import run_process
from tests.benchmarks.environment import Environment, Start, in_turn, milliseconds, processor
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.screen import COMMAND, Predicate
from tests.benchmarks.startup import FRAME, REMOTE, SMALL, forget_requests

_OTHER = "the other build"


def against(environment: Environment) -> Iterator[Figure]:
    """Compare starts with those of the build that --against names."""
    other = environment.against
    if other is None:
        return
    service = environment.service(100, 5, 200, milliseconds=100, unlimited=True)
    homes = {command: environment.home() for command in (COMMAND, other)}

    def demo(seen: Predicate, command: Path) -> Start:
        return Start(environment.console("--demo", command=command), seen)

    def remote(command: Path) -> Start:
        forget_requests(homes[command])
        console = environment.console(home=homes[command], service=service, command=command)
        return Start(console, REMOTE)

    kinds: Sequence[tuple[str, Callable[[Path], Start]]] = (
        ("first paint, --demo", partial(demo, FRAME)),
        ("live rows, --demo", partial(demo, SMALL)),
        ("live rows, a service 100 ms away", remote),
    )
    for name, start in kinds:
        these, those = in_turn(environment.runs, partial(start, COMMAND), partial(start, other))
        yield Figure(
            "against",
            f"start to {name}",
            milliseconds(these),
            "ms",
            milliseconds(those),
            _OTHER,
            processor=processor(these, those),
        )
    for words in (("--version",), ("status", "--demo")):
        runs = [
            (run_process((COMMAND, *words)), run_process((other, *words)))
            for _ in range(3 * environment.runs)
        ]
        yield Figure(
            "against",
            f"rcv3-tui {' '.join(words)}, whole process",
            median(this.seconds for this, _ in runs) * 1000,
            "ms",
            median(that.seconds for _, that in runs) * 1000,
            _OTHER,
            processor=median(this.cpu for this, _ in runs) / median(that.cpu for _, that in runs),
        )
