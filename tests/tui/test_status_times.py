"""The times at which this console saw statuses change."""

from __future__ import annotations

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.status_times import StatusTimes
from tests.support.snapshots import NOW, ip, node, pool, server


def test_status_times_discard_removed_resources() -> None:
    times = StatusTimes(ManualClock(NOW))
    first, _ = Snapshot("IAD").with_servers([server("web")])
    first, _ = first.with_public_ips([ip("ip1", "web")])
    first, _ = first.with_pools([pool("p1", 1)])
    first, _ = first.with_nodes("p1", [node("n1", "web")])
    failed, ip_delta = first.with_public_ips([ip("ip1", "web", "REMOVING")])
    failed, node_delta = failed.with_nodes("p1", [node("n1", "web", status="REMOVING")])
    times.record(first, failed, ip_delta)
    times.record(first, failed, node_delta)
    assert times.seen("IAD", "ip1", "REMOVING") == times.seen("IAD", "n1", "REMOVING") == NOW

    gone, ip_delta = failed.with_public_ips([])
    gone, node_delta = gone.with_nodes("p1", [])
    times.record(failed, gone, ip_delta)
    times.record(failed, gone, node_delta)

    assert times.seen("IAD", "ip1", "REMOVING") is None
    assert times.seen("IAD", "n1", "REMOVING") is None
