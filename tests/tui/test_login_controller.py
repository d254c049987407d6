"""Signing in, being refused, and leaving."""

from __future__ import annotations

import pytest
from textual._time import get_time
from textual.widgets import Input

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from tests.support.console import NARROW, SERVERS, Console, Opening


async def sign_in(console: Console, username: str, key: str) -> None:
    await console.write(username)
    await console.press("tab")
    await console.write(key)
    await console.press("enter")


async def test_missing_credentials_open_the_login_screen(opened: Opening) -> None:
    async with opened(NARROW, credentials=None) as console:
        assert console.front == "LoginScreen"
        assert "Sign in to Rackspace" in console.screen_text()
        assert console.account.requests == []


async def test_right_credentials_bring_the_rows(opened: Opening, demo_account: Account) -> None:
    async with opened(credentials=None) as console:
        await sign_in(console, demo_account.username, demo_account.api_key)
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8
        assert console.app.focused is console.table(SERVERS)


async def test_wrong_credentials_are_reported_tried_once_and_can_be_corrected(
    opened: Opening, demo_account: Account
) -> None:
    async with opened(credentials=None) as console:
        await sign_in(console, demo_account.username, "wrong-key")
        assert console.front == "LoginScreen"
        assert "rejected user demo and API key" in " ".join(console.screen_text().split())
        assert demo_account.count("POST", "/tokens$") == 1
        await console.advance(60)
        assert demo_account.count("POST", "/tokens$") == 1
        await console.write(demo_account.api_key)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8


async def test_secret_is_never_on_the_screen(opened: Opening, demo_account: Account) -> None:
    async with opened(credentials=None) as console:
        await console.write(demo_account.username)
        await console.press("tab")
        await console.write(demo_account.api_key)
        assert demo_account.api_key not in console.screen_text()
        assert demo_account.api_key[:8] not in console.screen_text()


async def test_esc_on_the_first_login_leaves(opened: Opening) -> None:
    async with opened(credentials=None) as console:
        await console.press("escape")
        assert console.app.return_code == ExitCode.OK


async def test_wrong_credentials_of_the_settings_end_the_console_with_their_own_exit_code(
    opened: Opening,
) -> None:
    wrong = Credentials("demo", api_key=Secret("wrong"))
    async with opened(credentials=wrong) as console:
        assert console.app.return_code == ExitCode.CREDENTIALS_REFUSED
        assert console.app.failure is not None
        assert "rejected user demo" in console.app.failure.message


async def test_unknown_region_ends_the_console_and_names_those_there_are(
    opened: Opening,
) -> None:
    async with opened(regions=("XYZ",)) as console:
        assert console.app.failure is not None
        assert "IAD" in console.app.failure.message
        assert console.app.return_code == ExitCode.USAGE


