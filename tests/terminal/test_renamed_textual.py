"""The console with a Textual in which a private name was renamed: it starts, adds and removes."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import textual
from textual import driver
from textual.drivers import linux_driver

from rcv3_tui.tui import textual_compat
from tests.support.terminal_sessions import OpenTerminal, add_public_ip, assert_restored, confirm

# Attributes that Textual's driver is made with; and of all of its classes, what the console uses.
DRIVER_NAMES = [
    "_debug",
    "_disable_line_wrap",
    "_disable_mouse_support",
    "_enable_bracketed_paste",
    "_enable_in_band_window_resize",
    "_enable_mouse_pixels",
    "_enable_mouse_support",
    "_file",
    "_get_terminal_size",
    "_in_band_window_resize",
    "_mouse",
    "_mouse_pixels",
    "attrs_before",
    "exit_event",
]
NAMES = [
    "ChopsUpdate",
    "_ansi_sequences",
    "_close_messages_no_wait",
    "_color_constants",
    "_compositor",
    "_disable_notifications",
    "_disable_tooltips",
    "_display",
    "_driver",
    "_fatal_error",
    "_handle_exception",
    "_invalidate_css",
    "_keyboard_protocol",
    "_screen_stack",
    "_timeout_time",
    "_value",
    "_xterm_parser",
    "chop_ends",
]


NOTICED_AT_START = {
    DRIVER_NAMES[0],
    *("ChopsUpdate", "_ansi_sequences", "_color_constants", "_compositor", "_display"),
    *("_fatal_error", "_keyboard_protocol", "_value", "_xterm_parser"),
}
"""What the console misses before it opens; the others once it needs them."""


def renamed_in(text: str, *names: str) -> str:
    """Return a source with a word more in each of some names."""
    return re.sub(rf"\b({'|'.join(names)})\b", r"\1_renamed", text)


def renamed(directory: Path, *names: str) -> Path:
    """Copy Textual, with a word more in each of some names; return the folder to import it from."""
    library = directory / "library"
    package = library / "textual"
    # With its compiled modules: those of files that are not changed stay good.
    shutil.copytree(Path(textual.__file__).parent, package)
    for path in [*package.rglob("*.py")]:
        text = path.read_text()
        if (changed := renamed_in(text, *names)) != text:
            path.write_text(changed)
        if path.stem in names:
            path.rename(path.with_stem(f"{path.stem}_renamed"))
    return library


def missing_names(library: Path) -> list[str]:
    """What the console logs about a Textual before it opens."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import logging; logging.basicConfig(format='%(message)s')\n"
            "from rcv3_tui.tui import textual_compat\n"
            "textual_compat.can_replace_driver(); textual_compat.log_missing()",
        ],
        env={**os.environ, "PYTHONPATH": str(library), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return re.findall(r"this version of Textual has no (\S+): ", done.stderr)


def play(open_terminal: OpenTerminal, library: Path) -> None:
    """Start the console with the demo account, remove an address and add one."""
    terminal = open_terminal(
        "--demo",
        size=(120, 40),
        environment={"PYTHONPATH": str(library), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    terminal.wait_row("web-01", "ACTIVE", "203.0.113.10")
    terminal.wait_live()
    terminal.press("2")
    terminal.wait_row("203.0.113.10", "web-01")
    terminal.press("home", "ctrl+d")
    confirm(terminal, "203.0.113.10")
    terminal.wait_gone("Cancel")
    add_public_ip(terminal, "1", "home", "down")
    terminal.wait_row("api-02", "203.0.113.15")
    terminal.wait_row("web-01", " - ")
    # With an open operation it would ask.
    terminal.wait_for(lambda: not re.search("operation|under way", terminal.lines[0]))
    terminal.press("q")
    assert terminal.wait_end() == 0
    assert_restored(terminal)


def test_console_works_with_every_private_name_renamed(
    open_terminal: OpenTerminal, tmp_path: Path
) -> None:
    library = renamed(tmp_path, *NAMES, *DRIVER_NAMES)
    missing = " ".join(missing_names(library))
    for name in ("_compositor", "_xterm_parser", "App._display", "LinuxDriver._file"):
        assert name in missing
    play(open_terminal, library)


@pytest.mark.parametrize("name", DRIVER_NAMES)
def test_driver_without_one_private_name_is_not_replaced(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    base, linux = dict(vars(driver)), dict(vars(linux_driver))
    exec(renamed_in(inspect.getsource(driver.Driver), name), base)  # noqa: S102
    linux["Driver"] = base["Driver"]
    exec(renamed_in(inspect.getsource(linux_driver.LinuxDriver), name), linux)  # noqa: S102
    missing: dict[str, str] = {}
    monkeypatch.setattr(textual_compat, "_fallbacks", missing)
    assert textual_compat.can_replace_driver()

    monkeypatch.setattr(textual_compat, "LinuxDriver", linux["LinuxDriver"])

    assert not textual_compat.can_replace_driver()
    assert list(missing) == [f"LinuxDriver.{name}"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES, DRIVER_NAMES[0]])  # All of a driver have one fallback.
def test_console_works_with_one_private_name_renamed(
    open_terminal: OpenTerminal, tmp_path: Path, name: str
) -> None:
    library = renamed(tmp_path, name)
    if name in NOTICED_AT_START:
        assert len(missing_names(library)) == 1
    play(open_terminal, library)
