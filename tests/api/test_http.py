"""What goes wrong on the way, met on real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from rcv3_tui.api.errors import BadBody, InsecureEndpoint, NotReached
from rcv3_tui.api.http import MOST_BYTES, Call, Http, Reply, check_url, is_loopback, make_http
from rcv3_tui.settings import Settings

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(once, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def ask(http: Http, url: str, most_bytes: int = MOST_BYTES) -> Reply:
    call = Call("GET", url)
    return await http.exchange(call, operation="list pools", target="IAD", most_bytes=most_bytes)


def answering(answer: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return talk


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]
)
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["example.com", "localhost.example.com", "192.0.2.1", "224.0.0.1", ""]
)
def test_others_are_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/v3/1",
        "http://127.0.0.1:8080/v2.0",
        "http://[::1]:1",
        "http://localhost",
    ],
)
def test_https_and_loopback_are_taken(url: str) -> None:
    assert check_url(f" {url}/ ", operation="x") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/v3/1",
        "http://127.0.0.1.example.com",
        "ftp://example.com",
        "example.com/v3",
        "https://",
        "",
        "https://user:secret@example.com",
        "http://[broken",
    ],
)
def test_all_else_is_refused(url: str) -> None:
    with pytest.raises(InsecureEndpoint) as refused:
        check_url(url, operation="sign in")

    assert "secret@" not in refused.value.one_line()


async def test_a_refused_connection_never_left() -> None:
    async with server(answering(b"")) as port:
        pass
    async with make_http(Settings()) as http:
        with pytest.raises(NotReached) as failed:
            await ask(http, f"http://127.0.0.1:{port}/")

    assert failed.value.cause == "connection refused"
    assert not failed.value.sent
    assert failed.value.one_line() == "list pools IAD: connection refused"


async def test_an_unknown_name_never_left() -> None:
    async with make_http(Settings()) as http:
        with pytest.raises(NotReached) as failed:
            await ask(http, "https://no-such-host.invalid/")

    assert failed.value.cause == "name not found"
    assert not failed.value.sent


async def test_a_certificate_nobody_vouches_for_never_left() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with server(answering(b""), context) as port, make_http(Settings()) as http:
        with pytest.raises(NotReached) as failed:
            await ask(http, f"https://127.0.0.1:{port}/")

    assert failed.value.cause == "certificate does not verify"
    assert not failed.value.sent


async def test_the_ca_bundle_vouches(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
    async with server(answer, context) as port, make_http(Settings(ca_bundle=bundle)) as http:
        reply = await ask(http, f"https://127.0.0.1:{port}/")

    assert reply.body == b"[]"


def test_a_ca_bundle_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"missing\.pem cannot be read: no such file"):
        make_http(Settings(ca_bundle=tmp_path / "missing.pem"))
    (tmp_path / "text.pem").write_text("hello")
    with pytest.raises(ValueError, match="holds no certificate"):
        make_http(Settings(ca_bundle=tmp_path / "text.pem"))


def test_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example.com")
    with pytest.raises(ValueError, match="SOCKS"):
        make_http(Settings())
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:secret@proxy.example.com")
    with pytest.raises(ValueError, match="HTTPS_PROXY") as told:
        make_http(Settings())
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "ALL_PROXY", "http_proxy"])
async def test_loopback_goes_past_the_proxy(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
    async with server(answer) as port, make_http(Settings()) as http:
        assert (await ask(http, f"http://127.0.0.1:{port}/")).status == 200


async def test_everything_else_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with server(refuse) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        async with make_http(Settings()) as http:
            with pytest.raises(NotReached) as failed:
                await ask(http, "https://iad.example.com/")

    assert asked[0].startswith(b"CONNECT iad.example.com:443")
    assert (failed.value.cause, failed.value.sent) == ("the proxy refused the connection", False)


async def test_silence_times_out_after_it_was_sent() -> None:
    over = asyncio.Event()

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async with server(nothing) as port, make_http(Settings(timeout=0.05)) as http:
        with pytest.raises(NotReached) as failed:
            await ask(http, f"http://127.0.0.1:{port}/")
        over.set()

    assert failed.value.sent
    assert failed.value.cause == "timed out after 0.05 s"


async def test_an_answer_that_trickles_for_ever_ends() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with server(trickle) as port, make_http(Settings(timeout=0.05)) as http:
        with pytest.raises(NotReached, match="timed out"):
            await ask(http, f"http://127.0.0.1:{port}/")


async def test_a_connection_that_breaks_may_have_been_heard() -> None:
    async with server(answering(b"")) as port, make_http(Settings()) as http:
        with pytest.raises(NotReached) as failed:
            await ask(http, f"http://127.0.0.1:{port}/")

    assert (failed.value.cause, failed.value.sent) == ("connection broken", True)


async def test_an_answer_that_is_cut_off_is_a_bad_body() -> None:
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{")
    async with server(answer) as port, make_http(Settings()) as http:
        with pytest.raises(BadBody, match="cut off") as failed:
            await ask(http, f"http://127.0.0.1:{port}/")

    assert failed.value.status == 200


async def test_an_answer_that_does_not_unzip_is_a_bad_body() -> None:
    answer = answering(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"
    )
    async with server(answer) as port, make_http(Settings()) as http:
        with pytest.raises(BadBody):
            await ask(http, f"http://127.0.0.1:{port}/")


async def test_an_answer_that_is_too_large_is_not_read_on() -> None:
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + b" " * 3000)
    async with server(answer) as port, make_http(Settings()) as http:
        with pytest.raises(BadBody, match="larger"):
            await ask(http, f"http://127.0.0.1:{port}/", most_bytes=1000)


async def test_who_asks_is_told() -> None:
    asked: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with server(listen) as port, make_http(Settings()) as http:
        await ask(http, f"http://127.0.0.1:{port}/")

    assert b"User-Agent: rcv3-tui/" in asked[0]
    assert b"gzip" in asked[0]


async def test_an_app_in_this_process_that_raises_is_a_broken_connection() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise ConnectionResetError

    async with make_http(Settings(), app) as http:
        with pytest.raises(NotReached) as failed:
            await ask(http, "http://localhost/")

    assert (failed.value.cause, failed.value.sent) == ("connection broken", True)
