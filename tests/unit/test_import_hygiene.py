"""What is loaded for what: a fresh Python is started and its modules are looked at."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

HEAVY = {"textual", "rich", "httpx", "starlette", "uvicorn", "stamina"}


def modules_after(code: str) -> set[str]:
    """The names of all modules a fresh Python has loaded once it has run the code."""
    script = f"import json, sys\n{code}\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    "line",
    [
        "--version",
        "--help",
        "simulator --help",
        "status --help",
        "status ip",
        "status --watch 0",
        "--no-such-flag",
        "--refresh 0",
        # Without a terminal there is nothing to load the console for.
        "--demo",
        "",
    ],
)
def test_a_question_to_the_command_line_loads_nothing_heavy(line: str) -> None:
    loaded = modules_after(f"from rcv3_tui.cli import main; main({line.split()!r})")
    assert not packages(loaded) & HEAVY
    if "--version" in line or "--help" in line:
        assert "msgspec" not in loaded


def test_the_version_is_told_without_reading_any_setting() -> None:
    loaded = modules_after("from rcv3_tui.cli import main; main(['--version'])")
    ours = {name for name in loaded if name.startswith("rcv3_tui.")}
    outside = {name for name in ours if not name.startswith("rcv3_tui.cli")}
    assert outside == {"rcv3_tui.exit_codes"}
    assert not loaded & {"argparse", "dataclasses"}
    assert not loaded & {"difflib", "tomllib"}


def test_reading_the_configuration_loads_nothing_heavy() -> None:
    code = "import os; from rcv3_tui import config; config.load(config.Flags(), os.environ)"
    assert not packages(modules_after(code)) & HEAVY


def test_the_doctor_needs_no_screen_and_offline_no_network() -> None:
    loaded = packages(modules_after("from rcv3_tui.cli import main; main(['doctor', '--offline'])"))
    assert not loaded & {"textual", "rich", "httpx"}


def test_a_quick_look_loads_no_screen_and_nothing_for_trouble() -> None:
    loaded = modules_after("from rcv3_tui.cli import main; main(['status', '--demo'])")
    # The account of the demo is in another process, with the web framework that serves it.
    needless = HEAVY | {"click", "pygments"}
    # What stands in the place of the library's own command is not the library.
    assert not packages(loaded - {"httpx._main"}) & needless
    assert not loaded & {"tomllib", "configparser", "csv", "rcv3_tui.sync.worker"}


def test_the_console_is_loaded_without_what_no_first_picture_shows() -> None:
    loaded = modules_after("import rcv3_tui.tui.run")
    assert not packages(loaded) & {"httpx", "starlette", "uvicorn", "stamina"}
    assert not loaded & {"textual.widgets._input", "textual.widgets._tree", "textual.suggester"}
    assert not loaded & {"rcv3_tui.model.filters", "rcv3_tui.model.attention.watch"}
    assert not loaded & {"rcv3_tui.tui.screens.dialog", "rcv3_tui.tui.screens.choose"}


def test_the_first_lists_are_read_without_the_parser_of_mail() -> None:
    loaded = modules_after("import rcv3_tui.sync.opening, rcv3_tui.sync.region")
    assert not packages(loaded) & {"email", "http", "calendar"}


def test_the_palette_is_textuals_own_once_it_is_asked_for() -> None:
    modules_after(
        "import rcv3_tui.tui.run, rcv3_tui.tui.screens.palette as palette, textual.command\n"
        "assert issubclass(palette.Palette, textual.command.CommandPalette)\n"
        "assert textual.command.__file__ and palette.Palette.BINDINGS"
    )


@pytest.mark.parametrize("package", ["model", "api", "sync", "doctor", "login", "oneshot"])
def test_what_lies_below_the_screen_runs_without_textual(package: str) -> None:
    if importlib.util.find_spec(f"rcv3_tui.{package}") is None:
        pytest.skip(f"there is no rcv3_tui.{package}")
    code = (
        "import importlib, pkgutil\n"
        f"package = importlib.import_module('rcv3_tui.{package}')\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(module.name)"
    )
    loaded = packages(modules_after(code))
    assert "textual" not in loaded
    assert package != "model" or not loaded & {"httpx", "rich"}


def test_the_simulator_shares_nothing_with_the_program() -> None:
    loaded = modules_after("import rcv3_tui.simulator.serve")
    ours = {name for name in loaded if name.startswith("rcv3_tui.")}
    assert {name for name in ours if not name.startswith("rcv3_tui.simulator")} == set()
