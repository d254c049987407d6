"""The last screen at the next start: before Textual, exact, and with the terminal restored."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.independent_server import API_KEY, REGION, USERNAME, IndependentServer
from tests.support.running import plain_environment
from tests.support.terminal import KEYS, Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    OpenTerminal,
    account_environment,
    assert_restored,
    quit_console,
)

SIZE = (120, 40)
LABEL = "ago - loading"
slow = pytest.mark.slow


def cache_of(home: Path) -> Path:
    return home / "cache" / "rcv3-tui"


def frames(home: Path) -> list[Path]:
    return sorted((cache_of(home) / "frames").glob("*"))


def stored_text(home: Path) -> str:
    (frame,) = frames(home)
    return frame.read_text()


def has_shown_frame(terminal: Terminal) -> bool:
    return LABEL.encode() in terminal.raw


@pytest.fixture
def home(open_console: OpenConsole) -> Path:
    """A home with the frame of an earlier run."""
    first = open_console(size=SIZE)
    first.wait_row("edge-1", "203.0.113.71")
    first.wait_live()
    assert not has_shown_frame(first)
    quit_console(first)
    assert len(frames(first.home)) == 1
    return first.home


def wait_frame(terminal: Terminal) -> None:
    terminal.wait_for(lambda: has_shown_frame(terminal))


# -- what is shown ----------------------------------------------------------------------------


def test_last_screen_is_shown_with_its_age_and_then_updated(
    open_console: OpenConsole, home: Path
) -> None:
    terminal = open_console(size=SIZE, home=home)
    wait_frame(terminal)
    frame = terminal.raw.partition(b"\x1b[?1004h")[0]
    assert b"cached " in frame
    assert b"edge-1" in frame
    terminal.wait_gone(LABEL)
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.wait_live()
    quit_console(terminal)
    assert terminal.raw.count(b"\x1b[?1049h") == 1
    assert b"\x1b[2J" not in terminal.raw
    (path,) = frames(home)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("environment", "arguments", "size"),
    [
        pytest.param({}, (), (121, 40), id="size"),
        pytest.param({}, ("--read-only",), SIZE, id="option", marks=slow),
        pytest.param({"RCV3_REGION": "DFW,IAD"}, (), SIZE, id="region", marks=slow),
        pytest.param({"CLOUD_REGION": "DFW"}, (), SIZE, id="pyrax", marks=slow),
        pytest.param({"RCV3_USERNAME": "somebody.else"}, (), SIZE, id="user", marks=slow),
        pytest.param({"NO_COLOR": "1"}, (), SIZE, id="colors", marks=slow),
        pytest.param({}, ("--no-cache",), SIZE, id="no-cache", marks=slow),
    ],
)
def test_screen_of_another_start_is_not_shown(
    open_terminal: OpenTerminal,
    backend: IndependentServer,
    home: Path,
    environment: dict[str, str],
    arguments: tuple[str, ...],
    size: tuple[int, int],
) -> None:
    terminal = open_terminal(
        *arguments, environment=account_environment(backend) | environment, home=home, size=size
    )
    terminal.wait_for(lambda: b"\x1b[?1004h" in terminal.raw or terminal.has_ended)
    assert not has_shown_frame(terminal)


@slow
def test_frame_without_color_has_no_color(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    environment = account_environment(backend) | {"NO_COLOR": "1"}
    first = open_terminal(environment=environment, size=SIZE)
    first.wait_live()
    quit_console(first)
    second = open_terminal(environment=environment, size=SIZE, home=first.home)
    wait_frame(second)
    frame = second.raw.partition(b"\x1b[?1004h")[0]
    assert b"38;5;" not in frame
    assert b"48;5;" not in frame


# -- what is stored ---------------------------------------------------------------------------


def test_prompt_and_message_are_not_stored(open_console: OpenConsole) -> None:
    terminal = open_console(size=SIZE)
    terminal.wait_live()
    terminal.press("ctrl+c")
    terminal.wait_for("again to quit")
    terminal.press(":")
    terminal.type("quit")
    terminal.press("enter")
    assert terminal.wait_end() == 0
    text = stored_text(terminal.home)
    assert "edge-1" in text
    assert "again to quit" not in text
    assert ":quit" not in text


@slow
@pytest.mark.parametrize(("key", "text"), [("?", "Keys"), ("enter", "Details")])
def test_text_page_is_not_stored(open_console: OpenConsole, key: str, text: str) -> None:
    terminal = open_console(size=SIZE)
    terminal.wait_row("edge-1", "ACTIVE")
    terminal.wait_live()
    terminal.press(key)
    terminal.wait_for(lambda: not terminal.row("edge-1") or text in terminal.text)
    shown = terminal.lines[2]
    terminal.signal(signal.SIGTERM)
    terminal.wait_end()
    stored = stored_text(terminal.home)
    assert "edge-1" in stored
    assert shown.strip() not in stored


def test_mask_deletes_what_was_stored_and_stores_nothing(
    open_console: OpenConsole, home: Path
) -> None:
    terminal = open_console(size=SIZE, home=home)
    terminal.wait_live()
    terminal.press("P")
    terminal.wait_for("server-001")
    terminal.wait_for(lambda: frames(home) == [])
    quit_console(terminal)
    assert frames(home) == []


@slow
def test_account_of_the_login_screen_is_not_stored(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(environment={"RCV3_IDENTITY_URL": backend.identity_url}, size=SIZE)
    terminal.wait_dialog("Sign in")
    terminal.type(USERNAME)
    terminal.press("enter")
    terminal.type(API_KEY)
    terminal.press("enter")
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.wait_live()
    quit_console(terminal)
    assert frames(terminal.home) == []


@pytest.mark.parametrize("way", ["option", pytest.param("profile", marks=slow)])
def test_no_cache_leaves_nothing_but_the_count_of_requests(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path, way: str
) -> None:
    arguments, environment = ["--no-cache"], account_environment(backend)
    if way == "profile":
        arguments = ["--config", str(write_profile(tmp_path, backend, "cache = false"))]
        environment = {}
    terminal = open_terminal(*arguments, environment=environment, size=SIZE)
    terminal.wait_live()
    quit_console(terminal)
    names = [path.name for path in cache_of(terminal.home).rglob("*")]
    assert names
    assert all(name.startswith("requests-") for name in names)


def write_profile(tmp_path: Path, backend: IndependentServer, *lines: str) -> Path:
    """Write a configuration with one profile, whose key is in a file."""
    key = tmp_path / "key"
    key.write_text(API_KEY)
    key.chmod(0o600)
    secret = "" if any("api_key" in line for line in lines) else f'api_key_file = "{key}"'
    config = tmp_path / "config.toml"
    config.write_text(
        f'[profiles.acme]\nusername = "{USERNAME}"\nidentity = "{backend.identity_url}"\n'
        f'regions = "{REGION}"\n{secret}\n' + "\n".join(lines) + "\n"
    )
    return config


# -- errors between the frame and Textual -----------------------------------------------------


@pytest.fixture
def configured(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> Callable[[], Terminal]:
    """Open a terminal on a profile that has a frame; the files are in the test's directory."""
    config = write_profile(tmp_path, backend)
    first = open_terminal("--config", str(config), size=SIZE)
    first.wait_live()
    quit_console(first)

    def open_again() -> Terminal:
        return open_terminal("--config", str(config), size=SIZE, home=first.home)

    return open_again


