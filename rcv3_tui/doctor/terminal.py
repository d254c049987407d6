"""Checks what the terminal can draw, and how copied text reaches the clipboard."""

from __future__ import annotations

import locale
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from shutil import which

from rcv3_tui.child_environment import strip_secrets
from rcv3_tui.clipboard_method import (
    MAX_MOSH_BYTES,
    ClipboardMethod,
    choose_method,
    is_behind_mosh,
    outer_multiplexer,
)
from rcv3_tui.doctor.check_result import CheckResult, note, ok, warn
from rcv3_tui.terminal_capabilities import (
    ColorDepth,
    detect_color_depth,
    locale_is_utf8,
    unsupported_reason,
)

_MIN_SIZE = (80, 24)
"""The minimum columns and rows."""

_TIMEOUT = 3.0
"""Seconds to wait for tmux."""

_SLOW_ESCAPE = 100
"""A noticeable delay of Escape by tmux, in milliseconds."""


def check(environ: Mapping[str, str]) -> Iterator[CheckResult]:
    """Check the terminal that this process was started on.

    Args:
        environ: The environment.

    Yields:
        The results.
    """
    yield _kind(environ)
    yield _colors(environ)
    yield _locale(environ)
    yield _size()
    yield from _clipboard(environ)


def _clipboard(environ: Mapping[str, str]) -> Iterator[CheckResult]:
    """Check the method by which the console copies."""
    way = choose_method("", environ)
    outer = outer_multiplexer(environ)
    if way is ClipboardMethod.TMUX:
        yield from _tmux(environ)
    elif environ.get("TMUX"):
        yield note(
            "clipboard", "tmux is not on PATH: copied text may not leave it", "add tmux to PATH"
        )
    elif way is ClipboardMethod.SCREEN:
        yield note(
            "clipboard",
            "copied text goes through GNU screen, which some terminals do not support",
            "start the console outside of screen, or use tmux, if copied text does not arrive",
        )
    elif way is ClipboardMethod.FILE:
        yield note("clipboard", f"TERM={environ.get('TERM', '')}: a copy goes into a file")
    elif outer:
        yield note(
            "clipboard",
            f"{outer} on the previous machine may block copied text; it also goes into a file",
            "tmux set -s set-clipboard on" if outer == "tmux" else "",
        )
    else:
        limit = f", at most {MAX_MOSH_BYTES} bytes through mosh" if is_behind_mosh() else ""
        yield ok("clipboard", f"OSC 52, where the terminal allows it{limit}")


def _kind(environ: Mapping[str, str]) -> CheckResult:
    term = environ.get("TERM", "")
    refused = unsupported_reason(environ)
    afar = ", over SSH" if environ.get("SSH_CONNECTION") else ""
    if refused or not term:
        return warn(
            "terminal",
            f"TERM is {term or 'not set'}{afar}: "
            + ("the console cannot draw" if refused else "the console takes it for a plain one"),
            "export TERM=xterm-256color; status works without",
        )
    return ok("terminal", f"TERM={term}{afar}")


def _colors(environ: Mapping[str, str]) -> CheckResult:
    if environ.get("NO_COLOR"):
        return note("colors", "none, since NO_COLOR is set")
    depth = detect_color_depth(environ)
    if depth is ColorDepth.TRUE:
        return ok("colors", "16 million")
    if depth is ColorDepth.EIGHT_BIT:
        return ok("colors", "256 (TERM)")
    return note(
        "colors",
        f"{int(depth) or 'none'}, according to TERM={environ.get('TERM', '')}",
        "export TERM=xterm-256color if the terminal has as many",
    )


def _locale(environ: Mapping[str, str]) -> CheckResult:
    if locale_is_utf8():
        return ok("locale", "UTF-8")
    # Python's UTF-8 mode hides the C locale.
    encoding = "C" if sys.flags.utf8_mode else locale.getencoding()
    names = [name for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)]
    named = f" ({names[0]}={environ[names[0]]})" if names else ""
    return note(
        "locale",
        f"{encoding}{named}: drawn with ASCII only",
        "export LANG=C.UTF-8",
    )


def _size() -> CheckResult:
    for descriptor in (1, 2, 0):
        with suppress(OSError):
            columns, rows = os.get_terminal_size(descriptor)
            if not columns:
                continue
            if columns < _MIN_SIZE[0] or rows < _MIN_SIZE[1]:
                return note(
                    "size",
                    f"{columns}x{rows}, less than {_MIN_SIZE[0]}x{_MIN_SIZE[1]}: parts do not fit",
                    "make the window larger",
                )
            panes = "three panes" if columns >= 100 else "one pane"
            return ok("size", f"{columns}x{rows}: {panes} at once")
    return note(
        "size", "input and output are no terminal", "the console needs one; status does not"
    )


def _tmux(environ: Mapping[str, str]) -> Iterator[CheckResult]:
    # `load-buffer -w` depends on it; `set-clipboard` is about sequences that programs send.
    features = _tmux_output(environ, "display-message", "-p", "#{client_termfeatures}")
    if features is None:
        yield note(
            "tmux",
            "tmux does not respond: copied text goes into a file",
            "check: tmux display-message -p '#{client_termfeatures}'",
        )
        return
    if "clipboard" in features.split(","):
        yield ok("clipboard", "tmux passes copied text to the terminal")
    else:
        yield warn(
            "clipboard",
            "tmux does not pass copied text on: it does not know that the terminal accepts it",
            "tmux set -as terminal-features ',*:clipboard', then attach again",
        )
    escape = _tmux_option("escape-time", environ) or ""
    if escape.isdigit() and int(escape) > _SLOW_ESCAPE:
        yield note(
            "tmux",
            f"Escape is held back for {escape} ms (escape-time)",
            "tmux set -s escape-time 20",
        )


def _tmux_option(name: str, environ: Mapping[str, str]) -> str | None:
    """Return a server option of tmux; None if tmux does not respond."""
    return _tmux_output(environ, "show-options", "-sv", name)


def _tmux_output(environ: Mapping[str, str], *words: str) -> str | None:
    """Return the output of a tmux command; None if it fails or times out."""
    program = which("tmux", path=environ.get("PATH"))
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - tmux itself, without a shell
            [program, *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
            stdin=subprocess.DEVNULL,
            env=strip_secrets(environ),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
