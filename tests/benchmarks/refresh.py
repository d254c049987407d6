"""The processor time of a refresh, without a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec

from rcv3_tui.api import converters
from rcv3_tui.api.decoding import ListDecoder
from rcv3_tui.clock import SystemClock
from rcv3_tui.model.delta import KeyDelta, SnapshotDelta
from rcv3_tui.model.resources import Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.simulator import schema
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.row_model import RowModel
from rcv3_tui.tui.widgets.table.rows import Rows
from rcv3_tui.views.field import pane_columns
from rcv3_tui.views.formatting import glyphs
from rcv3_tui.views.servers import SERVERS
from tests.benchmarks.environment import Environment
from tests.benchmarks.figures import Figure, median
from tests.benchmarks.programs.service import create_account

_URL = "http://127.0.0.1/iad/servers/v2/1"


def applying(environment: Environment) -> Iterator[Figure]:
    """Measure a list of 10,000 servers, 1 % of them changed."""
    region = create_account(10_000, 500, 20_000).region()
    servers = list(region.servers.values())

    def body() -> list[msgspec.Raw]:
        return [msgspec.Raw(schema.nova_detail(s, _URL, "1", "1")) for s in servers]

    def decoded(raws: list[msgspec.Raw], previous: tuple[Server, ...]) -> tuple[Server, ...]:
        reader = ListDecoder(converters.to_server, previous)
        for _ in reader.read(raws):
            pass
        return reader.listing().items

    first = decoded(body(), ())
    snapshot, _ = Snapshot(region="IAD").with_servers(first)
    row_model = RowModel(SystemClock())
    rows: Rows[object] = Rows()
    shown = pane_columns(SERVERS, glyphs(False), row_model.now, regions=False)
    by_name = next(column.order for column in shown if column.key == "name")
    rows.set_order(by_name)  # type: ignore[arg-type]
    everything = SnapshotDelta(servers=KeyDelta(frozenset(snapshot.servers)))
    rows.apply(row_model.apply_snapshot(snapshot, everything)[PaneKind.SERVERS].changed)
    decoding: list[float] = []
    applying: list[float] = []
    for turn in range(5 if environment.quick else 15):
        for server in servers[turn::100]:
            server.status = "REBOOT" if server.status == "ACTIVE" else "ACTIVE"
            server.touch()
        raws = body()
        decoding.append(_seconds(lambda raws=raws: decoded(raws, ())))  # type: ignore[misc]
        items = decoded(raws, tuple(snapshot.servers.values()))

        def apply(items: tuple[Server, ...] = items) -> None:
            nonlocal snapshot
            snapshot, diff = snapshot.with_servers(items)
            diffs = row_model.apply_snapshot(snapshot, diff)
            rows.apply(diffs[PaneKind.SERVERS].changed)

        applying.append(_seconds(apply))
    yield Figure(
        "apply",
        "applying a refresh, 1 % of 10,000 servers changed",
        median(applying) * 1000,
        "ms",
        median(decoding) * 1000,
        "decoding its JSON",
        0.2,
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
