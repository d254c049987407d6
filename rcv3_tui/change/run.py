"""The entry point of the change commands: from settings and options to output and an exit code."""

from __future__ import annotations

import asyncio
import os
import sys

from rcv3_tui.api.http_factory import ASGIApp
from rcv3_tui.change.account import ChangeAccount, open_account
from rcv3_tui.change.confirm import Terminal, confirm, find_terminal, lift_protection
from rcv3_tui.change.drain_plan import empty_pools, pools_to_read
from rcv3_tui.change.follow import FollowEnd, Follower, follow_resumed, stopping_on_sigint
from rcv3_tui.change.names import Directory, UnresolvedName
from rcv3_tui.change.options import (
    ChangeFormat,
    ChangeOptions,
    ChangeVerb,
    CommandError,
    WaitFor,
)
from rcv3_tui.change.plan import ChangePlan, make_plan
from rcv3_tui.change.report import (
    exit_code,
    impossible_line,
    operation_line,
    outcome_json,
    plan_json,
    plan_lines,
    unchanged_line,
    unread_line,
)
from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation, OperationState, Purpose
from rcv3_tui.model.removal_plan import drift_since
from rcv3_tui.model.text_safety import escape_controls, escape_json
from rcv3_tui.settings import Settings
from rcv3_tui.standard_streams import discard_output
from rcv3_tui.status.output import (
    BrokenPipe,
    OutcomeOutput,
    OutputError,
    OutputStream,
    standard_output,
)
from rcv3_tui.status.progress import (
    ProgressReporter,
    log_to,
    progress_reporter,
)
from rcv3_tui.sync.account_worker import ReadOnlyError
from rcv3_tui.sync.connect import describe_missing_credentials
from rcv3_tui.sync.operations.estimate import announcement
from rcv3_tui.sync.operations.tracker import SENT_WITHIN

_FRESH = 5.0
"""Seconds that a plan may be old when it is submitted; an older one is compared again."""

_POOL_VERBS = (ChangeVerb.POOL_ADD, ChangeVerb.POOL_REMOVE)
_PURPOSES = {
    ChangeVerb.SERVER_DRAIN: Purpose.DRAIN,
    ChangeVerb.SERVER_RESTORE: Purpose.RESTORE,
}


def run_change(
    settings: Settings, options: ChangeOptions, *, asgi_app: ASGIApp | None = None
) -> int:
    """Run one change command.

    Args:
        settings: Whose account.
        options: The command.
        asgi_app: A simulated service to talk to in process instead of the network.

    Returns:
        The exit code of the process.

    Raises:
        KeyboardInterrupt: Ctrl+C was pressed before anything was submitted.
    """
    progress = progress_reporter(os.environ, ascii=settings.ascii)
    log_to(progress, settings.log_level)
    if settings.credentials is None:
        failure = describe_missing_credentials(settings)
        progress.report(failure.message)
        return failure.problem.exit_code
    try:
        command = ChangeCommand(
            settings,
            options,
            out=standard_output(os.environ, ascii=settings.ascii),
            progress=progress,
            terminal=find_terminal(options),
        )
        return asyncio.run(command.run(SystemClock(), asgi_app))
    except OutputError as error:
        discard_output(sys.stdout)
        progress.report(str(error))
        return ExitCode.USAGE
    finally:
        progress.end_progress()


