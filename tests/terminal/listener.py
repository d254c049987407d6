"""The stranger's socket: HTTP on a port of this machine, and what goes wrong on the line."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.terminal.stranger import Stranger


class Listener(ThreadingHTTPServer):
    """Serves the stranger's account.

    Args:
        stranger: Who answers.
        port: Where; 0: anywhere.
        tls: Serve over TLS with this.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, stranger: Stranger, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.stranger = stranger
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self._connected: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connected.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connected.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to speak of."""

    def stop(self) -> None:
        """Close the port and whatever is connected to it."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self._connected):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests read `Stranger.requests`."""

    # -- what a mishap may do -----------------------------------------------------------------

    def send(
        self, status: int, body: bytes, *, kind: str, cut: bool = False, **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind};charset=utf-8")
        self.send_header("Content-Length", str(2 * len(body) if cut else len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        if cut:
            self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self) -> None:
        status, content = self._answer
        is_text = isinstance(content, str)
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        if status == HTTPStatus.NO_CONTENT:
            body = b""
        kind = "text/plain" if is_text else "application/json"
        if status == HTTPStatus.UNAUTHORIZED and b"Additional authentication" in body:
            challenge = self.server.stranger.challenge
            self.send(status, body, kind=kind, WWW_Authenticate=challenge)
        else:
            self.send(status, body, kind=kind)

    # -- one request --------------------------------------------------------------------------

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(sent) if sent else None
        path = re.sub("//+", "/", self.path)
        stranger = self.server.stranger
        mishap = stranger.mishap_for(self.command, path)
        if mishap is None or mishap.applied:
            self._answer = stranger.answer(
                self.command,
                path,
                body,
                self.headers.get("X-Auth-Token"),
                self.headers.get("X-SessionId"),
            )
        else:
            stranger.arrived(self.command, path, body)
            self._answer = (500, "it was not carried out")
        if mishap is None:
            self.answer()
        else:
            mishap.happened.set()
            mishap.play(mishap, self)
