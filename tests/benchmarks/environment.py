"""The environment of benchmarks: homes, services, and the number of runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

from tests.benchmarks.figures import median
from tests.benchmarks.screen import COMMAND, PROGRAMS, PYTHON, Predicate, Screen, shows

HELLO = (PYTHON, PROGRAMS / "hello.py")
HELLO_SHOWS = shows("Hello, world")


class Service:
    """A simulated account in its own process.

    Args:
        servers: How many cloud servers, each with an address.
        pools: How many pools.
        nodes: How many nodes, over all pools.
        milliseconds: The latency of every response.
        unlimited: Accept any number of requests.
        regions: How many regions, each of that size.
    """

    def __init__(
        self,
        servers: int,
        pools: int,
        nodes: int,
        milliseconds: int = 0,
        *,
        unlimited: bool = False,
        regions: int = 1,
    ) -> None:
        words = [str(number) for number in (servers, pools, nodes, milliseconds, regions)]
        self._process = subprocess.Popen(
            [PYTHON, "-m", "tests.benchmarks.programs.service", *words, *["unlimited"] * unlimited],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdout is not None
        url, username, key = self._process.stdout.readline().split()
        self.environment: Mapping[str, str] = {
            "RCV3_IDENTITY_URL": f"{url}/v2.0",
            "RCV3_USERNAME": username,
            "RCV3_API_KEY": key,
            "RCV3_REGION": "IAD",
        }

    def send(self, command: str) -> None:
        """Send a command; see `programs/service.py`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Stop the process."""
        self._process.kill()
        self._process.wait()


class Environment:
    """Homes, services and consoles for a benchmark.

    Args:
        directory: For homes and files; the caller deletes it.
        runs: How often each start is measured.
        quick: Measure less, to check that everything works.
        against: The command of another build; None: there is none to compare with.
    """

    def __init__(
        self, directory: Path, runs: int, *, quick: bool, against: Path | None = None
    ) -> None:
        self.runs = runs
        self.quick = quick
        self.against = against
        self._directory = directory
        self._number = 0
        self._services: dict[tuple[int, ...], Service] = {}
        self._closing = ExitStack()

    def home(self) -> Path:
        """Return a new home directory."""
        self._number += 1
        return self._directory / f"home-{self._number}"

    def service(
        self,
        servers: int,
        pools: int,
        nodes: int,
        *,
        milliseconds: int = 0,
        unlimited: bool = False,
        regions: int = 1,
    ) -> Service:
        """Return an account of a size and a latency; the same one for the same arguments."""
        key = (servers, pools, nodes, milliseconds, unlimited, regions)
        if key not in self._services:
            made = Service(
                servers, pools, nodes, milliseconds, unlimited=unlimited, regions=regions
            )
            self._services[key] = made
            self._closing.callback(made.close)
        return self._services[key]

    def console(
        self,
        *words: str,
        home: Path | None = None,
        service: Service | None = None,
        command: Path = COMMAND,
    ) -> Screen:
        """Start the console.

        Args:
            words: The arguments.
            home: The home directory; a new one by default.
            service: The account; None for a demo.
            command: The build.
        """
        return Screen(
            (command, *words), home or self.home(), None if service is None else service.environment
        )

    def __enter__(self) -> Environment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()


def drop_page_cache() -> None:
    """Drop the files of this Python, of its packages and of the project from the page cache.

    Needs no privileges and leaves the files of other programs alone; libraries that a running
    program has mapped stay.
    """
    roots = {Path(sys.base_prefix, "lib"), Path(sys.prefix), Path(__file__).parents[2] / "rcv3_tui"}
    os.sync()
    for root in roots:
        for path in root.rglob("*"):
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(descriptor)


class Start:
    """The measurements of one start."""

    def __init__(self, screen: Screen, seen: Predicate, most: float = 30.0) -> None:
        at = screen.read_until(seen, most)
        self.cpu = screen.cpu
        self.seconds = at
        # The screen may arrive in several pieces.
        screen.read_quiet(0.15, 1.0)
        self.bytes = screen.size
        self.memory = screen.memory
        screen.close()


def in_turn(runs: int, *starts: Callable[[], Start]) -> Iterator[Sequence[Start]]:
    """Measure several kinds of start alternately, several times, and yield the starts of each."""
    found: list[list[Start]] = [[] for _ in starts]
    for _ in range(runs):
        for start, measured in zip(starts, found, strict=True):
            measured.append(start())
    yield from found


def milliseconds(starts: Sequence[Start]) -> float:
    """Return the median of starts, in milliseconds."""
    return median(None if s.seconds is None else s.seconds * 1000 for s in starts)


def processor(these: Sequence[Start], those: Sequence[Start]) -> float:
    """Return the ratio of the processor time of two kinds of start."""
    return median(s.cpu for s in these) / median(s.cpu for s in those)
