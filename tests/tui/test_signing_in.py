"""Signing in, being refused, and leaving."""

from __future__ import annotations

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from tests.tui.builders import NARROW, SERVERS, Console, Opening


async def sign_in(console: Console, username: str, key: str) -> None:
    await console.write(username)
    await console.press("tab")
    await console.write(key)
    await console.press("enter")


async def test_without_credentials_the_login_screen_asks(opened: Opening) -> None:
    async with opened(NARROW, credentials=None) as console:
        assert console.front == "LoginScreen"
        assert "Sign in to Rackspace" in console.screen_text()
        assert console.account.requests == []


async def test_right_credentials_bring_the_rows(opened: Opening, account: Account) -> None:
    async with opened(credentials=None) as console:
        await sign_in(console, account.username, account.api_key)
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8
        assert console.app.focused is console.table(SERVERS)


async def test_wrong_credentials_are_said_tried_once_and_can_be_corrected(
    opened: Opening, account: Account
) -> None:
    async with opened(credentials=None) as console:
        await sign_in(console, account.username, "wrong-key")
        assert console.front == "LoginScreen"
        assert "refused user demo and API key" in " ".join(console.screen_text().split())
        assert account.count("POST", "/tokens$") == 1
        await console.advance(60)
        assert account.count("POST", "/tokens$") == 1
        await console.write(account.api_key)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8


async def test_a_secret_never_stands_on_the_screen(opened: Opening, account: Account) -> None:
    async with opened(credentials=None) as console:
        await console.write(account.username)
        await console.press("tab")
        await console.write(account.api_key)
        assert account.api_key not in console.screen_text()
        assert account.api_key[:8] not in console.screen_text()


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
        assert "refused user demo" in console.app.failure.message


async def test_an_unknown_region_ends_the_console_and_names_those_there_are(
    opened: Opening,
) -> None:
    async with opened(regions=("XYZ",)) as console:
        assert console.app.failure is not None
        assert "IAD" in console.app.failure.message
        assert console.app.return_code == ExitCode.USAGE


async def test_credentials_refused_in_the_middle_open_the_login_over_the_last_picture(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        account.api_key = "another-key-0123456789abcdef0123"
        account.revoke_tokens()
        await console.advance(20)
        assert console.front == "LoginScreen"
        assert "sign in again" in " ".join(console.screen_text().split())
        assert len(console.names(SERVERS)) == 8
        assert "refused" in console.header
        tried = account.count("POST", "/tokens$")
        await console.advance(60)
        assert account.count("POST", "/tokens$") == tried
        account.add_server("new-01")
        await console.write(account.api_key)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert "new-01" in console.names(SERVERS)
        assert "live" in console.header


async def test_esc_on_a_login_in_the_middle_keeps_the_last_picture(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        account.api_key = "another-key-0123456789abcdef0123"
        account.revoke_tokens()
        await console.advance(20)
        await console.press("escape")
        assert console.front == "ConsoleScreen"
        assert console.app.return_code is None
        assert len(console.names(SERVERS)) == 8


async def test_a_token_that_ran_out_is_renewed_without_a_word(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        account.revoke_tokens()
        await console.advance(20)
        assert console.front == "ConsoleScreen"
        assert "live" in console.header
        assert account.count("POST", "/tokens$") == 2


# -- leaving ----------------------------------------------------------------------------------


async def test_q_leaves_at_once_when_nothing_is_under_way(opened: Opening) -> None:
    async with opened() as console:
        await console.press("q")
        assert console.app.return_code == ExitCode.OK


async def test_q_asks_while_an_operation_is_under_way(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a", "q")
        assert "1 operation has not settled yet" in console.screen_text()
        assert console.app.return_code is None
        await console.press("enter")
        assert console.front == "ConsoleScreen"
        await console.press("q", "q")
        assert console.app.return_code == ExitCode.OK


async def test_what_settles_while_q_asks_is_told_and_nothing_is_chosen_for_the_operator(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a", "q")
        await console.advance(15)
        assert "every operation has settled meanwhile" in console.screen_text()
        assert "not settled yet" not in console.screen_text()
        assert console.app.return_code is None
        await console.press("enter")
        assert console.front == "ConsoleScreen"
        assert console.app.return_code is None


async def test_q_asks_for_an_operation_that_was_asked_for_in_the_same_burst(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.write("aq")
        assert console.app.return_code is None
        assert "1 operation has not settled yet" in console.screen_text()


async def test_after_it_has_settled_q_asks_no_more(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
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


async def test_leaving_stops_the_worker(opened: Opening, account: Account) -> None:
    async with opened() as console:
        account.faults.add(Fault.silence(60.0, path="/servers/detail$"))
        await console.press("ctrl+r", "q")
        tasks = list(console.app._crew._tasks.values())
    assert len(tasks) == 1
    assert all(task.done() for task in tasks)
