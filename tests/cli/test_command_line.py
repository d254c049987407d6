"""The command line: commands, rejected words and exit codes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from rcv3_tui import __version__, cli
from rcv3_tui.cli import demo_account, terminal
from rcv3_tui.cli.account_options import REGIONS, SCENARIOS
from rcv3_tui.cli.commands import COMMAND_NAMES, COMMANDS
from rcv3_tui.cli.demo_account import DemoProfiles
from rcv3_tui.cli.simulator import DEFAULT_PORT
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import REGIONS as KNOWN_REGIONS
from rcv3_tui.settings import Credentials, Secret, Settings

KEY = "s3cr3t-value"


class FakeCommands:
    """Replaces what the commands start, and records how it was started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.settings = Settings()
        self.app: object = None
        self.store: object = None
        self.profiles: DemoProfiles | None = None
        self.served: tuple[object, ...] = ()
        self.outcome: int | BaseException = ExitCode.OK
        self.put("rcv3_tui.tui.run", "run_console", self._run_console)
        self.put("rcv3_tui.simulator.serve", "serve", self._serve)
        self.terminal(True)
        monkeypatch.setattr("locale.getencoding", lambda: "UTF-8")

    def put(self, module: str, name: str, value: object) -> None:
        made = types.ModuleType(module)
        made.__dict__[name] = value
        self._monkeypatch.setitem(sys.modules, module, made)

    def terminal(self, present: bool) -> None:
        self._monkeypatch.setattr(terminal, "is_interactive", lambda: present)

    def _end(self) -> int:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    def _run_console(
        self,
        settings: Settings,
        *,
        asgi_app: object = None,
        store: object = None,
        profiles: DemoProfiles | None = None,
        terminal: object = None,
        recorder: object = None,
    ) -> int:
        del terminal, recorder
        self.profiles = profiles
        self.settings, self.app, self.store = settings, asgi_app, store
        return self._end()

    def _serve(self, name: str, port: int, *, seed: int = 0, faults: list[object]) -> int:
        self.served = (name, port, seed, len(faults))
        return self._end()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCommands:
    return FakeCommands(monkeypatch)


Refused = Callable[..., str]


