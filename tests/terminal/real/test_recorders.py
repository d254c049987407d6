"""The console in the recorders script and asciinema."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest

from tests.support.alternate_screen import AlternateScreen
from tests.support.real_scenario import SIZE, change_size, quit_console, start, work
from tests.support.real_session import BACK, BEFORE, ConsoleScript, program, version_of
from tests.support.real_table import AddRow, OpenOuter, row

pytestmark = pytest.mark.slow

WordsOf = Callable[[ConsoleScript, Path], list[str]]
BytesIn = Callable[[Path], bytes]


def words_of_script(script: ConsoleScript, record: Path) -> list[str]:
    return [program("script"), "-q", "-e", "-c", shlex.join(script.command), str(record)]


def words_of_asciinema(script: ConsoleScript, record: Path) -> list[str]:
    return [program("asciinema"), "rec", "-q", "-c", shlex.join(script.command), str(record)]


def bytes_in_script(record: Path) -> bytes:
    # The first and the last line are added by script.
    return record.read_bytes().partition(b"\n")[2].rpartition(b"\nScript done")[0]


def bytes_in_asciinema(record: Path) -> bytes:
    events = [json.loads(line) for line in record.read_text().splitlines()[1:]]
    return "".join(text for _, kind, text in events if kind == "o").encode()


@pytest.mark.parametrize(
    ("name", "words_of", "bytes_in"),
    [
        ("script", words_of_script, bytes_in_script),
        ("asciinema", words_of_asciinema, bytes_in_asciinema),
    ],
    ids=["script", "asciinema"],
)
def test_console_is_recorded(
    script: ConsoleScript,
    open_outer: OpenOuter,
    expected: list[str],
    add_row: AddRow,
    name: str,
    words_of: WordsOf,
    bytes_in: BytesIn,
) -> None:
    record = script.directory / "record"
    words = words_of(script, record)
    terminal = open_outer(words, answers=True)
    start(terminal, expected)
    announced = work(terminal)
    assert "OSC 52" in announced
    change_size(terminal)
    cursor = terminal.cursor
    quit_console(terminal, script)
    assert BEFORE in terminal.text
    assert "Servers" not in terminal.text
    left = terminal.text.strip()
    terminal.press("enter")
    assert terminal.wait_end() == 0
    assert terminal.is_restored, terminal.modes_left_on

    # The recording shows the same when it is played.
    played = AlternateScreen(*SIZE)
    pyte.ByteStream(played).feed(bytes_in(record))
    assert "\n".join(line.rstrip() for line in played.display).strip().endswith(BACK)
    assert [line.rstrip() for line in played.display if line.strip()] == left.splitlines()
    add_row(
        row(
            name,
            version_of(words[0], "--version"),
            script,
            terminal,
            announced=announced,
            cursor=cursor,
            after="the earlier screen",
        )
    )
