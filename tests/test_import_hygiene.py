"""What is loaded for what: a fresh Python takes steps, and after each its modules are looked at.

Four interpreters in all, since each costs as much as a hundred other tests. Within one, steps come
in the order of what they may load: what a step has loaded stays loaded for those after it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = {"textual", "rich", "httpx", "starlette", "uvicorn"}

_IMPORT_ALL = """
import importlib, pkgutil
def import_all(name):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""


def modules_after(*steps: str) -> list[set[str]]:
    """The names of all modules that a fresh Python has loaded after each step."""
    looks = "".join(f"exec({step!r}, names)\nseen.append(sorted(sys.modules))\n" for step in steps)
    script = f"import json, sys\nseen, names = [], {{}}\n{looks}print('\\n' + json.dumps(seen))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return [set(modules) for modules in json.loads(done.stdout.splitlines()[-1])]


def run(line: str) -> str:
    """The step that runs a command line."""
    return f"from rcv3_tui.cli import main; main({line.split()!r})"


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def test_command_lines_that_need_no_screen_and_no_network_load_neither() -> None:
    helps = ["--version", "--help", "simulator --help", "status --help", "ip add --help"]
    others = [
        "status ip",
        "status --watch 0",
        "--no-such-flag",
        "--refresh 0",
        # Without a terminal there is nothing to load the console for.
        "--demo",
        "",
    ]
    configuration = (
        "import os; from rcv3_tui import config; config.load(config.Flags(), os.environ)"
    )
    version, *rest = modules_after(*map(run, helps), configuration, *map(run, others))

    ours = {name for name in version if name.startswith("rcv3_tui.")}
    assert {name for name in ours if not name.startswith("rcv3_tui.cli")} == {
        "rcv3_tui.exit_codes",
        "rcv3_tui.standard_streams",
    }
    assert not version & {"argparse", "dataclasses", "difflib", "tomllib", "msgspec"}
    lines = [*helps[1:], "reading the configuration", *others]
    for line, loaded in zip(lines, rest, strict=True):
        assert not packages(loaded) & HEAVY, line
        assert line not in helps or "msgspec" not in loaded, line


def test_cached_frame_is_shown_with_the_standard_library_alone(tmp_path: Path) -> None:
    script = """
import os, pty, sys, time
from pathlib import Path
home = sys.argv[1]
os.environ |= {"HOME": home, "XDG_CACHE_HOME": home, "TERM": "xterm-256color"}
from rcv3_tui.cli.console_start import FRAMES, start_key
from rcv3_tui.tui.cached_frame import Frame, FrameStore
from rcv3_tui.tui.sgr import PLAIN
from rcv3_tui.user_dirs import user_cache_dir
store = FrameStore(user_cache_dir() / FRAMES, start_key([], os.environ))
store.save(Frame(80, 24, time.time(), (((" ", PLAIN),) * 80,) * 24))
ours, theirs = pty.openpty()
import fcntl, struct, termios
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
out = os.dup(1)
os.dup2(theirs, 0), os.dup2(theirs, 1)
def parsing(words):
    seen = sorted(sys.modules)
    assert b"ago - loading" in os.read(ours, 65536)
    os.write(out, json.dumps(seen).encode())
    os._exit(0)
import json, types
dispatch = types.ModuleType("rcv3_tui.cli.dispatch")
dispatch.parse_command_line = parsing
sys.modules["rcv3_tui.cli.dispatch"] = dispatch
from rcv3_tui.cli import main
main([])
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = set(json.loads(done.stdout))
    assert not packages(loaded) & (HEAVY | {"msgspec", "argparse", "asyncio", "yaml", "tomllib"})
    ours = {name for name in loaded if name.startswith("rcv3_tui.")}
    assert not any(name.startswith(("rcv3_tui.config", "rcv3_tui.model")) for name in ours)


def test_man_page_and_completions_are_generated_with_the_standard_library_alone() -> None:
    # A build of the wheel has nothing else.
    generate = (
        "from rcv3_tui.cli.introspect import describe\n"
        "from rcv3_tui.cli.man_page import render_man_page\n"
        "from rcv3_tui.cli.shells import SCRIPTS\n"
        "render_man_page(describe()), [make(describe()) for make in SCRIPTS.values()]"
    )
    (loaded,) = modules_after(generate)
    assert not packages(loaded) & (HEAVY | {"msgspec", "platformdirs", "tomlkit", "yaml"})


def test_status_loads_neither_textual_nor_uvicorn() -> None:
    (loaded,) = modules_after(run("status --demo"))
    # httpx loads its own command line, with click and rich, where those are installed.
    assert not packages(loaded) & {"textual", "uvicorn"}
    assert not loaded & {"yaml", "rcv3_tui.sync.account_worker"}


def test_change_commands_load_neither_textual_nor_uvicorn() -> None:
    (loaded,) = modules_after(run("ip add db-01 --dry-run --demo"))
    assert not packages(loaded) & {"textual", "uvicorn"}
    assert "yaml" not in loaded


def test_the_console_is_loaded_without_what_no_first_picture_shows() -> None:
    (console,) = modules_after("import rcv3_tui.tui.run")
    assert not packages(console) & {"httpx", "starlette", "uvicorn"}


def test_what_lies_below_the_screen_runs_without_it_and_the_simulator_without_the_program() -> None:
    below = ["api", "sync", "doctor", "login", "status"]
    model, *seen, simulator = modules_after(
        f"{_IMPORT_ALL}\nimport_all('rcv3_tui.model')",
        *(f"import_all('rcv3_tui.{package}')" for package in below),
        "import sys\nfor name in [name for name in sys.modules if name.startswith('rcv3_tui')]:\n"
        "    del sys.modules[name]\n"
        "import rcv3_tui.simulator.serve",
    )
    for package, loaded in zip(below, seen, strict=True):
        assert "textual" not in packages(loaded), package
    assert not packages(model) & {"httpx", "rich", "textual"}
    ours = {name for name in simulator if name.startswith("rcv3_tui.")}
    assert {name for name in ours if not name.startswith("rcv3_tui.simulator")} == set()
