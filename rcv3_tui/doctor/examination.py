"""Runs the checks in their order and says what they come to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from rcv3_tui.clock import SystemClock
from rcv3_tui.config import ConfigError, Paths, Plan
from rcv3_tui.doctor import configuration, files, terminal
from rcv3_tui.doctor.finding import Finding, Level, fail, note
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Settings

Tell = Callable[[Finding], None]


def examine(
    plan: Plan | ConfigError,
    where: Paths,
    environ: Mapping[str, str],
    tell: Tell,
    *,
    offline: bool = False,
) -> ExitCode:
    """Check everything, one finding after the other.

    Args:
        plan: The settings as far as they could be gathered, or what is wrong with them.
        where: The user's files.
        environ: The environment.
        tell: Takes each finding as soon as there is one.
        offline: Nothing is sent.

    Returns:
        What the first failure would end the program with; 1 where there are only warnings.
    """
    seen: list[Finding] = []

    def told(findings: Iterable[Finding]) -> None:
        for finding in findings:
            seen.append(finding)
            tell(finding)

    settings: Settings | None = None
    config_file = where.config_file
    if isinstance(plan, ConfigError):
        told([fail("config", str(plan), "", ExitCode.USAGE)])
    else:
        config_file = plan.config_file or config_file
        told(configuration.look(plan))
        try:
            settings = plan.settings()
        except ConfigError as error:
            told([fail("secret", str(error), "", ExitCode.USAGE)])
    told(files.look(config_file, where.state_dir, where.cache_dir))
    told(terminal.look(environ))
    if offline:
        told([note("network", "not looked at (--offline)")])
    elif settings is None:
        told([note("network", "not looked at: the settings come first")])
    else:
        asyncio.run(_collect(_online(settings), lambda finding: told([finding])))
    failures = [finding.code for finding in seen if finding.level is Level.FAIL]
    if failures:
        return failures[0]
    warned = any(finding.level is Level.WARN for finding in seen)
    return ExitCode.ATTENTION if warned else ExitCode.OK


async def _collect(findings: AsyncIterator[Finding], tell: Tell) -> None:
    async for finding in findings:
        tell(finding)


async def _online(settings: Settings) -> AsyncIterator[Finding]:
    from rcv3_tui.api.http import make_http
    from rcv3_tui.doctor import account, way

    clock = SystemClock()
    try:
        http = make_http(settings)
    except (OSError, ValueError) as error:
        yield fail("network", str(error), "", ExitCode.USAGE)
        return
    async with http:
        async for finding in way.look(http, settings, clock):
            yield finding
            if finding.level is Level.FAIL:
                return
        if settings.credentials is None:
            yield fail(
                "sign-in",
                "there are no credentials to try",
                "rcv3-tui login, or set RCV3_USERNAME and RCV3_API_KEY",
                ExitCode.CREDENTIALS_REFUSED,
            )
            return
        async for finding in account.look(http, settings, settings.credentials, clock):
            yield finding
