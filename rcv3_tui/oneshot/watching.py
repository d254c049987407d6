"""Shows the answer again and again until somebody has seen enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.oneshot.asked import Format
from rcv3_tui.oneshot.times import rfc3339
from rcv3_tui.oneshot.waiting import Waiting
from rcv3_tui.oneshot.widths import cut

if TYPE_CHECKING:
    from rcv3_tui.clock import Clock
    from rcv3_tui.oneshot.answer import Answer
    from rcv3_tui.oneshot.narration import Narrator
    from rcv3_tui.oneshot.out import Out


async def watch(
    answer: Answer, every: float, out: Out, clock: Clock, narrator: Narrator
) -> ExitCode:
    """Show pictures of the account, a new one in place of the last on a terminal.

    A cancellation leaves the last picture standing.

    Args:
        answer: What is shown; it has been read once.
        every: Seconds between two pictures; longer where the request budget has it so.
        out: Where they go.
        clock: What measures the time.
        narrator: Is told what could not be read.

    Returns:
        The exit code, when there is nothing left to wait for or the credentials are not taken any
        more; else it goes on for ever.

    Raises:
        Closed: Nobody reads it any more.
        Unwritable: It cannot be written.
    """
    asked = answer.question.asked
    waiting = None if asked.wait is None else Waiting(answer, asked.wait, clock, narrator)
    began = clock.monotonic()
    first = True
    while True:
        is_picture = asked.format is Format.TABLE and out.looks.is_terminal
        if is_picture:
            out.write(_picture(answer, every, out))
        else:
            gap = "" if first or asked.format is not Format.TABLE else "\n"
            out.write(gap + answer.text(out.looks))
            answer.tell_trouble()
        if waiting is not None:
            if not waiting.movers() and not answer.errors:
                return answer.code()
            if asked.wait and clock.monotonic() - began >= asked.wait:
                return max(answer.code(), ExitCode.ATTENTION)
        first = False
        await clock.sleep(every)
        await answer.read()
        if answer.is_refused:
            # Asking on and on would lock the user out.
            answer.tell_trouble()
            return answer.code()


def _picture(answer: Answer, every: float, out: Out) -> str:
    """Draw over the picture before, line by line, so that nothing flickers."""
    looks = out.measured()
    head = f"every {every:g} s  {rfc3339(answer.now.replace(microsecond=0))}  Ctrl+C ends"
    trouble = [cut(f"! {line}", looks.columns, ascii=looks.ascii) for line in answer.trouble()]
    above = [cut(head, looks.columns), *trouble, ""]
    lines = [*above, *answer.lines(replace(looks, rows=max(1, looks.rows - len(above))))]
    room = looks.rows - 1
    if len(lines) > room:
        rest = len(lines) - room + 1
        lines = [*lines[: room - 1], f"and {rest} more lines"]
    return "\x1b[H" + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J"