class ChangeCommand:
    """One change command.

    Args:
        settings: Whose account; with credentials.
        options: The command.
        out: Where the outcome goes.
        progress: Where everything else goes.
        terminal: Where to ask for confirmation; None: nowhere.
    """

    def __init__(
        self,
        settings: Settings,
        options: ChangeOptions,
        *,
        out: OutputStream,
        progress: ProgressReporter,
        terminal: Terminal | None,
    ) -> None:
        self._settings = settings
        self._options = options
        self._stream = out
        self._out = OutcomeOutput(out, progress.report)
        self._progress = progress
        self._terminal = terminal
        self._unread_pools: dict[str, dict[str, str]] = {}
        self.interrupted = asyncio.Event()
        """Set it to stop what has not been sent, as Ctrl+C does."""

    async def run(self, clock: Clock, asgi_app: ASGIApp | None = None) -> ExitCode:
        """Run the command.

        A cancellation leaves submitted operations in the journal; the next run finishes them.

        Args:
            clock: What measures the time.
            asgi_app: A simulated service in process; None: the network.

        Returns:
            The exit code.

        Raises:
            OutputError: The plan of `--dry-run` cannot be written.
        """
        try:
            is_lifted = False
            if not self._options.dry_run:
                is_lifted = await lift_protection(
                    self._settings, self._options, self._terminal, clock
                )
            async with open_account(self._settings, clock, self._progress, asgi_app) as account:
                if is_lifted:
                    account.worker.read_only = False
                return await self._carry_out(account)
        except CommandError as error:
            self._progress.report(str(error))
            return error.code

    async def _carry_out(self, account: ChangeAccount) -> ExitCode:
        resumed = [each.id for each in account.worker.operations.values() if not each.is_ended]
        plan = await self._make_plan(account)
        if self._options.dry_run:
            self._write_plan(plan)
            return ExitCode.OK
        for warning in plan.warnings:
            self._progress.report(warning)
        if words := announcement(plan.requests):
            self._progress.report(words)
        began = account.clock.monotonic()
        asked = await confirm(plan, self._options, self._terminal, account.clock)
        if asked and account.clock.monotonic() - began > _FRESH:
            await self._require_unchanged(account, plan)
        try:
            operations = account.submit(plan.requests, self._options.note)
        except ReadOnlyError as error:
            raise CommandError(str(error), ExitCode.NOTHING_SENT) from error
        for unchanged in plan.unchanged:
            self._write_line(unchanged_line(unchanged))
        for impossible in plan.impossible:
            self._write_line(impossible_line(impossible))
        for unread in plan.unread:
            self._write_line(unread_line(unread))
        return await self._follow(account, plan, [each.id for each in operations], resumed)

    # -- the plan -----------------------------------------------------------------------------

    async def _make_plan(self, account: ChangeAccount) -> ChangePlan:
        await self._read(account)
        return make_plan(
            self._options,
            Directory(account.snapshots),
            account.regions,
            self._settings,
            self._unread_pools,
        )

    async def _read(self, account: ChangeAccount) -> None:
        """Read what the command's names and consequences depend on."""
        if (purpose := _PURPOSES.get(self._options.verb)) is not None:
            await account.read(ResourceKind.SERVERS, ResourceKind.PUBLIC_IPS, ResourceKind.POOLS)
            directory = Directory(account.snapshots)
            for region, pools in pools_to_read(directory, self._options.names, purpose).items():
                if purpose is not Purpose.DRAIN:
                    await account.read_nodes(region, pools)
                    continue
                unread = self._unread_pools[region] = {}
                await account.read_nodes(region, pools, unread)
                empty = empty_pools(account.snapshots[region])
                await account.read_spare_nodes(region, [pool.id for pool in empty])
            return
        if self._options.verb not in _POOL_VERBS:
            await account.read(ResourceKind.SERVERS, ResourceKind.PUBLIC_IPS)
            return
        await account.read(ResourceKind.SERVERS, ResourceKind.POOLS)
        try:
            pool = Directory(account.snapshots).pool(self._options.names[0])
        except UnresolvedName:
            # The plan reports it together with the others.
            return
        await account.read_nodes(pool.snapshot.region, [pool.item.id])

    async def _require_unchanged(self, account: ChangeAccount, plan: ChangePlan) -> None:
        """Require that what was confirmed is still so, since the question stood for a while.

        Raises:
            CommandError: It is not; nothing is sent.
        """
        await self._read(account)
        for removal in (part for each in plan.removals for part in each.parts or (each,)):
            region = removal.items[0].request.region
            if drift := drift_since(removal, account.snapshots[region]):
                raise CommandError(
                    f"changed since it was confirmed: {drift}; nothing was sent",
                    ExitCode.NOTHING_SENT,
                )

    def _write_plan(self, plan: ChangePlan) -> None:
        if self._options.format is ChangeFormat.JSON:
            text = escape_json(plan_json(plan).decode())
        else:
            text = "".join(f"{escape_controls(line)}\n" for line in plan_lines(plan))
        try:
            self._stream.write(text)
        except BrokenPipe:
            self._stream.discard()

    # -- the outcome --------------------------------------------------------------------------

    async def _follow(
        self, account: ChangeAccount, plan: ChangePlan, ids: list[str], resumed: list[str]
    ) -> ExitCode:
        follower = Follower(
            account,
            ids,
            wait_for=self._options.wait_for,
            seconds=self._options.wait,
            progress=self._progress,
            on_done=self._report_operation,
            interrupted=self.interrupted,
        )
        with stopping_on_sigint(self.interrupted, account):
            end = await follower.follow()
            if not self.interrupted.is_set():
                others = [each for each in resumed if each not in ids]
                await follow_resumed(account, others, self._progress, self.interrupted)
                if self.interrupted.is_set():
                    end = FollowEnd.INTERRUPTED
            if end is FollowEnd.INTERRUPTED:
                stopped = await account.stop()
                self._progress.report(f"interrupted: {stopped} not sent, now or later")
        follower.report_rest()
        if account.sign_in_failure:
            self._progress.report(account.sign_in_failure)
        operations = account.operations(ids)
        self._report_open(operations)
        code = exit_code(operations, self._options.wait_for)
        if plan.impossible and code is ExitCode.OK:
            code = ExitCode.ATTENTION
        if plan.unread and code is ExitCode.OK:
            code = ExitCode.SERVICE_ERROR
        if end is FollowEnd.INTERRUPTED:
            code = ExitCode.INTERRUPTED
        if self._options.format is ChangeFormat.JSON:
            text = outcome_json(operations, plan, code, self._options.note).decode()
            self._out.write(escape_json(text))
        return code

    def _report_operation(self, operation: Operation) -> None:
        self._write_line(operation_line(operation))

    def _report_open(self, operations: list[Operation]) -> None:
        """Say how operations go on that have no outcome, or an unknown one."""
        is_done = self._options.wait_for is WaitFor.ACCEPTED
        unknown = [each for each in operations if each.state is OperationState.UNKNOWN]
        left = unknown + [
            each
            for each in operations
            if not (each.is_ended or (is_done and each.state is OperationState.ACCEPTED))
        ]
        if len(left) == 1:
            text = (
                f"{left[0].request.sentence} has no outcome yet; it is in the journal: rcv3-tui "
                f"operations {left[0].id} shows it, and with --resume continues it"
            )
        elif left:
            text = (
                f"{len(left)} operations have no outcome yet; they are in the journal: rcv3-tui "
                "operations lists them, and with --resume continues them"
            )
            if unknown:
                text += "; an unknown one is checked again by its ID and --resume"
        else:
            return
        if any(each.state is OperationState.PLANNED for each in left):
            text += f"; what was not sent is sent within {SENT_WITHIN / 60:.0f} minutes only"
        self._progress.report(text)

    def _write_line(self, line: str) -> None:
        if self._options.format is ChangeFormat.TABLE:
            self._out.write(f"{escape_controls(line)}\n")
