"""Asks for confirmation on the terminal, with the same weight as the console's dialog."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import unicodedata
from collections.abc import Sequence
from typing import Protocol

from rcv3_tui.change.options import ChangeOptions, CommandError
from rcv3_tui.change.plan import ChangePlan
from rcv3_tui.clock import Clock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.removal_plan import RemovalItem, RemovalPlan, count_phrase
from rcv3_tui.settings import Settings

GUARD_SECONDS = 0.3
"""An answer that arrives sooner was typed before the question could be read."""

_MAX_ITEMS = 40
"""Resources that the question lists; --dry-run lists all of them."""

_LONGEST_ANSWER = 4096


class Terminal(Protocol):
    """Where a question is asked."""

    def show(self, text: str) -> None:
        """Show a line."""
        ...

    async def ask(self, question: str) -> str | None:
        """Ask a question and return the answer; None: the input has ended."""
        ...


class ControllingTerminal:
    """The terminal of the process; questions go to stderr.

    Args:
        descriptor: Where answers come from.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def show(self, text: str) -> None:
        """See `Terminal.show`."""
        self._write(f"{text}\n")

    async def ask(self, question: str) -> str | None:
        """See `Terminal.ask`. A cancellation leaves the answer unread."""
        # Whatever was typed before the question was shown is no answer to it.
        termios.tcflush(self._descriptor, termios.TCIFLUSH)
        self._write(question)
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._descriptor, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._descriptor)
        answer = os.read(self._descriptor, _LONGEST_ANSWER)
        if not answer.endswith(b"\n"):
            # Ctrl+D leaves the cursor behind the question.
            self._write("\n")
        return answer.decode(errors="replace") if answer else None

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def find_terminal(options: ChangeOptions) -> ControllingTerminal | None:
    """Return the terminal to ask on; None: there is none.

    Args:
        options: If stdin holds the names, the answer comes from the controlling terminal.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    if not options.names_from_stdin:
        is_terminal = sys.stdin is not None and sys.stdin.isatty()
        return ControllingTerminal(sys.stdin.fileno()) if is_terminal else None
    try:
        return ControllingTerminal(os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        return None


async def lift_protection(
    settings: Settings, options: ChangeOptions, terminal: Terminal | None, clock: Clock
) -> bool:
    """Require that the profile allows changes; a protected one has to be named first.

    Args:
        settings: The profile.
        options: The command.
        terminal: Where to ask; None: nowhere.
        clock: Measures how soon an answer arrives.

    Returns:
        Whether the protection was lifted for this command.

    Raises:
        CommandError: It does not allow them; nothing is sent.
    """
    if settings.read_only:
        source = settings.origins.get("read_only", "")
        where = f" ({source})" if source and source != "default" else ""
        raise CommandError(
            f"profile {settings.profile} is read-only{where}: nothing was sent; --yes does not "
            "override that",
            ExitCode.NOTHING_SENT,
        )
    if not settings.protected:
        return False
    if terminal is None or options.yes:
        raise CommandError(
            f"profile {settings.profile} is protected: nothing was sent; run the command on a "
            "terminal without --yes, and type the profile's name when asked",
            ExitCode.NOTHING_SENT,
        )
    terminal.show(f"Profile {settings.profile} is protected, which makes it read-only.")
    question = f"Type {settings.profile} to allow changes for this command: "
    await _require_answer(terminal, question, (settings.profile,), clock)
    return True


async def confirm(
    plan: ChangePlan,
    options: ChangeOptions,
    terminal: Terminal | None,
    clock: Clock,
) -> bool:
    """Ask for confirmation of what a plan takes away.

    Args:
        plan: The plan.
        options: The command; `--yes` confirms.
        terminal: Where to ask; None: nowhere.
        clock: Measures how soon an answer arrives.

    Returns:
        Whether a question was asked; what it showed may have changed meanwhile.

    Raises:
        CommandError: It was not confirmed; nothing is sent.
    """
    if not plan.removals or options.yes:
        return False
    if terminal is None:
        raise CommandError(
            f"{plan.removals[0].title}: confirm with --yes, since there is no terminal to ask on; "
            "nothing was sent",
            ExitCode.NOTHING_SENT,
        )
    for removal in plan.removals:
        for line in describe_removal(removal, _MAX_ITEMS):
            terminal.show(line)
    verb = plan.removals[0].verb.lower()
    phrases = confirmation_phrases(plan.removals)
    question = f"Type {' or '.join(phrases)} to {verb}: "
    await _require_answer(terminal, question, phrases, clock)
    return True


def confirmation_phrases(removals: Sequence[RemovalPlan]) -> tuple[str, ...]:
    """Return what has to be typed: `yes`, the name, or how many of what."""
    if len(removals) > 1:
        items = [item for removal in removals for item in removal.items]
        return (count_phrase(len(items), items[0].kind),)
    (removal,) = removals
    return ("yes",) if removal.level == 1 else removal.confirmation_phrases


def describe_removal(removal: RemovalPlan, max_items: int | None = None) -> list[str]:
    """Return what a removal affects, in lines.

    Args:
        removal: The removal.
        max_items: How many resources are listed; None: all.
    """
    shown = removal.items[:max_items]
    lines = [f"{removal.title} ({', '.join(removal.where)})"]
    lines += [f"  {_describe_item(item)}" for item in shown]
    if len(shown) < len(removal.items):
        lines.append(f"  and {len(removal.items) - len(shown)} more; --dry-run lists all of them")
    return lines + [f"- {line}" for line in removal.consequences]


def _describe_item(item: RemovalItem) -> str:
    first, second = item.address, item.name
    if item.kind != "public IP":
        first, second = second, first
    return "  ".join(word for word in (first, second, item.id, *item.extra) if word.strip())


async def _require_answer(
    terminal: Terminal, question: str, phrases: Sequence[str], clock: Clock
) -> None:
    """Ask until an answer arrives that was typed after the question was shown.

    Raises:
        CommandError: It is none of the phrases.
    """
    while True:
        began = clock.monotonic()
        answer = await terminal.ask(question)
        if answer is not None and clock.monotonic() - began < GUARD_SECONDS:
            terminal.show("Answer ignored (possible type-ahead); type it again.")
            continue
        if answer is None or _plain(answer) not in map(_plain, phrases):
            raise CommandError("not confirmed: nothing was sent", ExitCode.NOTHING_SENT)
        return


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())
