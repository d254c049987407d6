"""What the terminal can draw, and what stands between it and the clipboard."""

from __future__ import annotations

import locale
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from shutil import which

from rcv3_tui.credentials import without_secrets
from rcv3_tui.doctor.finding import Finding, note, ok, warn
from rcv3_tui.terminal import Depth, depth_of, refusal_of

_LEAST = (80, 24)
"""Columns and rows from which on everything works."""

_PATIENCE = 3.0
"""Seconds that tmux may take to answer."""

_SLOW_ESCAPE = 100
"""Milliseconds that tmux may hold Escape back before one notices."""


def look(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at the terminal that this process was started on.

    Args:
        environ: The environment.
    """
    yield _kind(environ)
    yield _colours(environ)
    yield _letters(environ)
    yield _size()
    if environ.get("TMUX"):
        yield from _tmux(environ)
    elif environ.get("STY"):
        yield note(
            "clipboard",
            "GNU screen does not hand copied text to the terminal by itself",
            "start the console outside of screen, or use tmux, to copy with c",
        )


def _kind(environ: Mapping[str, str]) -> Finding:
    term = environ.get("TERM", "")
    refused = refusal_of(environ)
    afar = ", over SSH" if environ.get("SSH_CONNECTION") else ""
    if refused or not term:
        return warn(
            "terminal",
            f"TERM is {term or 'not set'}{afar}: "
            + ("the console cannot draw" if refused else "the console takes it for a plain one"),
            "export TERM=xterm-256color; status works without",
        )
    return ok("terminal", f"TERM={term}{afar}")


def _colours(environ: Mapping[str, str]) -> Finding:
    if environ.get("NO_COLOR"):
        return note("colours", "none, since NO_COLOR is set")
    depth = depth_of(environ)
    if depth is Depth.TRUE:
        return ok("colours", "16 million")
    if depth is Depth.EIGHT_BIT:
        return ok("colours", "256 (TERM)")
    return note(
        "colours",
        f"{int(depth) or 'none'}, as far as TERM={environ.get('TERM', '')} tells",
        "export TERM=xterm-256color if the terminal has as many",
    )


def _letters(environ: Mapping[str, str]) -> Finding:
    encoding = locale.getencoding()
    if encoding.replace("-", "").replace("_", "").casefold() == "utf8":
        return ok("locale", "UTF-8")
    names = [name for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)]
    named = f" ({names[0]}={environ[names[0]]})" if names else ""
    return note(
        "locale",
        f"{encoding}{named}: drawn with ASCII alone",
        "export LANG=C.UTF-8",
    )


def _size() -> Finding:
    for descriptor in (1, 2, 0):
        with suppress(OSError):
            columns, rows = os.get_terminal_size(descriptor)
            if not columns:
                continue
            if columns < _LEAST[0] or rows < _LEAST[1]:
                return note(
                    "size",
                    f"{columns}x{rows}, less than {_LEAST[0]}x{_LEAST[1]}: parts will not fit",
                    "make the window larger",
                )
            panes = "three panes" if columns >= 100 else "one pane"
            return ok("size", f"{columns}x{rows}: {panes} at once")
    return note(
        "size", "input and output are no terminal", "the console needs one; status does not"
    )


def _tmux(environ: Mapping[str, str]) -> Iterator[Finding]:
    clipboard = _tmux_option("set-clipboard", environ)
    if clipboard is None:
        yield note("tmux", "tmux does not answer", "look at: tmux show -s set-clipboard")
        return
    if clipboard == "off":
        yield warn(
            "clipboard",
            "tmux keeps copied text to itself (set-clipboard off)",
            "tmux set -s set-clipboard on",
        )
    else:
        yield ok("clipboard", f"tmux hands copied text on (set-clipboard {clipboard})")
    escape = _tmux_option("escape-time", environ) or ""
    if escape.isdigit() and int(escape) > _SLOW_ESCAPE:
        yield note(
            "tmux",
            f"Escape is held back for {escape} ms (escape-time)",
            "tmux set -s escape-time 20",
        )


def _tmux_option(name: str, environ: Mapping[str, str]) -> str | None:
    """Ask tmux for one of its server's options; None when it does not tell."""
    program = which("tmux", path=environ.get("PATH"))
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - tmux itself, without a shell
            [program, "show-options", "-sv", name],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
            env=without_secrets(environ),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
