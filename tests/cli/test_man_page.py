"""The manual page lists everything in the parsers, and roff accepts it without warnings."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from rcv3_tui import cli
from rcv3_tui.cli.introspect import describe


@pytest.fixture
def page(capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(["man"]) == 0
    return capsys.readouterr().out


def rendered(page: str, *command: str) -> str:
    done = subprocess.run(
        [*command],
        input=page,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "TERM": "dumb"},
    )
    assert done.stderr == ""
    return re.sub(r".\x08", "", done.stdout)


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff")
def test_groff_renders_it_without_warnings(page: str) -> None:
    text = rendered(page, "groff", "-man", "-ww", "-Tutf8", "-P-cbou")
    for command in describe():
        for option in command.options:
            assert option.names[-1] in text
    # What an operator copies must come out as it was typed.
    assert "rcv3-tui --region DFW,IAD --read-only" in text
    assert "~/.rackspace_cloud_credentials" in text
    assert "(pip install 'rcv3-tui[keyring]')" in text


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man")
def test_man_renders_it(page: str) -> None:
    text = rendered(page, "man", "-l", "-")
    assert "RCV3-TUI(1)" in text
    assert "EXIT CODES" in text


def test_no_text_line_is_a_roff_request(page: str) -> None:
    known = (".TH", ".SH", ".SS", ".TP", ".PP", ".EX", ".EE", ".br", ".sp", ".nh", ".ad", ".nr")
    for line in page.splitlines():
        assert not line.startswith("'")
        assert not line.startswith(".") or line.startswith(known)
