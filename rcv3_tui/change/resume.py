"""`rcv3-tui operations --resume`: finishes what earlier runs left open."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from rcv3_tui.api.http_factory import ASGIApp
from rcv3_tui.change.account import ChangeAccount, open_account
from rcv3_tui.change.follow import FollowEnd, Follower, stopping_on_sigint
from rcv3_tui.change.journal_view import JournalEntry
from rcv3_tui.change.options import CommandError, WaitFor
from rcv3_tui.change.report import exit_code, operation_line
from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import Operation, OperationState
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.settings import Settings
from rcv3_tui.standard_streams import discard_output
from rcv3_tui.status.output import (
    BrokenPipe,
    OutcomeOutput,
    OutputError,
    OutputStream,
    standard_output,
)
from rcv3_tui.status.progress import ProgressReporter, log_to, progress_reporter
from rcv3_tui.sync.connect import describe_missing_credentials
from rcv3_tui.sync.operations.recovery import is_run_alive


def run_resume(settings: Settings, entry: JournalEntry | None, wait: float) -> int:
    """Finish what is open.

    Args:
        settings: Whose account.
        entry: The operation to finish; None: all that are open.
        wait: Seconds without progress after which waiting ends.

    Returns:
        The exit code of the process.
    """
    progress = progress_reporter(os.environ, ascii=settings.ascii)
    log_to(progress, settings.log_level)
    if settings.credentials is None:
        failure = describe_missing_credentials(settings)
        progress.report(failure.message)
        return failure.problem.exit_code
    try:
        out = standard_output(os.environ, ascii=settings.ascii)
        resuming = resume(settings, entry, wait, out=out, progress=progress, clock=SystemClock())
        return asyncio.run(resuming)
    except BrokenPipe:
        discard_output(sys.stdout)
        return ExitCode.OK
    except OutputError as error:
        discard_output(sys.stdout)
        progress.report(str(error))
        return ExitCode.USAGE
    except CommandError as error:
        progress.report(str(error))
        return error.code
    finally:
        progress.end_progress()


async def resume(
    settings: Settings,
    entry: JournalEntry | None,
    wait: float,
    *,
    out: OutputStream,
    progress: ProgressReporter,
    clock: Clock,
    asgi_app: ASGIApp | None = None,
) -> ExitCode:
    """Sign in, which resumes what is open, and follow it.

    A cancellation leaves it in the journal.

    Args:
        settings: Whose account; with credentials.
        entry: The operation to finish; None: all that are open.
        wait: Seconds without progress after which waiting ends.
        out: Where the outcomes go.
        progress: Where everything else goes.
        clock: What measures the time.
        asgi_app: A simulated service in process; None: the network.

    Raises:
        CommandError: It cannot be resumed here.
        BrokenPipe: Nothing is open, and nobody reads that.
        OutputError: Nothing is open, and that cannot be written.
    """
    if entry is not None:
        _require_resumable(settings, entry)
    if settings.read_only or settings.protected:
        progress.report(
            f"profile {settings.profile} is read-only or protected: outcomes are checked, and "
            "nothing is sent"
        )
    outcomes = OutcomeOutput(out, progress.report)
    async with open_account(settings, clock, progress, asgi_app) as account:
        ids = _ids(account, entry)
        if not ids:
            out.write("no operation is open\n")
            return ExitCode.OK
        interrupted = asyncio.Event()
        follower = Follower(
            account,
            ids,
            wait_for=WaitFor.SETTLED,
            seconds=wait,
            progress=progress,
            on_done=lambda operation: _write(outcomes, operation),
            interrupted=interrupted,
        )
        with stopping_on_sigint(interrupted, account):
            end = await follower.follow()
            if end is FollowEnd.INTERRUPTED:
                await account.stop()
        follower.report_rest()
        if account.sign_in_failure:
            progress.report(account.sign_in_failure)
        if end is FollowEnd.INTERRUPTED:
            return ExitCode.INTERRUPTED
        return exit_code(account.operations(ids), WaitFor.SETTLED)


def _require_resumable(settings: Settings, entry: JournalEntry) -> None:
    if entry.profile != settings.profile:
        raise CommandError(
            f"operation {entry.operation.id} is of profile {entry.profile}: add --profile "
            f"{entry.profile}",
            ExitCode.USAGE,
        )
    directory: Path | None = settings.state_dir
    if entry.operation.is_ended or directory is None:
        return
    if is_run_alive(directory, entry.run):
        raise CommandError(
            f"operation {entry.operation.id} is being carried out by another copy of this program",
            ExitCode.NOT_SETTLED,
        )


def _ids(account: ChangeAccount, entry: JournalEntry | None) -> list[str]:
    operations = account.worker.operations
    if entry is None:
        return [key for key, operation in operations.items() if not operation.is_ended]
    known = operations.get(entry.operation.id)
    if known is None:
        raise CommandError(
            f"operation {entry.operation.id} is of tenant {entry.tenant}, which is not the account "
            "that was opened, or is no longer listed",
            ExitCode.USAGE,
        )
    if known.state is OperationState.UNKNOWN:
        account.worker.recheck(known.id)
    return [known.id]


def _write(out: OutcomeOutput, operation: Operation) -> None:
    out.write(f"{escape_controls(operation_line(operation))}\n")
