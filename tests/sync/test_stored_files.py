"""Nothing on the disk keeps the program from starting, whatever is in its files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rcv3_tui.api.token_cache import FileTokenCache
from rcv3_tui.clock import ManualClock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, OperationState
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account
from rcv3_tui.sync.operations.recovery import JOURNAL, claim_orphans
from rcv3_tui.sync.rate_ledger import SharedLedger
from rcv3_tui.sync.storage.snapshot_cache import SnapshotCache
from rcv3_tui.sync.storage.status_history import StatusHistory
from rcv3_tui.sync.storage.status_history_file import HistoryFile
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.pane_preferences import FILE, PanePreferences
from tests.support.sync_harness import SyncHarness, remove_ip

CREDENTIALS = Credentials("user", api_key=Secret("0" * 32))

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "9999-12-31T23:59:59.9999999Z",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
            "2026-01-15T12:00:00",
            "2026-01-15T12:00:00Z",
            "IAD",
            "planned",
            "sent",
            "remove public IP",
            "ACTIVE",
            "default",
            "123456",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)

TOKEN = {
    "version": 2,
    "salt": "00" * 16,
    "proof": "00" * 32,
    "token": "t",
    "expires": "2027-01-15T12:00:00Z",
    "tenant_id": "123456",
    "user_name": "user",
    "default_region": "IAD",
    "endpoints": [["n", "t", "IAD", "http://127.0.0.1", "123456"]],
}
LINE = {
    "at": "2026-01-15T12:00:00Z",
    "operation": "op-1",
    "state": "planned",
    "profile": "default",
    "tenant": "123456",
    "request": {
        "kind": "remove public IP",
        "region": "IAD",
        "public_ip": {"id": "ip-1", "name": "203.0.113.10"},
    },
}
SEEN = {"at": "2026-01-15T12:00:00Z", "kind": "public_ips", "key": "ip-1", "status": "ACTIVE"}
RECORD = {"sent": [1.0], "blocked_until": 0.0, "limit": 30.0, "learned_at": 0.0}
LIKED = {"servers": {"sort": "name", "reverse": True}}


def read_token(directory: Path) -> None:
    cache = FileTokenCache(directory, "http://127.0.0.1/v2.0", CREDENTIALS, ManualClock())
    cache.load()


def read_journal(directory: Path) -> None:
    left = claim_orphans(directory, profile="default", tenant="123456", run="me")
    for operation in (*left.open, *left.ended):
        assert (datetime.now(UTC) - operation.asked).total_seconds()


def read_history(directory: Path) -> None:
    history = StatusHistory()
    history.load(HistoryFile(directory / "history.jsonl").read())


def read_ledger(directory: Path) -> None:
    ledger = SharedLedger(directory / "requests.json", ManualClock())
    ledger.read()
    with ledger.open():
        pass


def read_habits(directory: Path) -> None:
    PanePreferences(directory).of(PaneKind.SERVERS)


def token_path(directory: Path) -> Path:
    return FileTokenCache(directory, "http://127.0.0.1/v2.0", CREDENTIALS, ManualClock())._path


def leave_line(state_dir: Path, line: object) -> None:
    """Leave a journal with one line."""
    state_dir.mkdir(parents=True, mode=0o700)
    (state_dir / JOURNAL).write_bytes(msgspec.json.encode(line) + b"\n")


FILES: dict[str, tuple[Callable[[Path], Path], object, Callable[[Path], None]]] = {
    "token": (token_path, TOKEN, read_token),
    "journal": (lambda directory: directory / JOURNAL, LINE, read_journal),
    "history": (lambda directory: directory / "history.jsonl", SEEN, read_history),
    "ledger": (lambda directory: directory / "requests.json", RECORD, read_ledger),
    "habits": (lambda directory: directory / FILE, LIKED, read_habits),
}


@st.composite
def damaged(draw: st.DrawFn, whole: object) -> bytes:
    """A file's content with some of its values in place of others."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=60))

    def change(value: object) -> object:
        if draw(st.integers(0, 3)) == 0:
            return draw(values)
        if isinstance(value, dict):
            return {key: change(each) for key, each in value.items()}
        if isinstance(value, list):
            return [change(each) for each in value]
        return value

    return msgspec.json.encode(change(whole)) + b"\n"


