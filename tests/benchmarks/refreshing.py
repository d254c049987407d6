"""What a refresh costs inside, apart from any terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec

from rcv3_tui.api import records
from rcv3_tui.api.decode import ItemReader
from rcv3_tui.clock import SystemClock
from rcv3_tui.model.resources import Server
from rcv3_tui.model.snapshot import Delta, Diff, Snapshot
from rcv3_tui.simulator import wire
from rcv3_tui.tui import columns
from rcv3_tui.tui.formats import glyphs
from rcv3_tui.tui.picture import PaneKind, Picture
from rcv3_tui.tui.widgets.table.rows import Rows
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.ground import Ground
from tests.benchmarks.programs.service import furnish

_URL = "http://127.0.0.1/iad/servers/v2/1"


def applying(ground: Ground) -> Iterator[Figure]:
    """A list of 10,000 servers of which one in a hundred differs."""
    region = furnish(10_000, 500, 20_000).region()
    servers = list(region.servers.values())

    def body() -> list[msgspec.Raw]:
        return [msgspec.Raw(wire.nova_detail(s, _URL, "1", "1")) for s in servers]

    def decoded(raws: list[msgspec.Raw], previous: tuple[Server, ...]) -> tuple[Server, ...]:
        reader = ItemReader(records.server, previous)
        for _ in reader.read(raws):
            pass
        return reader.listing().items

    first = decoded(body(), ())
    snapshot, _ = Snapshot(region="IAD").with_servers(first)
    picture = Picture(SystemClock())
    rows: Rows[object] = Rows()
    shown = columns.server_columns(glyphs(False), picture.now, regions=False)
    by_name = next(column.order for column in shown if column.key == "name")
    rows.set_order(by_name)  # type: ignore[arg-type]
    everything = Diff(servers=Delta(frozenset(snapshot.servers)))
    rows.apply(picture.take_snapshot(snapshot, everything)[PaneKind.SERVERS].changed)
    decoding: list[float] = []
    applying: list[float] = []
    for turn in range(5 if ground.quick else 15):
        for server in servers[turn::100]:
            server.status = "REBOOT" if server.status == "ACTIVE" else "ACTIVE"
            server.touch()
        raws = body()
        decoding.append(_seconds(lambda raws=raws: decoded(raws, ())))  # type: ignore[misc]
        items = decoded(raws, tuple(snapshot.servers.values()))

        def apply(items: tuple[Server, ...] = items) -> None:
            nonlocal snapshot
            snapshot, diff = snapshot.with_servers(items)
            diffs = picture.take_snapshot(snapshot, diff)
            rows.apply(diffs[PaneKind.SERVERS].changed)

        applying.append(_seconds(apply))
    yield Figure(
        "apply",
        "applying a refresh, 1 % of 10,000 servers changed",
        median(applying) * 1000,
        "ms",
        median(decoding) * 1000,
        "decoding its JSON",
        1.0,
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
