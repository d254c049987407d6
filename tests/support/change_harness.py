"""Runs change commands in this process, on a simulated account and a manual clock."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rcv3_tui.change.options import ChangeFormat, ChangeOptions, ChangeVerb
from rcv3_tui.change.run import ChangeCommand
from rcv3_tui.clock import ManualClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.status.output import OutputStream, OutputStyle
from rcv3_tui.status.progress import ProgressReporter
from tests.support.command_harness import CommandHarness, CommandOutput


@dataclass
class ChangeResult(CommandOutput):
    """The exit code and the output of one command."""

    code: ExitCode

    @property
    def states(self) -> list[str]:
        """The first word of each line, which is the state."""
        return [line.split()[0] for line in self.lines]


class Operator:
    """A terminal whose operator answers questions.

    Args:
        clock: The clock.
        answers: The answers, in order; then the input ends.
        thinks: Seconds before each answer.
        meanwhile: Called before each answer.
    """

    def __init__(
        self,
        clock: ManualClock,
        *answers: str,
        thinks: float = 1.0,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        self._clock = clock
        self._answers = list(answers)
        self._thinks = thinks
        self._meanwhile = meanwhile
        self.shown: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self.shown)

    def show(self, text: str) -> None:
        self.shown.append(text)

    async def ask(self, question: str) -> str | None:
        self.shown.append(question)
        await self._clock.sleep(self._thinks)
        self._meanwhile()
        return f"{self._answers.pop(0)}\n" if self._answers else None


class ChangeHarness(CommandHarness):
    """An account on which change commands run."""

    def __init__(self, account: Account, clock: ManualClock) -> None:
        super().__init__(account, clock)
        self.operator: Operator | None = None
        self.command: ChangeCommand | None = None

    def answer(self, *answers: str, **how: Any) -> Operator:
        """Run on a terminal, with an operator who gives these answers."""
        self.operator = Operator(self.clock, *answers, **how)
        return self.operator

    async def run(self, verb: str, *names: str, seconds: float = 7200.0, **options: Any) -> Any:
        """Run one command until it exits; time passes while it waits."""
        return await self.finish(self.start(verb, *names, **options), seconds)

    async def json(self, verb: str, *names: str, **options: Any) -> Any:
        """Run one command and return its JSON."""
        return (await self.run(verb, *names, format=ChangeFormat.JSON, **options)).json

    def start(self, verb: str, *names: str, **options: Any) -> asyncio.Task[ExitCode]:
        """Start one command."""
        wanted = ChangeOptions(verb=ChangeVerb(verb), names=names, **options)
        self.out, self.err = io.BytesIO(), io.StringIO()
        self.command = ChangeCommand(
            self.settings,
            wanted,
            out=OutputStream(self.out, OutputStyle()),
            progress=ProgressReporter(self.err),
            terminal=self.operator,
        )
        return asyncio.create_task(self.command.run(self.clock, create_app(self.account)))

    async def finish(self, task: asyncio.Task[ExitCode], seconds: float = 7200.0) -> ChangeResult:
        """Advance the clock until it has exited."""
        await self.until(task.done, seconds)
        return ChangeResult(self.written, self.err.getvalue(), await task)

    @property
    def changes(self) -> Counter[str]:
        """How many changing requests of each method reached RackConnect."""
        return Counter(
            request.method
            for request in self.account.requests
            if request.method != "GET" and "/rackconnect/" in request.path
        )

    @property
    def reads(self) -> int:
        """How many reads reached RackConnect."""
        return sum(
            request.method == "GET" and "/rackconnect/" in request.path
            for request in self.account.requests
        )


def journal(state_dir: Path) -> list[dict[str, Any]]:
    """Return the lines of the journal."""
    path = state_dir / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
