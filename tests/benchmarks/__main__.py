"""`python -m tests.benchmarks`: measures everything, prints a table, writes JSON.

It never fails a build: a figure that misses its goal is printed as such, and that is all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.benchmarks import (
    budgeting,
    commands,
    peers,
    pressing,
    refreshing,
    resting,
    starting,
)
from tests.benchmarks.figures import Figure, table, write
from tests.benchmarks.ground import Ground

Benchmark = Callable[[Ground], Iterator[Figure]]

BENCHMARKS: Mapping[str, tuple[Benchmark, ...]] = {
    "paint": (starting.first_paint,),
    "large": (starting.large,),
    "kept": (starting.kept,),
    "distant": (starting.distant,),
    "bytes": (pressing.bytes_of_keys, pressing.bytes_of_changes),
    "keys": (pressing.times_of_keys,),
    "apply": (refreshing.applying,),
    "memory": (resting.memory,),
    "rest": (resting.processor_at_rest,),
    "requests": (budgeting.requests,),
    "commands": (commands.processes,),
    "peers": (peers.datatables, peers.harlequin),
}


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
    options = parser.parse_args()
    runs = options.runs or (3 if options.quick else 7)
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as directory,
        Ground(Path(directory), runs, quick=options.quick) as ground,
    ):
        for name in options.only or BENCHMARKS:
            for benchmark in BENCHMARKS[name]:
                print(f"{name}: {(benchmark.__doc__ or '').splitlines()[0]}", file=sys.stderr)
                for figure in benchmark(ground):
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
