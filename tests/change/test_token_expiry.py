"""The sign-in ends in the middle of a command: renewed, or left open for a later run."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account
from tests.change.test_operations import finish_open
from tests.support.change_harness import ChangeHarness, ChangeResult, journal


class TokenCommand:
    """Stands for a `token_command`: returns a new token each time."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def read(self) -> Secret:
        return Secret(self._account.new_token().id)


def use_token(harness: ChangeHarness, account: Account) -> None:
    """Sign in with a token alone from now on."""
    token = Secret(account.new_token().id)
    harness.set(credentials=Credentials(token=token), tenant=account.tenant_id)


async def revoke_after(
    harness: ChangeHarness, account: Account, posts: int, *names: str
) -> ChangeResult:
    """Run `ip add`, and end all tokens once some requests have been sent."""
    task = harness.start("ip add", *names)
    await harness.until(lambda: harness.changes["POST"] >= posts)
    account.revoke_tokens()
    result: ChangeResult = await harness.finish(task)
    return result


@pytest.fixture
def state(change_harness: ChangeHarness, tmp_path: Path) -> Path:
    change_harness.set(state_dir=tmp_path / "state")
    return tmp_path / "state"


@pytest.mark.parametrize("way", ["key", "token_command"])
async def test_sign_in_that_can_be_repeated_is(
    change_harness: ChangeHarness, account: Account, state: Path, way: str
) -> None:
    names = [account.add_server(f"web-{number}").name for number in range(6)]
    if way == "token_command":
        source = TokenCommand(account)
        credentials = Credentials(token=source.read(), token_source=source)
        change_harness.set(credentials=credentials, tenant=account.tenant_id)

    result = await revoke_after(change_harness, account, 2, *names)

    assert result.code is ExitCode.OK
    assert result.states == ["settled"] * 6
    assert change_harness.changes == {"POST": 6}


async def test_expired_token_leaves_the_rest_to_resume(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    names = [account.add_server(f"web-{number:02d}").name for number in range(12)]
    use_token(change_harness, account)
    account.limit_per_minute = None

    result = await revoke_after(change_harness, account, 4, *names)

    assert result.code is ExitCode.NOT_SETTLED
    assert "it has expired or was revoked" in result.err
    assert "have no outcome yet" in result.err
    assert "--resume continues them" in result.err
    assert "unknown" not in result.states
    sent = change_harness.changes["POST"]

    use_token(change_harness, account)
    code, _, _ = await finish_open(change_harness)

    assert code is ExitCode.OK
    assert sent < 12
    assert len(account.region().public_ips) == 12
    # A request that was refused with 401 did not arrive.
    arrived = [r for r in account.requests if r.method == "POST" and r.status == 201]
    assert len([r for r in arrived if "/public_ips" in r.path]) == 12
    assert {line["state"] for line in journal(state)} >= {"planned", "sent", "settled"}


async def test_expired_token_after_the_service_accepted_ends_at_once(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    account.add_server("web-01")
    account.adding_seconds = 60.0
    use_token(change_harness, account)

    began = change_harness.clock.monotonic()
    result = await revoke_after(change_harness, account, 1, "web-01")

    assert result.code is ExitCode.NOT_SETTLED
    assert result.states == ["accepted"]
    assert change_harness.clock.monotonic() - began < 60
    use_token(change_harness, account)
    code, out, _ = await finish_open(change_harness)
    assert (code, out.split()[0]) == (ExitCode.OK, "settled")
    assert change_harness.changes == {"POST": 1}


async def test_changed_key_leaves_the_rest_to_resume(
    change_harness: ChangeHarness, account: Account, state: Path
) -> None:
    names = [account.add_server(f"web-{number:02d}").name for number in range(8)]
    right = account.api_key
    task = change_harness.start("ip add", *names)
    await change_harness.until(lambda: change_harness.changes["POST"] >= 2)
    account.api_key = "another"
    account.revoke_tokens()
    result = await change_harness.finish(task)

    assert result.code is ExitCode.NOT_SETTLED
    assert account.failed_logins == 1
    account.api_key = right
    code, _, _ = await finish_open(change_harness)
    assert code is ExitCode.OK
    assert len(account.region().public_ips) == 8
