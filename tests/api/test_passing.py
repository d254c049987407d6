"""What one process asks ahead and another one is answered with; both ends in one process here."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from rcv3_tui.api import passing
from rcv3_tui.api.ahead import line
from rcv3_tui.api.errors import BadBody, NotReached
from rcv3_tui.api.http import Call, Http, Reply
from rcv3_tui.api.passing import Foretold, Forwarded, Forwarding
from rcv3_tui.settings import Secret

TOKEN = Secret("tok-of-one-who-asks-ahead")
IPS = Call("GET", "https://iad.example.com/v3/1/public_ips")
POOLS = Call("GET", "https://iad.example.com/v3/1/load_balancer_pools")
SIGN_IN = Call("POST", "https://identity.example.com/v2.0/tokens", {}, b'{"auth": "ops"}')


class Service(Http):
    """Answers when it is let, and notes who asked what."""

    def __init__(self) -> None:
        self.asked: list[Call] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.outcome: Reply | Exception = Reply(200, {"date": "today"}, b"[]")
        self.is_closed = False

    async def carry(self, call: Call, token: Secret | None, most_bytes: int) -> Reply:
        self.asked.append(call)
        await self.may_answer.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def aclose(self) -> None:
        self.is_closed = True


class Both:
    """Both ends of a line, and the service that each of them asks."""

    def __init__(self) -> None:
        self.theirs, self.ours = Service(), Service()
        self.ends = line()
        self.foretold = Foretold(self.ends[0], lambda: self.ours)
        self.forwarding: Forwarding | None = None

    async def begin(self) -> Forwarding:
        words = self.ends[1].words
        words.setblocking(False)
        _, writer = await asyncio.open_connection(sock=words)
        self.forwarding = Forwarding(self.theirs, self.ends[1], writer)
        return self.forwarding

    async def ahead(self, call: Call, token: Secret | None = TOKEN) -> None:
        assert self.forwarding is not None
        with suppress(Forwarded):
            await self.forwarding.exchange(call, operation="", target="", token=token)

    async def ask(self, call: Call, token: Secret | None = TOKEN) -> Reply:
        return await self.foretold.exchange(
            call, operation="list public IPs", target="IAD", token=token
        )

    async def over(self) -> None:
        assert self.forwarding is not None
        await self.forwarding.aclose()


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest_asyncio.fixture
async def both() -> AsyncIterator[Both]:
    made = Both()
    await made.begin()
    yield made
    await made.over()
    await made.foretold.aclose()


async def test_what_came_ahead_is_the_answer_and_nobody_is_asked_again(both: Both) -> None:
    both.theirs.outcome = Reply(206, {"date": "then", "x-request-id": "7"}, b"\x00some bytes" * 99)
    await both.ahead(IPS)

    assert await both.ask(IPS) == both.theirs.outcome
    assert both.ours.asked == []


async def test_an_answer_that_is_on_its_way_is_waited_for(both: Both) -> None:
    both.theirs.may_answer.clear()
    going = asyncio.create_task(both.ahead(IPS))
    asking = asyncio.create_task(both.ask(IPS))
    await asyncio.wait((asking,), timeout=0.05)
    assert not asking.done()

    both.theirs.may_answer.set()
    assert (await asking).status == 200
    assert both.ours.asked == []
    await going


async def test_each_answer_is_given_once(both: Both) -> None:
    await both.ahead(IPS)
    await both.over()
    await both.ask(IPS)
    await both.ask(IPS)

    assert both.ours.asked == [IPS]


async def test_long_answers_stay_apart_and_one_without_room_comes_all_the_same(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both.forwarding is not None
    both.forwarding._written = len(both.ends[1].answers) - 10
    both.foretold._taken = both.forwarding._written
    bodies = [b"1234567890", b"more than there is room for", b""]
    for number, body in enumerate(bodies):
        both.theirs.outcome = Reply(200, {}, body)
        await both.ahead(Call("GET", f"https://example.com/{number}"))

    for number, body in enumerate(bodies):
        assert (await both.ask(Call("GET", f"https://example.com/{number}"))).body == body


@pytest.mark.parametrize(
    ("call", "token"),
    [
        (Call("GET", IPS.url), Secret("somebody else's")),
        (Call("GET", IPS.url), None),
        (Call("DELETE", IPS.url), TOKEN),
        (Call("GET", IPS.url, {}, b"{}"), TOKEN),
        (POOLS, TOKEN),
    ],
)
async def test_who_asks_for_anything_else_is_no_part_of_it(
    both: Both, call: Call, token: Secret | None
) -> None:
    await both.ahead(IPS)
    await both.over()
    await both.ask(call, token)

    assert both.ours.asked == [call]


async def test_once_all_has_been_sent_nobody_waits_for_what_will_not_be(both: Both) -> None:
    assert both.forwarding is not None
    both.forwarding.expect(1)
    both.theirs.may_answer.clear()
    going = asyncio.create_task(both.ahead(IPS))

    assert (await both.ask(POOLS)).status == 200
    assert both.ours.asked == [POOLS]
    await ended(going)


async def test_a_refused_token_is_renewed_ahead_as_well(both: Both) -> None:
    assert both.forwarding is not None
    both.forwarding.expect(1)
    both.theirs.outcome = Reply(401, {}, b"")
    await both.ahead(IPS)
    assert (await both.ask(IPS)).status == 401

    asking = asyncio.create_task(both.ask(SIGN_IN, None))
    both.theirs.outcome = Reply(200, {}, b"another token")
    await both.ahead(SIGN_IN, None)
    assert (await asking).body == b"another token"
    assert both.ours.asked == []


async def test_what_is_needed_to_go_on_is_given_to_whoever_asks_ahead(both: Both) -> None:
    assert both.forwarding is not None
    reply = await both.forwarding.exchange(SIGN_IN, operation="", target="")
    assert reply == both.theirs.outcome
    both.theirs.outcome = Reply(401, {}, b"")
    refused = await both.forwarding.exchange(IPS, operation="", target="", token=TOKEN)
    assert refused.status == 401


async def test_no_answer_is_told_as_it_was_met(both: Both) -> None:
    both.theirs.outcome = NotReached("connection refused", sent=False)
    await both.ahead(IPS)
    with pytest.raises(NotReached) as failed:
        await both.ask(IPS)

    assert not failed.value.sent
    assert failed.value.one_line() == "list public IPs IAD: connection refused"
    assert both.ours.asked == []


async def test_an_answer_that_was_cut_off_is_told_as_such(both: Both) -> None:
    both.theirs.outcome = BadBody("the answer was cut off", status=200)
    await both.ahead(IPS)
    with pytest.raises(BadBody, match="cut off") as failed:
        await both.ask(IPS)

    assert failed.value.status == 200


async def test_when_the_other_process_ends_everybody_asks_by_himself(both: Both) -> None:
    both.theirs.may_answer.clear()
    going = asyncio.create_task(both.ahead(IPS))
    asking = asyncio.create_task(both.ask(IPS))
    later = asyncio.create_task(both.ask(POOLS))
    await asyncio.wait((asking, later), timeout=0.05)
    assert both.ours.asked == []

    both.ends[1].words.shutdown(socket.SHUT_RDWR)
    assert (await asking).status == (await later).status == 200
    assert sorted(call.url for call in both.ours.asked) == sorted((IPS.url, POOLS.url))
    await ended(going)


async def test_words_that_make_no_sense_end_it(both: Both) -> None:
    both.ends[1].words.send(b"\x00\x00\x00\x03\xff\xff\xff")

    assert (await both.ask(IPS)).status == 200
    assert both.ours.asked == [IPS]


async def test_an_old_answer_is_not_given(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    await both.ahead(IPS)
    await both.over()
    monkeypatch.setattr(passing, "STALE", 0.0)
    await both.ask(IPS)

    assert both.ours.asked == [IPS]


async def test_whether_anything_is_asked_at_all_is_told() -> None:
    both = Both()
    both.ends[1].words.close()
    assert not await both.foretold.is_under_way()
    await both.foretold.aclose()

    both = Both()
    await both.begin()
    assert await both.foretold.is_under_way()
    await both.over()
    await both.foretold.aclose()


async def test_what_cannot_be_made_was_never_sent(both: Both) -> None:
    def fail() -> Http:
        raise OSError("the CA bundle ca.pem cannot be read: no such file")

    await both.over()
    both.foretold._make = fail
    with pytest.raises(NotReached, match=r"ca\.pem cannot be read") as failed:
        await both.ask(IPS)

    assert not failed.value.sent
    both.foretold._make = lambda: both.ours
    assert (await both.ask(IPS)).status == 200


async def test_both_are_closed(both: Both) -> None:
    await both.over()
    await both.ask(IPS)
    await both.foretold.aclose()

    assert both.theirs.is_closed
    assert both.ours.is_closed


def test_no_secret_is_shown_of_a_request() -> None:
    assert "ops" not in repr(SIGN_IN)
    assert SIGN_IN.__rich_repr__() == [("method", "POST")]