@pytest.mark.parametrize("name", FILES)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_content_is_read_or_set_aside(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path_in, whole, read = FILES[name]
    directory = tmp_path_factory.mktemp("files", numbered=True)
    path = path_in(directory)
    path.write_bytes(data.draw(damaged(whole)))
    path.chmod(0o600)
    read(directory)


DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, DEEP, b"null", b"[]"])
def test_hostile_content_is_read_or_set_aside(name: str, content: bytes, tmp_path: Path) -> None:
    path_in, _, read = FILES[name]
    path = path_in(tmp_path)
    path.write_bytes(content)
    path.chmod(0o600)
    read(tmp_path)


@pytest.mark.parametrize("name", ["token", "habits"])
def test_file_that_cannot_be_read_is_set_aside_and_named_in_log(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path_in, _, read = FILES[name]
    path = path_in(tmp_path)
    path.write_bytes(b"{")
    path.chmod(0o600)
    with caplog.at_level(logging.WARNING):
        read(tmp_path)
    assert path.with_suffix(".damaged").read_bytes() == b"{"
    assert path.name in caplog.text


@pytest.mark.parametrize("name", FILES)
def test_symbolic_link_is_not_followed(name: str, tmp_path: Path) -> None:
    path_in, _, read = FILES[name]
    directory = tmp_path / "own"
    directory.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("export PATH\n")
    path_in(directory).symlink_to(victim)
    try:
        read(directory)
    except OSError as error:
        assert "symbolic link" in str(error)
    assert victim.read_text() == "export PATH\n"


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-15T12:00:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "yesterday",
        7,
    ],
)
@pytest.mark.parametrize("state", [OperationState.PLANNED, OperationState.SETTLED])
async def test_line_with_invalid_time_is_set_aside(
    sync_harness: SyncHarness, account: Account, state_dir: Path, at: object, state: OperationState
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    line = {**LINE, "at": at, "state": state, "request": msgspec.to_builtins(remove_ip(record))}
    leave_line(state_dir, line)
    sync_harness.set(state_dir=state_dir)
    sync_harness.journal = None  # type: ignore[assignment]

    await sync_harness.start()
    await sync_harness.advance(5)

    assert sync_harness.worker.signed_in is not None
    assert sync_harness.worker.operations == {}
    assert sync_harness.sent == []
    assert (state_dir / "journal.torn").read_bytes() == msgspec.json.encode(line) + b"\n"


@pytest.mark.parametrize("kind", OperationKind)
async def test_line_that_names_nothing_to_change_is_set_aside(
    sync_harness: SyncHarness, account: Account, state_dir: Path, kind: OperationKind
) -> None:
    line = {**LINE, "request": {"kind": kind, "region": "IAD"}}
    leave_line(state_dir, line)
    sync_harness.set(state_dir=state_dir)
    sync_harness.journal = None  # type: ignore[assignment]

    await sync_harness.start()
    await sync_harness.advance(5)

    assert sync_harness.worker.operations == {}
    assert sync_harness.sent == []


def test_cached_snapshot_with_naive_times_is_dropped(tmp_path: Path) -> None:
    cache = SnapshotCache(
        tmp_path,
        profile="default",
        identity_url="http://127.0.0.1/v2.0",
        username="user",
        tenant=None,
        asked=("IAD",),
        clock=ManualClock(),
    )
    from rcv3_tui.sync.storage import snapshot_cache as module

    head = module._Head(
        "IAD", "123456", ("IAD",), {ResourceKind.SERVERS: datetime(2026, 1, 15)}, (), 0
    )
    path = cache._path("IAD")
    path.write_bytes(module._MAGIC + module._framed(head) + module._framed(module._Block()))
    path.chmod(0o600)

    assert cache.load() == []
    assert not path.exists()
