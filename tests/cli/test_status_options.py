"""The words after `status`: what they are taken for, and what is refused."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from rcv3_tui import cli
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.status.options import FailOn, Format, InvalidOption, Noun, StatusOptions

KEY = "s3cr3t-value"


class FakeStatus:
    """Stands in for what answers, and remembers how it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = Settings()
        self.asked = StatusOptions()
        self.app: object = None
        self.outcome: BaseException | int = ExitCode.OK
        made = types.ModuleType("rcv3_tui.status.run")
        made.__dict__["run_status"] = self._run
        monkeypatch.setitem(sys.modules, made.__name__, made)
        monkeypatch.setattr("locale.getencoding", lambda: "UTF-8")

    def _run(self, settings: Settings, asked: StatusOptions, *, asgi_app: object = None) -> int:
        self.settings, self.asked, self.app = settings, asked, asgi_app
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeStatus:
    monkeypatch.setenv("RCV3_USERNAME", "me")
    monkeypatch.setenv("RCV3_API_KEY", KEY)
    return FakeStatus(monkeypatch)


@pytest.fixture
def asked(fake: FakeStatus) -> Callable[[str], StatusOptions]:
    """Run a line, and give what was asked by it."""

    def run(line: str) -> StatusOptions:
        assert cli.main(line.split()) == ExitCode.OK
        return fake.asked

    return run


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("status", StatusOptions()),
        ("status ips", StatusOptions(noun=Noun.IPS)),
        ("status -f json ips", StatusOptions(noun=Noun.IPS, format=Format.JSON)),
        (
            "status pools -c name -c id,port",
            StatusOptions(noun=Noun.POOLS, columns=("name", "id,port")),
        ),
        ("status ips --filter status:failed", StatusOptions(noun=Noun.IPS, filter="status:failed")),
        (
            "status nodes --pool web --pool api",
            StatusOptions(noun=Noun.NODES, pools=("web", "api")),
        ),
        ("status -f prometheus", StatusOptions(format=Format.PROMETHEUS)),
        ("status -f nagios --complete", StatusOptions(format=Format.NAGIOS, complete=True)),
        ("status --no-header servers", StatusOptions(noun=Noun.SERVERS, header=False)),
        ("status --fail-on failed", StatusOptions(fail_on=FailOn.FAILED)),
        ("status changes --since 2h", StatusOptions(noun=Noun.CHANGES, since="2h")),
        ("status --watch", StatusOptions(watch=15.0)),
        ("status --watch ips", StatusOptions(noun=Noun.IPS, watch=15.0)),
        ("status --watch 5 ips", StatusOptions(noun=Noun.IPS, watch=5.0)),
        ("status ips --wait", StatusOptions(noun=Noun.IPS, wait=0.0)),
        ("status --wait ips", StatusOptions(noun=Noun.IPS, wait=0.0)),
        ("status --wait=90 --watch ips", StatusOptions(noun=Noun.IPS, wait=90.0, watch=15.0)),
    ],
)
def test_options_are_parsed(
    asked: Callable[[str], StatusOptions], line: str, wanted: StatusOptions
) -> None:
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
def test_demo_option_may_precede_or_follow_the_command(
    fake: FakeStatus, asked: Callable[[str], StatusOptions], line: str, demo: str, noun: Noun | None
) -> None:
    assert asked(line).noun is noun
    assert fake.settings.demo == demo
    assert fake.app is not None


def test_settings_are_those_of_the_console(fake: FakeStatus) -> None:
    line = "--region dfw status ips --timeout 9 --identity-url uk --ascii"
    assert cli.main(line.split()) == ExitCode.OK
    assert fake.settings.credentials == Credentials("me", api_key=Secret(KEY))
    assert (fake.settings.regions, fake.settings.timeout) == (("DFW",), 9.0)
    assert fake.settings.identity_url.startswith("https://lon.")
    assert fake.settings.ascii is True


def test_locale_that_is_not_utf8_gets_ascii(
    fake: FakeStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    cli.main(["status"])
    assert fake.settings.ascii is True


def test_exit_code_is_that_of_the_report(fake: FakeStatus) -> None:
    fake.outcome = ExitCode.ATTENTION
    assert cli.main(["status"]) == 1
    fake.outcome = KeyboardInterrupt()
    assert cli.main(["status"]) == 130


def test_invalid_option_is_a_usage_error(
    fake: FakeStatus, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.outcome = InvalidOption("--pool: there is no pool")
    assert cli.main(["status", "nodes"]) == 2
    assert capsys.readouterr().err == "rcv3-tui: --pool: there is no pool\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("status server", 'unknown noun "server"; did you mean "servers"?'),
        ("status xyzzy", "choose from servers, ips, pools, nodes, networks"),
        ("status ips pools", "unrecognized arguments: pools"),
        ("status -f yaml", 'unknown format "yaml"'),
        ("status --fail-on warn", 'did you mean "warning"?'),
        ("status --watch 0", 'must be a number of seconds from 1 to 86400, not "0"'),
        ("status --wait x", 'must be a number of seconds from 0 to 86400, not "x"'),
        ("status --wait nan", "must be a number of seconds"),
        ("status --read-only", '--read-only does not go with the command "status"'),
        ("status --formt json", 'unknown option --formt; did you mean "--format"?'),
        ("status --password x", "no option takes a secret"),
        ("status ips -c nmae", "no column"),
        ("status -c name", "-c goes with a noun"),
    ],
)
def test_errors_are_one_line(
    fake: FakeStatus, capsys: pytest.CaptureFixture[str], line: str, expected: str
) -> None:
    assert cli.main(line.split()) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert expected in err
    assert err.count("\n") == 1


def test_key_command_is_not_run_for_invalid_options(
    fake: FakeStatus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RCV3_API_KEY")
    monkeypatch.delenv("RCV3_USERNAME")
    config, asks = tmp_path / "c.toml", f"touch {tmp_path / 'asked'}"
    config.write_text(f'[profiles.a]\nusername = "a"\napi_key_command = "{asks}"\n')
    assert cli.main(["status", "ips", "-c", "nmae", "--config", str(config)]) == 2
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("status -f nagios", "RCV3_TOKEN: a token also needs the account's number"),
        ("status -fnagios --bogus", "unknown option --bogus"),
        ("status --format nagios ips", "leave ips out"),
        ("status --format=nagios --watch", "is written once"),
        ("status -f nagios --timeout 0", "--timeout must be a number of seconds"),
    ],
)
def test_mistake_in_a_check_of_nagios_is_unknown_in_its_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    monkeypatch.setenv("RCV3_TOKEN", "t" if line == "status -f nagios" else "")
    assert cli.main(line.split()) == 3
    output = capsys.readouterr().out
    assert output.startswith("RCV3 UNKNOWN - ")
    assert said in output
    assert output.count("\n") == 1
