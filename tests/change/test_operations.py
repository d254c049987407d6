"""`rcv3-tui operations`: the journal as a list, and finishing what is open."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from rcv3_tui.change.journal_view import (
    JournalEntry,
    JournalFormat,
    JournalQuery,
    find_operations,
    render,
    render_details,
)
from rcv3_tui.change.options import CommandError
from rcv3_tui.change.resume import resume
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.status.output import OutputStream, OutputStyle
from rcv3_tui.status.progress import ProgressReporter
from tests.support.change_harness import ChangeHarness


@pytest.fixture
def state(tmp_path: Path, change_harness: ChangeHarness) -> Path:
    change_harness.set(state_dir=tmp_path / "state")
    return tmp_path / "state"


async def finish_open(
    harness: ChangeHarness,
    entry: JournalEntry | None = None,
    wait: float = 300.0,
    out: io.BytesIO | None = None,
) -> tuple[ExitCode, str, str]:
    """Run `operations --resume` and return its exit code and output."""
    out, err = out or io.BytesIO(), io.StringIO()
    task = asyncio.create_task(
        resume(
            harness.settings,
            entry,
            wait,
            out=OutputStream(out, OutputStyle()),
            progress=ProgressReporter(err),
            clock=harness.clock,
            asgi_app=create_app(harness.account),
        )
    )
    await harness.until(task.done, 1200.0)
    return await task, out.getvalue().decode(), err.getvalue()


async def leave_open(harness: ChangeHarness, *names: str) -> None:
    """Kill an add right after its request has been accepted."""
    posts = harness.changes["POST"]
    task = harness.start("ip add", *names)
    await harness.until(lambda: harness.changes["POST"] == posts + len(names))
    task.cancel()
    await asyncio.wait([task])


async def test_list_has_what_was_done_by_whom_with_its_note(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    account.add_server("web-01")
    await change_harness.run("ip add", "web-01", note="CHG-1234")

    text = render(find_operations(state, JournalQuery()), JournalFormat.TABLE)

    (line,) = text.splitlines()[1:]
    assert "settled" in line
    assert "add public IP to web-01" in line
    assert "CHG-1234" in line
    assert f"{account.username} (" in line


async def test_markdown_cannot_be_broken_by_a_name(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    server = account.add_server("a|b<script>*c*")
    await change_harness.run("ip add", server.id)

    text = render(find_operations(state, JournalQuery()), JournalFormat.MARKDOWN)

    assert r"a\|b&lt;script>\*c\*" in text
    assert {line.replace(r"\|", "").count("|") for line in text.splitlines()} == {7}


async def test_json_has_every_operation(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    server = account.add_server("web-01")
    await change_harness.run("ip add", "web-01")

    value = json.loads(render(find_operations(state, JournalQuery()), JournalFormat.JSON))

    (operation,) = value["operations"]
    assert operation["cloud_server"]["id"] == server.id
    assert operation["tenant_id"] == account.tenant_id
    assert operation["profile"] == "acme"


async def test_since_leaves_out_what_is_older(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    for name in ("web-01", "web-02"):
        account.add_server(name)
    await change_harness.run("ip add", "web-01")
    await change_harness.clock.advance(7200)
    since = change_harness.clock.now() - timedelta(hours=1)
    await change_harness.run("ip add", "web-02")

    found = find_operations(state, JournalQuery(since=since))

    assert [entry.operation.request.subject for entry in found] == ["to web-02"]


async def test_operation_is_found_by_the_beginning_of_its_id(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    account.add_server("web-01")
    await change_harness.run("ip add", "web-01")
    (entry,) = find_operations(state, JournalQuery())

    (found,) = find_operations(state, JournalQuery(id=entry.operation.id[:20]))
    assert "add public IP to web-01" in render_details(found)
    with pytest.raises(CommandError, match="no operation"):
        find_operations(state, JournalQuery(id="nope"))


async def test_resume_finishes_what_a_killed_run_left_without_sending_again(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    account.add_server("web-01")
    await leave_open(change_harness, "web-01")
    (entry,) = find_operations(state, JournalQuery())
    assert not entry.operation.is_ended

    code, out, _ = await finish_open(change_harness)

    assert code is ExitCode.OK
    assert out.startswith("settled")
    assert change_harness.changes == {"POST": 1}
    (entry,) = find_operations(state, JournalQuery())
    assert entry.operation.state is OperationState.SETTLED


async def test_resume_with_nothing_open_says_so(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    code, out, _ = await finish_open(change_harness)

    assert (code, out) == (ExitCode.OK, "no operation is open\n")


async def test_long_queue_is_resumed_although_it_was_requested_long_ago(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    names = [account.add_server(f"web-{number:03d}").name for number in range(200)]
    task = change_harness.start("ip add", *names)
    await change_harness.until(lambda: change_harness.changes["POST"] >= 170, 3600.0)
    task.cancel()
    await asyncio.wait([task])
    await change_harness.clock.advance(120)

    code, _, _ = await finish_open(change_harness)

    assert code is ExitCode.OK
    assert change_harness.changes == {"POST": 200}


async def test_old_queue_is_not_resumed(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    names = [account.add_server(f"web-{number:03d}").name for number in range(20)]
    task = change_harness.start("ip add", *names)
    await change_harness.until(lambda: change_harness.changes["POST"] >= 3)
    task.cancel()
    await asyncio.wait([task])
    sent = change_harness.changes["POST"]
    await change_harness.clock.advance(1200)

    code, out, _ = await finish_open(change_harness)

    assert change_harness.changes == {"POST": sent}
    assert "request it again if needed" in out
    assert code is ExitCode.ATTENTION


class ClosedPipe(io.BytesIO):
    """A pipe whose reader has gone."""

    def write(self, data: object) -> int:
        raise BrokenPipeError


class FullDisk(io.BytesIO):
    """A file on a disk without space."""

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("stream", "said"), [(ClosedPipe(), ""), (FullDisk(), "no space left on device")]
)
async def test_resume_follows_what_is_open_although_nobody_reads_the_output(
    change_harness: ChangeHarness, account: Account, state: Path, stream: io.BytesIO, said: str
) -> None:
    for name in ("web-01", "web-02"):
        account.add_server(name)
    await leave_open(change_harness, "web-01", "web-02")

    code, _, err = await finish_open(change_harness, out=stream)

    assert code is ExitCode.OK
    assert err.count("cannot be written") == bool(said)
    assert said in err
    states = {each.operation.state for each in find_operations(state, JournalQuery())}
    assert states == {OperationState.SETTLED}


async def test_resume_without_a_reader_has_the_exit_code_of_the_outcome(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    account.add_server("web-01")
    account.adding_seconds = 500.0
    await leave_open(change_harness, "web-01")

    code, _, _ = await finish_open(change_harness, wait=2.0, out=ClosedPipe())

    assert code is ExitCode.NOT_SETTLED


async def test_resume_of_another_profile_names_it(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    account.add_server("web-01")
    await leave_open(change_harness, "web-01")
    (entry,) = find_operations(state, JournalQuery())
    change_harness.set(profile="other")

    with pytest.raises(CommandError, match="--profile acme"):
        await finish_open(change_harness, entry)
