"""The entry point: from settings and options to output on stdout and an exit code."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from rcv3_tui.api.errors import ApiError
from rcv3_tui.api.http_factory import ASGIApp, create_http_client
from rcv3_tui.clock import Clock, ServiceClock, SystemClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.diagnostics import TransitionThresholds
from rcv3_tui.model.drain import DrainLedger
from rcv3_tui.settings import ALL_REGIONS, Credentials, Settings
from rcv3_tui.standard_streams import discard_output
from rcv3_tui.status import metrics, nagios, prometheus
from rcv3_tui.status.change_list import ChangeListing, exit_code
from rcv3_tui.status.options import Format, StatusOptions
from rcv3_tui.status.output import (
    BrokenPipe,
    OutputError,
    OutputStream,
    standard_output,
)
from rcv3_tui.status.progress import (
    ProgressReporter,
    log_to,
    progress_reporter,
)
from rcv3_tui.status.reader import RegionReader
from rcv3_tui.status.report import StatusQuery, StatusReport
from rcv3_tui.status.wait import StableWaiter
from rcv3_tui.status.watch import watch
from rcv3_tui.sync.connect import (
    RegionClients,
    connect_regions,
    describe_missing_credentials,
    describe_sign_in_error,
    guess_warning,
    session_for,
)
from rcv3_tui.sync.events import SignInFailed, SignInProblem
from rcv3_tui.sync.operations.recovery import journaled_operations
from rcv3_tui.sync.storage.node_cache import NodeCache
from rcv3_tui.sync.storage.status_history import StatusHistory
from rcv3_tui.sync.storage.status_history_file import HistoryFile, history_path

_NO_ANSWER = (SignInProblem.UNREACHABLE, SignInProblem.SERVICE)
"""Problems that do not question whose account it is."""


def run_status(
    settings: Settings, options: StatusOptions, *, asgi_app: ASGIApp | None = None
) -> int:
    """Run one `rcv3-tui status`.

    Args:
        settings: The settings of the account.
        options: The options.
        asgi_app: A simulated service in this process, used instead of the network.

    Returns:
        The exit code of the process.

    Raises:
        InvalidOption: The options make no sense; nothing was written.
        KeyboardInterrupt: Ctrl+C was pressed.
    """
    query = StatusQuery(options)
    progress = progress_reporter(os.environ, ascii=settings.ascii)
    log_to(progress, settings.log_level)
    try:
        out = standard_output(os.environ, ascii=settings.ascii)
        if settings.credentials is None:
            return _fail(query, settings, describe_missing_credentials(settings), out, progress)
        return asyncio.run(
            run_query(
                query, settings, out=out, progress=progress, clock=SystemClock(), asgi_app=asgi_app
            )
        )
    except BrokenPipe:
        # The reader, such as `| head`, has closed the pipe: that is not an error.
        discard_output(sys.stdout)
        return ExitCode.OK
    except OutputError as error:
        discard_output(sys.stdout)
        progress.report(str(error))
        return ExitCode.USAGE
    finally:
        progress.end_progress()


async def run_query(
    query: StatusQuery,
    settings: Settings,
    *,
    out: OutputStream,
    progress: ProgressReporter,
    clock: Clock,
    asgi_app: ASGIApp | None = None,
) -> int:
    """Sign in, read, and write the output.

    After a cancellation, everything written so far remains.

    Args:
        query: The request.
        settings: The settings of the account, with credentials.
        out: The output.
        progress: Receives warnings and progress.
        clock: The clock.
        asgi_app: A simulated service.

    Returns:
        The exit code.

    Raises:
        InvalidOption: A named pool does not exist.
        BrokenPipe: The reader has closed the pipe.
        OutputError: It cannot be written.
    """
    credentials = settings.credentials or Credentials("")
    # Ages are calculated by the service's clock.
    clock = service_clock = ServiceClock(clock)
    try:
        http = create_http_client(settings, asgi_app, service_clock)
    except (OSError, ValueError) as error:
        failure = SignInFailed(SignInProblem.CONFIGURATION, str(error))
        return _fail(query, settings, failure, out, progress)
    async with http:
        session = session_for(http, settings, credentials, clock)
        listing = None
        if query.changes is not None:
            listing = ChangeListing(query.changes, settings, clock, progress)
        try:
            access = await session.access()
            regions = connect_regions(http, session, access, settings, clock)
        except ApiError as error:
            failure = describe_sign_in_error(error, settings, credentials)
            if listing is not None and failure.problem in _NO_ANSWER:
                listing.print_recorded(out)
            return _fail(query, settings, failure, out, progress)
        user = credentials.username or access.user_name
        for region in regions:
            if region.is_guess:
                progress.report(guess_warning(region.name, region.rackconnect.client.base_url))
        readers = [
            RegionReader(
                region,
                access.tenant_id,
                clock,
                progress,
                node_cache=_node_cache(settings, user, region, clock),
                is_complete_wanted=query.options.complete,
            )
            for region in regions
        ]
        for reader in readers:
            reader.thresholds = _thresholds_of(settings, access.tenant_id, reader.name)
        _show_drained(settings, access.tenant_id, readers, progress)
        report = StatusReport(query, readers, settings.profile, clock, progress)
        if listing is not None:
            listing.load((reader.name for reader in readers), access.tenant_id)
            report.select_pools(listing.select_pools)
        await report.read()
        if listing is not None:
            if report.has_nothing:
                listing.print_recorded(out, access.tenant_id)
            else:
                await listing.print_current(readers, access.tenant_id, out)
            report.report_errors()
            return exit_code(report.code())
        if report.has_nothing and not query.options.format.is_monitoring:
            report.report_errors()
            return report.code()
        return await _give(report, out, progress, clock)


def _fail(
    query: StatusQuery,
    settings: Settings,
    failure: SignInFailed,
    out: OutputStream,
    progress: ProgressReporter,
) -> int:
    """Report that the account could not be opened, also to a monitoring system.

    Returns:
        The exit code.
    """
    progress.report(failure.message)
    match query.options.format:
        case Format.PROMETHEUS:
            regions = [name for name in settings.regions if name != ALL_REGIONS]
            out.write(prometheus.render(metrics.down(settings.profile, regions)))
        case Format.NAGIOS:
            out.write(nagios.render_failure(failure.message))
            return nagios.NagiosState.UNKNOWN
    return failure.problem.exit_code


def _node_cache(
    settings: Settings, user: str, region: RegionClients, clock: Clock
) -> NodeCache | None:
    """Return the cache of pool nodes that runs of `status` share."""
    if settings.data_cache_dir is None:
        return None
    endpoint = region.rackconnect.client.base_url
    return NodeCache(settings.data_cache_dir, endpoint, user, clock)


def _thresholds_of(settings: Settings, tenant: str, region: str) -> TransitionThresholds | None:
    """Return how long transitions usually take, as the console has observed for this account."""
    if settings.state_dir is None or not _is_there(settings.state_dir):
        return None
    path = history_path(settings.state_dir, settings.profile, tenant, region)
    if not _is_there(path):
        return None
    history = StatusHistory()
    history.load(HistoryFile(path).read())
    return history.thresholds


def _show_drained(
    settings: Settings, tenant: str, readers: Iterable[RegionReader], progress: ProgressReporter
) -> None:
    """Show which servers are drained, according to the journal; without one, none is known."""
    if settings.state_dir is None or not _is_there(settings.state_dir):
        return
    try:
        ledger = DrainLedger(journaled_operations(settings.state_dir, tenant))
    except OSError as error:
        progress.report(
            f"drained servers are not known: the journal in {settings.state_dir} cannot be read "
            f"({error.strerror})"
        )
        return
    for reader in readers:
        reader.snapshot, _ = reader.snapshot.with_drains(ledger.drains(reader.name))


def _is_there(path: Path) -> bool:
    """Return whether a path exists; False below a directory without search permission."""
    try:
        return path.exists()
    except OSError:
        return False


async def _give(
    report: StatusReport, out: OutputStream, progress: ProgressReporter, clock: Clock
) -> int:
    options = report.query.options
    if options.watch is not None or options.wait is not None:
        # From here on, the process may run for days.
        gc.enable()
    if options.watch is not None:
        return await watch(report, options.watch, out, clock, progress)
    settled = True
    if options.wait is not None:
        unread = sum(len(reader.unread_pools) for reader in report.readers)
        if unread and options.noun is None:
            progress.report(
                f"the nodes of {unread} pools are not read for a summary, so they are not waited "
                "for; status nodes --wait reads them all"
            )
        settled = await StableWaiter(report, options.wait, clock, progress).settled()
    try:
        out.write(report.text(out.style))
    finally:
        report.report_errors()
    code = report.code()
    return ExitCode.ATTENTION if code == ExitCode.OK and not settled else code
