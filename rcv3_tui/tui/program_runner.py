"""Runs programs of the operator: on the terminal while the console is suspended, or behind it."""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import shutil
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

from textual.app import App

from rcv3_tui.child_environment import strip_secrets
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.tui.driver import TerminalDriver
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.own_commands import PreparedProgram
from rcv3_tui.tui.textual_compat import driver_of, fail
from rcv3_tui.tui.widgets.message_line import LogMessage
from rcv3_tui.views.formatting import format_duration

_STOP_SECONDS: Final = 2.0
"""How long a program may take to end after SIGTERM before it gets SIGKILL."""

_REST_SECONDS: Final = 1.0
"""How long output is read after the end of a program: a child of it may hold the pipe open."""

_FIRST_LINES: Final = 150
_LAST_LINES: Final = 50
"""Lines of the output of one run that go to the log; those between are counted."""

_LINE_LENGTH: Final = 400
"""Characters of a line that go to the log."""

_STYLES: Final = re.compile(r"\x1b\[[0-9;:]*[A-Za-z]")
"""Colors, which the log does not have."""

_LINE_ENDS: Final = re.compile(r"[\r\n]+")


class ReportingScreen(Protocol):
    """Shows how programs end, and has the log."""

    @property
    def keys(self) -> KeyLabels:
        """The keys in force, by command name."""

    def show_message(self, text: str, tone: str = "", offer: str = "") -> None:
        """Show a message, and add it to the log."""

    def add_to_log(self, text: str, tone: str = "", offer: str = "") -> LogMessage:
        """Add a message to the log only."""


class ProgramRunner:
    """Runs the programs of own commands and reports how they end.

    Args:
        app: The app, whose terminal a program may have.
        front: Returns the screen that shows the reports.
        take_over_signals: Sets the handlers of SIGINT and SIGQUIT to those of the console.
    """

    def __init__(
        self,
        app: App[int],
        front: Callable[[], ReportingScreen],
        take_over_signals: Callable[[], None],
    ) -> None:
        self._app = app
        self._front = front
        self._take_over_signals = take_over_signals
        self._tasks: dict[asyncio.Task[None], PreparedProgram] = {}

    @property
    def background(self) -> Sequence[PreparedProgram]:
        """The programs that run behind the console."""
        return [program for program in self._tasks.values() if program.is_background]

    def start(self, program: PreparedProgram) -> None:
        """Start a program; show why where it cannot be started.

        Args:
            program: The program.
        """
        show = self._front().show_message
        driver = driver_of(self._app)
        environment = strip_secrets(os.environ)
        if reason := missing_program(program.arguments[0], environment):
            show(f"{program.name}: {reason}", "failed")
            return
        if program in self._tasks.values():
            show(f"{program.name} is still running on {program.subject}", "warn")
            return
        if program.is_background:
            run = self._run_behind(program, environment)
            show(f"{program.name} on {program.subject} runs in the background", "moving")
        elif isinstance(driver, TerminalDriver):
            run = self._run_in_front(program, environment, driver)
        else:
            show(
                f"{program.name} needs a terminal; it runs without one with background = true",
                "failed",
            )
            return
        task = asyncio.get_running_loop().create_task(run)
        self._tasks[task] = program
        task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """End all programs; one that ignores SIGTERM is killed."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            fail(self._app, error if isinstance(error, Exception) else Exception(str(error)))

    # -- on the terminal ----------------------------------------------------------------------

    async def _run_in_front(
        self, program: PreparedProgram, environment: Mapping[str, str], driver: TerminalDriver
    ) -> None:
        """Run a program on the terminal; a cancellation ends it, and leaves the terminal alone."""
        problem, code = "", 0
        with self._suspended(), driver.handed_over() as terminal, self._ignoring_keyboard():
            try:
                process = await asyncio.create_subprocess_exec(
                    *program.arguments,
                    stdout=terminal,
                    stderr=terminal,
                    env=environment,
                )
            except OSError as error:
                problem = _start_problem(program.arguments[0], error)
            else:
                try:
                    code = await process.wait()
                except asyncio.CancelledError:
                    await _end_process(process, process.terminate)
                    raise
        if problem:
            self._front().show_message(f"{program.name}: {problem}", "failed")
            return
        self._report(program, code, offer="" if code == 0 else "{suspend} shows its output")

    @contextmanager
    def _suspended(self) -> Iterator[None]:
        """Publish that a program has the terminal, and afterwards that the console has it again."""
        self._app.app_suspend_signal.publish(self._app)
        yield
        self._app.app_resume_signal.publish(self._app)

    @contextmanager
    def _ignoring_keyboard(self) -> Iterator[None]:
        """Leave the keyboard's signals to the program on the terminal, which is in our group."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGQUIT):
            # A handler, and not SIG_IGN, which the program would inherit.
            loop.add_signal_handler(number, _ignore)
        try:
            yield
        finally:
            self._take_over_signals()

    # -- behind the console -------------------------------------------------------------------

    async def _run_behind(self, program: PreparedProgram, environment: Mapping[str, str]) -> None:
        """Run a program with its output in the log. A cancellation ends it with its children."""
        started = asyncio.get_running_loop().time()
        try:
            process = await asyncio.create_subprocess_exec(
                *program.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=environment,
                # A group of its own: the terminal's signals are not for it.
                start_new_session=True,
            )
        except OSError as error:
            problem = _start_problem(program.arguments[0], error)
            self._front().show_message(f"{program.name}: {problem}", "failed")
            return
        reader = asyncio.create_task(self._log_output(program, process))
        try:
            code = await process.wait()
            await asyncio.wait([reader], timeout=_REST_SECONDS)
        except asyncio.CancelledError:
            await _end_process(process, lambda: os.killpg(process.pid, signal.SIGTERM))
            raise
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        took = format_duration(asyncio.get_running_loop().time() - started)
        self._report(program, code, took=f" ({took})", offer="{log} shows its output")

    async def _log_output(
        self, program: PreparedProgram, process: asyncio.subprocess.Process
    ) -> None:
        """Add the output to the log line by line; a cancellation adds what was held back."""
        first, last, count = 0, deque[str](maxlen=_LAST_LINES), 0
        try:
            async for line in _lines_of(process.stdout):
                if first < _FIRST_LINES:
                    first += 1
                    self._front().add_to_log(f"{program.name}: {line}")
                else:
                    count += 1
                    last.append(line)
        finally:
            if left_out := count - len(last):
                self._front().add_to_log(f"{program.name}: ({left_out} lines left out)", "warn")
            for line in last:
                self._front().add_to_log(f"{program.name}: {line}")

    def _report(
        self, program: PreparedProgram, code: int, *, took: str = "", offer: str = ""
    ) -> None:
        how = f"exit code {code}" if code >= 0 else f"ended by {_signal_name(-code)}"
        tone = "ok" if code == 0 else "failed" if program.is_background else "warn"
        front = self._front()
        text = f"{program.name} on {program.subject}: {how}{took}"
        front.show_message(text, tone, front.keys.fill(offer))


