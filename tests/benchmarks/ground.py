"""Where benchmarks run: a directory of their own, services to talk to, and how often to measure."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from tests.benchmarks.figures import median
from tests.benchmarks.screen import COMMAND, PROGRAMS, PYTHON, Screen, Seen, shows

HELLO = (PYTHON, PROGRAMS / "hello.py")
HELLO_SHOWS = shows("Hello, world")


class Service:
    """A simulated account in a process of its own.

    Args:
        servers: How many cloud servers, each with an address.
        pools: How many pools.
        nodes: How many nodes, over all pools.
        milliseconds: How far away.
        unlimited: It takes any number of requests.
    """

    def __init__(
        self,
        servers: int,
        pools: int,
        nodes: int,
        milliseconds: int = 0,
        *,
        unlimited: bool = False,
    ) -> None:
        words = [str(number) for number in (servers, pools, nodes, milliseconds)]
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

    def tell(self, command: str) -> None:
        """Have something changed; see `programs/service.py`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


class Ground:
    """What every benchmark is given.

    Args:
        directory: For homes and files; emptied by who made it.
        runs: How often each start is measured.
        quick: Measure less, to see that everything works.
    """

    def __init__(self, directory: Path, runs: int, *, quick: bool) -> None:
        self.runs = runs
        self.quick = quick
        self._directory = directory
        self._number = 0
        self._services: dict[tuple[int, ...], Service] = {}
        self._closing = ExitStack()

    def home(self) -> Path:
        """Give a home that nobody has used."""
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
    ) -> Service:
        """Give an account of a size and at a distance, the same one each time."""
        key = (servers, pools, nodes, milliseconds, unlimited)
        if key not in self._services:
            made = Service(servers, pools, nodes, milliseconds, unlimited=unlimited)
            self._services[key] = made
            self._closing.callback(made.close)
        return self._services[key]

    def console(
        self, *words: str, home: Path | None = None, service: Service | None = None
    ) -> Screen:
        """Start the console.

        Args:
            words: What follows its name.
            home: Whose; a new one where none is given.
            service: The account; none for a demo.
        """
        return Screen(
            (COMMAND, *words), home or self.home(), None if service is None else service.environment
        )

    def __enter__(self) -> Ground:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()


class Start:
    """How one start went."""

    def __init__(self, screen: Screen, seen: Seen, most: float = 30.0) -> None:
        at = screen.read_until(seen, most)
        self.cpu = screen.cpu
        self.seconds = at
        # What is waited for may stand in the first piece of a picture that comes in several.
        screen.read_quiet(0.15, 1.0)
        self.bytes = screen.size
        self.memory = screen.memory
        screen.close()


def in_turn(runs: int, *starts: Callable[[], Start]) -> Iterator[Sequence[Start]]:
    """Measure several kinds of start, in turn and several times; give each kind's starts."""
    found: list[list[Start]] = [[] for _ in starts]
    for _ in range(runs):
        for start, measured in zip(starts, found, strict=True):
            measured.append(start())
    yield from found


def milliseconds(starts: Sequence[Start]) -> float:
    """Give the median of some starts in milliseconds."""
    return median(None if s.seconds is None else s.seconds * 1000 for s in starts)


def processor(these: Sequence[Start], those: Sequence[Start]) -> float:
    """Give the ratio of the processor time that two kinds of start took."""
    return median(s.cpu for s in these) / median(s.cpu for s in those)
