"""Every time that a service may send can be judged, shown, sorted, exported, cached, read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rcv3_tui.api import converters
from rcv3_tui.clock import ManualClock
from rcv3_tui.model.diagnostics.index import DiagnosticsIndex, diagnose
from rcv3_tui.model.fetch_state import PRIMARY_KINDS, FetchState, ResourceKind
from rcv3_tui.model.resources import (
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.times import rfc3339
from rcv3_tui.sync.storage.snapshot_cache import SnapshotCache
from rcv3_tui.sync.storage.status_history import StatusHistory
from rcv3_tui.views.formatting import age_key, format_age, format_time

ResourceT = TypeVar("ResourceT", Server, PublicIP, PoolNode)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
EDGES = (
    "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z",
    "0001-01-02T00:00:00+14:00",
    "0002-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
    "2038-01-19T03:14:08Z",
    "2026-06-30T23:59:60Z",
)
times = st.one_of(
    st.none(),
    st.sampled_from([converters.parse_timestamp(text) for text in EDGES]),
    st.datetimes(timezones=st.just(UTC)),
)
STATUSES = st.sampled_from(["ACTIVE", "ADDING", "REMOVING", "ADD_FAILED", "ERROR", "BUILD", "?"])


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """A region whose resources have any time and any status."""

    def dated(resource: ResourceT) -> ResourceT:
        return replace(resource, created=draw(times), updated=draw(times))

    servers = [dated(Server("s1", "web", draw(STATUSES), access_ip="203.0.113.9"))]
    link = ServerLink("s1")
    ips = [dated(PublicIP(key, draw(STATUSES), "203.0.113.1", server=link)) for key in ("i1", "i2")]
    nodes = [dated(PoolNode("n1", "p1", draw(STATUSES), link))]
    pools = [LoadBalancerPool("p1", "pool", draw(STATUSES), counts=NodeCounts(1, 0, 1))]
    return Snapshot.of(
        region="IAD",
        tenant="123456",
        servers=servers,
        public_ips=ips,
        pools=pools,
        networks=[],
        nodes={"p1": nodes},
        fetch_states={
            part: FetchState(fetched=NOW)
            for part in (*PRIMARY_KINDS, ResourceKind.NODES, ResourceKind.NETWORKS)
        },
    )


@pytest.mark.parametrize("text", EDGES)
def test_every_parsed_time_can_be_formatted(text: str) -> None:
    found = converters.parse_timestamp(text)
    if found is not None:
        assert format_time(found)
        assert format_age(found, NOW)
        assert age_key(found) is not None
        assert converters.parse_timestamp(rfc3339(found)) == found


@settings(deadline=None)
@given(snapshots(), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_any_times_can_be_diagnosed(snapshot: Snapshot, later: timedelta) -> None:
    diagnose(snapshot, NOW)
    index = DiagnosticsIndex()
    index.apply(snapshot, snapshot.as_delta(), NOW)
    index.tick(NOW + later)
    history = StatusHistory()
    history.update(snapshot, snapshot.as_delta(), NOW)


@settings(deadline=None)
@given(snapshots())
def test_any_times_can_be_cached_and_read_back(
    tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot
) -> None:
    directory: Path = tmp_path_factory.mktemp("cache")
    cache = SnapshotCache(
        directory,
        profile="default",
        identity_url="http://127.0.0.1/v2.0",
        username="user",
        tenant=None,
        asked=("IAD",),
        clock=ManualClock(NOW),
    )
    cache.write("IAD", [piece for piece in cache.encode(snapshot) if piece])
    (cached,) = cache.load()
    whole = cached.whole()
    assert whole is not None
    assert whole.public_ips == snapshot.public_ips
    assert whole.servers == snapshot.servers
    assert whole.nodes == snapshot.nodes
    diagnose(whole, NOW)
