"""What goes wrong on the way, met on real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from rcv3_tui.api.errors import ConnectionFailed, InsecureEndpoint, MalformedResponse
from rcv3_tui.api.http_client import MAX_BODY, HttpClient, HttpRequest, HttpResponse
from rcv3_tui.api.http_factory import create_http_client
from rcv3_tui.api.urls import require_secure_url
from rcv3_tui.settings import Settings, is_loopback

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


async def ask(http: HttpClient, url: str, max_body: int = MAX_BODY) -> HttpResponse:
    call = HttpRequest("GET", url)
    return await http.send(call, operation="list pools", target="IAD", max_body=max_body)


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
def test_https_and_loopback_are_accepted(url: str) -> None:
    assert require_secure_url(f" {url}/ ", operation="x") == url


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
        require_secure_url(url, operation="sign in")

    assert "secret@" not in refused.value.one_line()


async def test_refused_connection_never_left() -> None:
    async with server(answering(b"")) as port:
        pass
    async with create_http_client(Settings()) as http:
        with pytest.raises(ConnectionFailed) as failed:
            await ask(http, f"http://127.0.0.1:{port}/")

    assert failed.value.cause == "connection refused"
    assert not failed.value.sent
    assert failed.value.one_line() == "list pools IAD: connection refused"


@pytest.mark.real_time
async def test_unknown_name_never_left() -> None:
    async with create_http_client(Settings()) as http:
        with pytest.raises(ConnectionFailed) as failed:
            await ask(http, "https://no-such-host.invalid/")

    assert failed.value.cause == "name not found"
    assert not failed.value.sent


async def test_request_to_untrusted_certificate_is_not_sent() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with server(answering(b""), context) as port, create_http_client(Settings()) as http:
        with pytest.raises(ConnectionFailed) as failed:
            await ask(http, f"https://127.0.0.1:{port}/")

    assert failed.value.cause.startswith("certificate does not verify")
    assert not failed.value.sent


async def test_ca_bundle_vouches(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
    async with (
        server(answer, context) as port,
        create_http_client(Settings(ca_bundle=bundle)) as http,
    ):
        reply = await ask(http, f"https://127.0.0.1:{port}/")

    assert reply.body == b"[]"


def test_unusable_ca_bundle_is_reported(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"missing\.pem cannot be read: no such file"):
        create_http_client(Settings(ca_bundle=tmp_path / "missing.pem"))
    (tmp_path / "text.pem").write_text("hello")
    with pytest.raises(ValueError, match="holds no certificate"):
        create_http_client(Settings(ca_bundle=tmp_path / "text.pem"))


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("socks5://user:secret@proxy.example.com", "is a SOCKS proxy"),
        ("socks://user:secret@127.0.0.1:1/", "is a SOCKS proxy"),
        ("gopher://user:secret@proxy.example.com", "cannot be used"),
        ("http://user:secret@[::1", "cannot be used"),
    ],
)
async def test_unusable_proxy_fails_request_that_needs_it_and_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, proxy: str, words: str
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv(variable, proxy)
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
    async with server(answer) as port, create_http_client(Settings()) as http:
        assert (await ask(http, f"http://127.0.0.1:{port}/")).status == 200
        with pytest.raises(ConnectionFailed) as failed:
            await ask(http, "https://iad.example.com/")

    assert words in failed.value.cause
    assert f"(from {variable})" in failed.value.cause
    assert "secret" not in failed.value.one_line()
    assert not failed.value.sent


async def test_dead_proxy_is_distinguished_from_dead_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{port}")
        async with create_http_client(Settings()) as http:
            with pytest.raises(ConnectionFailed) as failed:
                await ask(http, "https://iad.example.com/")

    assert failed.value.cause.startswith(
        f"the proxy 127.0.0.1:{port} (from HTTPS_PROXY) does not respond"
    )
    assert not failed.value.sent


async def test_proxy_reports_unreachable_host(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answering(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    async with server(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        async with create_http_client(Settings()) as http:
            with pytest.raises(ConnectionFailed) as failed:
                await ask(http, "https://iad.example.com/")

    assert "does not connect to iad.example.com: 502 Bad Gateway" in failed.value.cause


async def test_cookies_are_not_stored() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(
                b"HTTP/1.1 200 OK\r\nSet-Cookie: node=3; Path=/\r\nContent-Length: 2\r\n\r\n[]"
            )
            await writer.drain()

    async with server(serve) as port, create_http_client(Settings()) as http:
        for _ in range(2):
            await ask(http, f"http://127.0.0.1:{port}/")

    assert len(seen) == 2
    assert not any(b"cookie:" in request.lower() for request in seen)


async def test_resolver_that_does_not_answer_costs_timeout_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *of, **kinds: over.wait())
    try:
        async with create_http_client(Settings(timeout=0.2)) as http:
            with pytest.raises(ConnectionFailed) as failed:
                await ask(http, "https://iad.example.com/")
        # What asyncio waits for at the end of a program.
        async with asyncio.timeout(5):
            await asyncio.get_running_loop().shutdown_default_executor()
    finally:
        over.set()

    assert failed.value.cause == "timed out after 0.2 s"
    assert not failed.value.sent


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "ALL_PROXY", "http_proxy"])
async def test_loopback_bypasses_proxy(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
    async with server(answer) as port, create_http_client(Settings()) as http:
        assert (await ask(http, f"http://127.0.0.1:{port}/")).status == 200


async def test_other_hosts_use_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with server(refuse) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        async with create_http_client(Settings()) as http:
            with pytest.raises(ConnectionFailed) as failed:
                await ask(http, "https://iad.example.com/")

    assert asked[0].startswith(b"CONNECT iad.example.com:443")
    assert failed.value.cause.startswith(
        f"the proxy 127.0.0.1:{port} (from HTTPS_PROXY) wants a user name and password (407)"
    )
    assert not failed.value.sent


async def test_silence_times_out_after_it_was_sent() -> None:
    over = asyncio.Event()

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async with server(nothing) as port, create_http_client(Settings(timeout=0.05)) as http:
        with pytest.raises(ConnectionFailed) as failed:
            await ask(http, f"http://127.0.0.1:{port}/")
        over.set()

    assert failed.value.sent
    assert failed.value.cause == "timed out after 0.05 s"


async def test_answer_that_trickles_for_ever_ends() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            # A service that never ends its answer: each piece comes sooner than the timeout.
            await asyncio.sleep(0.01)

    async with server(trickle) as port, create_http_client(Settings(timeout=0.05)) as http:
        with pytest.raises(ConnectionFailed, match="timed out"):
            await ask(http, f"http://127.0.0.1:{port}/")


async def test_connection_that_breaks_may_have_been_heard() -> None:
    async with server(answering(b"")) as port, create_http_client(Settings()) as http:
        with pytest.raises(ConnectionFailed) as failed:
            await ask(http, f"http://127.0.0.1:{port}/")

    assert (failed.value.cause, failed.value.sent) == ("connection broken", True)


async def test_answer_that_is_cut_off_is_bad_body() -> None:
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{")
    async with server(answer) as port, create_http_client(Settings()) as http:
        with pytest.raises(MalformedResponse, match="cut off") as failed:
            await ask(http, f"http://127.0.0.1:{port}/")

    assert failed.value.status == 200


async def test_answer_that_does_not_unzip_is_bad_body() -> None:
    answer = answering(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"
    )
    async with server(answer) as port, create_http_client(Settings()) as http:
        with pytest.raises(MalformedResponse):
            await ask(http, f"http://127.0.0.1:{port}/")


async def test_answer_that_is_too_large_is_not_read_on() -> None:
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + b" " * 3000)
    async with server(answer) as port, create_http_client(Settings()) as http:
        with pytest.raises(MalformedResponse, match="larger"):
            await ask(http, f"http://127.0.0.1:{port}/", max_body=1000)


async def test_user_agent_is_sent() -> None:
    asked: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with server(listen) as port, create_http_client(Settings()) as http:
        await ask(http, f"http://127.0.0.1:{port}/")

    assert b"User-Agent: rcv3-tui/" in asked[0]
    assert b"gzip" in asked[0]


async def test_app_in_this_process_that_raises_is_broken_connection() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise ConnectionResetError

    async with create_http_client(Settings(), app) as http:
        with pytest.raises(ConnectionFailed) as failed:
            await ask(http, "http://localhost/")

    assert (failed.value.cause, failed.value.sent) == ("connection broken", True)
