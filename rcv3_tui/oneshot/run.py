"""The way in: from settings and words to an answer on stdout and an exit code."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from typing import TYPE_CHECKING

from rcv3_tui.api.errors import ApiError
from rcv3_tui.api.http import make_http
from rcv3_tui.clock import Clock, SystemClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.oneshot.answer import Answer, Question
from rcv3_tui.oneshot.asked import Asked
from rcv3_tui.oneshot.narration import Narrator, narrator
from rcv3_tui.oneshot.out import Closed, Out, Unwritable, let_go, standard_output
from rcv3_tui.oneshot.reading import RegionReader
from rcv3_tui.settings import Credentials, Settings
from rcv3_tui.sync.opening import open_regions, session_for, sign_in_failure

if TYPE_CHECKING:
    from rcv3_tui.api.asgi import ASGIApp
    from rcv3_tui.model.attention import Usual


def run_status(settings: Settings, asked: Asked, *, asgi_app: ASGIApp | None = None) -> int:
    """Answer one `rcv3-tui status`.

    Args:
        settings: Whose account.
        asked: What about it, and how to write it.
        asgi_app: A simulated service to talk to in process instead of the network.

    Returns:
        The exit code of the process.

    Raises:
        NotPossible: What was asked for makes no sense; nothing was written.
        KeyboardInterrupt: Ctrl+C was pressed.
    """
    question = Question(asked)
    voice = narrator(os.environ, ascii=settings.ascii)
    _log_to(voice, settings.log_level)
    if settings.credentials is None:
        from rcv3_tui.sync.changes import Trouble

        note = f" ({settings.credentials_note})" if settings.credentials_note else ""
        voice.say(
            "no credentials found; set RCV3_USERNAME and RCV3_API_KEY, or save a profile with "
            f"rcv3-tui login{note}"
        )
        return Trouble.NO_CREDENTIALS.exit_code
    try:
        out = standard_output(os.environ, ascii=settings.ascii)
        return asyncio.run(
            look(question, settings, out=out, voice=voice, clock=SystemClock(), asgi_app=asgi_app)
        )
    except Closed:
        # `| head` has seen enough; that is no failure of anybody's.
        let_go()
        return ExitCode.OK
    except Unwritable as error:
        let_go()
        voice.say(str(error))
        return ExitCode.USAGE
    finally:
        voice.end_progress()


async def look(
    question: Question,
    settings: Settings,
    *,
    out: Out,
    voice: Narrator,
    clock: Clock,
    asgi_app: ASGIApp | None = None,
) -> ExitCode:
    """Sign in, read, and write the answer.

    A cancellation leaves what was written by then.

    Args:
        question: What was asked.
        settings: Whose account; with credentials.
        out: Where the answer goes.
        voice: What is told beside it.
        clock: What measures the time.
        asgi_app: A simulated service.

    Returns:
        The exit code.

    Raises:
        NotPossible: A pool was named that is not there.
        Closed: Nobody reads the answer any more.
        Unwritable: It cannot be written.
    """
    credentials = settings.credentials or Credentials("")
    try:
        http = make_http(settings, asgi_app)
    except (OSError, ValueError) as error:
        voice.say(str(error))
        return ExitCode.USAGE
    async with http:
        session = session_for(http, settings, credentials, clock)
        try:
            access = await session.access()
            regions = open_regions(http, session, access, settings, clock)
        except ApiError as error:
            failure = sign_in_failure(error, settings, credentials)
            voice.say(failure.message)
            return failure.trouble.exit_code
        readers = [RegionReader(region, access.tenant_id, clock, voice) for region in regions]
        for reader in readers:
            reader.usual = _usual_of(settings, access.tenant_id, reader.name)
        answer = Answer(question, readers, settings.profile, clock, voice)
        await answer.read()
        if answer.is_empty_handed:
            answer.tell_trouble()
            return answer.code()
        return await _give(answer, out, voice, clock)


def _usual_of(settings: Settings, tenant: str, region: str) -> Usual | None:
    """Give how long moves take as a rule, from what the console has seen of this account."""
    if settings.state_dir is None or not settings.state_dir.is_dir():
        return None
    from rcv3_tui.sync.history import History
    from rcv3_tui.sync.history_file import HistoryFile, history_path

    path = history_path(settings.state_dir, settings.profile, tenant, region)
    if not path.exists():
        return None
    history = History()
    history.adopt(HistoryFile(path).read())
    return history.usual


async def _give(answer: Answer, out: Out, voice: Narrator, clock: Clock) -> ExitCode:
    asked = answer.question.asked
    if asked.watch is not None or asked.wait is not None:
        # From here on it may run for days.
        gc.enable()
    if asked.watch is not None:
        from rcv3_tui.oneshot.watching import watch

        return await watch(answer, asked.watch, out, clock, voice)
    settled = True
    if asked.wait is not None:
        unread = sum(len(reader.unread_pools) for reader in answer.readers)
        if unread and asked.noun is None:
            voice.say(
                f"the nodes of {unread} pools are not read for a summary, so they are not waited "
                "for; status nodes --wait reads them all"
            )
        from rcv3_tui.oneshot.waiting import Waiting

        settled = await Waiting(answer, asked.wait, clock, voice).settled()
    try:
        out.write(answer.text(out.looks))
    finally:
        answer.tell_trouble()
    code = answer.code()
    return ExitCode.ATTENTION if code is ExitCode.OK and not settled else code


class _Telling(logging.Handler):
    """Tells what the clients warn of: a cache that cannot be written, a file others can read."""

    def __init__(self, voice: Narrator) -> None:
        super().__init__()
        self._voice = voice

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it, a warning once."""
        tell = self._voice.say_once if record.levelno >= logging.WARNING else self._voice.say
        tell(record.getMessage())


def _log_to(voice: Narrator, level: str) -> None:
    """Keep the clients' own log lines off stderr, but for warnings and for those who debug."""
    logger = logging.getLogger("rcv3_tui")
    logger.propagate = False
    logger.setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    logger.handlers = [_Telling(voice)]
