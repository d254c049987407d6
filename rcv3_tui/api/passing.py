"""Passing on answers to requests that one process has sent ahead to another that asks the same.

The process that asks ahead carries its requests with `Forwarding`, which passes every answer on.
The other one carries its own with `Foretold`: a request that was sent ahead is answered with what
came, once; any other one goes out as usual.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import Struct

from rcv3_tui.api.ahead import End
from rcv3_tui.api.errors import ApiError, BadBody, NotReached
from rcv3_tui.api.http import Call, Http, Reply
from rcv3_tui.settings import Secret

STALE: Final = 5.0
"""Seconds after which nobody is answered with what came ahead."""

_LENGTH_BYTES: Final = 4
_MOST_BUFFERED: Final = 1 << 20
_UNAUTHORIZED: Final = 401


class Forwarded(Exception):  # noqa: N818 - the end of what was to be done, not a fault
    """An answer was passed on; whoever asked ahead has no use for it."""


class _Begun(Struct, tag="begun"):
    """The line is up: requests will leave as soon as they can."""


class _Asked(Struct, tag="asked"):
    """A request has been sent."""

    key: bytes


class _Settled(Struct, tag="settled"):
    """Nothing else will be asked, unless a token that was refused has to be renewed."""


class _Came(Struct, tag="came"):
    """An answer."""

    key: bytes
    status: int
    headers: dict[str, str]
    size: int
    """Bytes of its body, in the shared memory behind those of the answers before it."""
    body: bytes | None = None
    """The body itself, where there is no room left."""


class _Failed(Struct, tag="failed"):
    """There was no answer, or none that could be read."""

    key: bytes
    message: str
    sent: bool = True
    status: int | None = None
    """Of an answer that could not be read; None: there was none."""


class _Answer(Struct, frozen=True):
    """What became of a request; neither: the other process ended before that was known."""

    reply: Reply | None = None
    failure: ApiError | None = None
    at: float = 0.0
    """When it came, in seconds of the event loop."""


_Word = _Begun | _Asked | _Settled | _Came | _Failed
_encode = msgspec.msgpack.Encoder().encode
_read_word = msgspec.msgpack.Decoder(_Word).decode


def _key_of(call: Call, token: Secret | None) -> bytes:
    """Tell requests apart by all that makes an answer theirs, who asks included."""
    told = hashlib.sha256(f"{call.method} {call.url}\n".encode())
    told.update(call.content or b"")
    if token is not None:
        told.update(b"\n" + token.reveal().encode())
    return told.digest()


class Forwarding(Http):
    """Carries requests and passes each answer on to the other process.

    Only what is needed to go on is given to whoever asks here: Identity's answers, and refusals
    of the token.

    Args:
        inner: Carries them.
        end: One end of the line.
        words: Its socket, from `asyncio.open_connection`.
    """

    def __init__(self, inner: Http, end: End, words: asyncio.StreamWriter) -> None:
        self._inner = inner
        self._answers = end.answers
        self._written = 0
        self._words = words
        # To wait for the line is to wait until everything has been passed on.
        words.transport.set_write_buffer_limits(0)
        self._expected: int | None = None
        self._tell(_Begun())

    async def carry(self, call: Call, token: Secret | None, most_bytes: int) -> Reply:
        """See `rcv3_tui.api.http.Http.carry`.

        Raises:
            Forwarded: Nothing more is to be done with the answer here.
        """
        key = _key_of(call, token)
        self._tell(_Asked(key))
        if token is not None and self._expected is not None:
            self._expected -= 1
            if self._expected == 0:
                self._tell(_Settled())
        try:
            reply = await self._inner.carry(call, token, most_bytes)
        except NotReached as error:
            self._tell(_Failed(key, error.cause, error.sent))
            raise Forwarded from None
        except BadBody as error:
            self._tell(_Failed(key, error.message, status=error.status or 0))
            raise Forwarded from None
        self._pass_on(key, reply)
        if token is None or reply.status == _UNAUTHORIZED:
            return reply
        raise Forwarded

    def expect(self, requests: int) -> None:
        """Know how many requests are still to come, beside those that renew a token.

        Args:
            requests: When so many have been sent, the other process may send any other by itself.
        """
        self._expected = requests

    async def aclose(self) -> None:
        """Let go of all connections once everything has been passed on."""
        with suppress(ConnectionError):
            await self._words.drain()
        self._words.close()
        await self._inner.aclose()

    def _pass_on(self, key: bytes, reply: Reply) -> None:
        came = _Came(key, reply.status, dict(reply.headers), len(reply.body))
        end = self._written + came.size
        if end <= len(self._answers):
            self._answers[self._written : end] = reply.body
            self._written = end
        else:
            came.body = reply.body
        self._tell(came)

    def _tell(self, word: _Word) -> None:
        data = _encode(word)
        self._words.writelines((len(data).to_bytes(_LENGTH_BYTES, "big"), data))


class Foretold(Http):
    """Answers what was asked ahead, and carries all else as usual.

    Args:
        end: The other end of the line.
        make: Makes what carries the rest; called in a thread, when something is first to be sent.
    """

    def __init__(self, end: End, make: Callable[[], Http]) -> None:
        self._end = end
        self._make = make
        self._made: asyncio.Task[Http] | None = None
        self._begun = False
        self._settled = False
        self._over = False
        self._news = asyncio.Event()
        self._taken = 0
        """Bytes of answers that have been taken from the shared memory."""
        self._asked: dict[bytes, deque[asyncio.Future[_Answer]]] = defaultdict(deque)
        """What was asked, for whoever asks the same."""
        self._open: dict[bytes, deque[asyncio.Future[_Answer]]] = defaultdict(deque)
        """What has not been answered."""
        self._reading = asyncio.create_task(self._read())

    async def is_under_way(self) -> bool:
        """Wait until it is known whether anything is asked ahead at all."""
        while not self._begun and not self._over:
            await self._wait_for_news()
        return self._begun

    async def carry(self, call: Call, token: Secret | None, most_bytes: int) -> Reply:
        """See `rcv3_tui.api.http.Http.carry`."""
        answer = await self._answer(_key_of(call, token))
        if answer.failure is not None:
            raise answer.failure
        if answer.reply is not None:
            return answer.reply
        try:
            http = await self._itself()
        except (OSError, ValueError) as error:
            raise NotReached(str(error), sent=False) from None
        return await http.carry(call, token, most_bytes)

    async def aclose(self) -> None:
        """See `rcv3_tui.api.http.Http.aclose`."""
        self._reading.cancel()
        self._end.close()
        if self._made is not None:
            with suppress(OSError, ValueError):
                await (await self._made).aclose()

    async def _answer(self, key: bytes) -> _Answer:
        """Give what came of a request, waiting for it where it is on its way."""
        while not self._asked[key]:
            if self._settled or self._over:
                return _Answer()
            await self._wait_for_news()
        answer = await self._asked[key].popleft()
        is_fresh = asyncio.get_running_loop().time() - answer.at < STALE
        return answer if is_fresh else _Answer()

    async def _itself(self) -> Http:
        """Give what goes out by itself.

        Raises:
            OSError: It cannot be made.
            ValueError: As above.
        """
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(self._make))
        made = self._made
        try:
            return await asyncio.shield(made)
        except (OSError, ValueError):
            self._made = None
            raise

    async def _wait_for_news(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _read(self) -> None:
        try:
            self._end.words.setblocking(False)
            # A copy, so that it can be closed here however the event loop ended.
            reader, writer = await asyncio.open_connection(
                sock=self._end.words.dup(), limit=_MOST_BUFFERED
            )
            try:
                while True:
                    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
                    self._take(_read_word(await reader.readexactly(length)))
                    self._news.set()
            finally:
                writer.close()
        except (OSError, EOFError, msgspec.MsgspecError):
            self._leave()

    def _take(self, word: _Word) -> None:
        match word:
            case _Begun():
                self._begun = True
            case _Asked():
                future = asyncio.get_running_loop().create_future()
                self._asked[word.key].append(future)
                self._open[word.key].append(future)
            case _Settled():
                self._settled = True
            case _Came():
                # What follows from a refused token is asked ahead as well.
                self._settled = self._settled and word.status != _UNAUTHORIZED
                self._give(word.key, Reply(word.status, word.headers, self._body_of(word)))
            case _Failed(status=None):
                self._give(word.key, failure=NotReached(word.message, sent=word.sent))
            case _Failed():
                self._give(word.key, failure=BadBody(word.message, status=word.status))

    def _body_of(self, word: _Came) -> bytes:
        if word.body is not None:
            return word.body
        start, self._taken = self._taken, self._taken + word.size
        return self._end.answers[start : self._taken]

    def _give(
        self, key: bytes, reply: Reply | None = None, failure: ApiError | None = None
    ) -> None:
        future = self._open[key].popleft()
        if not future.done():
            now = asyncio.get_running_loop().time()
            future.set_result(_Answer(reply, failure, now))

    def _leave(self) -> None:
        """Leave what did not come to whoever wants it."""
        self._over = True
        for futures in self._open.values():
            for future in futures:
                if not future.done():
                    future.set_result(_Answer())
        self._open.clear()
        self._end.close()
        self._news.set()
