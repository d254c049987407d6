"""The words after `status`: what they are taken for, and what is refused."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from rcv3_tui import cli
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.oneshot.asked import Asked, FailOn, Format, NotPossible, Noun
from rcv3_tui.settings import Credentials, Secret, Settings

KEY = "s3cr3t-value"


class Stage:
    """Stands in for what answers, and remembers how it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = Settings()
        self.asked = Asked()
        self.app: object = None
        self.outcome: BaseException | int = ExitCode.OK
        made = types.ModuleType("rcv3_tui.oneshot.run")
        made.__dict__["run_status"] = self._run
        monkeypatch.setitem(sys.modules, made.__name__, made)
        monkeypatch.setattr("locale.getencoding", lambda: "UTF-8")

    def _run(self, settings: Settings, asked: Asked, *, asgi_app: object = None) -> int:
        self.settings, self.asked, self.app = settings, asked, asgi_app
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("RCV3_USERNAME", "me")
    monkeypatch.setenv("RCV3_API_KEY", KEY)
    return Stage(monkeypatch)


@pytest.fixture
def asked(stage: Stage) -> Callable[[str], Asked]:
    """Run a line, and give what was asked by it."""

    def run(line: str) -> Asked:
        assert cli.main(line.split()) == ExitCode.OK
        return stage.asked

    return run


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("status", Asked()),
        ("status ips", Asked(noun=Noun.IPS)),
        ("status -f json ips", Asked(noun=Noun.IPS, format=Format.JSON)),
        ("status pools -c name -c id,port", Asked(noun=Noun.POOLS, columns=("name", "id,port"))),
        ("status ips --filter status:failed", Asked(noun=Noun.IPS, filter="status:failed")),
        ("status nodes --pool web --pool api", Asked(noun=Noun.NODES, pools=("web", "api"))),
        ("status --no-header servers", Asked(noun=Noun.SERVERS, header=False)),
        ("status --fail-on failed", Asked(fail_on=FailOn.FAILED)),
        ("status --watch", Asked(watch=15.0)),
        ("status --watch ips", Asked(noun=Noun.IPS, watch=15.0)),
        ("status --watch 5 ips", Asked(noun=Noun.IPS, watch=5.0)),
        ("status ips --wait", Asked(noun=Noun.IPS, wait=0.0)),
        ("status --wait ips", Asked(noun=Noun.IPS, wait=0.0)),
        ("status --wait=90 --watch ips", Asked(noun=Noun.IPS, wait=90.0, watch=15.0)),
    ],
)
def test_words_are_understood(asked: Callable[[str], Asked], line: str, wanted: Asked) -> None:
    assert asked(line) == wanted


@pytest.mark.parametrize(
    ("line", "demo", "noun"),
    [
        ("status --demo", "small", None),
        ("status --demo ips", "small", Noun.IPS),
        ("status ips --demo trouble", "trouble", Noun.IPS),
        ("--demo status ips", "small", Noun.IPS),
        ("--demo trouble status", "trouble", None),
    ],
)
def test_the_demo_goes_with_it_on_either_side(
    stage: Stage, asked: Callable[[str], Asked], line: str, demo: str, noun: Noun | None
) -> None:
    assert asked(line).noun is noun
    assert stage.settings.demo == demo
    assert stage.app is not None


def test_the_settings_are_those_of_the_console(stage: Stage) -> None:
    line = "--region dfw status ips --timeout 9 --identity-url uk --ascii"
    assert cli.main(line.split()) == ExitCode.OK
    assert stage.settings.credentials == Credentials("me", api_key=Secret(KEY))
    assert (stage.settings.regions, stage.settings.timeout) == (("DFW",), 9.0)
    assert stage.settings.identity_url.startswith("https://lon.")
    assert stage.settings.ascii is True


def test_a_locale_that_is_not_utf8_gets_ascii(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    cli.main(["status"])
    assert stage.settings.ascii is True


def test_what_it_ends_with_is_the_exit_code(stage: Stage) -> None:
    stage.outcome = ExitCode.ATTENTION
    assert cli.main(["status"]) == 1
    stage.outcome = KeyboardInterrupt()
    assert cli.main(["status"]) == 130


def test_what_turns_out_to_be_impossible_is_wrong_usage(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.outcome = NotPossible("--pool: there is no pool")
    assert cli.main(["status", "nodes"]) == 2
    assert capsys.readouterr().err == "rcv3-tui: --pool: there is no pool\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("status server", "there is no noun 'server'; did you mean 'servers'?"),
        ("status xyzzy", "there are servers, ips, pools, nodes, networks"),
        ("status ips pools", "unrecognized arguments: pools"),
        ("status -f yaml", "there is no format 'yaml'"),
        ("status --fail-on warn", "did you mean 'warning'?"),
        ("status --watch 0", "must be a number of seconds from 1 to 86400, not '0'"),
        ("status --wait x", "must be a number of seconds from 0 to 86400, not 'x'"),
        ("status --wait nan", "must be a number of seconds"),
        ("status --read-only", "--read-only does not go with the command 'status'"),
        ("status --formt json", "there is no flag --formt; did you mean '--format'?"),
        ("status --password x", "no flag takes a secret"),
        ("status ips -c nmae", "no column"),
        ("status -c name", "-c goes with a noun"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    stage: Stage, capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    assert cli.main(line.split()) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1


def test_a_command_for_the_key_is_not_run_for_a_wrong_question(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RCV3_API_KEY")
    monkeypatch.delenv("RCV3_USERNAME")
    config, asks = tmp_path / "c.toml", f"touch {tmp_path / 'asked'}"
    config.write_text(f'[profiles.a]\nusername = "a"\napi_key_command = "{asks}"\n')
    assert cli.main(["status", "ips", "-c", "nmae", "--config", str(config)]) == 2
    assert not (tmp_path / "asked").exists()
