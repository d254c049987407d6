"""`python -m tests.benchmarks`: measure everything, print a table, write JSON.

A figure that misses its goal is printed as such; it never fails a build.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.benchmarks import (
    commands,
    comparison,
    idle,
    keys,
    peers,
    refresh,
    regions,
    request_rate,
    soak,
    startup,
)
from tests.benchmarks.environment import Environment
from tests.benchmarks.figures import Figure, table, write

Benchmark = Callable[[Environment], Iterator[Figure]]

BENCHMARKS: Mapping[str, tuple[Benchmark, ...]] = {
    "paint": (startup.first_paint,),
    "large": (startup.large,),
    "cached": (startup.cached,),
    "cold": (startup.cold,),
    "remote": (startup.remote,),
    "bytes": (keys.bytes_of_keys, keys.bytes_of_changes),
    "keys": (keys.times_of_keys,),
    "filter": (keys.times_of_filter_letters,),
    "apply": (refresh.applying,),
    "memory": (idle.memory,),
    "idle": (idle.processor_time,),
    "regions": (regions.regions, regions.silent),
    "requests": (request_rate.requests,),
    "commands": (commands.processes,),
    "against": (comparison.against,),
    "peers": (peers.datatables, peers.harlequin),
    "soak": (soak.headless, soak.terminal),
}

ON_REQUEST = frozenset({"soak"})
"""Benchmarks that run only when named: they take long."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        metavar="ROW",
        action="append",
        choices=BENCHMARKS,
        help=f"one of {', '.join(BENCHMARKS)}; may be given more than once",
    )
    parser.add_argument("--quick", action="store_true", help="fewer and shorter measurements")
    parser.add_argument("--runs", type=int, metavar="N", help="starts of each kind (7; quick: 3)")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", default=Path("benchmarks.json"), help="(%(default)s)"
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="PATH",
        help="another checkout with a .venv, or its command: start both builds in turn",
    )
    options = parser.parse_args()
    if options.against is not None:
        other = options.against / ".venv" / "bin" / "rcv3-tui"
        options.against = other if other.exists() else options.against
        if not options.against.is_file():
            parser.error(f"--against {options.against}: no rcv3-tui there")
    runs = options.runs or (3 if options.quick else 7)
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as directory,
        Environment(
            Path(directory), runs, quick=options.quick, against=options.against
        ) as environment,
    ):
        for name in options.only or (name for name in BENCHMARKS if name not in ON_REQUEST):
            for benchmark in BENCHMARKS[name]:
                print(f"{name}: {(benchmark.__doc__ or '').splitlines()[0]}", file=sys.stderr)
                for figure in benchmark(environment):
                    figures.append(figure)
                    print(f"  {table([figure]).splitlines()[1]}", file=sys.stderr)
    print(table(figures))
    for figure in figures:
        if figure.note:
            print(f"{figure.figure}: {figure.note}")
    write(options.json, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
