"""What a long run on a constantly changing account uses stays bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.sync.storage import change_log, status_history_file
from tests.benchmarks.soak import FILES, Usage, run_headless, size_of


def assert_bounded(used: list[Usage], home: Path) -> None:
    settled = used[len(used) // 2]
    assert used[-1].blocks <= 1.1 * settled.blocks
    assert max(usage.files for usage in used) <= used[0].files + 24
    assert size_of(home, FILES["status history"]) <= status_history_file.MAX_BYTES + 100_000
    assert size_of(home, FILES["change log"]) <= change_log.MAX_BYTES
    assert size_of(home, FILES["log"]) == 0


async def test_changes_of_four_minutes_use_bounded_memory(tmp_path: Path) -> None:
    used = await run_headless(tmp_path, 4, servers=100, pools=20, nodes=200, changes=40)

    assert_bounded(used, tmp_path)
    assert size_of(tmp_path, FILES["change log"]) > 0
    assert size_of(tmp_path, FILES["status history"]) > 0


@pytest.mark.slow
async def test_changes_of_an_hour_use_bounded_memory(tmp_path: Path) -> None:
    used = await run_headless(tmp_path, 60, servers=200, pools=50, nodes=500, changes=100)

    assert_bounded(used, tmp_path)
