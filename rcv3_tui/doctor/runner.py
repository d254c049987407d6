"""Runs all checks in order and derives the exit code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from rcv3_tui.api.http_factory import create_http_client
from rcv3_tui.clock import ServiceClock, SystemClock
from rcv3_tui.config import ConfigError, Paths, PendingConfig
from rcv3_tui.doctor import account, configuration, connectivity, files, terminal
from rcv3_tui.doctor.check_result import CheckResult, Level, fail, note
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Settings

Report = Callable[[CheckResult], None]


def run_checks(
    pending: PendingConfig | ConfigError,
    where: Paths,
    environ: Mapping[str, str],
    report: Report,
    *,
    check_display: Callable[[Settings], str] = lambda settings: "",
    offline: bool = False,
) -> ExitCode:
    """Run all checks.

    Args:
        pending: The settings, or the error in them.
        where: The user's files.
        environ: The environment.
        report: Receives each result as soon as it is known.
        check_display: Returns why the console rejects the theme, color or keys of some settings;
            empty if it does not.
        offline: Send no requests.

    Returns:
        The exit code of the first failure; 1 if there are only warnings.
    """
    seen: list[CheckResult] = []

    def report_all(results: Iterable[CheckResult]) -> None:
        for result in results:
            seen.append(result)
            report(result)

    settings: Settings | None = None
    config_file = where.config_file
    if isinstance(pending, ConfigError):
        report_all([fail("config", str(pending), "", ExitCode.USAGE)])
    else:
        config_file = pending.config_file or config_file
        report_all(configuration.check(pending, check_display(pending.without_credentials)))
        try:
            settings = pending.settings()
        except ConfigError as error:
            report_all([fail("secret", str(error), "", ExitCode.USAGE)])
    report_all(files.check(config_file, where.state_dir, where.cache_dir))
    report_all(terminal.check(environ))
    if offline:
        report_all([note("network", "not checked (--offline)")])
    elif settings is None:
        report_all([note("network", "not checked: fix the settings first")])
    else:
        asyncio.run(_collect(_online(settings), lambda result: report_all([result])))
    failures = [result.code for result in seen if result.level is Level.FAIL]
    if failures:
        return failures[0]
    warned = any(result.level is Level.WARN for result in seen)
    return ExitCode.ATTENTION if warned else ExitCode.OK


async def _collect(results: AsyncIterator[CheckResult], report: Report) -> None:
    async for result in results:
        report(result)


async def _online(settings: Settings) -> AsyncIterator[CheckResult]:
    clock = ServiceClock(SystemClock())
    try:
        http = create_http_client(settings, service_clock=clock)
    except (OSError, ValueError) as error:
        yield fail("network", str(error), "", ExitCode.USAGE)
        return
    async with http:
        async for result in connectivity.check(http, settings, clock):
            yield result
            if result.level is Level.FAIL:
                return
        if settings.credentials is None:
            yield fail(
                "sign-in",
                "there are no credentials to try",
                "rcv3-tui login, or set RCV3_USERNAME and RCV3_API_KEY",
                ExitCode.CREDENTIALS_REFUSED,
            )
            return
        at_identity = clock.offset
        async for result in account.check(http, settings, settings.credentials, clock):
            yield result
        for result in connectivity.services_clock(clock, at_identity):
            yield result
