"""Runs the console and returns its exit code."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from functools import partial
from typing import TYPE_CHECKING

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.settings import Settings
from rcv3_tui.standard_streams import discard_output
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.log_file import LOG, open_log_file
from rcv3_tui.terminal_capabilities import detect_color_depth
from rcv3_tui.tui.app import ConsoleApp
from rcv3_tui.tui.context import Profiles
from rcv3_tui.tui.frame_recorder import FrameRecorder
from rcv3_tui.tui.held_terminal import HeldTerminal
from rcv3_tui.tui.textual_compat import log_missing

if TYPE_CHECKING:
    from rcv3_tui.sync.account_worker import ASGIApp
    from rcv3_tui.tui.login_controller import ProfileStore


def run_console(
    settings: Settings,
    *,
    asgi_app: ASGIApp | None = None,
    store: ProfileStore | None = None,
    profiles: Profiles | None = None,
    terminal: HeldTerminal | None = None,
    recorder: FrameRecorder | None = None,
) -> int:
    """Run the console until it ends.

    Args:
        settings: The account and the display settings.
        asgi_app: A simulated service in this process, in place of the network.
        store: Saves profiles on the login screen; None: profiles cannot be saved.
        profiles: The profiles that can be opened.
        terminal: The terminal, if it shows a cached frame.
        recorder: Stores the screen for the next start; None: it is not stored.

    Returns:
        The exit code of the process.
    """
    notice = ""
    try:
        open_log_file(settings)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        if error.filename == str(settings.state_dir / LOG if settings.state_dir else None):
            notice = f"no log is written: {reason}"
        else:
            notice = (
                f"changes are disabled: the journal in {settings.state_dir} "
                f"cannot be written ({reason})"
            )
        if terminal is not None:
            terminal.restore()
        _print_error(notice)
    log_missing()
    worker = AccountWorker(settings, asgi_app=asgi_app)
    app = ConsoleApp(
        settings,
        worker,
        depth=detect_color_depth(os.environ),
        store=store,
        profiles=profiles,
        make_worker=partial(AccountWorker, asgi_app=asgi_app),
        notice=notice,
        terminal=terminal,
        recorder=recorder,
    )
    try:
        app.run(mouse=settings.mouse)
    finally:
        app.give_terminal_back()
        if terminal is not None:
            terminal.restore()
    logging.shutdown()
    _discard_dead_streams()
    if app.failure is not None:
        _print_error(app.failure.message)
    if app.crash is not None:
        if settings.log_level == "debug":
            sys.stderr.writelines(traceback.format_exception(app.crash))
        else:
            name = type(app.crash).__name__
            _print_error(f"unexpected {name}: {app.crash}; run again with --log-level debug")
        return ExitCode.INTERNAL
    if app.return_code is None:
        return ExitCode.OK
    return app.return_code


def _discard_dead_streams() -> None:
    """Discard output that a closed terminal did not accept, so that the exit code is ours."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            discard_output(stream)


def _print_error(text: str) -> None:
    sys.stderr.write(f"rcv3-tui: {escape_controls(text)}\n")
