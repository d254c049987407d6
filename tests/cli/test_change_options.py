"""The words of a change command: names and options in any order."""

from __future__ import annotations

import argparse

import pytest

from rcv3_tui.cli.dispatch import parse_command_line
from rcv3_tui.exit_codes import UsageError


def parse(line: str) -> argparse.Namespace:
    _, options = parse_command_line(line.split())
    return options


@pytest.mark.parametrize(
    "line",
    [
        "--region IAD ip add web-01 web-02 --retain",
        "ip --region IAD add web-01 web-02 --retain",
        "ip add --region IAD web-01 --retain web-02",
        "ip add web-01 --region=IAD --retain -- web-02",
    ],
)
def test_options_go_anywhere(line: str) -> None:
    options = parse(line)
    assert options.server == ["web-01", "web-02"]
    assert options.region == "IAD"
    assert options.retain


@pytest.mark.parametrize(
    ("line", "wait", "names"),
    [
        ("ip add web-01", None, ["web-01"]),
        ("ip add --wait web-01", 300, ["web-01"]),
        ("ip add --wait 60 web-01", 60, ["web-01"]),
        ("ip add web-01 --wait", 300, ["web-01"]),
    ],
)
def test_name_after_wait_is_not_its_value(line: str, wait: float | None, names: list[str]) -> None:
    options = parse(line)
    assert options.wait == wait
    assert options.server == names


def test_name_after_demo_is_not_a_scenario() -> None:
    options = parse("ip add --demo db-01")
    assert options.demo == "small"
    assert options.server == ["db-01"]
    assert parse("ip add --demo trouble db-01").demo == "trouble"


def test_name_may_begin_with_a_dash_after_two() -> None:
    assert parse("ip add -- -odd").server == ["-odd"]


def test_pool_comes_before_the_servers() -> None:
    options = parse("pool add web-80 --dry-run web-01 web-02")
    assert options.pool == "web-80"
    assert options.server == ["web-01", "web-02"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ip", "ip needs another word: add, remove, retain, assign, unassign"),
        ("ip addd web-01", 'did you mean "add"'),
        ("pool ad", 'did you mean "add"'),
        ("ipp add", 'did you mean "ip"'),
        ("ip add web-01 --force", "unknown option --force"),
        ("ip assign 203.0.113.1", "SERVER"),
        ("ip add web-01 --wait 0", "from 1 to 86400"),
        ("--theme nord ip add web-01", '--theme does not go with the command "ip add"'),
    ],
)
def test_mistake_is_named(line: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(line)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ip add", "needs at least one SERVER"),
        ("ip add --unassigned web-01", "name no server"),
        ("ip add web-01 --no-wait --wait", "exclude each other"),
        ("ip add web-01 -", "- alone"),
    ],
)
def test_contradiction_is_named_before_anything_is_read(line: str, words: str) -> None:
    module, options = parse_command_line(line.split())
    with pytest.raises(UsageError) as caught:
        module.run(options)
    assert words in str(caught.value)


def test_note_of_several_lines_is_rejected() -> None:
    module, options = parse_command_line(["ip", "add", "web-01", "--note", "a\nb"])
    with pytest.raises(UsageError, match="one line"):
        module.run(options)


def test_help_of_a_group_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse("ip --help")
    assert ended.value.code == 0
    assert "rcv3-tui ip add" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["8h", "90m", "2d", "2030-01-02T08:00Z", "2030-01-02"])
def test_since_is_a_duration_or_a_time(text: str) -> None:
    assert parse(f"operations --since {text}").since.tzinfo is not None


def test_since_that_is_neither_is_rejected() -> None:
    with pytest.raises(UsageError, match="8h or 2d"):
        parse("operations --since yesterday")
