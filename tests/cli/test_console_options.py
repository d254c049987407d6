"""Themes, keys and numbers that the console does not have end it before it opens, with code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui import cli
from rcv3_tui.exit_codes import ExitCode


def error_text(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that a wrong command line is answered with."""
    assert cli.main(words) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err.removeprefix("rcv3-tui: ").rstrip("\n")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file with one profile, whose secret must not be asked for."""
    file = tmp_path / "c.toml"
    asks = f"touch {tmp_path / 'asked'}"
    file.write_text(f'[profiles.a]\nusername = "a"\napi_key_command = "{asks}"\n')
    return file


@pytest.mark.parametrize("first", [[], ["--demo"]])
def test_unknown_theme_is_rejected_with_a_suggestion(
    capsys: pytest.CaptureFixture[str], first: list[str]
) -> None:
    text = error_text(capsys, *first, "--theme", "nrod")
    assert text == '--theme: there is no theme "nrod"; did you mean "nord"?'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('theme = "nrod"', '4: there is no theme "nrod"; did you mean "nord"?'),
        ('[keys]\nremov = "x"', '5: unknown command "remov" in [keys]; did you mean "remove"?'),
        ('[keys]\n\nremove = "ctl+d"', '6: "remove" in [keys]: there is no key "ctl+d"; did you'),
        ('[keys]\nzoom = "s"', '5: "zoom" and "sort" are both on the key "s"; give one'),
    ],
)
def test_unknown_keys_are_reported_with_file_and_line(
    capsys: pytest.CaptureFixture[str], config: Path, lines: str, expected: str
) -> None:
    with config.open("a") as file:
        file.write(lines + "\n")
    assert error_text(capsys, "--config", str(config)).startswith(f"{config}:{expected}")
    assert not (config.parent / "asked").exists()


@pytest.mark.parametrize("first", [[], ["--demo"]])
@pytest.mark.parametrize("number", ["0", "3601", "x", "nan", "-1"])
def test_refresh_interval_out_of_range_is_rejected(
    capsys: pytest.CaptureFixture[str], first: list[str], number: str
) -> None:
    text = error_text(capsys, *first, f"--refresh={number}")
    assert text.startswith("--refresh must be a number of seconds from 1 to 3600, not ")
    assert number in text.casefold()


@pytest.mark.parametrize("words", [[], ["--demo"], ["--theme", "nord"]])
def test_terminal_is_required_with_valid_options(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert "the console needs a terminal" in error_text(capsys, *words)
