"""The command line: what runs, what is refused, and what the exit code says."""

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
from rcv3_tui.cli import terminal
from rcv3_tui.cli.account import SCENARIOS
from rcv3_tui.cli.commands import COMMANDS, NAMES
from rcv3_tui.cli.simulator import DEFAULT_PORT
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret, Settings

KEY = "s3cr3t-value"


class Stage:
    """Stands in for what the commands start, and remembers how it was started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.settings = Settings()
        self.app: object = None
        self.keeper: object = None
        self.served: tuple[object, ...] = ()
        self.drawn: Path | None = None
        self.outcome: int | BaseException = ExitCode.OK
        self.put("rcv3_tui.tui.run", "run_console", self._run_console)
        self.put("rcv3_tui.pictures", "draw", self._draw)
        self.put("rcv3_tui.simulator.serve", "serve", self._serve)
        self.terminal(True)
        self.asked_ahead: list[Settings] = []
        monkeypatch.setattr("rcv3_tui.sync.ahead.begin", self._begin)
        monkeypatch.setattr("locale.getencoding", lambda: "UTF-8")

    def put(self, module: str, name: str, value: object) -> None:
        made = types.ModuleType(module)
        made.__dict__[name] = value
        self._monkeypatch.setitem(sys.modules, module, made)

    def terminal(self, present: bool) -> None:
        self._monkeypatch.setattr(terminal, "has_terminal", lambda: present)

    def _end(self) -> int:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    def _run_console(
        self,
        settings: Settings,
        *,
        asgi_app: object = None,
        ahead: object = None,
        keeper: object = None,
        profiles: object = None,
    ) -> int:
        del profiles
        self.settings, self.app, self.keeper = settings, asgi_app, keeper
        self.ahead = ahead
        return self._end()

    def _begin(self, settings: Settings) -> None:
        # Nobody is asked anything from here.
        self.asked_ahead.append(settings)

    def _draw(self, directory: Path) -> int:
        self.drawn = directory
        return self._end()

    def _serve(self, name: str, port: int, *, seed: int = 0, faults: list[object]) -> int:
        self.served = (name, port, seed, len(faults))
        return self._end()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


Refused = Callable[..., str]


@pytest.fixture
def refused(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command line that is wrong, and give the one line that says so."""

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


def test_without_a_command_the_console_runs_with_the_settings_gathered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RCV3_USERNAME", "me")
    monkeypatch.setenv("RCV3_API_KEY", KEY)
    words = "--region dfw --timeout 9 --refresh=5 --read-only --mouse --theme nord --log-level INFO"
    assert cli.main(words.split()) == ExitCode.OK
    assert stage.settings.credentials == Credentials("me", api_key=Secret(KEY))
    assert stage.settings.regions == ("DFW",)
    assert (stage.settings.timeout, stage.settings.refresh_interval) == (9.0, 5.0)
    assert (stage.settings.read_only, stage.settings.mouse) == (True, True)
    assert (stage.settings.theme, stage.settings.log_level) == ("nord", "info")
    assert stage.settings.ascii is False
    assert stage.app is None


def test_the_secret_is_in_no_childs_environment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RCV3_USERNAME", "me")
    monkeypatch.setenv("RCV3_API_KEY", KEY)
    assert cli.main([]) == ExitCode.OK
    assert stage.settings.credentials == Credentials("me", api_key=Secret(KEY))
    assert KEY not in os.environ.values()
    # Whoever asks ahead is given it, and no environment either.
    assert [s.credentials for s in stage.asked_ahead] == [stage.settings.credentials]


def test_what_the_console_ends_with_is_the_exit_code(stage: Stage) -> None:
    stage.outcome = ExitCode.UNREACHABLE
    assert cli.main([]) == 4


@pytest.mark.parametrize("encoding", ["ANSI_X3.4-1968", "ISO-8859-15"])
def test_a_locale_that_is_not_utf8_draws_in_ascii(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: encoding)
    cli.main([])
    assert stage.settings.ascii is True


