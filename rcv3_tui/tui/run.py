"""Starts the console and turns how it ended into an exit code."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from typing import TYPE_CHECKING

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.text import clean
from rcv3_tui.settings import Settings
from rcv3_tui.sync.worker import Worker
from rcv3_tui.terminal import depth_of
from rcv3_tui.tui.app import ConsoleApp, Profiles

if TYPE_CHECKING:
    from rcv3_tui.sync.worker import ASGIApp, End
    from rcv3_tui.tui.keeper import ProfileKeeper


def run_console(
    settings: Settings,
    *,
    asgi_app: ASGIApp | None = None,
    ahead: End | None = None,
    keeper: ProfileKeeper | None = None,
    profiles: Profiles | None = None,
) -> int:
    """Run the console until the operator leaves it.

    Args:
        settings: Whose account, and how it looks.
        asgi_app: A simulated service to talk to in process instead of the network.
        ahead: The line to a process that asks the account already.
        keeper: Keeps what is signed in with on the login screen, where that is wished.
        profiles: The accounts that can be opened in place of this one.

    Returns:
        The exit code of the process.
    """
    from rcv3_tui.sync.logs import to_file

    notice = ""
    try:
        to_file(settings)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        notice = (
            f"nothing can be changed, for there is no journal: {settings.state_dir} "
            f"cannot be written ({reason})"
        )
        _tell(notice)
    worker = Worker(settings, asgi_app=asgi_app, ahead=ahead)
    app = ConsoleApp(
        settings,
        worker,
        depth=depth_of(os.environ),
        keeper=keeper,
        profiles=profiles,
        notice=notice,
    )
    try:
        app.run(mouse=settings.mouse)
    finally:
        app.give_terminal_back()
    logging.shutdown()
    _let_go_of_dead_streams()
    if app.failure is not None:
        _tell(app.failure.message)
    if app.crash is not None:
        if settings.log_level == "debug":
            sys.stderr.writelines(traceback.format_exception(app.crash))
        else:
            name = type(app.crash).__name__
            _tell(f"unexpected {name}: {app.crash}; run again with --log-level debug")
        return ExitCode.INTERNAL
    if app.return_code is None:
        return ExitCode.OK
    return app.return_code


def _let_go_of_dead_streams() -> None:
    """Forget what could not be written to a terminal that has gone.

    The interpreter would try once more at its end, fail, and answer with an exit code of its own.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _tell(text: str) -> None:
    sys.stderr.write(f"rcv3-tui: {clean(text)}\n")