def test_error_after_the_frame_is_reported_on_the_restored_terminal(
    configured: Callable[[], Terminal], tmp_path: Path
) -> None:
    (tmp_path / "key").unlink()
    terminal = configured()
    assert terminal.wait_end() == 2
    assert has_shown_frame(terminal)
    assert "cannot read" in terminal.final_output
    assert_restored(terminal)


def test_changed_configuration_shows_no_frame(
    configured: Callable[[], Terminal], tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace(USERNAME, "somebody.else"))
    terminal = configured()
    terminal.wait_for(lambda: b"\x1b[?1004h" in terminal.raw or terminal.has_ended)
    assert not has_shown_frame(terminal)


def test_refused_credentials_restore_the_terminal(
    configured: Callable[[], Terminal], backend: IndependentServer
) -> None:
    backend.refuses_credentials = True
    terminal = configured()
    # The token of the earlier run.
    for token in cache_of(terminal.home).glob("token-*"):
        token.unlink(missing_ok=True)
    terminal.wait_for(lambda: terminal.has_ended or "refused" in terminal.text)
    if not terminal.has_ended:
        terminal.press("escape", "q")
    terminal.wait_end()
    assert_restored(terminal)


def test_secret_command_can_ask_on_the_terminal(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    script = tmp_path / "ask"
    script.write_text(
        "#!/bin/sh\nprintf 'Passphrase: ' >/dev/tty\nread word </dev/tty\n"
        f'[ "$word" = open ] && echo {API_KEY[::-1]} | rev\n'
    )
    script.chmod(0o700)
    config = write_profile(tmp_path, backend, f'api_key_command = "{script}"')
    home = None
    for shows_frame in (False, True):
        terminal = open_terminal("--config", str(config), size=SIZE, home=home)
        terminal.wait_for("Passphrase:")
        assert has_shown_frame(terminal) is shows_frame
        terminal.burst("open\r")
        terminal.wait_row("edge-1", "203.0.113.71")
        terminal.wait_live()
        assert "Passphrase" not in terminal.text
        quit_console(terminal)
        home = terminal.home


# -- signals and keys -------------------------------------------------------------------------

MOMENTS = (0.02, 0.05, 0.08, 0.11, 0.14, 0.17, 0.2, 0.23, 0.26, 0.3)
"""Seconds after the start."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "moments", [MOMENTS[4:5], pytest.param(MOMENTS, marks=slow)], ids=["one", "ten"]
)
def test_signal_during_the_start_restores_the_terminal(
    backend: IndependentServer, home: Path, number: signal.Signals, moments: tuple[float, ...]
) -> None:
    shown = 0
    for moment in moments:
        # Not one of the test's own terminals: until the command's first line runs, Python prints
        # a traceback for Ctrl+C and chooses the exit code.
        terminal = Terminal(
            (), environment=plain_environment(home) | account_environment(backend), size=SIZE
        )
        wait_started(terminal)
        time.sleep(moment)
        terminal.signal(number)
        code = terminal.wait_end()
        if b"\x1b[?1049h" in terminal.raw:
            assert code == 128 + number, (moment, terminal.final_output)
        assert terminal.modes_left_on == [], moment
        assert terminal.is_restored, moment
        if has_shown_frame(terminal):
            shown += 1
            assert terminal.final_output == "", moment
        terminal.close()
    assert shown or len(moments) == 1


def wait_started(terminal: Terminal) -> None:
    """Wait until the command runs in place of what prepares its terminal."""
    line = Path(f"/proc/{terminal.pid}/cmdline")
    while line.exists() and b"TIOCSCTTY" in line.read_bytes():
        time.sleep(0.001)


def test_signal_while_the_frame_is_shown_restores_the_terminal(
    open_console: OpenConsole, home: Path
) -> None:
    for number in (signal.SIGTERM, signal.SIGQUIT):
        terminal = open_console(size=SIZE, home=home)
        wait_frame(terminal)
        terminal.signal(number)
        assert terminal.wait_end() == 128 + number
        assert_restored(terminal)


def test_ctrl_c_while_the_frame_is_shown_exits_with_130(
    open_console: OpenConsole, home: Path
) -> None:
    terminal = open_console(size=SIZE, home=home)
    wait_frame(terminal)
    terminal.send(b"\x03")
    assert terminal.wait_end() == 130
    assert_restored(terminal)
    assert terminal.final_output == ""


def test_keys_typed_on_the_frame_act_once_and_in_order(
    open_console: OpenConsole, home: Path
) -> None:
    terminal = open_console(size=SIZE, home=home)
    time.sleep(0.03)
    terminal.burst("jj")
    terminal.wait_live()
    terminal.wait_for("❯ store-1")
    terminal.assert_never(lambda: "❯ store-1" not in terminal.text, 0.5)
    # Only what was typed before the program started is echoed.
    assert b"jj" not in terminal.raw.partition(b"\x1b[?1049h")[2]
    quit_console(terminal)


def test_enter_and_control_keys_reach_the_console_unchanged(
    open_console: OpenConsole, home: Path
) -> None:
    terminal = open_console(size=SIZE, home=home)
    wait_frame(terminal)
    terminal.burst("/")
    terminal.burst("store\r")
    terminal.wait_for("1-2/2 of 4")
    terminal.wait_row("store-1", "ACTIVE")
    terminal.press("escape")
    quit_console(terminal)


def test_removal_typed_on_the_frame_removes_nothing(
    open_console: OpenConsole, backend: IndependentServer, home: Path
) -> None:
    terminal = open_console(size=SIZE, home=home)
    wait_frame(terminal)
    terminal.burst(f"{KEYS['ctrl+d']}edge-1\t\r")
    terminal.wait_live()
    terminal.assert_never(lambda: bool(backend.sent("DELETE")), 1.0)


@slow
def test_frame_of_an_unwritable_cache_is_no_obstacle(open_console: OpenConsole, home: Path) -> None:
    shutil.rmtree(cache_of(home))
    cache_of(home).write_text("a file, where a directory should be")
    terminal = open_console(size=SIZE, home=home)
    terminal.wait_row("edge-1", "203.0.113.71")
    quit_console(terminal)
