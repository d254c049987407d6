"""The first milliseconds of the console: shows the cached frame before anything else is imported.

A frame belongs to a way of starting: the words of the command line, the environment variables that
settings come from, the terminal's name and the program's version. All of them are known before a
file is read. See `tui.cached_frame` for the files.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from rcv3_tui import __version__
from rcv3_tui.tui.cached_frame import FORMAT, FrameStore
from rcv3_tui.tui.held_terminal import HeldTerminal
from rcv3_tui.user_dirs import user_cache_dir

FRAMES = "frames"
"""The directory of the frames, in the cache directory."""

_PREFIXES = ("CLOUD_", "LC_", "OS_", "PYTHON", "RAX_", "RCV3_", "RS_", "TEXTUAL_", "XDG_")
_NAMES = frozenset(
    {
        *("COLORTERM", "COLUMNS", "HOME", "LANG", "LANGUAGE", "LINES", "NOVA_RAX_AUTH"),
        *("NO_COLOR", "STY", "TERM", "TZ"),
        *("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"),
    }
)
"""Proxies are not among them: they choose no account, and may contain a password."""

_SECRET = ("KEY", "PASSWORD", "TOKEN", "SECRET")
_KEYRING = "KEYRING"
"""A part of the names of variables that choose a keyring or its user."""


class ConsoleStart:
    """A start of the console on a terminal.

    Args:
        store: Where the frames for this way of starting are stored.
        terminal: The terminal that shows a cached frame; None: there was none to show.
    """

    def __init__(self, store: FrameStore, terminal: HeldTerminal | None) -> None:
        self.store = store
        self.terminal = terminal

    def restore(self) -> None:
        """Restore the terminal, if it shows a cached frame."""
        if self.terminal is not None:
            self.terminal.restore()


def begin(words: Sequence[str], environment: Mapping[str, str]) -> ConsoleStart | None:
    """Show the cached frame of the console; return None where there can be none.

    Args:
        words: The words of the command line.
        environment: The process's environment.
    """
    if environment.get("TEXTUAL_DRIVER"):
        return None
    store = FrameStore(user_cache_dir() / FRAMES, start_key(words, environment))
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return ConsoleStart(store, None)
    now = time.time()
    frame = store.load(columns, rows, now)
    if frame is None:
        return ConsoleStart(store, None)
    terminal = HeldTerminal(frame, now)
    terminal.show()
    return ConsoleStart(store, terminal)


def start_key(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return what identifies a way of starting, as the start of a file's name.

    Args:
        words: The words of the command line.
        environment: The process's environment; of a secret counts only whether it is set.
    """
    what = [FORMAT, __version__, os.geteuid(), list(words), sorted(_relevant(environment))]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]


def _relevant(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environment.items():
        if name.startswith(_PREFIXES) or name in _NAMES:
            is_secret = any(part in name.replace(_KEYRING, "") for part in _SECRET)
            yield name, str(bool(value.strip())) if is_secret else value