def test_without_a_terminal_the_console_says_so(stage: Stage, refused: Refused) -> None:
    stage.terminal(False)
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
    assert terminal.has_terminal() is expected


def test_no_secret_is_asked_for_where_there_is_no_terminal(
    stage: Stage, refused: Refused, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    config = tmp_path / "c.toml"
    config.write_text(f'[profiles.a]\nusername = "a"\napi_key_command = "touch {asked}"\n')
    stage.terminal(False)
    assert "needs a terminal" in refused("--config", str(config))
    assert not asked.exists()


def test_a_wrong_configuration_is_told_even_without_a_terminal(
    stage: Stage, refused: Refused, tmp_path: Path
) -> None:
    stage.terminal(False)
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
def test_the_demo_runs_on_an_account_in_this_process(
    stage: Stage, words: list[str], name: str
) -> None:
    assert cli.main(words) == ExitCode.OK
    assert stage.settings.demo == name
    assert stage.settings.profile == "demo"
    assert stage.settings.credentials is not None
    assert callable(stage.app)
    assert stage.keeper is None


def test_the_demo_touches_no_file_of_the_user(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RCV3_CONFIG", str(tmp_path / "missing.toml"))
    assert cli.main(["--demo"]) == ExitCode.OK
    assert (stage.settings.state_dir, stage.settings.cache_dir) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_the_demo_account_has_the_regions_asked_for(stage: Stage) -> None:
    assert cli.main(["--demo", "--region", "DFW,ORD"]) == ExitCode.OK
    assert stage.settings.regions == ("DFW", "ORD")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--demo", "smal"], "there is no scenario 'smal'; did you mean 'small'?"),
        (["--demo=zzz"], "there is no scenario 'zzz'; there are small, large, trouble"),
        (["--demo", "simulator"], "--demo does not go with the command 'simulator'"),
        (["--demo", "--profile", "x"], "--profile does not go with --demo"),
        (["--demo", "--identity-url=us"], "--identity-url does not go with --demo"),
        (["--demo-seed", "1"], "--demo-seed goes with --demo only"),
        (["--demo", "--demo-seed", "-1"], "must be a whole number from 0"),
        (["--demo", "--refresh", "0"], "--refresh must be a number of seconds from 1 to 3600"),
    ],
)
def test_a_demo_that_makes_no_sense_is_refused(
    refused: Refused, words: list[str], expected: str
) -> None:
    assert expected in refused(*words)


def test_the_scenarios_in_the_help_are_those_of_the_simulator() -> None:
    from rcv3_tui import simulator

    assert set(SCENARIOS) == set(simulator.SCENARIOS)


# Other commands ------------------------------------------------------------------------------


def test_the_simulator_is_served_as_asked(stage: Stage) -> None:
    assert cli.main(["simulator"]) == ExitCode.OK
    assert stage.served == ("small", DEFAULT_PORT, 0, 0)
    words = ["simulator", "--port=0", "--scenario", "large", "--seed", "3"]
    assert cli.main([*words, "--fault", "500 GET x1", "--fault", "429"]) == ExitCode.OK
    assert stage.served == ("large", 0, 3, 2)