def missing_program(program: str, environment: Mapping[str, str]) -> str:
    """Return why a program cannot be started; empty if it is there.

    Args:
        program: Its name, or a path.
        environment: Has the PATH.
    """
    path = environment.get("PATH")
    if shutil.which(program, path=path) is not None:
        return ""
    where = "" if "/" in program else " in PATH"
    if (found := shutil.which(program, mode=os.F_OK, path=path)) is not None:
        return f"{found} is a directory" if Path(found).is_dir() else f"{found} is not executable"
    return f"there is no program {program}{where}"


def _start_problem(program: str, error: OSError) -> str:
    return f"{program} cannot be started: {error.strerror or type(error).__name__}"


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _ignore() -> None:
    """Do nothing."""


async def _end_process(process: asyncio.subprocess.Process, terminate: Callable[[], None]) -> None:
    """End a process, by SIGKILL if it ignores SIGTERM."""
    with suppress(ProcessLookupError):
        terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _lines_of(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    """Yield the lines of a program's output that are not empty, clean and cut."""
    if stream is None:
        return
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    while data := await stream.read(4096):
        # A progress bar rewrites its line after a carriage return.
        *lines, rest = _LINE_ENDS.split(rest + decoder.decode(data))
        for line in filter(None, lines):
            yield _clean(line)
        # A line without an end does not fill the memory.
        rest = rest[: _LINE_LENGTH + 1]
    if rest:
        yield _clean(rest)


def _clean(line: str) -> str:
    text = escape_controls(_STYLES.sub("", line).expandtabs())
    return text if len(text) <= _LINE_LENGTH else f"{text[:_LINE_LENGTH]}..."
