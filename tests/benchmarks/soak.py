"""A long run on an account that changes constantly: what grows, and what does not."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import ChangesRecorded, OperationChanged, SnapshotChanged, SyncEvent
from rcv3_tui.tui.row_model import RowModel
from tests.benchmarks.environment import Environment
from tests.benchmarks.figures import Figure
from tests.benchmarks.programs.service import create_account
from tests.benchmarks.startup import REMOTE
from tests.support.changing_account import ChangingAccount
from tests.support.sync_harness import IDENTITY, add_node, remove_node

_SIZE = (2_000, 500, 5_000)
"""Servers, pools and nodes."""

_CHANGES = 20
"""Changes for each read of the pools, four times a minute."""

_CHANGES_HEADLESS = 100
"""The same without a screen: bounds are reached sooner."""

FILES = {
    "journal": "journal.jsonl",
    "status history": "history/*",
    "change log": "changes.jsonl",
    "cached frame": "frames/*",
    "log": "rcv3-tui.log*",
}
"""What is measured of the files, and their names."""


class Usage(NamedTuple):
    """What a headless console uses at one moment."""

    minute: float
    blocks: int
    """Memory blocks that Python has allocated."""
    files: int
    """Open files and connections."""


async def run_headless(
    home: Path, minutes: float, *, servers: int, pools: int, nodes: int, changes: int
) -> list[Usage]:
    """Run a worker and the rows of a console on a manual clock, on an account that changes.

    Args:
        home: Where state and cache are written.
        minutes: For how long.
        servers: The size of the account.
        pools: The size of the account.
        nodes: The size of the account.
        changes: How many every 15 seconds.

    Returns:
        The usage after every minute.
    """
    clock = ManualClock()
    account = create_account(servers, pools, nodes, now=clock.timestamp)
    changing = ChangingAccount(account)
    settings = Settings(
        credentials=Credentials(account.username, api_key=Secret(account.api_key)),
        identity_url=IDENTITY,
        regions=(account.regions[0],),
        refresh_interval=15.0,
        state_dir=home / "state",
        cache_dir=home / "cache",
    )
    worker = AccountWorker(settings, asgi_app=create_app(account), clock=clock)
    rows = RowModel(worker.clock, worker)
    worker.listen(partial(_show, rows))
    running = asyncio.create_task(worker.run())
    await clock.settle()
    used: list[Usage] = []
    pool = account.add_pool("soak")
    server = account.add_server("soak-01")
    while len(used) < minutes:
        for _ in range(4):
            changing.step(changes)
            await clock.advance(15.0, turns=25)
        rows.tick()
        # An operator changes something every minute.
        node = next(iter(pool.nodes.values()), None)
        worker.submit([add_node(server, pool) if node is None else remove_node(node)])
        account.requests.clear()
        gc.collect()
        used.append(Usage(len(used) + 1, sys.getallocatedblocks(), descriptors(os.getpid())))
    await clock.settle()
    running.cancel()
    await asyncio.wait([running])
    return used


def _show(rows: RowModel, event: SyncEvent) -> None:
    match event:
        case SnapshotChanged(snapshot, delta):
            rows.apply_snapshot(snapshot, delta)
        case OperationChanged(operation):
            rows.apply_operation(operation)
        case ChangesRecorded():
            rows.apply_changes(event, tuple(rows.snapshots), ())
        case _:
            pass


def headless(environment: Environment) -> Iterator[Figure]:
    """Run an hour on a manual clock."""
    minutes = 20 if environment.quick else 60
    home = environment.home()
    servers, pools, nodes = _SIZE
    used = asyncio.run(
        run_headless(
            home, minutes, servers=servers, pools=pools, nodes=nodes, changes=_CHANGES_HEADLESS
        )
    )
    half = used[len(used) // 2]
    yield Figure(
        "soak",
        f"memory blocks after {minutes} min, headless",
        used[-1].blocks,
        "",
        half.blocks,
        f"after {half.minute:g} min",
        1.1,
    )
    yield Figure("soak", "open files, most, headless", max(u.files for u in used), "", goal=64)
    yield from _files(home, f"{minutes} min, headless")


def size_of(home: Path, pattern: str) -> int:
    """Return the bytes of all files in a directory whose names match, at any depth."""
    return sum(path.stat().st_size for path in home.rglob(pattern) if path.is_file())


def descriptors(process: int) -> int:
    """Return how many files and connections a process has open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def terminal(environment: Environment) -> Iterator[Figure]:
    """Run the console for ten minutes while nodes and public IPs change constantly."""
    minutes = 1 if environment.quick else 10
    service = environment.service(*_SIZE)
    service.send(f"stir {_CHANGES}")
    home = environment.home()
    memory: list[float] = []
    open_files: list[int] = []
    with environment.console(home=home, service=service) as screen:
        screen.read_until(REMOTE, 60.0)
        for minute in range(minutes * 2):
            screen.press("jjkjl"[minute % 5])
            screen.read(30.0)
            memory.append(screen.memory)
            print(f"  {minute / 2 + 0.5} min: {memory[-1]:.1f} MiB", file=sys.stderr)
            open_files.append(descriptors(screen.process.pid))
        # After two minutes the lists, and the first hundred changes, have been read.
        half = memory[min(4, len(memory) - 1)]
        yield Figure(
            "soak", f"memory after {minutes} min", memory[-1], "MiB", half, "after 2 min", 1.1
        )
        yield Figure("soak", f"open files, most in {minutes} min", max(open_files), "", goal=64)
        screen.leave()
    yield from _files(home, f"{minutes} min")


def _files(home: Path, time: str) -> Iterator[Figure]:
    for name, pattern in FILES.items():
        yield Figure("soak", f"{name} after {time}", size_of(home, pattern) / 1024, "KiB")
