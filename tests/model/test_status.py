"""What a status means: an open set, spelled as the service spells it."""

from __future__ import annotations

import pytest

from rcv3_tui.model.status import Phase, is_stable, phase, server_phase


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("ACTIVE", Phase.STABLE),
        ("ADD_FAILED", Phase.FAILED),
        ("UPDATE_FAILED", Phase.FAILED),
        ("REMOVE_FAILED", Phase.FAILED),
        ("SOMETHING_NEW_FAILED", Phase.FAILED),
        ("REMOVED", Phase.GONE),
        ("DELETED", Phase.GONE),
        ("PENDING_BUILD", Phase.TRANSITIONING),
        ("ADDING", Phase.TRANSITIONING),
        ("UPDATING", Phase.TRANSITIONING),
        ("REMOVING", Phase.TRANSITIONING),
        ("A_STATUS_NOBODY_KNOWS", Phase.TRANSITIONING),
        ("UNKNOWN", Phase.TRANSITIONING),
        ("", Phase.TRANSITIONING),
    ],
)
def test_record_status_has_a_phase(status: str, expected: Phase) -> None:
    assert phase(status) is expected
    assert is_stable(status) is (expected is not Phase.TRANSITIONING)


@pytest.mark.parametrize(
    ("status", "task", "expected"),
    [
        ("ACTIVE", None, Phase.STABLE),
        ("RESCUE", None, Phase.STABLE),
        ("VERIFY_RESIZE", None, Phase.STABLE),
        ("SHUTOFF", None, Phase.OFF),
        ("SUSPENDED", None, Phase.OFF),
        ("PAUSED", None, Phase.OFF),
        ("SOFT_DELETED", None, Phase.OFF),
        ("BUILD", None, Phase.TRANSITIONING),
        ("BUILD", "spawning", Phase.TRANSITIONING),
        ("ACTIVE", "rebooting", Phase.TRANSITIONING),
        ("SHUTOFF", "powering-on", Phase.TRANSITIONING),
        ("ACTIVE", "", Phase.STABLE),
        ("ERROR", None, Phase.FAILED),
        ("ERROR", "deleting", Phase.FAILED),
        ("DELETED", "deleting", Phase.GONE),
        ("A_STATUS_NOBODY_KNOWS", None, Phase.TRANSITIONING),
    ],
)
def test_server_status_has_a_phase(status: str, task: str | None, expected: Phase) -> None:
    assert server_phase(status, task) is expected