def test_the_pictures_are_drawn_where_asked(stage: Stage, tmp_path: Path) -> None:
    assert cli.main(["screenshots", str(tmp_path)]) == ExitCode.OK
    assert stage.drawn == tmp_path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("simulatr", "there is no command 'simulatr'; did you mean 'simulator'?"),
        ("zzz", "there is no command 'zzz'; there are "),
        ("--regoin DFW", "there is no flag --regoin; did you mean '--region'?"),
        ("--region", "argument --region: expected one argument"),
        ("--regi DFW", "there is no flag --regi; did you mean '--region'?"),
        ("-x", "there is no flag -x; see rcv3-tui --help"),
        ("-h5", "-h takes no value"),
        ("--theme=", "--theme must be a text on one line, and not empty"),
        ("--log-level debu", "there is no level 'debu'; did you mean 'debug'?"),
        ("--region DFW simulator", "--region does not go with the command 'simulator'"),
        ("simulator --read-only", "--read-only does not go with the command 'simulator'"),
        ("simulator --prot 1", "there is no flag --prot; did you mean '--port'?"),
        ("simulator --port 65536", "must be a whole number from 0 to 65535, not '65536'"),
        ("simulator --port x", "must be a whole number from 0 to 65535, not 'x'"),
        ("simulator --scenario larg", "there is no scenario 'larg'; did you mean 'large'?"),
        ("simulator --fault bogus", "argument --fault: 'bogus' is no kind of fault"),
        ("simulator more", "unrecognized arguments: more"),
        ("screenshots", "the following arguments are required: DIR"),
    ],
)
def test_a_wrong_word_is_refused_with_the_nearest_right_one(
    refused: Refused, words: str, expected: str
) -> None:
    assert expected in refused(*words.split())


@pytest.mark.parametrize("flag", ["--api-key", "--api_key", "--password", "--token"])
def test_no_flag_takes_a_secret_and_none_is_repeated(refused: Refused, flag: str) -> None:
    assert "no flag takes a secret; set RCV3_API_KEY" in refused(f"{flag}={KEY}")
    assert "no flag takes a secret" in refused(flag, KEY)


def test_control_characters_in_a_wrong_word_do_not_reach_the_terminal(refused: Refused) -> None:
    assert "\x1b" not in refused("--\x1b[31mred")
    assert "\x1b" not in refused("simulator", "\x1b[31m")


# Help and version ----------------------------------------------------------------------------


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == ExitCode.OK
    assert capsys.readouterr().out == f"rcv3-tui {__version__}\n"


@pytest.mark.parametrize("command", ["", *NAMES])
def test_the_help_fits_80_columns_and_has_examples(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert cli.main([*command.split(), "--help"]) == ExitCode.OK
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) < 80
    assert f"\n  rcv3-tui {command}".rstrip() in text


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path) -> None:
    line = f"{sys.executable} -m rcv3_tui man | head -c 9"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, ".TH RCV3\\", "")


def test_the_help_names_every_variable_exit_code_and_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from rcv3_tui.config import FAMILIES

    cli.main(["--help"])
    text = capsys.readouterr().out
    names = [name for family in FAMILIES for name in (family.username, family.region)]
    commands = [command.name for command in COMMANDS]
    assert all(name in text for name in [*names, *commands, *SCENARIOS])
    codes = text.partition("exit codes:")[2].split()
    assert all(str(code.value) in codes for code in ExitCode)


# How it ends ---------------------------------------------------------------------------------


def test_ctrl_c_ends_with_130_and_no_word(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.outcome = KeyboardInterrupt()
    assert cli.main([]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == ""


def test_a_fault_of_the_program_is_one_line_without_its_text(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.outcome = RuntimeError(KEY)
    assert cli.main([]) == ExitCode.INTERNAL
    assert capsys.readouterr().err == (
        "rcv3-tui: unexpected error (RuntimeError); run again with --log-level debug\n"
    )


@pytest.mark.parametrize("words", [["--log-level", "debug"], ["--log-level=debug"]])
def test_a_traceback_is_shown_to_those_who_debug(
    stage: Stage, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    stage.outcome = RuntimeError("why")
    assert cli.main(words) == ExitCode.INTERNAL
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "RuntimeError: why" in err
    assert err.splitlines()[-1].startswith("rcv3-tui: unexpected error")


def test_the_words_of_this_process_are_read_when_none_are_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["rcv3-tui", "--version"])
    assert cli.main() == ExitCode.OK
    assert __version__ in capsys.readouterr().out
