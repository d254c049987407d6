"""Repeats the report until it is interrupted."""

from __future__ import annotations

from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.status.options import Format
from rcv3_tui.status.output import OutputStream
from rcv3_tui.status.progress import ProgressReporter
from rcv3_tui.status.report import StatusReport
from rcv3_tui.status.wait import StableWaiter
from rcv3_tui.text_width import truncate
from rcv3_tui.views.formatting import time_in_zone


async def watch(
    report: StatusReport, every: float, out: OutputStream, clock: Clock, progress: ProgressReporter
) -> int:
    """Print the report repeatedly, in place on a terminal.

    After a cancellation, the last report remains on the screen.

    Args:
        report: The report, which has been read once.
        every: Seconds between two reports; longer if the rate limit requires it.
        out: The output.
        clock: The clock.
        progress: Receives the errors.

    Returns:
        The exit code, once `--wait` has ended or the credentials are rejected; otherwise it does
        not return.

    Raises:
        BrokenPipe: The reader has closed the pipe.
        OutputError: It cannot be written.
    """
    options = report.query.options
    waiting = None if options.wait is None else StableWaiter(report, options.wait, clock, progress)
    began = clock.monotonic()
    first = True
    while True:
        is_picture = options.format is Format.TABLE and out.style.is_terminal
        if is_picture:
            out.write(_picture(report, every, out))
        else:
            gap = "" if first or options.format is not Format.TABLE else "\n"
            out.write(gap + report.text(out.style))
            report.report_errors()
        if waiting is not None:
            if not waiting.transitions() and not report.errors:
                return report.code()
            if options.wait and clock.monotonic() - began >= options.wait:
                return max(report.code(), ExitCode.ATTENTION)
        first = False
        await clock.sleep(every)
        await report.read()
        if report.is_refused:
            # Repeated sign-ins would lock the user out.
            report.report_errors()
            return report.code()


def _picture(report: StatusReport, every: float, out: OutputStream) -> str:
    """Overwrite the previous screen line by line, so that nothing flickers."""
    style = out.measured()
    head = f"every {every:g} s  {time_in_zone(report.now.replace(microsecond=0))}  Ctrl+C ends"
    errors = (f"! {line}" for line in report.error_lines())
    trouble = [truncate(line, style.columns, style.ellipsis) for line in errors]
    above = [truncate(head, style.columns), *trouble, ""]
    lines = [*above, *report.lines(replace(style, rows=max(1, style.rows - len(above))))]
    room = style.rows - 1
    if len(lines) > room:
        rest = len(lines) - room + 1
        lines = [*lines[: room - 1], f"and {rest} more lines"]
    return "\x1b[H" + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J"
