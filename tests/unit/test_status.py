"""What a status means: an open set, spelled as the service spells it."""

from __future__ import annotations

import pytest

from rcv3_tui.model.status import Phase, is_settled, phase, server_phase


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("ACTIVE", Phase.SETTLED),
        ("ADD_FAILED", Phase.FAILED),
        ("UPDATE_FAILED", Phase.FAILED),
        ("REMOVE_FAILED", Phase.FAILED),
        ("SOMETHING_NEW_FAILED", Phase.FAILED),
        ("REMOVED", Phase.GONE),
        ("DELETED", Phase.GONE),
        ("PENDING_BUILD", Phase.MOVING),
        ("ADDING", Phase.MOVING),
        ("UPDATING", Phase.MOVING),
        ("REMOVING", Phase.MOVING),
        ("A_STATUS_NOBODY_KNOWS", Phase.MOVING),
        ("UNKNOWN", Phase.MOVING),
        ("", Phase.MOVING),
    ],
)
def test_a_records_phase(status: str, expected: Phase) -> None:
    assert phase(status) is expected
    assert is_settled(status) is (expected is not Phase.MOVING)


@pytest.mark.parametrize(
    ("status", "task", "expected"),
    [
        ("ACTIVE", None, Phase.SETTLED),
        ("RESCUE", None, Phase.SETTLED),
        ("VERIFY_RESIZE", None, Phase.SETTLED),
        ("SHUTOFF", None, Phase.OFF),
        ("SUSPENDED", None, Phase.OFF),
        ("PAUSED", None, Phase.OFF),
        ("SOFT_DELETED", None, Phase.OFF),
        ("BUILD", None, Phase.MOVING),
        ("BUILD", "spawning", Phase.MOVING),
        ("ACTIVE", "rebooting", Phase.MOVING),
        ("SHUTOFF", "powering-on", Phase.MOVING),
        ("ACTIVE", "", Phase.SETTLED),
        ("ERROR", None, Phase.FAILED),
        ("ERROR", "deleting", Phase.FAILED),
        ("DELETED", "deleting", Phase.GONE),
        ("A_STATUS_NOBODY_KNOWS", None, Phase.MOVING),
    ],
)
def test_a_servers_phase(status: str, task: str | None, expected: Phase) -> None:
    assert server_phase(status, task) is expected