@pytest.fixture
def refused(fake: FakeCommands, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a wrong command line, and return its one-line error."""

    def run(*words: str) -> str:
        assert cli.main(words) == ExitCode.USAGE
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("rcv3-tui: ")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert KEY not in err
        return err.strip()

    return run


# The console ---------------------------------------------------------------------------------


def test_console_runs_without_a_command(
    fake: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RCV3_USERNAME", "me")
    monkeypatch.setenv("RCV3_API_KEY", KEY)
    words = "--region dfw --timeout 9 --refresh=5 --read-only --mouse --theme nord --log-level INFO"
    assert cli.main(words.split()) == ExitCode.OK
    assert fake.settings.credentials == Credentials("me", api_key=Secret(KEY))
    assert fake.settings.regions == ("DFW",)
    assert (fake.settings.timeout, fake.settings.refresh_interval) == (9.0, 5.0)
    assert (fake.settings.read_only, fake.settings.mouse) == (True, True)
    assert (fake.settings.theme, fake.settings.log_level) == ("nord", "info")
    assert fake.settings.ascii is False
    assert fake.app is None


def test_secret_is_removed_from_the_environment(
    fake: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RCV3_USERNAME", "me")
    monkeypatch.setenv("RCV3_API_KEY", KEY)
    assert cli.main([]) == ExitCode.OK
    assert fake.settings.credentials == Credentials("me", api_key=Secret(KEY))
    assert KEY not in os.environ.values()


def test_exit_code_is_that_of_the_console(fake: FakeCommands) -> None:
    fake.outcome = ExitCode.UNREACHABLE
    assert cli.main([]) == 4


@pytest.mark.parametrize("encoding", ["ANSI_X3.4-1968", "ISO-8859-15"])
def test_locale_that_is_not_utf8_draws_in_ascii(
    fake: FakeCommands, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: encoding)
    cli.main([])
    assert fake.settings.ascii is True


def test_console_without_terminal_is_rejected(fake: FakeCommands, refused: Refused) -> None:
    fake.terminal(False)
    assert "needs a terminal" in refused()
    assert "needs a terminal" in refused("--demo")


@pytest.mark.parametrize(
    ("stdin", "stdout", "expected"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_input_and_output_both_have_to_be_a_terminal(
    monkeypatch: pytest.MonkeyPatch, stdin: bool, stdout: bool, expected: bool
) -> None:
    class Stream(io.StringIO):
        def __init__(self, is_terminal: bool) -> None:
            super().__init__()
            self._is_terminal = is_terminal

        def isatty(self) -> bool:
            return self._is_terminal

    monkeypatch.setattr(sys, "stdin", Stream(stdin))
    monkeypatch.setattr(sys, "stdout", Stream(stdout))
    assert terminal.is_interactive() is expected


def test_secret_is_not_read_without_a_terminal(
    fake: FakeCommands, refused: Refused, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    config = tmp_path / "c.toml"
    config.write_text(f'[profiles.a]\nusername = "a"\napi_key_command = "touch {asked}"\n')
    fake.terminal(False)
    assert "needs a terminal" in refused("--config", str(config))
    assert not asked.exists()


def test_wrong_configuration_is_reported_without_a_terminal(
    fake: FakeCommands, refused: Refused, tmp_path: Path
) -> None:
    fake.terminal(False)
    config = tmp_path / "c.toml"
    config.write_text('\n[profiles.acme]\nregionn = "DFW"\n')
    assert refused("--config", str(config)).endswith(
        'c.toml:3: unknown key "regionn" in [profiles.acme]; did you mean "regions"?'
    )


# The demo ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--demo"], "small"),
        (["--demo", "trouble"], "trouble"),
        (["--demo=trouble", "--demo-seed", "7"], "trouble"),
        (["--demo", "--read-only"], "small"),
    ],
)
def test_demo_runs_on_an_account_in_this_process(
    fake: FakeCommands, words: list[str], name: str
) -> None:
    assert cli.main(words) == ExitCode.OK
    assert fake.settings.demo == name
    assert fake.settings.profile == "demo"
    assert fake.settings.credentials is not None
    assert callable(fake.app)
    assert fake.store is None


def test_demo_touches_no_file_of_the_user(
    fake: FakeCommands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RCV3_CONFIG", str(tmp_path / "missing.toml"))
    assert cli.main(["--demo"]) == ExitCode.OK
    assert (fake.settings.state_dir, fake.settings.cache_dir) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_demo_account_has_the_requested_regions(fake: FakeCommands) -> None:
    assert cli.main(["--demo", "--region", "DFW,ORD"]) == ExitCode.OK
    assert fake.settings.regions == ("DFW", "ORD")


def test_demo_of_regions_has_two_regions_and_a_protected_second_profile(
    fake: FakeCommands,
) -> None:
    assert cli.main(["--demo", "regions"]) == ExitCode.OK
    assert fake.settings.regions == ("IAD", "DFW")
    assert fake.profiles is not None
    assert list(fake.profiles.names) == ["demo", "demo-production"]
    assert fake.profiles.settings("demo") == fake.settings
    other = fake.profiles.settings("demo-production")
    assert other.protected
    assert other.identity_url != fake.settings.identity_url
    assert cli.main(["--demo"]) == ExitCode.OK
    assert fake.profiles is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--demo", "smal"], 'unknown scenario "smal"; did you mean "small"?'),
        (["--demo=zzz"], 'unknown scenario "zzz"; choose from small, large, regions, trouble'),
        (["--demo", "simulator"], '--demo does not go with the command "simulator"'),
        (["--demo", "--profile", "x"], "--profile does not go with --demo"),
        (["--demo", "--identity-url=us"], "--identity-url does not go with --demo"),
        (["--demo-seed", "1"], "--demo-seed goes with --demo only"),
        (["--demo", "--demo-seed", "-1"], "must be a whole number from 0"),
        (["--demo", "--refresh", "0"], "--refresh must be a number of seconds from 1 to 3600"),
    ],
)
def test_invalid_demo_options_are_rejected(
    refused: Refused, words: list[str], expected: str
) -> None:
    assert expected in refused(*words)


def test_copied_words_in_the_help_are_those_of_the_program() -> None:
    from rcv3_tui import simulator

    assert set(SCENARIOS) == set(simulator.SCENARIOS)
    assert simulator.scenarios.REGIONS_OF_DEMO == demo_account.REGIONS_OF_DEMO
    for account, user in (
        (simulator.build_scenario("small"), demo_account.USER),
        (simulator.build_second_account(), demo_account.SECOND_USER),
    ):
        assert (account.username, account.api_key) == (user, demo_account.API_KEY)
    assert KNOWN_REGIONS == REGIONS


# Other commands ------------------------------------------------------------------------------


def test_simulator_is_served_with_its_options(fake: FakeCommands) -> None:
    assert cli.main(["simulator"]) == ExitCode.OK
    assert fake.served == ("small", DEFAULT_PORT, 0, 0)
    words = ["simulator", "--port=0", "--scenario", "large", "--seed", "3"]
    assert cli.main([*words, "--fault", "500 GET x1", "--fault", "429"]) == ExitCode.OK
    assert fake.served == ("large", 0, 3, 2)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("simulatr", 'unknown command "simulatr"; did you mean "simulator"?'),
        ("zzz", 'unknown command "zzz"; choose from '),
        ("--regoin DFW", 'unknown option --regoin; did you mean "--region"?'),
        ("--region", "argument --region: expected one argument"),
        ("--regi DFW", 'unknown option --regi; did you mean "--region"?'),
        ("-x", "unknown option -x; see rcv3-tui --help"),
        ("-h5", "-h takes no value"),
        ("--theme=", "--theme must be a text on one line, and not empty"),
        ("--log-level debu", 'unknown level "debu"; did you mean "debug"?'),
        ("--region DFW simulator", '--region does not go with the command "simulator"'),
        ("simulator --read-only", '--read-only does not go with the command "simulator"'),
        ("simulator --prot 1", 'unknown option --prot; did you mean "--port"?'),
        ("simulator --port 65536", 'must be a whole number from 0 to 65535, not "65536"'),
        ("simulator --port x", 'must be a whole number from 0 to 65535, not "x"'),
        ("simulator --scenario larg", 'unknown scenario "larg"; did you mean "large"?'),
        ("simulator --fault bogus", "argument --fault: 'bogus' is no kind of fault"),
        ("simulator more", "unrecognized arguments: more"),
        ("completion", "the following arguments are required: SHELL"),
    ],
)
def test_wrong_word_is_rejected_with_a_suggestion(
    refused: Refused, words: str, expected: str
) -> None:
    assert expected in refused(*words.split())


@pytest.mark.parametrize("flag", ["--api-key", "--api_key", "--password", "--token"])
def test_no_option_takes_a_secret_and_none_is_repeated(refused: Refused, flag: str) -> None:
    assert "no option takes a secret; set RCV3_API_KEY" in refused(f"{flag}={KEY}")
    assert "no option takes a secret" in refused(flag, KEY)


def test_control_characters_in_a_wrong_word_do_not_reach_the_terminal(refused: Refused) -> None:
    assert "\x1b" not in refused("--\x1b[31mred")
    assert "\x1b" not in refused("simulator", "\x1b[31m")


# Help and version ----------------------------------------------------------------------------


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == ExitCode.OK
    assert capsys.readouterr().out == f"rcv3-tui {__version__}\n"


@pytest.mark.parametrize("command", ["", *COMMAND_NAMES])
def test_help_fits_80_columns_and_has_examples(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert cli.main([*command.split(), "--help"]) == ExitCode.OK
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) < 80
    assert f"\n  rcv3-tui {command}".rstrip() in text


def test_closed_pipe_is_not_an_error(tmp_path: Path) -> None:
    line = f"{sys.executable} -m rcv3_tui man | head -c 9"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, ".TH RCV3\\", "")


def test_help_names_every_variable_exit_code_and_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from rcv3_tui.config import VARIABLE_SETS

    cli.main(["--help"])
    text = capsys.readouterr().out
    names = [name for family in VARIABLE_SETS for name in (family.username, family.region)]
    commands = [command.name for command in COMMANDS]
    assert all(name in text for name in [*names, *commands, *SCENARIOS])
    codes = text.partition("exit codes:")[2].split()
    assert all(str(code.value) in codes for code in ExitCode)


# How it ends ---------------------------------------------------------------------------------


def test_ctrl_c_exits_silently_with_130(
    fake: FakeCommands, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.outcome = KeyboardInterrupt()
    assert cli.main([]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == ""


def test_unexpected_error_is_one_line_without_its_text(
    fake: FakeCommands, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.outcome = RuntimeError(KEY)
    assert cli.main([]) == ExitCode.INTERNAL
    assert capsys.readouterr().err == (
        "rcv3-tui: unexpected error (RuntimeError); run again with --log-level debug\n"
    )


@pytest.mark.parametrize("words", [["--log-level", "debug"], ["--log-level=debug"]])
def test_debug_level_shows_tracebacks(
    fake: FakeCommands, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    fake.outcome = RuntimeError("why")
    assert cli.main(words) == ExitCode.INTERNAL
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "RuntimeError: why" in err
    assert err.splitlines()[-1].startswith("rcv3-tui: unexpected error")


def test_arguments_default_to_those_of_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["rcv3-tui", "--version"])
    assert cli.main() == ExitCode.OK
    assert __version__ in capsys.readouterr().out