async def test_rejected_credentials_open_the_login_over_the_last_data(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        demo_account.api_key = "another-key-0123456789abcdef0123"
        demo_account.revoke_tokens()
        await console.advance(20)
        assert console.front == "LoginScreen"
        assert "sign in again" in " ".join(console.screen_text().split())
        assert len(console.names(SERVERS)) == 8
        assert "refused" in console.header
        tried = demo_account.count("POST", "/tokens$")
        await console.advance(60)
        assert demo_account.count("POST", "/tokens$") == tried
        demo_account.add_server("new-01")
        await console.write(demo_account.api_key)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert "new-01" in console.names(SERVERS)
        assert "live" in console.header


async def test_esc_on_a_later_login_returns_to_the_last_data(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        demo_account.api_key = "another-key-0123456789abcdef0123"
        demo_account.revoke_tokens()
        await console.advance(20)
        await console.press("escape")
        assert console.front == "ConsoleScreen"
        assert console.app.return_code is None
        assert len(console.names(SERVERS)) == 8
        assert ":login opens the login screen again" in console.message


async def test_login_opens_again_after_it_was_closed(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        demo_account.api_key = "another-key-0123456789abcdef0123"
        demo_account.revoke_tokens()
        await console.advance(20)
        await console.press("escape")
        await console.command("login")
        assert console.front == "LoginScreen"
        assert "sign in again" in " ".join(console.screen_text().split())
        await console.write(demo_account.api_key)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert "live" in console.header
        await console.command("login")
        assert console.front == "ConsoleScreen"
        assert "is signed in" in console.message


async def test_expired_token_is_renewed_silently(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        demo_account.revoke_tokens()
        await console.advance(20)
        assert console.front == "ConsoleScreen"
        assert "live" in console.header
        assert demo_account.count("POST", "/tokens$") == 2


# -- leaving ----------------------------------------------------------------------------------


async def test_q_quits_at_once_without_running_operations(opened: Opening) -> None:
    async with opened() as console:
        await console.press("q")
        assert console.app.return_code == ExitCode.OK


async def test_q_asks_while_an_operation_is_running(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.press("q")
        assert "1 operation is still running" in console.screen_text()
        assert console.app.return_code is None
        await console.press("enter")
        assert console.front == "ConsoleScreen"
        await console.press("q", "q")
        assert console.app.return_code == ExitCode.OK


async def test_operation_that_ends_during_the_quit_dialog_updates_its_title_only(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.press("q")
        await console.advance(15)
        assert "all operations have ended" in console.screen_text()
        assert "still running" not in console.screen_text()
        assert console.app.return_code is None
        await console.press("enter")
        assert console.front == "ConsoleScreen"
        assert console.app.return_code is None


async def test_q_after_a_is_a_letter_of_the_question(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.write("aq")
        assert console.app.return_code is None
        assert console.front == "ConfirmScreen"
        assert console.changes() == []


async def test_q_does_not_ask_after_the_operation_ended(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(15)
        await console.command("q")
        assert console.app.return_code == ExitCode.OK


async def test_ctrl_c_leaves_on_the_second_press_only(opened: Opening) -> None:
    async with opened() as console:
        await console.press("ctrl+c")
        assert "press Ctrl+C again to quit" in console.message
        assert console.app.return_code is None
        await console.press("ctrl+c")
        assert console.app.return_code == ExitCode.INTERRUPTED


async def test_ctrl_c_in_a_dialog_closes_the_dialog_alone(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("ctrl+d", "ctrl+c")
        assert console.front == "ConsoleScreen"
        assert console.app.return_code is None


async def test_leaving_stops_the_worker(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        demo_account.faults.add(Fault.silence(60.0, path="/servers/detail$"))
        await console.press("ctrl+r", "q")
        tasks = list(console.app._pool._tasks.values())
    assert len(tasks) == 1
    assert all(task.done() for task in tasks)


# -- keys that were meant for the console -----------------------------------------------------


async def opens_by_itself(console: Console, account: Account) -> int:
    """Have the login screen open in the middle; return how many sign-ins there were."""
    account.api_key = "another-key-0123456789abcdef0123"
    account.revoke_tokens()
    await console.advance(20)
    assert console.front == "LoginScreen"
    return account.count("POST", "/tokens$")


@pytest.mark.parametrize(
    "word",
    [
        "jjk",
        ":profile acme",
        *(
            pytest.param(word, marks=pytest.mark.slow)
            for word in ("web", "j" * 40, "/web-01 status:failed")
        ),
    ],
)
async def test_keys_meant_for_the_console_are_never_sent_as_a_secret(
    opened: Opening, demo_account: Account, word: str
) -> None:
    async with opened() as console:
        tried = await opens_by_itself(console, demo_account)
        for _ in range(8):
            await console.write(word)
            await console.press("enter")
            await console.advance(1)
        assert demo_account.count("POST", "/tokens$") == tried
        assert console.front == "LoginScreen"
        assert "nothing was sent" in " ".join(console.screen_text().split())

        await console.write(demo_account.api_key)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert demo_account.count("POST", "/tokens$") == tried + 1


async def test_burst_that_holds_enter_is_not_sent(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        tried = await opens_by_itself(console, demo_account)
        for key in (*demo_account.api_key, "enter"):
            console.send(key, console._hand + 5.0)
        await console.advance(2)
        assert demo_account.count("POST", "/tokens$") == tried
        await console.press("enter")
        console._hand += 10.0
        await console.press("enter")
        await console.advance(2)
        assert demo_account.count("POST", "/tokens$") == tried + 1


async def test_keys_at_the_moment_of_opening_are_dropped(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await opens_by_itself(console, demo_account)
        for number, key in enumerate(demo_account.api_key):
            console.send(key, get_time() + number * 0.02)
        await console.settle()
        assert console.app.screen.query_one("#secret", Input).value == ""


async def test_refused_sign_ins_in_a_row_have_to_wait(
    opened: Opening, demo_account: Account
) -> None:
    async with opened(credentials=None) as console:
        await sign_in(console, demo_account.username, "wrong-key-1")
        for number in range(2, 10):
            await console.write(f"wrong-key-{number}")
            await console.press("enter")
            await console.advance(1)
        assert demo_account.count("POST", "/tokens$") < 5
        text = console.screen_text().replace("│", " ")
        assert "Identity locks accounts" in " ".join(text.split())
        await console.advance(60)
        await console.press("ctrl+u")
        await console.write(demo_account.api_key)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"


# Tokens --------------------------------------------------------------------------------------


async def test_expired_token_at_the_start_asks_for_a_new_one(
    opened: Opening, demo_account: Account
) -> None:
    expired = Credentials(token=Secret("expired-token-0123456789"))
    async with opened(credentials=expired, tenant=demo_account.tenant_id) as console:
        assert console.front == "LoginScreen"
        assert "(*) token" in console.screen_text()
        assert demo_account.count("POST", "/tokens$") == 1
        await console.write(demo_account.new_token().id)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8


async def test_token_that_expires_is_asked_for_once_and_the_rows_stay(
    opened: Opening, demo_account: Account
) -> None:
    credentials = Credentials(token=Secret(demo_account.new_token().id))
    async with opened(credentials=credentials, tenant=demo_account.tenant_id) as console:
        await console.advance(2)
        demo_account.revoke_tokens()
        await console.advance(20)
        assert console.front == "LoginScreen"
        assert "Token not found" in " ".join(console.screen_text().split())
        before = demo_account.count("POST", "/tokens$")
        await console.advance(120)
        assert demo_account.count("POST", "/tokens$") == before
        token = demo_account.new_token().id
        await console.write(token)
        assert token[:8] not in console.screen_text()
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8
